import { z } from 'zod'
import { CardTechnology } from '../contract/card.ts'
import { CardUid, EncoderId } from '../contract/ids.ts'
import type { JournalEntry } from '../contract/journal.ts'
import { Order } from '../contract/order.ts'
import { Ending } from '../contract/outcome.ts'
import { json } from './store.ts'

const IntentRow = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('card'),
    encoderId: EncoderId,
    uid: CardUid,
    technology: CardTechnology,
    layout: z.string(),
    intendedDigest: z.string(),
    previousDigest: z.string(),
  }),
  z.strictObject({
    kind: z.literal('key'),
    encoderId: EncoderId,
    made: z.int().min(0),
    serialNumbers: z.array(z.string()),
    remark: z.string().nullable(),
  }),
  z.strictObject({
    kind: z.literal('assign'),
    encoderId: EncoderId,
    uid: CardUid.nullable(),
    technology: z.union([CardTechnology, z.literal('barcode')]),
    cardNumber: z.string(),
  }),
])

/** An order's content. One that an older version journalled lacks newer fields, and is read with what they are by default. */
export const Content = json(Order)

/** A row of `orders`, as SQLite gives it, turned into an entry. */
export const EntryRow = z
  .object({
    content: Content,
    phase: z.enum(['accepted', 'writing', 'verified', 'ended']),
    accepted_at: z.string(),
    encoder_id: EncoderId.nullable(),
    intent: json(IntentRow).nullable(),
    ending: json(Ending).nullable(),
    ended_at: z.string().nullable(),
  })
  .transform((row): JournalEntry => ({
    order: row.content,
    phase: row.phase,
    acceptedAt: row.accepted_at,
    intent: row.intent,
    ending: row.ending,
    endedAt: row.ended_at,
    encoderId: row.encoder_id,
  }))

/** The same content in the same text, whatever order its fields came in; the order of lists counts. */
export const canonical = (order: Order): string =>
  JSON.stringify(order, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
