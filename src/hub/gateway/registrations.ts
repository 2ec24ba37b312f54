import { z } from 'zod'
import type { ChannelEnding } from '../../contract/channel.ts'
import { failAttempt, succeedAttempt } from '../attempts.ts'
import { isoAt } from '../clock.ts'
import { nowOf } from '../context.ts'
import type { HubContext } from '../context.ts'
import { attemptOf } from '../orders.ts'
import { cardNumberOf } from '../scan-results.ts'
import type { OrderRow } from '../store-orders.ts'
import { askUpstream } from './ask.ts'
import { LONGEST_PAUSE_MS } from './store-gateway.ts'
import type { RegistrationRow } from './store-gateway.ts'
import type { Upstream } from './upstream.ts'

const GIVE_UP_AFTER_MS = 86_400_000
/** Of credentials whose text contains the number; one of them is the card's. */
const MAX_PAGES = 20
/** These say that the upstream has done nothing, and will do it another time. */
const NOT_NOW = new Set([401, 403, 408, 425, 429])

const Credential = z.looseObject({
  acs_credential_id: z.string(),
  card_number: z.string().nullish(),
  user_identity_id: z.string().nullish(),
  acs_user_id: z.string().nullish(),
})
type Credential = z.output<typeof Credential>
const ListAnswer = z.object({
  acs_credentials: z.array(Credential),
  pagination: z.object({ next_page_cursor: z.string().nullish() }).nullish(),
})
const AssignAnswer = z.object({ acs_credential: Credential })
const ErrorAnswer = z.object({ error: z.object({ message: z.string().max(500) }) })

/** A card was scanned for a user of the upstream. One that comes too late is given to nobody: another may have been taken. */
export const noteCardToRegister = (
  hub: HubContext,
  order: OrderRow,
  ending: Extract<ChannelEnding, { kind: 'scanned' }>,
): void => {
  const attempt = attemptOf(hub, order)
  if (attempt.status !== 'pending') return
  const number = ending.record?.card_number ?? cardNumberOf(ending)
  const encoder = hub.store.encoders.find({ acs_encoder_id: order.body.acs_encoder_ids[0] ?? '' })
  if (number === null || encoder === null) {
    return failAttempt(
      hub,
      attempt,
      'uncategorized_error',
      'The card bears nothing that Seam could know it by.',
    )
  }
  const { order_id } = order
  const { acs_system_id } = encoder
  hub.store.registrations.insert({
    order_id,
    acs_system_id,
    card_number: number,
    tries: 0,
    due_at: nowOf(hub),
  })
}

/**
 * Gives a card that Seam knows by its number to a user, a step at a time. Every step begins by reading whose the card is, so that a call
 * without a clear answer is never simply repeated. The row is gone when it is over.
 */
export const createRegistrations = (hub: HubContext, upstream: Upstream) => {
  const { registrations, attempts, orders } = hub.store

  const end = (
    row: RegistrationRow,
    work: (attempt: NonNullable<ReturnType<typeof attempts.find>>) => void,
  ) =>
    hub.store.transaction(() => {
      registrations.delete({ order_id: row.order_id })
      const attempt = attempts.find({ action_attempt_id: row.order_id })
      if (attempt !== null) work(attempt)
    })
  const fail = (row: RegistrationRow, type: string, message: string): void =>
    end(row, (attempt) => failAttempt(hub, attempt, type, message))
  const succeed = (row: RegistrationRow, credential: Credential): void =>
    end(row, (attempt) => succeedAttempt(hub, attempt, credential))
  const later = (row: RegistrationRow): void => {
    const pauseMs = Math.min(1_000 * 2 ** row.tries, LONGEST_PAUSE_MS)
    const due_at = isoAt(hub.clock.now() + pauseMs)
    registrations.update({ order_id: row.order_id }, { tries: row.tries + 1, due_at })
  }

  const find = async ({ acs_system_id, card_number }: RegistrationRow): Promise<Credential | null> => {
    let cursor: string | null = null
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const asked: object = {
        acs_system_id,
        search: card_number,
        ...(cursor !== null && { page_cursor: cursor }),
      }
      const answer: z.output<typeof ListAnswer> = await askUpstream(
        upstream,
        '/acs/credentials/list',
        asked,
        ListAnswer,
      )
      const found = answer.acs_credentials.find((one) => one.card_number === card_number)
      cursor = answer.pagination?.next_page_cursor ?? null
      if (found !== undefined || cursor === null) return found ?? null
    }
    return null
  }

  const carryOn = async (row: RegistrationRow, order: OrderRow): Promise<void> => {
    const { user_identity_id = null, acs_user_id = null } = order.body.assign_to ?? {}
    const card = await find(row)
    if (card === null) {
      return fail(row, 'uncategorized_error', `Seam knows no card ${row.card_number} in this access system.`)
    }
    const isTheirs =
      (user_identity_id !== null && card.user_identity_id === user_identity_id) ||
      (acs_user_id !== null && card.acs_user_id === acs_user_id)
    if (isTheirs) return succeed(row, card)
    if (card.user_identity_id != null || card.acs_user_id != null) {
      return fail(row, 'uncategorized_error', 'The card belongs to another user.')
    }
    const { acs_credential_id } = card
    const user = user_identity_id === null ? { acs_user_id } : { user_identity_id }
    const answer = await upstream.call('/acs/credentials/assign', { acs_credential_id, ...user })
    const told = answer.kind === 'answered' ? answer : null
    const assigned = AssignAnswer.safeParse(told?.body)
    if (told?.status === 200 && assigned.success) return succeed(row, assigned.data.acs_credential)
    const isRefused = told !== null && told.status >= 400 && told.status < 500 && !NOT_NOW.has(told.status)
    if (!isRefused) return later(row)
    const said = ErrorAnswer.safeParse(told.body).data?.error.message ?? `it answered ${told.status}.`
    fail(row, 'uncategorized_error', `Seam has not taken the card: ${said}`)
  }

  return async (row: RegistrationRow): Promise<void> => {
    const order = orders.find({ order_id: row.order_id })
    if (order === null) return fail(row, 'uncategorized_error', 'Its order is gone.')
    try {
      await carryOn(row, order)
    } catch (error) {
      hub.log.warn({ err: error, orderId: row.order_id }, 'the upstream cannot be told of a card now')
      later(row)
    }
    // After the step: a hub that was switched off meanwhile has tried nothing yet.
    const isTooOld = hub.clock.now() - Date.parse(order.body.ordered_at) > GIVE_UP_AFTER_MS
    const isOpen = registrations.find({ order_id: row.order_id }) !== null
    if (isTooOld && isOpen) fail(row, 'action_attempt_expired', 'Seam could not be told within a day.')
  }
}
