import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { isBridgeError } from '../../contract/errors.ts'
import { nowOf } from '../context.ts'
import type { HubContext } from '../context.ts'
import type { Caller } from '../endpoint.ts'
import { deleteMethod } from '../grants.ts'
import { findEncoders } from '../orders.ts'
import { invalidInput } from '../refusal.ts'
import { makeSiteKey } from '../secrets.ts'
import { askUpstream } from './ask.ts'
import { createCallers } from './callers.ts'
import type { GatewayCallers } from './callers.ts'
import { createPassThrough } from './pass-through.ts'
import type { PassThrough } from './pass-through.ts'
import { fetchRelated } from './related.ts'
import { createReporter } from './reporter.ts'
import { keepEntrances, keepShadow } from './shadow.ts'
import { createUpstream } from './upstream.ts'
import type { Upstream, UpstreamOptions } from './upstream.ts'
import { createWorkspace } from './workspace.ts'

const CONFIRM_EVERY_MS = 10_000

/** What a hub has that stands in front of Seam. Each `prepare…` brings from the upstream what an endpoint of ours then finds in the store. */
export interface Gateway {
  readonly upstream: Upstream
  readonly passThrough: PassThrough
  readonly authorizationFor: GatewayCallers['authorizationFor']
  identify(this: void, request: { readonly raw: IncomingMessage }): Promise<Caller>
  prepareClaim(pairingCode: string, acsSystemId: string | null): Promise<void>
  prepareEncode(accessMethodId: string, acsEncoderIds: readonly string[]): Promise<void>
  prepareLookup(acsCredentialId: string): Promise<void>
  prepareEntrances(acsSystemId: string): Promise<void>
  /** Asks the upstream whether it knows our key. Rejects `config_invalid`; an upstream that can't be reached is asked again and again. */
  start(): Promise<void>
  /** Tells the upstream what is due. */
  wake(): void
  /** Once a second. */
  tick(): void
  close(): Promise<void>
}

const SystemAnswer = z.object({
  acs_system: z.object({
    acs_system_id: z.uuid(),
    workspace_id: z.string(),
    name: z.string(),
    connected_account_id: z.string(),
    location: z.object({ time_zone: z.string().nullish() }).nullish(),
  }),
})

const EntrancesAnswer = z.object({
  acs_entrances: z.array(
    z.object({
      acs_entrance_id: z.string(),
      acs_system_id: z.string(),
      display_name: z.string(),
      can_belong_to_reservation: z.boolean().default(true),
    }),
  ),
  pagination: z.object({ next_page_cursor: z.string().nullish() }).nullish(),
})
/** More pages than a property has doors. */
const MAX_PAGES = 100

const keepSystem = (
  hub: HubContext,
  told: z.output<typeof SystemAnswer>['acs_system'],
  bridgeTimeZone: string,
): void => {
  const { acs_system_id, workspace_id, name, connected_account_id } = told
  const row = { name, connected_account_id, time_zone: told.location?.time_zone ?? bridgeTimeZone }
  if (hub.store.systems.find({ acs_system_id }) !== null) {
    return hub.store.systems.update({ acs_system_id }, row)
  }
  hub.store.systems.insert({
    acs_system_id,
    workspace_id,
    ...row,
    card_issuing: 'encoding',
    created_at: nowOf(hub),
  })
  hub.store.siteKeys.insert({ acs_system_id, version: 1, key: makeSiteKey() })
}

