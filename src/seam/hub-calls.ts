import type { CredentialLookup } from '../contract/credentials.ts'
import {
  DeskEncodeResponse,
  EntrancesResponse,
  LookupResponse,
  toChannelPurpose,
} from '../contract/channel.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import { type EncoderId, OrderId } from '../contract/ids.ts'
import type { Purpose } from '../contract/order.ts'
import type { Clock } from '../contract/transport.ts'
import type { HubAddress } from './hub-address.ts'
import { postToHub } from './hub-http.ts'

/** As the channel has it. */
const MAX_LABEL = 80

/** What the desk asks the hub to order. */
export interface DeskEncode {
  readonly accessMethodId: string
  readonly encoderId: EncoderId
  readonly purpose: Purpose
  /** More than one at key systems only. */
  readonly copies: number
  /** Whether the clerk has confirmed that earlier keys of the door end. */
  readonly confirmed: boolean
  /** The clerk's label, for people. */
  readonly orderedBy: string
}

/** What the hub made of it. */
export interface DeskOrder {
  readonly orderId: OrderId
  readonly actionAttemptId: string
}

/** Asks what the hub knows of a credential. Rejects as the port of src/contract/credentials.ts says. */
export const lookUpCredential = async (
  address: HubAddress,
  clock: Clock,
  credentialId: string,
  signal: AbortSignal,
): Promise<CredentialLookup> => {
  const path = '/bridge/v1/credentials/lookup'
  const body = { acs_credential_id: credentialId }
  try {
    const answer = await postToHub({ address, path, body, answer: LookupResponse, clock, signal })
    const found = answer.body.acs_credential
    if (found === null) return { kind: 'notFound' }
    const credential = {
      credentialId: found.acs_credential_id,
      cardNumber: found.card_number,
      startsAt: found.starts_at,
      endsAt: found.ends_at,
      isValid: found.is_valid,
    }
    return { kind: 'found', credential }
  } catch (error) {
    // A hub that refuses a question without a choice in it speaks another version of the channel.
    if (isBridgeError(error, 'hub_refused'))
      throw new BridgeError('hub_protocol', error.detail, { cause: error })
    throw error
  }
}

/** A door of the access system that this bridge belongs to. */
export interface Entrance {
  readonly acsEntranceId: string
  readonly displayName: string
}

/** Asks the hub for the doors of this bridge's access system. Rejects as `postToHub` does. */
export const listEntrancesOfHub = async (
  address: HubAddress,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Entrance[]> => {
  const path = '/bridge/v1/entrances/list'
  const answer = await postToHub({ address, path, body: {}, answer: EntrancesResponse, clock, signal })
  return answer.body.acs_entrances.map((one) => ({
    acsEntranceId: one.acs_entrance_id,
    displayName: one.display_name,
  }))
}

/** Asks the hub to order an encode, so that there is one way to order. Rejects as `postToHub` does. */
export const requestEncodeOfHub = async (
  address: HubAddress,
  clock: Clock,
  wanted: DeskEncode,
  signal: AbortSignal,
): Promise<DeskOrder> => {
  const body = {
    access_method_id: wanted.accessMethodId,
    acs_encoder_id: wanted.encoderId,
    purpose: toChannelPurpose(wanted.purpose),
    copies: wanted.copies,
    is_confirmed: wanted.confirmed,
    ordered_by: wanted.orderedBy.slice(0, MAX_LABEL),
  }
  const path = '/bridge/v1/access_methods/encode'
  const answer = await postToHub({ address, path, body, answer: DeskEncodeResponse, clock, signal })
  const orderId = OrderId.safeParse(answer.body.order_id)
  if (!orderId.success) throw new BridgeError('hub_protocol', 'The order id of the answer is malformed.')
  return { orderId: orderId.data, actionAttemptId: answer.body.action_attempt_id }
}
