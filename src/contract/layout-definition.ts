import { z } from 'zod'
import { CardTechnology } from './card.ts'

const Hex = (digits: number) => z.string().regex(new RegExp(`^[0-9A-Fa-f]{${digits}}$`))

/** A secret of the card: written out, or the path of a file that holds it and that others can't read. */
const secret = (digits: number) => ({
  value: Hex(digits)
    .optional()
    .meta({ description: `${digits} hexadecimal digits` }),
  file: z.string().min(1).optional().meta({ description: 'the path of a file with the same digits' }),
})
const isOneSecret = ({ value, file }: { value?: string | undefined; file?: string | undefined }): boolean =>
  (value === undefined) !== (file === undefined)
const eitherSecret = 'needs either value or file'

const Key = z
  .strictObject({ type: z.enum(['A', 'B']).default('A'), ...secret(12) })
  .refine(isOneSecret, eitherSecret)
  .meta({ description: 'the MIFARE Classic key of the sector: `{ type, value }` or `{ type, file }`' })
const Password = z
  .strictObject(secret(8))
  .refine(isOneSecret, eitherSecret)
  .meta({ description: 'the password of an NTAG or Ultralight EV1: `{ value }` or `{ file }`' })

/** Where a run of bytes lies: in the data blocks of a sector of a MIFARE Classic, or from a page of an NTAG or Ultralight on. */
const area = {
  sector: z.int().min(1).max(39).default(1).meta({ description: 'the sector of a MIFARE Classic, 1 to 39' }),
  page: z
    .int()
    .min(4)
    .max(225)
    .default(4)
    .meta({ description: 'the first page of an NTAG or Ultralight, 4 to 225' }),
  key: Key.optional(),
  password: Password.optional(),
}

/** What of an order goes into a field, and how it is spelt. */
const Field = z.discriminatedUnion('encoding', [
  z.strictObject({
    field: z.enum(['credential_id', 'card_number']),
    encoding: z.literal('ascii').meta({ description: 'the text, filled up with zero bytes' }),
    at: z.int().min(0),
    sizeBytes: z.int().min(1).max(64),
  }),
  z.strictObject({
    field: z.enum(['card_number', 'starts_at', 'ends_at']),
    encoding: z
      .enum(['big-endian', 'little-endian'])
      .meta({ description: 'an unsigned number; times as seconds since 1970' }),
    at: z.int().min(0),
    sizeBytes: z.int().min(1).max(8),
  }),
  z.strictObject({
    field: z.literal('credential_id'),
    encoding: z.literal('uuid').meta({ description: '16 bytes' }),
    at: z.int().min(0),
    sizeBytes: z.literal(16).default(16),
  }),
  z.strictObject({
    field: z.literal('constant'),
    encoding: z.literal('hex'),
    at: z.int().min(0),
    value: z.string().regex(/^(?:[0-9A-Fa-f]{2}){1,64}$/),
  }),
])
export type LayoutField = z.infer<typeof Field>

export const fieldSizeBytes = (field: LayoutField): number =>
  field.encoding === 'hex' ? field.value.length / 2 : field.sizeBytes

/** User bytes of the largest card: NTAG216 (NTAG213/215/216 §8.5). */
const MOST_BYTES = 888

/** Of two fields over one another only the last would be on the card. */
const checkFields = (fields: readonly LayoutField[], context: z.RefinementCtx): void => {
  const issue = (index: number, message: string): void =>
    context.addIssue({ code: 'custom', path: [index, 'at'], message })
  for (const [index, field] of fields.entries()) {
    const end = field.at + fieldSizeBytes(field)
    if (end > MOST_BYTES) issue(index, `ends behind byte ${MOST_BYTES}, the last of the largest card`)
    const other = fields.findIndex(
      (earlier, before) =>
        before < index && earlier.at < end && field.at < earlier.at + fieldSizeBytes(earlier),
    )
    if (other >= 0) issue(index, `lies over fields[${other}]`)
  }
}

const template = z
  .string()
  .max(104)
  .regex(/^[\x20-\x7e]*$/)

const Content = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('record'), ...area })
    .meta({ description: 'the authenticated record of the demo layout, 48 bytes, at a place of yours' }),
  z
    .strictObject({
      kind: z.literal('fields'),
      ...area,
      fields: z.array(Field).min(1).max(16).superRefine(checkFields),
    })
    .meta({ description: 'fields at fixed offsets' }),
  z
    .strictObject({
      kind: z.literal('tracks'),
      coercivity: z.enum(['hi', 'lo']).default('hi'),
      tracks: z.tuple([template, template, template]),
    })
    .meta({
      description:
        'texts of the three tracks of a stripe, in which {card_number} and {credential_id} are replaced',
    }),
  z
    .strictObject({ kind: z.literal('em4100') })
    .meta({ description: 'a T5577 that answers as an EM4100 with the card number as its 40-bit id' }),
  z
    .strictObject({
      kind: z.literal('ndefUri'),
      uri: z.string().min(1).max(200),
      password: Password.optional(),
    })
    .meta({ description: 'an NDEF URI in which {card_number} and {credential_id} are replaced' }),
])

/** A card layout of the configuration: which technologies, where, which fields, under which key. */
export const LayoutDefinition = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/)
    .meta({ description: 'a name in lower case, at most 32 characters' }),
  technologies: z
    .array(CardTechnology.exclude(['unknown', 'iso14443-4', 'em4100']))
    .min(1)
    .meta({ description: 'the card technologies that it goes on' }),
  content: Content.meta({
    description: 'what it writes: `{ kind: record | fields | tracks | em4100 | ndefUri }`',
  }),
})
export type LayoutDefinition = z.infer<typeof LayoutDefinition>
