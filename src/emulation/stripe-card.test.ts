import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/index.ts'
import { createStripeCard } from './stripe-card.ts'

const NAME = Uint8Array.of(0, 0, 0, 2)

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
/** Characters as they are recorded: least significant bit first, parity last. */
const bitsOf = (values: readonly number[], width: number): string =>
  values.map((value) => [...value.toString(2).padStart(width, '0')].toReversed().join('')).join('')

/** MSR605 Programmer's Manual: `%ABC123?` and `;12345?` with their LRC; leading zeros 61 and 22. */
const TRACK_1 = bitsOf([0x45, 0x61, 0x62, 0x23, 0x51, 0x52, 0x13, 0x1f, 0x2a], 7)
const TRACK_2 = bitsOf([0x0b, 0x01, 0x02, 0x13, 0x04, 0x15, 0x1f, 0x15], 5)
const recorded = (bits: string, zeros: number): string => '0'.repeat(zeros) + bits + '0'.repeat(zeros)

test('a stripe holds its texts as the bits of ISO/IEC 7811, and dumps them as it was given them', () => {
  const card = createStripeCard('hi', NAME, ascii('ABC123\n12345\n12345'))
  expect(card.tracks).toEqual([recorded(TRACK_1, 61), recorded(TRACK_2, 22), recorded(TRACK_2, 61)])
  expect(textOf(card.dump())).toBe('ABC123\n12345\n12345')
  expect(textOf(createStripeCard('hi', NAME, ascii('ABC123\n')).dump())).toBe('ABC123\n\n')
  expect(textOf(createStripeCard('hi', NAME).dump())).toBe('\n\n')
})

test('a pass under the head writes the tracks that it is given, erases with nothing and leaves the others alone', () => {
  const card = createStripeCard('lo', NAME, ascii('ABC123\n12345\n67890'))
  card.record([TRACK_1, undefined, ''], 'hi')
  expect(textOf(card.dump())).toBe('ABC123\n12345\n')
  expect(card.writeCounts).toEqual([1, 0, 1])
})

test('a weak field leaves a Hi-Co stripe as it was', () => {
  const card = createStripeCard('hi', NAME, ascii('ABC123\n\n'))
  card.record(['', TRACK_2, ''], 'lo')
  expect(textOf(card.dump())).toBe('ABC123\n\n')
  expect(card.writeCounts).toEqual([0, 0, 0])
})

const flip = (bits: string, at: number): string =>
  bits.slice(0, at) + (bits[at] === '0' ? '1' : '0') + bits.slice(at + 1)

test('bits with a wrong parity, a wrong LRC or no end are dumped as a question mark', () => {
  const card = createStripeCard('hi', NAME)
  const dumped = (bits: string): string => {
    card.record([undefined, bits, undefined], 'hi')
    return textOf(card.dump())
  }
  expect(dumped(TRACK_2)).toBe('\n12345\n')
  for (let at = 0; at < TRACK_2.length; at += 1) expect(dumped(flip(TRACK_2, at))).toBe('\n?\n')
  expect(dumped(TRACK_2.slice(0, -5))).toBe('\n?\n')
  // 4 instead of 5, its parity right.
  expect(dumped(`${TRACK_2.slice(0, -5)}00100`)).toBe('\n?\n')
  // Two parities and an LRC that agree, but no start sentinel.
  expect(dumped(bitsOf([0x01, 0x1f, 0x0e], 5))).toBe('\n?\n')
})

test.each(['abc\n\n', 'A?\n\n', '\nA\n', '\n\nA', '\u007f'])('the texts %j can not be recorded', (texts) => {
  expect(() => createStripeCard('hi', NAME, ascii(texts))).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'request_invalid')),
  )
})
