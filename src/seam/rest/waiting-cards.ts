import { MAX_WORK_DOORS, MAX_WORK_ITEMS } from '../../contract/channel-work.ts'
import type { WorkItem } from '../../contract/desk-work.ts'
import { BridgeError } from '../../contract/errors.ts'
import { EventsPage, GrantsPage, Related, type SeamGrant, type SeamMethod } from './seam-answers.ts'
import type { SeamClient } from './seam-client.ts'

const PAGE = 100
/** Ten thousand grants. A server whose pages have no end is left there. */
const MAX_PAGES = 100
const METHODS_AT_ONCE = 100
/** At this many events in one answer there may be more; then everything is read anew. */
const MAX_EVENTS = 500
/** Events are asked for again from this long before the last: they may arrive late. */
const OVERLAP_MS = 120_000
/** After this long everything is read anew, whatever the events said. */
const READ_ALL_EVERY_MS = 3_600_000

export interface WaitingCardsSettings {
  readonly client: SeamClient
  /** The access systems whose cards this desk makes; null for all that the key sees. */
  readonly acsSystemIds: readonly string[] | null
  /** The property's: Seam's grants have none. */
  readonly timeZone: string
  readonly wallClock: () => Date
}

type Doors = WorkItem['doors']

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
export const createWaitingCards = (settings: WaitingCardsSettings) => {
  const { client, acsSystemIds, timeZone, wallClock } = settings
  const grants = new Map<string, SeamGrant>()
  /** Those that are ready, by their access methods. */
  const cards = new Map<string, SeamMethod>()
  const doors = new Map<string, Doors>()
  const seen = new Set<string>()
  let since: number | null = null
  let readAllAt = -Infinity

  const isOver = ({ ends_at: endsAt }: SeamGrant): boolean =>
    endsAt !== null && Date.parse(endsAt) <= wallClock().getTime()

  const readGrants = async (filter: object, signal: AbortSignal): Promise<SeamGrant[]> => {
    const found: SeamGrant[] = []
    let cursor: string | null = null
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const body = { ...filter, limit: PAGE, ...(cursor !== null && { page_cursor: cursor }) }
      const page: {
        access_grants: SeamGrant[]
        pagination?: { next_page_cursor: string | null } | undefined
      } = await client.ask('/access_grants/list', body, GrantsPage, signal)
      found.push(...page.access_grants)
      cursor = page.pagination?.next_page_cursor ?? null
      if (cursor === null) return found
    }
    throw new BridgeError('seam_unreachable', `Its list of grants has more than ${MAX_PAGES} pages.`)
  }
  /** Of every system that the desk serves. */
  const readAllGrants = async (filter: object, signal: AbortSignal): Promise<SeamGrant[]> => {
    if (acsSystemIds === null) return readGrants(filter, signal)
    const found: SeamGrant[] = []
    for (const id of acsSystemIds) found.push(...(await readGrants({ ...filter, acs_system_id: id }, signal)))
    return found
  }

  const readMethods = async (ids: readonly string[], signal: AbortSignal): Promise<SeamMethod[]> => {
    const found: SeamMethod[] = []
    for (const some of chunks(ids, METHODS_AT_ONCE)) {
      const body = { access_method_ids: some, include: ['access_methods'] }
      found.push(
        ...(await client.ask('/access_methods/get_related', body, Related, signal)).batch.access_methods,
      )
    }
    return found
  }
  /** A batch does not say which door is whose, so that each card is asked for by itself, once. */
  const readDoors = async (id: string, signal: AbortSignal): Promise<Doors> => {
    const body = { access_method_ids: [id], include: ['acs_entrances'] }
    const { batch } = await client.ask('/access_methods/get_related', body, Related, signal)
    return batch.acs_entrances.slice(0, MAX_WORK_DOORS).map((door) => ({
      acsEntranceId: door.acs_entrance_id,
      displayName: door.display_name,
    }))
  }

  /** Takes these grants as they are now; of `gone` those that are not among them are no more. */
  const take = async (
    told: readonly SeamGrant[],
    gone: readonly string[],
    signal: AbortSignal,
  ): Promise<void> => {
    const live = told.filter((grant) => !isOver(grant))
    const methods = await readMethods(live.flatMap(cardIdsOf), signal)
    for (const id of gone) forget(id)
    for (const grant of told) forget(grant.access_grant_id)
    for (const grant of live) grants.set(grant.access_grant_id, grant)
    for (const method of methods.filter(isReady)) cards.set(method.access_method_id, method)
  }
  const forget = (grantId: string): void => {
    for (const id of grants.get(grantId)?.access_method_ids ?? []) cards.delete(id)
    grants.delete(grantId)
  }

  const readAll = async (signal: AbortSignal): Promise<void> => {
    const startedAt = wallClock().getTime()
    await take(await readAllGrants({}, signal), [...grants.keys()], signal)
    since = startedAt + (client.clockSkewMs() ?? 0)
    readAllAt = startedAt
    seen.clear()
    doors.clear()
  }

  const readChanges = async (from: number, signal: AbortSignal): Promise<void> => {
    const body = { since: new Date(from - OVERLAP_MS).toISOString(), limit: MAX_EVENTS }
    const { events } = await client.ask('/events/list', body, EventsPage, signal)
    if (events.length >= MAX_EVENTS) return readAll(signal)
    const fresh = events.filter(
      ({ event_id: id, event_type: type }) => !seen.has(id) && /^access_(?:grant|method)\./.test(type),
    )
    const touched = new Set(
      fresh.flatMap((event) => [
        ...(event.access_grant_ids ?? []),
        ...(event.access_grant_id === undefined ? [] : [event.access_grant_id]),
      ]),
    )
    for (const ids of chunks([...touched], PAGE)) {
      await take(await readAllGrants({ access_grant_ids: ids }, signal), ids, signal)
    }
    seen.clear()
    for (const { event_id: id } of events) seen.add(id)
    since = Math.max(from, ...events.map(({ created_at: at }) => Date.parse(at)))
  }

  const itemOf = (grant: SeamGrant, method: SeamMethod): WorkItem => ({
    accessMethodId: method.access_method_id,
    accessGrantId: grant.access_grant_id,
    action: method.is_ready_for_assignment ? 'assign' : 'encode',
    reservationKey: grant.reservation_key ?? null,
    doors: [],
    startsAt: grant.starts_at,
    endsAt: grant.ends_at,
    timeZone,
    // Seam keeps the instant of the first issue.
    isReissue: method.issued_at !== null,
  })

  return {
    /** What waits now, those that start first. Rejects as the client does. */
    read: async (signal: AbortSignal): Promise<readonly WorkItem[]> => {
      const isDue = wallClock().getTime() - readAllAt >= READ_ALL_EVERY_MS
      if (since === null || isDue) await readAll(signal)
      else await readChanges(since, signal)
      const items = [...grants.values()]
        .filter((grant) => !isOver(grant))
        .flatMap((grant) =>
          grant.access_method_ids.flatMap((id) => {
            const card = cards.get(id)
            return card === undefined ? [] : [itemOf(grant, card)]
          }),
        )
        .toSorted((one, other) => Date.parse(one.startsAt) - Date.parse(other.startsAt))
        .slice(0, MAX_WORK_ITEMS)
      for (const { accessMethodId: id } of items) {
        if (!doors.has(id)) doors.set(id, await readDoors(id, signal))
      }
      return items.map((item) => ({ ...item, doors: doors.get(item.accessMethodId) ?? [] }))
    },
    grantsLike: (filter: object, signal: AbortSignal): Promise<SeamGrant[]> => readAllGrants(filter, signal),
  }
}
