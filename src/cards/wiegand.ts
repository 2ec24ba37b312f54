/**
 * Wiegand formats of access cards: where facility and card number lie, and which parity guards them. Bits are text, `0`
 * and `1`, the first sent first; positions count from 0.
 * Source: Proxmark3, `client/src/wiegand_formats.c` (RfidResearchGroup). The masks of the 48-bit format have that one source.
 * @module
 */
import { BridgeError } from '../contract/errors.ts'

export type WiegandFormat =
  | 'H10301'
  | 'D10202'
  | 'H10306'
  | 'C1000-35'
  | 'S12906'
  | 'H10302'
  | 'H10304'
  | 'C1000-48'

/** What a card carries. A format without facility code has facility 0; issue levels exist in S12906 only. */
export interface WiegandCard {
  readonly facility: number
  readonly card: number
  readonly issueLevel?: number
}

export interface WiegandReading extends Required<WiegandCard> {
  readonly format: WiegandFormat
}

interface Field {
  readonly at: number
  readonly length: number
}

interface Parity {
  readonly at: number
  readonly isOdd: boolean
  readonly over: readonly number[]
}

interface Shape {
  readonly length: number
  readonly facility?: Field
  readonly issueLevel?: Field
  readonly card: Field
  /** In the order of computing: a later one may count an earlier one. */
  readonly parities: readonly Parity[]
}

/** The positions `from` to `to`, without those that lie a multiple of three behind `without`. */
const span = (from: number, to: number, without = Number.NaN): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(
    (position) => (position - without) % 3 !== 0,
  )
const even = (at: number, over: readonly number[]): Parity => ({ at, isOdd: false, over })
const odd = (at: number, over: readonly number[]): Parity => ({ at, isOdd: true, over })
const halves37 = [even(0, span(1, 18)), odd(36, span(18, 35))]

const shapes: Readonly<Record<WiegandFormat, Shape>> = {
  H10301: {
    length: 26,
    facility: { at: 1, length: 8 },
    card: { at: 9, length: 16 },
    parities: [even(0, span(1, 12)), odd(25, span(13, 24))],
  },
  D10202: {
    length: 33,
    facility: { at: 1, length: 7 },
    card: { at: 8, length: 24 },
    parities: [even(0, span(1, 16)), odd(32, span(16, 31))],
  },
  H10306: {
    length: 34,
    facility: { at: 1, length: 16 },
    card: { at: 17, length: 16 },
    parities: [even(0, span(1, 16)), odd(33, span(17, 32))],
  },
  'C1000-35': {
    length: 35,
    facility: { at: 2, length: 12 },
    card: { at: 14, length: 20 },
    parities: [even(1, span(2, 33, 4)), odd(34, span(1, 32, 3)), odd(0, span(1, 34))],
  },
  S12906: {
    length: 36,
    facility: { at: 1, length: 8 },
    issueLevel: { at: 9, length: 2 },
    card: { at: 11, length: 24 },
    parities: [odd(0, span(1, 17)), odd(35, span(17, 34))],
  },
  H10302: { length: 37, card: { at: 1, length: 35 }, parities: halves37 },
  H10304: {
    length: 37,
    facility: { at: 1, length: 16 },
    card: { at: 17, length: 19 },
    parities: halves37,
  },
  'C1000-48': {
    length: 48,
    facility: { at: 2, length: 22 },
    card: { at: 24, length: 23 },
    parities: [even(1, span(3, 46, 5)), odd(47, span(2, 45, 4)), odd(0, span(1, 47))],
  },
}

const formats = Object.keys(shapes) as readonly WiegandFormat[]

/** The bits of a card. Throws `order_invalid` when a number does not fit into its field. */
export const encodeWiegand = (format: WiegandFormat, card: WiegandCard): string => {
  const { length, parities, ...fields } = shapes[format]
  const bits = Array.from({ length }, () => 0)
  for (const name of ['facility', 'issueLevel', 'card'] as const) {
    const field = fields[name] ?? { at: 0, length: 0 }
    const value = card[name] ?? 0
    if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** field.length) {
      throw new BridgeError(
        'order_invalid',
        `The ${name} does not fit into the ${field.length} bits of ${format}.`,
      )
    }
    const digits = value.toString(2).padStart(field.length, '0')
    for (let index = 0; index < field.length; index++) bits[field.at + index] = Number(digits[index])
  }
  for (const parity of parities) bits[parity.at] = parityOf(bits, parity)
  return bits.join('')
}

/**
 * Every format of that many bits whose parity is right, none for anything else than `0` and `1`. One reading may be
 * believed; with none or several the bits are all that is known: the two formats of 37 bits share their parity, and a
 * quarter of all 26-bit numbers has the right one by chance.
 */
export const decodeWiegand = (bits: string): readonly WiegandReading[] =>
  /^[01]+$/.test(bits) ? formats.flatMap((format) => readAs(format, bits)) : []

/** How many bits the format has. */
export const wiegandLength = (format: WiegandFormat): number => shapes[format].length

/** Facility and card number in decimal, each with leading zeros to the width of its field's largest number. */
export const formatWiegand = ({ format, facility, card }: WiegandReading): string => {
  const { facility: facilityField, card: cardField } = shapes[format]
  return (facilityField === undefined ? '' : digitsOf(facility, facilityField)) + digitsOf(card, cardField)
}

const digitsOf = (value: number, { length }: Field): string =>
  value.toString().padStart((2 ** length - 1).toString().length, '0')

const readAs = (format: WiegandFormat, text: string): readonly WiegandReading[] => {
  const { length, facility, issueLevel, card, parities } = shapes[format]
  const bits = Array.from(text, Number)
  if (bits.length !== length) return []
  if (!parities.every((parity) => bits[parity.at] === parityOf(bits, parity))) return []
  const valueOf = (field: Field | undefined): number =>
    field === undefined ? 0 : Number.parseInt(text.slice(field.at, field.at + field.length), 2)
  return [{ format, facility: valueOf(facility), issueLevel: valueOf(issueLevel), card: valueOf(card) }]
}

const parityOf = (bits: readonly number[], { isOdd, over }: Parity): number => {
  const ones = over.reduce((sum, position) => sum + (bits[position] ?? 0), 0)
  return (ones + (isOdd ? 1 : 0)) % 2
}
