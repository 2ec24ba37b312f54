import { MAX_FOUND_GRANTS } from '../../contract/channel-work.ts'
import type {
  DeliverableGrant,
  DeliverableMethod,
  DeliverySecret,
  DeskWork,
  GrantQuery,
} from '../../contract/desk-work.ts'
import { BridgeError } from '../../contract/errors.ts'
import type { Clock } from '../../contract/transport.ts'
import { createWorkList } from '../work-list.ts'
import { Nothing, OneMethod, Related, type SeamGrant, type SeamMethod } from './seam-answers.ts'
import type { SeamClient } from './seam-client.ts'
import { createWaitingCards } from './waiting-cards.ts'

/** Whoever asks, Seam is asked no more often than this. */
const AT_LEAST_MS = 5_000

export interface RestWorkSettings {
  readonly client: SeamClient
  readonly acsSystemIds: readonly string[] | null
  readonly pollMs: number
  readonly timeZone: string
  readonly clock: Clock
  readonly wallClock: () => Date
}

const secretOf = (method: SeamMethod, secret: DeliverySecret): string | null => {
  const told = {
    code: method.code,
    instantKeyUrl: method.instant_key_url,
    clientSessionToken: method.client_session_token,
  }
  return told[secret] ?? null
}

const modeSecrets = {
  code: ['code'],
  mobile_key: ['instantKeyUrl', 'clientSessionToken'],
  card: [],
  cloud_key: [],
} as const satisfies Record<SeamMethod['mode'], readonly DeliverySecret[]>

const methodOf = (method: SeamMethod): DeliverableMethod => ({
  accessMethodId: method.access_method_id,
  mode: method.mode,
  displayName: method.display_name,
  isIssued: method.is_issued,
  issuedAt: method.issued_at,
  isEncodingRequired: method.is_encoding_required,
  isAssignmentRequired: method.is_assignment_required,
  secrets: method.is_issued
    ? modeSecrets[method.mode].filter((secret) => secretOf(method, secret) !== null)
    : [],
  remarks: [
    ...method.warnings.map(({ warning_code: code, message }) => ({
      kind: 'warning' as const,
      code,
      message,
    })),
    ...method.errors.map(({ error_code: code, message }) => ({ kind: 'error' as const, code, message })),
  ],
})

/** What the desk has to do and to hand over, read from Seam itself, for as long as it is open. */
export const createRestWork = (settings: RestWorkSettings): DeskWork & { hint(): void; close(): void } => {
  const { client, clock, wallClock, pollMs, timeZone } = settings
  const cards = createWaitingCards(settings)
  const kept = createWorkList({ ask: cards.read, clock, wallClock, pollMs, atLeastMs: AT_LEAST_MS })
  // The link's state is that of the last question, so that somebody always asks.
  const stop = kept.onChange(() => undefined)

  const filterOf = async (query: GrantQuery, signal: AbortSignal): Promise<object | null> => {
    if ('accessGrantId' in query) return { access_grant_ids: [query.accessGrantId] }
    if ('reservationKey' in query) return { reservation_key: query.reservationKey }
    const body = { access_method_ids: [query.accessMethodId], include: ['access_grants'] }
    const { batch } = await client.ask('/access_methods/get_related', body, Related, signal)
    const ids = batch.access_grants.map(({ access_grant_id: id }) => id)
    return ids.length === 0 ? null : { access_grant_ids: ids }
  }
  const deliverable = async (grant: SeamGrant, signal: AbortSignal): Promise<DeliverableGrant> => {
    const body = {
      access_method_ids: grant.access_method_ids,
      include: ['access_methods', 'acs_entrances'],
    }
    const { batch } = await client.ask('/access_methods/get_related', body, Related, signal)
    return {
      accessGrantId: grant.access_grant_id,
      // Seam's display name often is a guest's.
      displayName: grant.reservation_key ?? 'Access Grant',
      reservationKey: grant.reservation_key ?? null,
      doors: batch.acs_entrances.map(({ display_name: name }) => name),
      startsAt: grant.starts_at,
      endsAt: grant.ends_at,
      timeZone,
      methods: batch.access_methods.map(methodOf),
    }
  }

  return {
    list: kept.list,
    onChange: kept.onChange,
    refresh: kept.refresh,
    hint: kept.hint,
    grants: async (query, signal) => {
      const filter = await filterOf(query, signal)
      const found = filter === null ? [] : await cards.grantsLike(filter, signal)
      const told: DeliverableGrant[] = []
      for (const grant of found.slice(0, MAX_FOUND_GRANTS)) told.push(await deliverable(grant, signal))
      return told
    },
    reveal: async (accessMethodId, secret, signal) => {
      const body = { access_method_id: accessMethodId }
      const { access_method: method } = await client.ask('/access_methods/get', body, OneMethod, signal)
      const isOfMode = modeSecrets[method.mode].some((one) => one === secret)
      if (!isOfMode) throw new BridgeError('not_supported', 'This way in has no such secret.')
      const value = method.is_issued ? secretOf(method, secret) : null
      if (value === null) throw new BridgeError('not_issued')
      return value
    },
    extend: async (accessGrantId, endsAt, signal) => {
      const body = { access_grant_id: accessGrantId, ends_at: endsAt }
      await client.ask('/access_grants/update', body, Nothing, signal)
      kept.hint()
    },
    close: () => {
      stop()
      kept.close()
    },
  }
}
