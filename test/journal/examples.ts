import { CardUid, EncoderId, OrderId } from '../../src/contract/ids.ts'
import type { Journal, KeyIntent, WriteIntent } from '../../src/contract/journal.ts'
import type { EncodeSubject, Order } from '../../src/contract/order.ts'
import type { Ending } from '../../src/contract/outcome.ts'

export const encoderId = EncoderId.parse('5f0f1f8e-1111-4a4a-8b8b-000000000001')
export const otherEncoderId = EncoderId.parse('5f0f1f8e-1111-4a4a-8b8b-000000000002')
export const uid = CardUid.parse('04A1B2C3')
export const otherUid = CardUid.parse('04D4E5F6')

const accessMethod = (n: number): string => `0a0a0a0a-2222-4c4c-8d8d-${String(n).padStart(12, '0')}`

/** An encode order for access method 1, unless told otherwise. */
export const makeOrder = (
  id: string,
  fence: number,
  accessMethodNumber = 1,
): Order & { encode: EncodeSubject } => ({
  orderId: OrderId.parse(id),
  kind: 'encode',
  encoderIds: [encoderId],
  fence,
  orderedAt: '2026-05-01T10:00:00.000Z',
  expiresAt: '2026-05-01T10:05:00.000Z',
  orderedBy: 'api key …4f2a',
  timeZone: 'Europe/Vienna',
  origin: 'hub',
  encode: {
    purpose: 'new',
    copies: 1,
    accessMethodId: accessMethod(accessMethodNumber),
    credentialId: '0b0b0b0b-3333-4d4d-8e8e-000000000001',
    cardNumber: '1234567',
    doorIds: ['door-101'],
    startsAt: '2026-05-01T14:00:00.000Z',
    endsAt: '2026-05-03T09:00:00.000Z',
    confirmed: true,
    endsLiveKey: false,
  },
  stay: null,
  assignTo: null,
  assign: null,
})

export const makeScan = (id: string, origin: 'hub' | 'desk' = 'hub'): Order => ({
  ...makeOrder(id, 0),
  kind: 'scan',
  origin,
  encode: null,
})

export const intent: WriteIntent = {
  kind: 'card',
  encoderId,
  uid,
  technology: 'mifare-classic-1k',
  layout: 'demo',
  intendedDigest: 'aa'.repeat(32),
  previousDigest: 'bb'.repeat(32),
}

export const keyIntent: KeyIntent = { kind: 'key', encoderId, made: 0, serialNumbers: [], remark: null }

export const encoded: Ending = {
  kind: 'encoded',
  uid,
  technology: 'mifare-classic-1k',
  proof: 'readBack',
  keys: null,
}
export const noCard: Ending = { kind: 'untouched', code: 'card_timeout', detail: null, uid: null }

/** Takes an order all the way to `encoded`. */
export const carryOut = (journal: Journal, order: Order): void => {
  journal.accept(order)
  journal.writing(order.orderId, intent)
  journal.verified(order.orderId)
  journal.end(order.orderId, encoderId, encoded)
}
