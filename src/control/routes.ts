import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { EncoderView } from '../contract/encoders.ts'
import { purposeFromChannel } from '../contract/channel.ts'
import { BridgeError } from '../contract/errors.ts'
import { OrderId } from '../contract/ids.ts'
import type { AuditLine } from '../contract/journal.ts'
import { sayIssue } from '../contract/wrong-input.ts'
import { follow } from './follow.ts'
import type { ControlPorts, PairingView } from './ports.ts'
import { addDeviceRoutes } from './device-routes.ts'
import { addRoomRoutes } from './room-routes.ts'
import { addStayRoute } from './stay-routes.ts'
import { addUpkeepRoutes } from './upkeep-routes.ts'
import { addVirtualRoutes } from './virtual-routes.ts'
import {
  AuditQuery,
  ConfirmRequest,
  EmptyRequest,
  EncodeRequest,
  PairingRequest,
  ScanRequest,
  SessionQuery,
  TakeOverRequest,
} from './schema.ts'
import type { DoctorReport, PairingResponse, StatusResponse } from './schema.ts'
import { auditBody, encoderBody, faultOf, linkBody, sessionBody, sessionSummary } from './views.ts'

/** What the routes know of the server around them. */
interface RouteFacts {
  readonly version: string
  readonly startedAt: string
  /** Fires when the server closes: whoever waits is answered. */
  readonly closing: AbortSignal
}

const parse = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> => {
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  const said = parsed.error.issues.slice(0, 1).map((issue) => {
    const path = issue.path.join('.') || 'the request'
    return `${path}: ${sayIssue(issue)}.`
  })
  throw new BridgeError('request_invalid', said[0])
}

const parseOrderId = (params: unknown): OrderId => {
  const parsed = OrderId.safeParse((params as { order_id?: unknown }).order_id)
  if (!parsed.success) throw new BridgeError('order_unknown')
  return parsed.data
}

