import type { z } from 'zod'
import type { ChannelOrder } from '../contract/channel.ts'
import { failAttempt, startAttempt } from './attempts.ts'
import type { HubContext } from './context.ts'
import { isReadOnly, refuseWhileReporting, upstreamObjection } from './gateway/upstream-objection.ts'
import { endsOthers, liveKeysBeside, makerOf } from './issuing.ts'
import { attemptOf, findEncoders, placeOrder } from './orders.ts'
import type { OrderTerms } from './orders.ts'
import { invalidInput, notFound, refusal } from './refusal.ts'
import { simulateEncode } from './simulation.ts'
import type { AccessMethodRow, AcsCredentialRow } from './store-access.ts'
import type { AcsEncoderRow } from './store-acs.ts'
import type { ActionAttemptRow, OrderRow } from './store-orders.ts'

type Encode = NonNullable<z.infer<typeof ChannelOrder>['encode']>

export interface EncodeRequest {
  readonly accessMethodId: string
  readonly acsEncoderIds: readonly string[]
  readonly purpose: Encode['purpose']
  readonly copies: number
  readonly isConfirmed: boolean
}

const findCard = (
  hub: HubContext,
  workspaceId: string,
  methodId: string,
): { method: AccessMethodRow; credential: AcsCredentialRow } => {
  const method = hub.store.methods.find({
    workspace_id: workspaceId,
    access_method_id: methodId,
    deleted_at: null,
  })
  if (method === null) throw notFound('access_method', methodId)
  if (method.mode !== 'card') {
    throw invalidInput(`access_method_id: the access method's mode is ${method.mode}; only cards are encoded`)
  }
  const credential = hub.store.credentials.find({ acs_credential_id: method.acs_credential_id ?? '' })
  if (method.card_issuing !== 'encoding' || credential === null) {
    throw invalidInput('access_method_id: the cards of this access system are not encoded')
  }
  return { method, credential }
}

const encodeBody = (
  hub: HubContext,
  request: EncodeRequest,
  { method, credential }: { method: AccessMethodRow; credential: AcsCredentialRow },
  encoders: readonly AcsEncoderRow[],
): Encode => {
  const grant = hub.store.grants.find({ access_grant_id: method.access_grant_id })
  const maker = makerOf(encoders)
  return {
    purpose: request.purpose,
    copies: request.copies,
    access_method_id: method.access_method_id,
    acs_credential_id: credential.acs_credential_id,
    card_number: credential.card_number,
    acs_entrance_ids: grant?.acs_entrance_ids ?? [],
    starts_at: credential.starts_at,
    ends_at: credential.ends_at,
    is_confirmed: request.isConfirmed,
    ends_live_key: endsOthers(request.purpose, maker) && liveKeysBeside(hub, method, maker).length > 0,
  }
}

/** Lock systems make further keys for a guest who has one. A card of ours is the only one of its access method. */
const isFurtherKey = (purpose: Encode['purpose'], encoders: readonly AcsEncoderRow[]): boolean =>
  (purpose === 'additional' || purpose === 'one_shot') && encoders.every(({ kind }) => kind === 'key_system')

/** Why no card may be written for the access method now; null when one may. */
const objection = (
  hub: HubContext,
  method: AccessMethodRow,
  purpose: Encode['purpose'],
  encoders: readonly AcsEncoderRow[],
): { type: string; message: string } | null => {
  const theirs = hub.store.upstreamCards.find({ access_method_id: method.access_method_id })
  const unwanted = upstreamObjection(theirs, purpose)
  if (unwanted !== null || purpose === 'replacement') return unwanted
  if (method.is_issued && !isFurtherKey(purpose, encoders)) {
    return {
      type: 'credential_cannot_be_reissued',
      message: 'The card of this access method is issued already. For a lost card order a replacement.',
    }
  }
  const unsettled = hub.store.orders.find({
    access_method_id: method.access_method_id,
    kind: 'encode',
    settled_at: null,
  })
  if (unsettled === null) return null
  return {
    type: 'uncategorized_error',
    message:
      'A card may have been written for an earlier order, and its bridge has not reported yet. ' +
      'Wait for the bridge, or order a replacement.',
  }
}

/** Behind a gateway a card may be registered with Seam already: then it is read for its number. */
const isReadAtGateway = (hub: HubContext, { access_method_id }: AccessMethodRow): boolean => {
  const theirs = hub.store.upstreamCards.find({ access_method_id })
  return theirs !== null && isReadOnly(theirs)
}

/** A confirmation may come later; another idempotency key is another order by the word of whoever gave it. */
const isSameOrder = (
  pending: OrderRow,
  { purpose, copies }: EncodeRequest,
  encoders: readonly AcsEncoderRow[],
  { idempotencyKey }: OrderTerms,
): boolean =>
  (pending.body.encode === null ||
    (pending.body.encode.purpose === purpose && pending.body.encode.copies === copies)) &&
  pending.body.acs_encoder_ids.join() === encoders.map((one) => one.acs_encoder_id).join() &&
  (idempotencyKey === null || idempotencyKey === pending.idempotency_key)

/**
 * Orders one card for one access method. The same order again (by its idempotency key, or while it is pending) gives the
 * same attempt; another one beside it is refused with 409, so that two orders never make two cards.
 */
export const orderEncode = (
  hub: HubContext,
  workspaceId: string,
  request: EncodeRequest,
  terms: OrderTerms,
): ActionAttemptRow => {
  const content = JSON.stringify(request)
  const known =
    terms.idempotencyKey === null
      ? null
      : hub.store.orders.find({ workspace_id: workspaceId, idempotency_key: terms.idempotencyKey })
  if (known !== null) {
    if (known.content === content) return attemptOf(hub, known)
    throw refusal(409, 'order_conflict', 'order_id: the same order id was used before with another content.')
  }
  const card = findCard(hub, workspaceId, request.accessMethodId)
  const encoders = findEncoders(hub, workspaceId, request.acsEncoderIds)
  const pending = hub.store.orders.find({ access_method_id: request.accessMethodId, state: 'pending' })
  if (pending !== null) {
    if (isSameOrder(pending, request, encoders, terms)) return attemptOf(hub, pending)
    throw refusal(
      409,
      'access_method_being_encoded',
      'The access method is being encoded on another encoder, or as another order. Wait for that attempt to end.',
    )
  }
  refuseWhileReporting(hub, card.method.access_method_id)
  const refused = objection(hub, card.method, request.purpose, encoders)
  if (refused !== null || encoders.length === 0) {
    const attempt = startAttempt(hub, workspaceId, 'ENCODE_CREDENTIAL')
    const { type, message } = refused ?? { type: 'encoder_not_online', message: 'The encoder was removed.' }
    failAttempt(hub, attempt, type, message)
    return attempt
  }
  const simulated = simulateEncode(hub, encoders, card)
  if (simulated !== null) return simulated
  const isRead = isReadAtGateway(hub, card.method)
  const subject = {
    kind: isRead ? ('scan_to_assign' as const) : ('encode' as const),
    action: 'ENCODE_CREDENTIAL' as const,
    accessMethodId: card.method.access_method_id,
    userIdentityId: null,
    timeZone: hub.store.systems.find({ acs_system_id: card.credential.acs_system_id })?.time_zone ?? null,
    content,
    encode: isRead ? null : encodeBody(hub, request, card, encoders),
    assignTo: isRead ? { acs_user_id: null, user_identity_id: null } : null,
  }
  return placeOrder(hub, encoders, subject, terms)
}
