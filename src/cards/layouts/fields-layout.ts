import type { Card } from '../../contract/card.ts'
import type { CardContent } from '../../contract/card-content.ts'
import { BridgeError } from '../../contract/errors.ts'
import { fieldSizeBytes as sizeOf, type LayoutField } from '../../contract/layout-definition.ts'
import { type Area, type AreaStart, areaOf, bytesOf, isBlank, writesInto } from './area.ts'
import type { Layout } from './layout.ts'
import { numberReading } from './number-reading.ts'
import { checkTechnology, type LayoutIdentity } from './record-layout.ts'

const hexBytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'))

type NumberField = Extract<LayoutField, { readonly encoding: 'big-endian' | 'little-endian' }>

/** The number that goes into the field. All ones stand for no end, and for nothing else. */
const valueOf = ({ field, sizeBytes }: NumberField, content: CardContent): bigint => {
  const allOnes = (1n << BigInt(sizeBytes * 8)) - 1n
  const time = field === 'starts_at' ? content.startsAt : content.endsAt
  if (field !== 'card_number' && time === null) return allOnes
  const value =
    field === 'card_number' ? BigInt(content.cardNumber) : BigInt(Math.floor(Date.parse(time ?? '') / 1000))
  if (value < 0n || value > allOnes || (field === 'ends_at' && value === allOnes)) {
    throw new BridgeError('order_invalid', `${field} does not fit into ${sizeBytes} bytes.`)
  }
  return value
}

const unsigned = (field: NumberField, content: CardContent): Uint8Array => {
  const bytes = hexBytes(
    valueOf(field, content)
      .toString(16)
      .padStart(field.sizeBytes * 2, '0'),
  )
  return field.encoding === 'little-endian' ? bytes.toReversed() : bytes
}

const bytesOfField = (field: LayoutField, content: CardContent): Uint8Array => {
  switch (field.encoding) {
    case 'hex':
      return hexBytes(field.value)
    case 'uuid':
      return hexBytes(content.credentialId.replaceAll('-', ''))
    case 'ascii': {
      const text = field.field === 'card_number' ? content.cardNumber : content.credentialId
      if (text.length > field.sizeBytes) {
        throw new BridgeError('order_invalid', `${field.field} does not fit into ${field.sizeBytes} bytes.`)
      }
      return new TextEncoder().encode(text)
    }
    default:
      return unsigned(field, content)
  }
}

/** The card number as a field of it spells it, or null where it holds none. */
const cardNumberIn = (field: LayoutField, bytes: Uint8Array): string | null => {
  const own = bytes.slice(field.at, field.at + sizeOf(field))
  if (field.encoding === 'ascii') {
    return /^(\d{1,20})\0*$/.exec(new TextDecoder('latin1').decode(own))?.[1] ?? null
  }
  const digits = Buffer.from(field.encoding === 'little-endian' ? own.toReversed() : own).toString('hex')
  return BigInt(`0x${digits}`).toString()
}

/** Whether the constants are in place: without them the bytes are somebody else's. */
const hasConstants = (fields: readonly LayoutField[], bytes: Uint8Array): boolean =>
  fields.every(
    (field) =>
      field.encoding !== 'hex' ||
      Buffer.from(bytes.subarray(field.at, field.at + sizeOf(field))).equals(hexBytes(field.value)),
  )

/** A layout of fields at fixed offsets in one run of bytes. Bytes of the run that no field covers become zero. */
export const createFieldsLayout = (
  identity: LayoutIdentity,
  start: AreaStart,
  fields: readonly LayoutField[],
): Layout => {
  const sizeBytes = Math.max(...fields.map((field) => field.at + sizeOf(field)))
  const areaOn = (card: Card): Area => {
    checkTechnology(identity, card)
    return areaOf(card, start, sizeBytes)
  }
  return {
    ...identity,
    bearsEnd: false,
    plan: (content, card) => {
      const bytes = new Uint8Array(sizeBytes)
      for (const field of fields) bytes.set(bytesOfField(field, content), field.at)
      const area = areaOn(card)
      if (isBlank(area, bytes)) {
        throw new BridgeError('order_invalid', 'The card could not be told from a blank one.')
      }
      return writesInto(area, bytes)
    },
    reads: (card) => areaOn(card).addresses,
    parse: (found, card) => {
      const area = areaOn(card)
      const bytes = bytesOf(area, found)
      if (isBlank(area, bytes)) return { kind: 'blank' }
      if (!hasConstants(fields, bytes)) return { kind: 'foreign', reason: 'magic' }
      const own = fields.filter(({ field }) => field === 'card_number')
      return numberReading(own.map((field) => cardNumberIn(field, bytes)))
    },
  }
}
