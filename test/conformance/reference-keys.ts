import { z } from 'zod'
import type { ErrorCode, KeyAbilities, KeyOrder, LocalTime } from 'encoder-bridge/driver'

export const usualStart: LocalTime = { year: 2026, month: 11, day: 23, hour: 15, minute: 0 }
export const usualEnd: LocalTime = { year: 2026, month: 11, day: 25, hour: 11, minute: 0 }
/** What whole hours can't keep. */
export const oddStart: LocalTime = { ...usualStart, minute: 30 }
export const oddEnd: LocalTime = { ...usualEnd, minute: 30 }

/** Card identifiers, of different sizes. None of them may be told by an error. */
export const keyCards = [
  '04A1B2C3D4E580',
  '922E5832',
  '04112233445581',
  '0F035682',
  '04C5C5CAFE7780',
  '5A17C0DE',
]

/** Of which purpose a key of the kit is. */
export const usualPurpose = ({ purposes }: KeyAbilities): KeyOrder['purpose'] =>
  purposes.includes('new') ? 'new' : (purposes[0] ?? 'new')

/** What the kit orders: one key for a room of the emulated lock system. The two orders are for different guests. */
export const referenceOrder = (keys: KeyAbilities, room: string, index: 0 | 1): KeyOrder => ({
  purpose: usualPurpose(keys),
  copies: 1,
  rooms: keys.rooms === 0 ? [] : [room],
  authorisations: [],
  startsAt: usualStart,
  endsAt: usualEnd,
  accessMethodId:
    ['4f6d4d5c-5d0a-4b3e-9e5b-0d6f0f2a1c01', '4f6d4d5c-5d0a-4b3e-9e5b-0d6f0f2a1c02'][index] ?? '',
  credentialId: ['9b2f7f51-7a5e-4a0c-8a3b-6d1c2e3f4a01', '9b2f7f51-7a5e-4a0c-8a3b-6d1c2e3f4a02'][index] ?? '',
})

/** A key as `dumpCard` of a key system gives it: see EmulatedKey. */
export const KeyOnCard = z.strictObject({
  rooms: z.array(z.string()),
  startsAt: z.string().nullable(),
  endsAt: z.string().nullable(),
  authorisations: z.array(z.string()),
  copy: z.union([z.number().int().min(0), z.literal('oneShot')]),
})
export type KeyOnCard = z.infer<typeof KeyOnCard>

/** The system says that the card was spoiled. */
export const spoiledCodes: readonly ErrorCode[] = ['card_write_refused', 'card_mismatch', 'write_interrupted']

/** Codes by which the driver, and not the system, says why it goes no further: no system refuses an order with them. */
export const driversOwnCodes: readonly ErrorCode[] = [
  'aborted',
  'device_lost',
  'device_closed',
  'device_busy',
  'device_unresponsive',
  'order_invalid',
  'outcome_unknown',
]

/** The codes of the manifest by which an order is refused without a key made. */
export const harmlessRefusals = ({ refusals }: KeyAbilities): readonly ErrorCode[] =>
  refusals.filter((code) => !spoiledCodes.includes(code))