const createPreparations = (hub: HubContext, upstream: Upstream, workspaceId: () => string) => {
  const keepOf = async (accessMethodId: string, systemId: string): Promise<void> => {
    const related = await fetchRelated(upstream, accessMethodId)
    if (related.method.mode !== 'card') {
      throw invalidInput(
        `access_method_id: the access method's mode is ${related.method.mode}; only cards are encoded`,
      )
    }
    hub.store.transaction(() => keepShadow(hub, workspaceId(), systemId, related))
  }
  const forget = (access_method_id: string): void => {
    const method = hub.store.methods.find({ access_method_id, deleted_at: null })
    if (method !== null) hub.store.transaction(() => deleteMethod(hub, method))
  }

  return {
    prepareClaim: async (pairingCode: string, acsSystemId: string | null): Promise<void> => {
      if (acsSystemId === null) {
        throw invalidInput('acs_system_id: name the access system of Seam that this bridge serves')
      }
      const { acs_system: told } = await askUpstream(
        upstream,
        '/acs/systems/get',
        { acs_system_id: acsSystemId },
        SystemAnswer,
      )
      const session = hub.store.sessions.find({
        pairing_code: pairingCode.trim().toUpperCase(),
        bridge_id: null,
      })
      if (session === null) return
      hub.store.transaction(() =>
        keepSystem(hub, { ...told, workspace_id: workspaceId() }, session.time_zone),
      )
    },
    prepareEncode: async (accessMethodId: string, acsEncoderIds: readonly string[]): Promise<void> => {
      const [encoder] = findEncoders(hub, workspaceId(), acsEncoderIds)
      if (encoder === undefined) return
      try {
        await keepOf(accessMethodId, encoder.acs_system_id)
      } catch (error) {
        if (isBridgeError(error, 'hub_refused') && isNotFound(error.cause)) forget(accessMethodId)
        throw error
      }
    },
    /** The last that was heard counts while the upstream can't be asked: a valid card is asked about before it is overwritten. */
    prepareLookup: async (acsCredentialId: string): Promise<void> => {
      const credential = hub.store.credentials.find({ acs_credential_id: acsCredentialId })
      if (credential?.access_method_id == null) return
      try {
        await keepOf(credential.access_method_id, credential.acs_system_id)
      } catch (error) {
        if (isBridgeError(error, 'hub_refused') && isNotFound(error.cause))
          forget(credential.access_method_id)
        hub.log.info({ err: error }, 'a credential was looked up without the upstream')
      }
    },
    prepareEntrances: async (acsSystemId: string): Promise<void> => {
      let cursor: string | null = null
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const answer: z.output<typeof EntrancesAnswer> = await askUpstream(
          upstream,
          '/acs/entrances/list',
          { acs_system_id: acsSystemId, ...(cursor === null ? {} : { page_cursor: cursor }) },
          EntrancesAnswer,
        )
        hub.store.transaction(() => keepEntrances(hub, workspaceId(), answer.acs_entrances))
        cursor = answer.pagination?.next_page_cursor ?? null
        if (cursor === null) return
      }
    },
  }
}

const isNotFound = (cause: unknown): boolean => z.object({ status: z.literal(404) }).safeParse(cause).success

export const createGateway = (hub: HubContext, options: UpstreamOptions): Gateway => {
  const upstream = createUpstream(options, hub.clock)
  const workspace = createWorkspace(hub, upstream)
  const callers = createCallers(hub, upstream, workspace.ensure)
  const reporter = createReporter(hub, upstream)
  let isConfirmed = false
  let askAgainAtMs = 0
  let asking: Promise<void> = Promise.resolve()

  const confirm = async (): Promise<void> => {
    askAgainAtMs = Number.POSITIVE_INFINITY
    try {
      isConfirmed = await workspace.confirm()
      if (isConfirmed) hub.log.info({ upstream: upstream.endpoint }, 'upstream confirmed')
      else hub.log.warn({ upstream: upstream.endpoint }, 'upstream not reached, trying again')
    } finally {
      askAgainAtMs = hub.clock.now() + CONFIRM_EVERY_MS
    }
  }

  return {
    upstream,
    passThrough: createPassThrough(upstream, hub.clock),
    authorizationFor: callers.authorizationFor,
    identify: ({ raw }) => callers.identify(raw),
    ...createPreparations(hub, upstream, () => workspace.id()),
    start: confirm,
    wake: reporter.wake,
    tick: () => {
      if (!isConfirmed && hub.clock.now() >= askAgainAtMs) {
        asking = confirm().catch((error: unknown) => hub.log.error({ err: error }, 'upstream refused'))
      }
      reporter.wake()
    },
    close: async () => {
      upstream.close()
      await asking
      await reporter.close()
    },
  }
}
