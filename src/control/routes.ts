import { Readable } from 'node:stream'
import { purposeFromChannel } from '../contract/channel.ts'
import { BridgeError } from '../contract/errors.ts'
import type { AuditLine } from '../contract/journal.ts'
import { isAdmitted } from './caller.ts'
import { chooseEncoder } from './choose-encoder.ts'
import { addDeviceRoutes } from './device-routes.ts'
import type { Owners } from './owners.ts'
import type { ControlPorts, PairingView } from './ports.ts'
import { addRoomRoutes } from './room-routes.ts'
import type { PairingResponse } from './schema.ts'
import type { Serve } from './serve.ts'
import { addSessionRoutes } from './session-routes.ts'
import { addStayRoute } from './stay-routes.ts'
import { addUpkeepRoutes } from './upkeep-routes.ts'
import { addVirtualRoutes } from './virtual-routes.ts'
import { addWorkRoutes } from './work-routes.ts'
import { auditBody, encoderBody, faultOf, linkBody, sessionSummary } from './views.ts'

/** What the routes know of the server around them. */
interface RouteFacts {
  readonly version: string
  readonly startedAt: string
  readonly owners: Owners
}

const pairingBody = (view: PairingView): PairingResponse => {
  switch (view.state) {
    case 'unpaired':
      return { state: 'unpaired' }
    case 'pending':
      return {
        state: 'pending',
        pairing_code: view.code,
        expires_at: view.expiresAt,
        remaining_ms: view.remainingMs,
      }
    case 'paired':
      return {
        state: 'paired',
        bridge_id: view.bridgeId,
        acs_system_id: view.acsSystemId,
        hub_endpoint: view.hubEndpoint,
      }
    case 'failed':
      return { state: 'failed', error: faultOf(view.error) }
  }
}

/** What happened is told to all of the desk; which card it was is not. */
const jsonLines = function* (
  lines: Iterable<AuditLine>,
  mayKnowCard: (orderId: string | null) => boolean,
): Generator<string> {
  for (const line of lines) {
    const uid = line.uid !== null && mayKnowCard(line.orderId) ? line.uid : null
    yield `${JSON.stringify(auditBody({ ...line, uid }))}\n`
  }
}

/** Gives the routes of the table their handlers. */
export const addRoutes = (serve: Serve, ports: ControlPorts, facts: RouteFacts): void => {
  const { encoders, sessions, journal, link, pairing } = ports
  const choose = (wanted: string | undefined) => chooseEncoder(encoders.list(), wanted)

  serve.status(({ caller }) => {
    const list = encoders.list()
    const { waiting, oldestAt, refused } = journal.outboxFigures()
    const { rows, error } = ports.rooms.list()
    return {
      version: facts.version,
      started_at: facts.startedAt,
      link: linkBody(link.view()),
      encoders: list.map(encoderBody),
      sessions: sessions
        .list()
        .filter(({ state }) => state !== 'ended' && isAdmitted(caller, 'read_only'))
        .map((view) => sessionSummary(view, list)),
      outbox: { waiting, oldest_at: oldestAt, refused },
      rooms: { count: rows.length, error: error === null ? null : faultOf(error) },
    }
  })

  serve.encode(async ({ request, caller }) => {
    const orderId = await link.requestEncode({
      accessMethodId: request.access_method_id,
      encoderId: choose(request.encoder).encoderId,
      purpose: purposeFromChannel(request.purpose ?? 'new'),
      copies: request.copies ?? 1,
      isConfirmed: request.is_confirmed ?? false,
      orderedBy: caller.label,
    })
    return { order_id: orderId }
  })

  serve.scan(async ({ request, caller }) => {
    const { encoderId, name, keys } = choose(request.encoder)
    if (keys?.reads === false) {
      throw new BridgeError('not_supported', `The lock system of “${name}” can’t read cards over this link.`)
    }
    const userIdentityId = request.user_identity_id ?? null
    if (userIdentityId !== null && keys?.assigns !== true) {
      throw new BridgeError(
        'not_supported',
        `“${name}” can’t make a card somebody’s: Seam itself must reach it.`,
      )
    }
    return { order_id: await ports.orderScan(encoderId, caller.label, userIdentityId) }
  })

  addStayRoute(serve, ports)
  addWorkRoutes(serve, ports)
  addDeviceRoutes(serve, ports)
  addVirtualRoutes(serve, ports.virtual, choose)
  addRoomRoutes(serve, ports.rooms)
  addSessionRoutes(serve, ports, facts.owners)
  addUpkeepRoutes(serve, ports, choose)

  serve.audit(({ request, caller }) => {
    const mayKnowCard = (orderId: string | null): boolean =>
      isAdmitted(caller, 'installer') || (orderId !== null && facts.owners.isYours(orderId, caller))
    return Readable.from(jsonLines(journal.audit(request.since), mayKnowCard))
  })

  serve.pairing(() => pairingBody(pairing.view()))

  serve.pair(async ({ request }) =>
    pairingBody(
      await pairing.start({
        hubEndpoint: request.hub_endpoint,
        apiKey: request.api_key ?? null,
        enrolmentToken: request.enrolment_token ?? null,
        acsSystemId: request.acs_system_id ?? null,
      }),
    ),
  )

  let examination: ReturnType<ControlPorts['doctor']> | null = null
  // Each asks the hub and looks through the computer: whoever asks meanwhile gets the one that is under way.
  serve.doctor(() => {
    examination ??= ports.doctor().finally(() => (examination = null))
    return examination
  })
}
