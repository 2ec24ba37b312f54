import { z } from 'zod'
import type { HubContext } from '../context.ts'
import { idList, paging } from '../inputs.ts'
import { expireOrders } from '../orders.ts'
import { pageOf } from '../pages.ts'
import { presentAttempt, presentEncoder } from '../present-acs.ts'
import { refusedUpstream } from './ask.ts'
import type { Gateway } from './gateway.ts'
import { refusal } from '../refusal.ts'

const DEFAULT_LIMIT = 500
/** Of pages that the upstream knows nothing of. */
const OURS = 'hub:'

const Parameters = z.looseObject({
  acs_system_id: z.uuid().optional(),
  acs_system_ids: idList.optional(),
  acs_encoder_ids: idList.optional(),
  action_attempt_ids: idList.optional(),
  ...paging,
})
export type ListParameters = z.output<typeof Parameters>

/** A list that the upstream has and that we add to. */
interface MergedList {
  /** The list's name in the answer. */
  readonly name: 'acs_encoders' | 'action_attempts'
  /** The parameter that names single items. */
  readonly ids: 'acs_encoder_ids' | 'action_attempt_ids'
  idOf(item: object): string
  /** Ours that the parameters ask for. */
  ours(parameters: ListParameters): readonly object[]
  /** Whether an id is ours. */
  isOurs(id: string): boolean
}

export type Merge =
  /** Nothing of ours is asked for. */
  | { readonly kind: 'passThrough' }
  | { readonly kind: 'merge'; answer(upstreamBearer: string): Promise<object> }

const UpstreamPage = z.looseObject({
  pagination: z.looseObject({ has_next_page: z.boolean() }).nullish(),
})

const createMerge =
  (gateway: Gateway, list: MergedList) =>
  (given: unknown): Merge => {
    const parsed = Parameters.safeParse(given)
    // What can't be read is the upstream's to refuse.
    if (!parsed.success) return { kind: 'passThrough' }
    const parameters = parsed.data
    const { limit = DEFAULT_LIMIT, page_cursor: cursor } = parameters
    const named = parameters[list.ids]
    const theirs = named?.filter((id) => !list.isOurs(id))
    const ours = list.ours(parameters)
    if (ours.length === 0 && cursor?.startsWith(OURS) !== true) return { kind: 'passThrough' }

    const ourPage = (after: string | null, size: number) => {
      const { page, pagination } = pageOf(ours, list.idOf, { limit: size, page_cursor: after })
      const next = pagination.next_page_cursor
      return { page, pagination: { ...pagination, next_page_cursor: next === null ? null : OURS + next } }
    }
    if (cursor?.startsWith(OURS) === true) {
      const after = cursor.slice(OURS.length)
      return {
        kind: 'merge',
        answer: async () => {
          const { page, pagination } = ourPage(after === '' ? null : after, limit)
          return { [list.name]: page, pagination }
        },
      }
    }
    const answer = async (upstreamBearer: string): Promise<object> => {
      if (named !== undefined && theirs?.length === 0) {
        const { page, pagination } = ourPage(null, limit)
        return { [list.name]: page, pagination }
      }
      const body = theirs === undefined ? parameters : { ...parameters, [list.ids]: theirs }
      const told = await gateway.upstream.call(
        `/${list.name === 'acs_encoders' ? 'acs/encoders' : list.name}/list`,
        body,
        upstreamBearer,
      )
      if (told.kind !== 'answered') {
        throw refusal(502, 'upstream_unreachable', `The upstream gives no answer: ${told.reason}.`)
      }
      const { data } = UpstreamPage.safeParse(told.body)
      const items = z.array(z.unknown()).safeParse(data?.[list.name])
      if (told.status !== 200 || data === undefined || !items.success)
        throw refusedUpstream(told.status, told.body)
      if (data.pagination?.has_next_page === true) return data
      const room = Math.max(0, limit - items.data.length)
      const { page, pagination } = ourPage(null, room)
      const isMore = page.length < ours.length
      return {
        ...data,
        [list.name]: [...items.data, ...page],
        pagination: isMore
          ? {
              has_next_page: true,
              next_page_cursor: pagination.next_page_cursor ?? OURS,
              next_page_url: null,
            }
          : (data.pagination ?? pagination),
      }
    }
    return { kind: 'merge', answer }
  }

/** Of `/acs/encoders/list`: the upstream's encoders first, then those of the bridges that are paired with this hub. */
export const createEncoderMerge = (hub: HubContext, gateway: Gateway) =>
  createMerge(gateway, {
    name: 'acs_encoders',
    ids: 'acs_encoder_ids',
    idOf: (item) => (item as { acs_encoder_id: string }).acs_encoder_id,
    isOurs: (acs_encoder_id) => hub.store.encoders.find({ acs_encoder_id }) !== null,
    ours: ({ acs_system_id, acs_system_ids, acs_encoder_ids: ids }) => {
      const systems = acs_system_id === undefined ? acs_system_ids : [acs_system_id]
      // Seam wants a filter, and refuses a list without one.
      if (systems === undefined && ids === undefined) return []
      return hub.store.encoders
        .all({})
        .filter((one) => systems?.includes(one.acs_system_id) ?? true)
        .filter((one) => ids?.includes(one.acs_encoder_id) ?? true)
        .map((one) => presentEncoder(hub, one))
    },
  })

/** Of `/action_attempts/list`: ours are added where they are named. */
export const createAttemptMerge = (hub: HubContext, gateway: Gateway) =>
  createMerge(gateway, {
    name: 'action_attempts',
    ids: 'action_attempt_ids',
    idOf: (item) => (item as { action_attempt_id: string }).action_attempt_id,
    isOurs: (action_attempt_id) => hub.store.attempts.find({ action_attempt_id }) !== null,
    ours: ({ action_attempt_ids: ids }) => {
      if (ids === undefined) return []
      hub.store.transaction(() => expireOrders(hub))
      return hub.store.attempts
        .all({})
        .filter((one) => ids.includes(one.action_attempt_id))
        .map(presentAttempt)
    },
  })