/** Finds an encoder by id or by name; without either it is the only one. */
const findEncoder = (encoders: readonly EncoderView[], wanted: string | undefined): EncoderView => {
  if (wanted === undefined) {
    const [only, ...others] = encoders
    if (only === undefined) throw new BridgeError('encoder_unknown', 'No encoder is configured here.')
    if (others.length > 0) {
      const names = encoders.map(({ name }) => name).join(', ')
      throw new BridgeError('request_invalid', `Several encoders are here; name one of ${names}.`)
    }
    return only
  }
  const found =
    encoders.find(({ encoderId }) => encoderId === wanted) ??
    encoders.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  if (found === undefined) {
    const names = encoders.map(({ name }) => name).join(', ')
    throw new BridgeError('encoder_unknown', `“${wanted}” is none of: ${names}.`)
  }
  return found
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

const jsonLines = function* (lines: Iterable<AuditLine>): Generator<string> {
  for (const line of lines) yield `${JSON.stringify(auditBody(line))}\n`
}

/** A signal that fires after `waitMs`, when the caller goes away, or when the server closes. */
const patience = (waitMs: number, caller: NodeJS.EventEmitter, closing: AbortSignal) => {
  const controller = new AbortController()
  const giveUp = (): void => controller.abort()
  const timer = setTimeout(giveUp, waitMs)
  caller.once('close', giveUp)
  closing.addEventListener('abort', giveUp)
  if (waitMs === 0 || closing.aborted) giveUp()
  return {
    signal: controller.signal,
    [Symbol.dispose]: (): void => {
      clearTimeout(timer)
      caller.off('close', giveUp)
      closing.removeEventListener('abort', giveUp)
    },
  }
}

/** Hangs the routes of `schema.ts` on the server. */
export const addRoutes = (app: FastifyInstance, ports: ControlPorts, facts: RouteFacts): void => {
  const { encoders, sessions, journal, link, pairing } = ports

  app.get('/v1/health', () => ({ status: 'ok', version: facts.version }))

  app.get('/v1/status', (): StatusResponse => {
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
        .filter(({ state }) => state !== 'ended')
        .map((view) => sessionSummary(view, list)),
      outbox: { waiting, oldest_at: oldestAt, refused },
      rooms: { count: rows.length, error: error === null ? null : faultOf(error) },
    }
  })

  app.get('/v1/encoders', () => ({ encoders: encoders.list().map(encoderBody) }))

  app.post('/v1/encoders/take_over', async ({ body }) => {
    const request = parse(TakeOverRequest, body)
    const encoderId = findEncoder(encoders.list(), request.encoder).encoderId
    if (!encoders.takeOver(encoderId, request.order_id)) {
      throw new BridgeError('device_busy', 'Another order holds it, or none: look again.')
    }
    return { encoders: encoders.list().map(encoderBody) }
  })

  app.post('/v1/encodes', async ({ body }) => {
    const request = parse(EncodeRequest, body)
    const orderId = await link.requestEncode({
      accessMethodId: request.access_method_id,
      encoderId: findEncoder(encoders.list(), request.encoder).encoderId,
      purpose: purposeFromChannel(request.purpose ?? 'new'),
      copies: request.copies ?? 1,
      isConfirmed: request.is_confirmed ?? false,
    })
    return { order_id: orderId }
  })

  app.post('/v1/scans', async ({ body }) => {
    const request = parse(ScanRequest, body)
    const { encoderId, name, keys } = findEncoder(encoders.list(), request.encoder)
    if (keys?.reads === false) {
      throw new BridgeError('not_supported', `The lock system of “${name}” can’t read cards over this link.`)
    }
    return { order_id: await ports.orderScan(encoderId) }
  })

  const parts = {
    parse,
    choose: (wanted: string | undefined) => findEncoder(encoders.list(), wanted),
    patience: (waitMs: number, caller: NodeJS.EventEmitter) => patience(waitMs, caller, facts.closing),
    closing: facts.closing,
  }
  addStayRoute(app, ports, { parse, choose: findEncoder })
  addDeviceRoutes(app, encoders, parts)
  addVirtualRoutes(app, ports.virtual, parts)
  addRoomRoutes(app, ports.rooms, parts)
  addUpkeepRoutes(app, ports, parts)

  app.get('/v1/sessions', () => {
    const list = encoders.list()
    return { sessions: sessions.list().map((view) => sessionSummary(view, list)) }
  })

  app.get('/v1/sessions/:order_id', async ({ params, query, raw }) => {
    const orderId = parseOrderId(params)
    const { after, wait_ms: waitMs } = parse(SessionQuery, query)
    using waiting = patience(waitMs, raw.socket, facts.closing)
    const view = await follow(sessions, orderId, after, waiting.signal)
    if (view === null) throw new BridgeError('order_unknown')
    return sessionBody(view, encoders.list())
  })

  /** Both answer the session as it then is: a request that comes too late, or that nobody asked for, changes nothing. */
  const answer = (path: string, act: (orderId: OrderId, body: unknown) => boolean): void => {
    app.post(`/v1/sessions/:order_id/${path}`, async ({ params, body }) => {
      const orderId = parseOrderId(params)
      act(orderId, body)
      const view = await follow(sessions, orderId, -1, AbortSignal.abort())
      if (view === null) throw new BridgeError('order_unknown')
      return sessionBody(view, encoders.list())
    })
  }
  answer('cancel', (orderId, body) => {
    parse(EmptyRequest, body)
    return sessions.cancel(orderId)
  })
  answer('confirm', (orderId, body) => sessions.confirm(orderId, parse(ConfirmRequest, body).revision))

  app.get('/v1/audit', ({ query }, reply) => {
    const { since } = parse(AuditQuery, query)
    return reply.type('application/x-ndjson').send(Readable.from(jsonLines(journal.audit(since))))
  })

  app.get('/v1/pairing', () => pairingBody(pairing.view()))

  app.post('/v1/pairing', async ({ body }) => {
    const request = parse(PairingRequest, body)
    return pairingBody(
      await pairing.start({
        hubEndpoint: request.hub_endpoint,
        apiKey: request.api_key ?? null,
        acsSystemId: request.acs_system_id ?? null,
      }),
    )
  })

  app.get('/v1/doctor', (): Promise<DoctorReport> => ports.doctor())
}
