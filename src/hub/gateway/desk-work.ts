import { z } from 'zod'
import type {
  ChannelGrant,
  ChannelSecret,
  ChannelWorkItem,
  FindGrantsRequest,
  RevealResponse,
} from '../../contract/channel-work.ts'
import { MAX_WORK_DOORS } from '../../contract/channel-work.ts'
import type { SeamAsk } from '../../seam-api/answers.ts'
import { findDeliverables, isMethodAt, readSecret } from '../../seam-api/deliverables.ts'
import { followWaitingCards } from '../../seam-api/waiting-cards.ts'
import type { HubContext } from '../context.ts'
import { newEnd } from '../desk-work.ts'
import { changeTimes } from '../grants.ts'
import { wholeSecond } from '../present-access.ts'
import { notFound, refusal } from '../refusal.ts'
import { askUpstream, isNotFound } from './ask.ts'
import { createKeptAnswer } from './kept-answers.ts'
import type { Upstream } from './upstream.ts'

/** However many desks ask, the upstream is asked for the work of a site no more often. */
const KEEP_WORK_MS = 10_000

/** What desks ask about the work of their site, an access system of the upstream's. Each rejects as `askUpstream` does. */
export interface DeskWork {
  list(siteId: string): Promise<ChannelWorkItem[]>
  find(siteId: string, query: z.output<typeof FindGrantsRequest>): Promise<ChannelGrant[]>
  /** Rejects 404 for an access method of another site. What it tells is kept nowhere. */
  reveal(siteId: string, accessMethodId: string, secret: ChannelSecret): Promise<Omit<RevealResponse, 'ok'>>
  /** Rejects 404 for a grant of another site, 400 for an end that is over or before the start. */
  extend(siteId: string, accessGrantId: string, endsAt: string): Promise<void>
  /** The list of a site has changed. */
  forget(siteId: string): void
  close(): void
}

/** Seam isn't told of a card that was encoded here, and shows it as waiting for ever: it waits again when its times or doors are others. */
const isMadeHere = (hub: HubContext, item: ChannelWorkItem): boolean => {
  const { access_method_id, access_grant_id } = item
  const { methods, grants, assignments } = hub.store
  const isBeingTold = `where t.access_method_id = ? and t.state <> 'done'`
  if (assignments.query(isBeingTold, access_method_id).length > 0) return true
  const grant = grants.find({ access_grant_id })
  if (methods.find({ access_method_id, deleted_at: null })?.is_issued !== true || grant === null) return false
  const doors = item.acs_entrances.map((one) => one.acs_entrance_id)
  return (
    grant.starts_at === wholeSecond(item.starts_at) &&
    grant.ends_at === (item.ends_at === null ? null : wholeSecond(item.ends_at)) &&
    doors.length === Math.min(grant.acs_entrance_ids.length, MAX_WORK_DOORS) &&
    doors.every((id) => grant.acs_entrance_ids.includes(id))
  )
}

export const createDeskWork = (hub: HubContext, upstream: Upstream): DeskWork => {
  let isClosed = false
  const ask: SeamAsk = async (path, body, answer) => {
    if (isClosed) throw refusal(503, 'upstream_unreachable', 'The hub stops.')
    return askUpstream(upstream, path, body, answer)
  }
  const timeZoneOf = (siteId: string): string =>
    hub.store.systems.find({ acs_system_id: siteId })?.time_zone ?? 'UTC'

  const openList = (siteId: string) => {
    const cards = followWaitingCards({
      acsSystemIds: [siteId],
      timeZone: () => timeZoneOf(siteId),
      wallClock: () => new Date(hub.clock.now()),
      // Cards bear this computer's time, so that it has to be right; events are asked for with an overlap, and everything anew each hour.
      clockSkewMs: () => null,
      prefers: 'encode',
    })
    return createKeptAnswer(hub.clock, KEEP_WORK_MS, () => cards.read(ask))
  }
  const lists = new Map<string, ReturnType<typeof openList>>()
  const listOf = (siteId: string): ReturnType<typeof openList> => {
    const known = lists.get(siteId) ?? openList(siteId)
    lists.set(siteId, known)
    return known
  }

  const find: DeskWork['find'] = async (siteId, query) => {
    try {
      return await findDeliverables(ask, { acsSystemIds: [siteId], timeZone: timeZoneOf(siteId) }, query)
    } catch (error) {
      if (isNotFound(error)) return []
      throw error
    }
  }
  const isOurs = async (siteId: string, accessMethodId: string): Promise<boolean> => {
    try {
      return await isMethodAt(ask, [siteId], accessMethodId)
    } catch (error) {
      if (isNotFound(error)) return false
      throw error
    }
  }

  return {
    list: async (siteId) => {
      const told = await listOf(siteId).get()
      return told.flatMap((item) => {
        if (isMadeHere(hub, item)) return []
        const timesIssued = hub.store.methods.find({ access_method_id: item.access_method_id })?.times_issued
        return [{ ...item, is_reissue: item.is_reissue || (timesIssued ?? 0) > 0 }]
      })
    },
    find,
    reveal: async (siteId, accessMethodId, secret) => {
      if (!(await isOurs(siteId, accessMethodId))) throw notFound('access_method', accessMethodId)
      return readSecret(ask, accessMethodId, secret)
    },
    extend: async (siteId, access_grant_id, endsAt) => {
      const [stay] = await find(siteId, { access_grant_id })
      if (stay === undefined) throw notFound('access_grant', access_grant_id)
      const ends_at = newEnd(hub, stay, endsAt)
      await ask('/access_grants/update', { access_grant_id, ends_at }, z.object({}))
      lists.get(siteId)?.forget()
      hub.store.transaction(() => {
        const kept = hub.store.grants.find({ access_grant_id })
        if (kept !== null) changeTimes(hub, kept, { starts_at: kept.starts_at, ends_at })
      })
      hub.outbound.wake()
    },
    forget: (siteId) => lists.get(siteId)?.forget(),
    close: () => {
      isClosed = true
    },
  }
}
