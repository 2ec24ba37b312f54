import { isoAt } from './clock.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { failAttempt, seamCodeOf, startAttempt } from './attempts.ts'
import { invalidInput, notFound } from './refusal.ts'
import type { AcsEncoderRow } from './store-acs.ts'
import type { ActionAttemptRow, ActionType, OrderBody, OrderRow } from './store-orders.ts'

/** How long a bridge that has the order may take to report its own ending after the order's expiry. */
const GRACE_MS = 5_000

/** Who orders, and how long the order lives. */
export interface OrderTerms {
  /** A label for people, never a guest. */
  readonly orderedBy: string
  readonly expiresInSeconds: number
  readonly idempotencyKey: string | null
}

/** The encoders of one workspace, which must be one bridge's. Removed ones are left out; none may remain. */
export const findEncoders = (
  hub: HubContext,
  workspaceId: string,
  ids: readonly string[],
): AcsEncoderRow[] => {
  const encoders = ids.map((id) => {
    const encoder = hub.store.encoders.find({ workspace_id: workspaceId, acs_encoder_id: id })
    if (encoder === null) throw notFound('acs_encoder', id)
    return encoder
  })
  if (new Set(encoders.map((one) => one.bridge_id)).size > 1) {
    throw invalidInput('acs_encoder_ids: encoders of one order must belong to one bridge')
  }
  return encoders.filter((one) => one.removed_at === null)
}

interface OrderSubject {
  readonly kind: OrderRow['kind']
  /** What whoever ordered sees of it. */
  readonly action: ActionType
  readonly accessMethodId: string | null
  readonly userIdentityId: string | null
  readonly timeZone: string | null
  readonly content: string
  readonly encode: OrderBody['encode']
  readonly assignTo: OrderBody['assign_to']
}

/** Puts an order into the store; the bridge gets it once the transaction is on the disk. */
export const placeOrder = (
  hub: HubContext,
  encoders: readonly AcsEncoderRow[],
  subject: OrderSubject,
  terms: OrderTerms,
): ActionAttemptRow => {
  const [first] = encoders
  if (first === undefined) throw invalidInput('acs_encoder_ids: an order needs an encoder')
  const attempt = startAttempt(hub, first.workspace_id, subject.action)
  const system = hub.store.systems.find({ acs_system_id: first.acs_system_id })
  const expiresAt = isoAt(hub.clock.now() + terms.expiresInSeconds * 1000)
  const body: OrderBody = {
    order_id: attempt.action_attempt_id,
    kind: subject.kind,
    bridge_id: first.bridge_id,
    acs_encoder_ids: encoders.map((one) => one.acs_encoder_id),
    ordered_at: nowOf(hub),
    expires_at: expiresAt,
    ordered_by: terms.orderedBy,
    time_zone: subject.timeZone ?? system?.time_zone ?? 'UTC',
    encode: subject.encode,
    assign_to: subject.assignTo,
  }
  hub.store.orders.insert({
    order_id: attempt.action_attempt_id,
    workspace_id: first.workspace_id,
    bridge_id: first.bridge_id,
    kind: subject.kind,
    access_method_id: subject.accessMethodId,
    user_identity_id: subject.userIdentityId,
    idempotency_key: terms.idempotencyKey,
    content: subject.content,
    body,
    state: 'pending',
    expires_at: expiresAt,
    sent_at: null,
    delivered_at: null,
    ending: null,
    settled_at: null,
  })
  return attempt
}

export const attemptOf = (hub: HubContext, order: OrderRow): ActionAttemptRow => {
  const attempt = hub.store.attempts.find({ action_attempt_id: order.order_id })
  if (attempt === null) throw notFound('action_attempt', order.order_id)
  return attempt
}

/** The hub no longer wants the order. What was never sent is settled; the rest is cancelled at the bridge. */
const endOrder = (hub: HubContext, order: OrderRow, type: string, message: string): void => {
  failAttempt(hub, attemptOf(hub, order), type, message)
  hub.store.orders.update(
    { order_id: order.order_id },
    { state: 'ended', settled_at: order.sent_at === null ? nowOf(hub) : null },
  )
}

export const endOrdersOfMethod = (hub: HubContext, methodId: string, type: string, message: string): void => {
  for (const order of hub.store.orders.all({ access_method_id: methodId, state: 'pending' })) {
    endOrder(hub, order, type, message)
  }
}

const expiryOf = (hub: HubContext, order: OrderRow): { type: string; message: string } => {
  if (!hub.outbound.isConnected(order.bridge_id)) {
    return { type: 'bridge_disconnected', message: 'The bridge was not connected before the order expired.' }
  }
  const isOnline = order.body.acs_encoder_ids.some(
    (id) => hub.store.encoders.find({ workspace_id: order.workspace_id, acs_encoder_id: id })?.is_online,
  )
  return isOnline
    ? { type: 'action_attempt_expired', message: 'The order expired before it was carried out.' }
    : { type: 'encoder_not_online', message: 'The encoder was not online before the order expired.' }
}

/** Ends what is overdue. An order that its bridge has accepted gets a little longer: the bridge knows better how it ended. */
export const expireOrders = (hub: HubContext): void => {
  const now = hub.clock.now()
  const due = hub.store.orders.query(
    `where t.state = 'pending' and t.expires_at <= ? order by t.fence`,
    isoAt(now),
  )
  const overdue = due.filter(
    (order) => order.delivered_at === null || Date.parse(order.expires_at) + GRACE_MS <= now,
  )
  for (const order of overdue) {
    const { type, message } = expiryOf(hub, order)
    endOrder(hub, order, type, message)
  }
}

/** What a bridge said to an order: it has it in its journal, or it will never run it. */
export const answerOrder = (
  hub: HubContext,
  order: OrderRow,
  answer: {
    readonly accepted: boolean
    readonly code?: string | undefined
    readonly message?: string | undefined
  },
): void => {
  if (order.delivered_at !== null) return
  if (answer.accepted) {
    hub.store.orders.update({ order_id: order.order_id }, { delivered_at: nowOf(hub) })
    return
  }
  const reason = answer.message ?? answer.code ?? 'no reason given'
  failAttempt(hub, attemptOf(hub, order), seamCodeOf(answer.code), `The bridge refused the order: ${reason}`)
  hub.store.orders.update({ order_id: order.order_id }, { state: 'ended', settled_at: nowOf(hub) })
}

/** A bridge that was asked to cancel an order has never heard of it: nothing was written, nothing will be. */
export const forgetOrder = (hub: HubContext, order: OrderRow): void => {
  if (order.state !== 'ended' || order.delivered_at !== null) return
  hub.store.orders.update({ order_id: order.order_id }, { settled_at: nowOf(hub) })
}
