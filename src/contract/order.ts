import { z } from 'zod'
import { EncoderId, OrderId } from './ids.ts'

const instant = z.iso.datetime()

/**
 * What a card is meant to be, chosen by whoever orders and never derived, least of all on a retry:
 * `new` (earlier keys of the door die), `additional` (they stay), `replacement` (of a lost card of the same access method), `oneShot` (a key system's key that opens once).
 */
export const Purpose = z.enum(['new', 'additional', 'replacement', 'oneShot'])
export type Purpose = z.infer<typeof Purpose>

/** What an encode order writes: ids, doors and times, never a guest's name. */
export const EncodeSubject = z.strictObject({
  purpose: Purpose,
  copies: z.number().int().min(1).max(20),
  accessMethodId: z.uuid(),
  credentialId: z.uuid(),
  cardNumber: z.string().regex(/^\d{1,20}$/),
  doorIds: z.array(z.string()),
  startsAt: instant,
  endsAt: instant.nullable(),
  /** True when whoever ordered a `new` key has confirmed that the live keys of the door die. */
  confirmed: z.boolean(),
  /** True when the hub knows a key of these doors that is still valid. */
  endsLiveKey: z.boolean(),
})
export type EncodeSubject = z.infer<typeof EncodeSubject>

/** What an order to a key system is about that makes no key. The rooms' names are the lock system's. */
export const StaySubject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('checkOut'), room: z.string().min(1).max(64) }),
  /** `newRoom` is the same room where only the end changes. */
  z.strictObject({
    kind: z.literal('moveStay'),
    room: z.string().min(1).max(64),
    newRoom: z.string().min(1).max(64),
    endsAt: instant.nullable(),
  }),
  /** The encoder gives up what it does. */
  z.strictObject({ kind: z.literal('cancelTask') }),
])
export type StaySubject = z.infer<typeof StaySubject>

/** One thing that is asked of an encoder. It is journalled before anything happens. */
export const Order = z.strictObject({
  /** The idempotency key. The same id with the same content changes nothing; with another content it is `order_conflict`. */
  orderId: OrderId,
  kind: z.enum(['encode', 'scan', 'scan_to_assign', 'stay', 'assign']),
  /** Any of these encoders may do it; several are a pool. */
  encoderIds: z.array(EncoderId).min(1).max(64),
  /** Grows with every order of the hub. An order below the highest fence seen for its access method is `order_stale`. */
  fence: z.number().int().nonnegative(),
  orderedAt: instant,
  /** After this instant no card is touched for it: `order_expired`. */
  expiresAt: instant,
  /** Who ordered, as a label for people ("api key …4f2a", "desk"); never a guest. */
  orderedBy: z.string().max(80),
  /** The property's IANA time zone. */
  timeZone: z.string().max(64),
  /** `hub` orders report through the outbox; `desk` orders (a local scan) report to nobody. */
  origin: z.enum(['hub', 'desk']),
  /** Present exactly for `encode`. */
  encode: EncodeSubject.nullable(),
  /** Present exactly for `stay`. */
  stay: StaySubject.nullable().default(null),
  /** For `scan_to_assign`, whom the card is for; null where only the hub knows. */
  assignTo: z
    .strictObject({ acsUserId: z.uuid().nullable(), userIdentityId: z.uuid().nullable() })
    .nullable()
    .default(null),
  /** Present exactly for `assign`: the access method that the card which is read next is given to. */
  assign: z.strictObject({ accessMethodId: z.uuid() }).nullable().default(null),
})
export type Order = z.infer<typeof Order>
