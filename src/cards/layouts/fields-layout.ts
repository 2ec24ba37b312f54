import type { Card } from '../../contract/card.ts'
import type { CardContent } from '../../contract/card-content.ts'
import { BridgeError } from '../../contract/errors.ts'
import type { LayoutField } from '../../contract/layout-definition.ts'
import { type Area, type AreaStart, areaOf, bytesOf, writesInto } from './area.ts'
import type { Layout } from './layout.ts'
import { checkTechnology, type LayoutIdentity } from './record-layout.ts'

const hexBytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'))

const sizeOf = (field: LayoutField): number =>
  field.encoding === 'hex' ? field.value.length / 2 : field.sizeBytes

const numberOf = (field: 'card_number' | 'starts_at' | 'ends_at', content: CardContent): bigint => {
  if (field === 'card_number') return BigInt(content.cardNumber)
  const time = field === 'starts_at' ? content.startsAt : content.endsAt
  // All ones: no end.
  return time === null ? -1n : BigInt(Math.floor(Date.parse(time) / 1000))
}

const unsigned = (value: bigint, sizeBytes: number, isLittleEndian: boolean, name: string): Uint8Array => {
  const fitted = value === -1n ? (1n << BigInt(sizeBytes * 8)) - 1n : value
  if (fitted >> BigInt(sizeBytes * 8) !== 0n) {
    throw new BridgeError('order_invalid', `${name} does not fit into ${sizeBytes} bytes.`)
  }
  const bytes = hexBytes(fitted.toString(16).padStart(sizeBytes * 2, '0'))
  return isLittleEndian ? bytes.toReversed() : bytes
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
      return unsigned(
        numberOf(field.field, content),
        field.sizeBytes,
        field.encoding === 'little-endian',
        field.field,
      )
  }
}

/** The card number as the field spells it, or null where it holds none. */
const cardNumberIn = (field: LayoutField, bytes: Uint8Array): string | null => {
  const own = bytes.slice(field.at, field.at + sizeOf(field))
  if (field.field !== 'card_number') return null
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
    plan: (content, card) => {
      const bytes = new Uint8Array(sizeBytes)
      for (const field of fields) bytes.set(bytesOfField(field, content), field.at)
      return writesInto(areaOn(card), bytes)
    },
    reads: (card) => areaOn(card).addresses,
    parse: (found, card) => {
      const bytes = bytesOf(areaOn(card), found)
      if (bytes.every((byte) => byte === 0)) return { kind: 'blank' }
      if (!hasConstants(fields, bytes)) return { kind: 'foreign', reason: 'magic' }
      const cardNumber = fields.map((field) => cardNumberIn(field, bytes)).find((number) => number !== null)
      return cardNumber === undefined || cardNumber === null
        ? { kind: 'foreign', reason: 'magic' }
        : { kind: 'number', cardNumber }
    },
  }
}
