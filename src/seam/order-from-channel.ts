import type { z } from 'zod'
import { ChannelOrder, purposeFromChannel } from '../contract/channel.ts'
import { BridgeError } from '../contract/errors.ts'
import { Order } from '../contract/order.ts'
import { firstIssue } from './hub-http.ts'

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const invalid = (reason: string): BridgeError => new BridgeError('order_invalid', `${reason}.`)

const toEncodeSubject = (encode: NonNullable<ChannelOrder['encode']>): z.input<typeof Order>['encode'] => ({
  purpose: purposeFromChannel(encode.purpose),
  copies: encode.copies,
  accessMethodId: encode.access_method_id,
  credentialId: encode.acs_credential_id,
  cardNumber: encode.card_number,
  doorIds: encode.acs_entrance_ids,
  startsAt: encode.starts_at,
  endsAt: encode.ends_at,
  confirmed: encode.is_confirmed,
  endsLiveKey: encode.ends_live_key,
})

/** An order of the channel, and the bridge that it is for. */
export interface AddressedOrder {
  readonly bridgeId: string
  readonly order: Order
}

/** Translates the body of an `order` message. Throws `order_invalid`, naming the first thing wrong. */
export const orderFromChannel = (body: unknown): AddressedOrder => {
  const parsed = ChannelOrder.safeParse(body)
  if (!parsed.success) throw invalid(firstIssue(parsed.error))
  const sent = parsed.data
  const order = Order.safeParse({
    orderId: sent.order_id,
    kind: sent.kind,
    encoderIds: sent.acs_encoder_ids,
    fence: sent.fence,
    orderedAt: sent.ordered_at,
    expiresAt: sent.expires_at,
    orderedBy: sent.ordered_by,
    timeZone: sent.time_zone,
    origin: 'hub',
    encode: sent.encode && toEncodeSubject(sent.encode),
    assignTo: sent.assign_to && {
      acsUserId: sent.assign_to.acs_user_id,
      userIdentityId: sent.assign_to.user_identity_id,
    },
  })
  if (!order.success) throw invalid(firstIssue(order.error))
  const { kind, encode, assignTo, timeZone } = order.data
  if ((kind === 'encode') !== (encode !== null)) throw invalid('encode: present exactly for kind encode')
  if (kind !== 'scan_to_assign' && assignTo !== null) throw invalid('assign_to: only for kind scan_to_assign')
  if (!isTimeZone(timeZone)) throw invalid('time_zone: no IANA time zone that this computer knows')
  const endsAt = encode?.endsAt ?? null
  if (encode !== null && endsAt !== null && Date.parse(endsAt) <= Date.parse(encode.startsAt)) {
    throw invalid('encode.ends_at: not after starts_at')
  }
  return { bridgeId: sent.bridge_id, order: order.data }
}
