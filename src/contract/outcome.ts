import { z } from 'zod'
import { ErrorCode } from './errors.ts'
import { CardTechnology } from './card.ts'
import { CardUid } from './ids.ts'

/** The record found on a card, its MAC checked. */
export const CardRecord = z.strictObject({
  credentialId: z.uuid(),
  cardNumber: z.string(),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime().nullable(),
})
export type CardRecord = z.infer<typeof CardRecord>

/** How a scanned card stands to what Seam has. */
export const Comparison = z.discriminatedUnion('kind', [
  /** No record on the card, so nothing to compare. */
  z.strictObject({ kind: z.literal('nothing') }),
  z.strictObject({ kind: z.literal('same') }),
  /** `properties` are Seam's names: card_number, starts_at, ends_at. */
  z.strictObject({ kind: z.literal('outOfSync'), properties: z.array(z.string()).min(1) }),
  z.strictObject({ kind: z.literal('notFound') }),
  /** The hub could not be asked. */
  z.strictObject({ kind: z.literal('unchecked') }),
])
export type Comparison = z.infer<typeof Comparison>

const failure = { code: ErrorCode, detail: z.string().nullable(), uid: CardUid.nullable() }

/** Of keys that a key system made. */
export const KeysMade = z.strictObject({
  made: z.int().min(1),
  wanted: z.int().min(1),
  /** As MadeKeys has them. */
  serialNumbers: z.array(z.string()),
  /** Why there are fewer than wanted; null when there are not. */
  shortfall: z.strictObject({ code: ErrorCode, detail: z.string().nullable() }).nullable(),
  /** What people must know of them, like that whole hours were kept. */
  remark: z.string().nullable(),
})
export type KeysMade = z.infer<typeof KeysMade>

/**
 * How a session ended: the truth about the card. `untouched` means that it is as it was before,
 * `spoiled` that the card must be encoded again or thrown away, `unknown` that it could not be read again.
 */
export const Ending = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('encoded'),
    /** Null for a card that has no identifier. */
    uid: CardUid.nullable(),
    technology: CardTechnology,
    /** `alreadyRight`: the card held the order before, and nothing was written. `confirmed`: a key system says so. */
    proof: z.enum(['readBack', 'alreadyRight', 'confirmed']),
    /** Null for a card that we wrote. */
    keys: KeysMade.nullable().default(null),
  }),
  /** A key system did what was asked, and no card was written for it. */
  z.strictObject({ kind: z.literal('carriedOut'), remark: z.string().nullable() }),
  z.strictObject({
    kind: z.literal('scanned'),
    /** Null for a card that has no identifier, and for a barcode. */
    uid: CardUid.nullable(),
    technology: z.union([CardTechnology, z.literal('barcode')]),
    /** The number that the card or code is known by, where it bears one; by what rule is the encoder's `numberFormat`. */
    cardNumber: z.string().nullable().default(null),
    /** Null for a blank card and for one whose record is not ours. */
    record: CardRecord.nullable(),
    /** Why there is no record: `blank`, or what makes it foreign. */
    remark: z.string().nullable(),
    comparison: Comparison,
  }),
  /** Nothing was written to the card: the access method is issued with it, by its number. */
  z.strictObject({
    kind: z.literal('assigned'),
    uid: CardUid.nullable(),
    technology: z.union([CardTechnology, z.literal('barcode')]),
    cardNumber: z.string(),
  }),
  z.strictObject({ kind: z.literal('untouched'), ...failure }),
  z.strictObject({ kind: z.literal('spoiled'), ...failure }),
  z.strictObject({ kind: z.literal('unknown'), ...failure }),
])
export type Ending = z.infer<typeof Ending>
