import { type ChannelWorkItem, MAX_WORK_DOORS, MAX_WORK_ITEMS } from '../contract/channel-work.ts'
import { EventsPage, Related, type SeamAsk, type SeamGrant, type SeamMethod } from './answers.ts'
import { GRANTS_AT_ONCE, readGrants } from './grants.ts'
import { type AcsSystemIds, isAt, isOf } from './site.ts'

const METHODS_AT_ONCE = 100
/** At this many events in one answer there may be more; then everything is read anew. */
const MAX_EVENTS = 500
/** Events are asked for again from this long before the last: they may arrive late. */
const OVERLAP_MS = 120_000
/** After this long everything is read anew, whatever the events said. */
const READ_ALL_EVERY_MS = 3_600_000

export interface WaitingCardsSettings {
  /** The access systems whose cards this site makes; null for all that the key sees. */
  readonly acsSystemIds: AcsSystemIds
  /** The property's: Seam's grants have none. */
  timeZone(): string
  readonly wallClock: () => Date
  /** Seam's clock minus this computer's; null where it is not known. */
  clockSkewMs(): number | null
  /** What a card is called that may be encoded as well as assigned. */
  readonly prefers: ChannelWorkItem['action']
}

type Doors = ChannelWorkItem['acs_entrances']

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size))

const cardIdsOf = (grant: SeamGrant): string[] =>
  grant.requested_access_methods.flatMap((one) =>
    one.mode === 'card'
      ? one.created_access_method_ids.filter((id) => grant.access_method_ids.includes(id))
      : [],
  )

const isReady = (method: SeamMethod): boolean =>
  method.is_ready_for_encoding || (method.is_ready_for_assignment && !method.is_issued)

/**
 * Follows the cards that wait in Seam: everything once, then what its events are about, and everything again each hour. A question costs one
 * request when nothing has happened.
 */
export const followWaitingCards = (settings: WaitingCardsSettings) => {
  const { acsSystemIds, wallClock } = settings
  const grants = new Map<string, SeamGrant>()
  /** Those that are ready, by their access methods. */
  const cards = new Map<string, SeamMethod>()
  /** By access method; null for one that is another site's. */
  const doors = new Map<string, Doors | null>()
  const seen = new Set<string>()
  let since: number | null = null
  let readAllAt = -Infinity

  const isOver = ({ ends_at: endsAt }: SeamGrant): boolean =>
    endsAt !== null && Date.parse(endsAt) <= wallClock().getTime()

  const readMethods = async (ask: SeamAsk, ids: readonly string[]): Promise<SeamMethod[]> => {
    const found: SeamMethod[] = []
    for (const some of chunks(ids, METHODS_AT_ONCE)) {
      const body = { access_method_ids: some, include: ['access_methods'] }
      found.push(...(await ask('/access_methods/get_related', body, Related)).batch.access_methods)
    }
    return found
  }
  /** A batch does not say which door is whose, so that each card is asked for by itself, once. */
  const readDoors = async (ask: SeamAsk, id: string): Promise<Doors | null> => {
    const body = { access_method_ids: [id], include: ['acs_entrances', 'acs_credentials'] }
    const { batch } = await ask('/access_methods/get_related', body, Related)
    if (!isAt(batch, acsSystemIds)) return null
    return batch.acs_entrances
      .filter(isOf(acsSystemIds))
      .slice(0, MAX_WORK_DOORS)
      .map(({ acs_entrance_id, display_name }) => ({ acs_entrance_id, display_name }))
  }

  /** Takes these grants as they are now; of `gone` those that are not among them are no more. */
  const take = async (ask: SeamAsk, told: readonly SeamGrant[], gone: readonly string[]): Promise<void> => {
    const live = told.filter((grant) => !isOver(grant))
    const methods = await readMethods(ask, live.flatMap(cardIdsOf))
    for (const id of gone) forget(id)
    for (const grant of told) forget(grant.access_grant_id)
    for (const grant of live) grants.set(grant.access_grant_id, grant)
    for (const method of methods.filter(isReady)) cards.set(method.access_method_id, method)
  }
  const forget = (grantId: string): void => {
    for (const id of grants.get(grantId)?.access_method_ids ?? []) {
      cards.delete(id)
      doors.delete(id)
    }
    grants.delete(grantId)
  }

  const readAll = async (ask: SeamAsk): Promise<void> => {
    const startedAt = wallClock().getTime()
    await take(ask, await readGrants(ask, acsSystemIds, {}), [...grants.keys()])
    since = startedAt + (settings.clockSkewMs() ?? 0)
    readAllAt = startedAt
    seen.clear()
    doors.clear()
  }

  const readChanges = async (ask: SeamAsk, from: number): Promise<void> => {
    const body = { since: new Date(from - OVERLAP_MS).toISOString(), limit: MAX_EVENTS }
    const { events } = await ask('/events/list', body, EventsPage)
    if (events.length >= MAX_EVENTS) return readAll(ask)
    const fresh = events.filter(
      ({ event_id: id, event_type: type }) => !seen.has(id) && /^access_(?:grant|method)\./.test(type),
    )
    const touched = new Set(
      fresh.flatMap((event) => [
        ...(event.access_grant_ids ?? []),
        ...(event.access_grant_id === undefined ? [] : [event.access_grant_id]),
      ]),
    )
    for (const ids of chunks([...touched], GRANTS_AT_ONCE)) {
      await take(ask, await readGrants(ask, acsSystemIds, { access_grant_ids: ids }), ids)
    }
    seen.clear()
    for (const { event_id: id } of events) seen.add(id)
    since = Math.max(from, ...events.map(({ created_at: at }) => Date.parse(at)))
  }

  const actionOf = (method: SeamMethod): ChannelWorkItem['action'] => {
    if (method.is_ready_for_encoding && method.is_ready_for_assignment) return settings.prefers
    return method.is_ready_for_assignment ? 'assign' : 'encode'
  }
  const itemOf = (grant: SeamGrant, method: SeamMethod, acs_entrances: Doors): ChannelWorkItem => ({
    access_method_id: method.access_method_id,
    access_grant_id: grant.access_grant_id,
    action: actionOf(method),
    reservation_key: grant.reservation_key ?? null,
    acs_entrances,
    starts_at: grant.starts_at,
    ends_at: grant.ends_at,
    time_zone: settings.timeZone(),
    // Seam keeps the instant of the first issue.
    is_reissue: method.issued_at !== null,
  })

  return {
    /** What waits now, those that start first. Rejects as the question does; one is put at a time. */
    read: async (ask: SeamAsk): Promise<readonly ChannelWorkItem[]> => {
      const isDue = wallClock().getTime() - readAllAt >= READ_ALL_EVERY_MS
      if (since === null || isDue) await readAll(ask)
      else await readChanges(ask, since)
      const waiting = [...grants.values()]
        .filter((grant) => !isOver(grant))
        .flatMap((grant) =>
          grant.access_method_ids.flatMap((id) => {
            const method = cards.get(id)
            return method === undefined ? [] : [{ grant, method }]
          }),
        )
        .toSorted((one, other) => Date.parse(one.grant.starts_at) - Date.parse(other.grant.starts_at))
      const items: ChannelWorkItem[] = []
      for (const { grant, method } of waiting) {
        if (items.length === MAX_WORK_ITEMS) break
        const id = method.access_method_id
        const known = doors.get(id)
        const opens = known === undefined ? await readDoors(ask, id) : known
        doors.set(id, opens)
        if (opens !== null) items.push(itemOf(grant, method, opens))
      }
      return items
    },
  }
}
