import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import { decodeWiegand, encodeWiegand, formatWiegand, type WiegandFormat, wiegandLength } from './wiegand.ts'

/** The bits of a hexadecimal value, as many as the format has. */
const bitsOf = (length: number, hex: string): string => BigInt(`0x${hex}`).toString(2).padStart(length, '0')

/** Computed from Proxmark3's format functions; the cards 118 / 1603 are the examples of its `lf hid sim`. */
const vectors: readonly [WiegandFormat, number, number, string][] = [
  ['H10301', 118, 1603, '10111011000000110010000110'],
  ['H10301', 118, 1603, bitsOf(26, '2EC0C86')],
  ['C1000-35', 118, 1603, bitsOf(35, '60EC00C87')],
  ['C1000-48', 118, 1603, bitsOf(48, '400076000C86')],
  ['H10302', 0, 1234567, '0000000000000001001011010110100001111'],
  ['H10304', 1001, 12345, bitsOf(37, '103E906073')],
  ['H10306', 4660, 22136, bitsOf(34, '22468ACF1')],
  ['C1000-35', 1234, 567890, '11010011010010100010101010010100100'],
  ['C1000-48', 4660, 567890, bitsOf(48, '12341154A4')],
]

test.each(vectors)('%s: facility %i, card %i', (format, facility, card, bits) => {
  expect(encodeWiegand(format, { facility, card })).toBe(bits)
  expect(decodeWiegand(bits)).toContainEqual({ format, facility, card, issueLevel: 0 })
})

/**
 * Parity by hand. D10202: bit 17 is card bit 16, counted by both; S12906: both halves are odd, and both count bit 18.
 */
test.each([
  ['D10202', { facility: 1, card: 0 }, '1 0000001 000000000000000000000000 1'],
  ['D10202', { facility: 0, card: 0x8000 }, '1 0000000 000000001000000000000000 0'],
  ['D10202', { facility: 0, card: 1 }, '0 0000000 000000000000000000000001 0'],
  ['S12906', { facility: 0, card: 0 }, '1 00000000 00 000000000000000000000000 1'],
  ['S12906', { facility: 1, issueLevel: 2, card: 0 }, '1 00000001 10 000000000000000000000000 1'],
  ['S12906', { facility: 0, card: 0x020000 }, '0 00000000 00 000000100000000000000000 0'],
] as const)('%s carries %j', (format, card, spaced) => {
  const bits = spaced.replaceAll(' ', '')
  expect(encodeWiegand(format, card)).toBe(bits)
  expect(decodeWiegand(bits)).toContainEqual({ format, issueLevel: 0, ...card })
})

const limits = [
  ['H10301', 8, 16],
  ['D10202', 7, 24],
  ['H10306', 16, 16],
  ['C1000-35', 12, 20],
  ['S12906', 8, 24],
  ['H10302', 0, 35],
  ['H10304', 16, 19],
  ['C1000-48', 22, 23],
] as const

test.each(limits)(
  '%s has %i bits of facility and %i of card number, and refuses more',
  (format, facility, card) => {
    const invalid = expect.toSatisfy((error) => isBridgeError(error, 'order_invalid'))
    const largest = { facility: 2 ** facility - 1, card: 2 ** card - 1 }
    expect(decodeWiegand(encodeWiegand(format, largest))).toContainEqual({
      format,
      issueLevel: 0,
      ...largest,
    })
    expect(() => encodeWiegand(format, { ...largest, facility: 2 ** facility })).toThrow(invalid)
    expect(() => encodeWiegand(format, { ...largest, card: 2 ** card })).toThrow(invalid)
    expect(() => encodeWiegand(format, { ...largest, card: -1 })).toThrow(invalid)
    expect(() => encodeWiegand(format, { ...largest, card: 0.5 })).toThrow(invalid)
    const issueLevel = format === 'S12906' ? 4 : 1
    expect(() => encodeWiegand(format, { ...largest, issueLevel })).toThrow(invalid)
  },
)

test('any card of any format is read back, and no single wrong bit passes', () => {
  const anyCard = fc.constantFrom(...limits).chain(([format, facility, card]) =>
    fc.record({
      format: fc.constant(format),
      facility: fc.nat(2 ** facility - 1),
      card: fc.bigInt(0n, 2n ** BigInt(card) - 1n).map(Number),
    }),
  )
  fc.assert(
    fc.property(anyCard, fc.nat(), ({ format, facility, card }, seed) => {
      const bits = encodeWiegand(format, { facility, card })
      expect(bits).toHaveLength(wiegandLength(format))
      expect(decodeWiegand(bits)).toContainEqual({ format, facility, card, issueLevel: 0 })
      const index = seed % bits.length
      const wrong = `${bits.slice(0, index)}${bits[index] === '0' ? '1' : '0'}${bits.slice(index + 1)}`
      expect(decodeWiegand(wrong).map((reading) => reading.format)).not.toContain(format)
    }),
  )
})

test('37 bits have two readings, since both formats share their parity', () => {
  expect(decodeWiegand(bitsOf(37, '103E906073')).map(({ format }) => format)).toEqual(['H10302', 'H10304'])
})

test.each([
  '',
  '1',
  '0'.repeat(26),
  '1'.repeat(27),
  '2'.repeat(26),
  '10111011000000110010000110'.replaceAll('0', ' '),
  '0'.repeat(500),
])('%j has no reading', (bits) => {
  expect(decodeWiegand(bits)).toEqual([])
})

test('the number of a card is its facility and its card number at full width', () => {
  const numberOf = (format: WiegandFormat, facility: number, card: number): string =>
    formatWiegand({ format, facility, card, issueLevel: 0 })
  expect(numberOf('H10301', 118, 1603)).toBe('11801603')
  expect(numberOf('H10301', 5, 7)).toBe('00500007')
  expect(numberOf('H10302', 0, 1234567)).toBe('00001234567')
  expect(numberOf('C1000-35', 1234, 567890)).toBe('12340567890')
})
