import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import {
  checkTrack,
  encodeTrack,
  isPaymentTrack,
  packBits,
  trackBits,
  trackFormats,
  type TrackNumber,
  unpackBits,
} from './iso7811.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const invalid = (detail: RegExp): unknown =>
  expect.toSatisfy((error) => isBridgeError(error, 'order_invalid') && detail.test(error.message))

test.each([
  [1, 'ABC123', '45 61 62 23 51 52 13 1F 2A', 'C5 B0 78 14 95 4E 3E 2A'],
  [2, '12345', '0B 01 02 13 04 15 1F 15', '2B 88 49 EA AF'],
  [3, '12345', '0B 01 02 13 04 15 1F 15', '2B 88 49 EA AF'],
] as const)('track %i: %s is recorded as in the manual (MSR605, §9)', (track, text, characters, packed) => {
  expect(encodeTrack(track, text)).toEqual(hex(characters))
  expect(packBits(trackBits(track, text))).toEqual(hex(packed))
})

test('the digits and control codes of track 2 carry the parity of the code table', () => {
  expect(encodeTrack(2, '0123456789:<=>')).toEqual(
    hex('0B  10 01 02 13 04 15 16 07 08 19 1A 1C 0D 0E  1F  10'),
  )
})

test('a raw reading gives the first bit in the most significant place', () => {
  expect(unpackBits(hex('1A 01 13 02 1C'), 5, 'msb')).toEqual(trackBits(2, '0987').subarray(0, 25))
})

test('clocking zeros stand before and after the characters', () => {
  expect(trackBits(2, '1', 3).join('')).toBe('000 11010 10000 11111 10101 000'.replaceAll(' ', ''))
})

test.each([
  [1, 76, 'A'],
  [2, 37, '1'],
  [3, 104, '1'],
] as const)('track %i holds %i characters and no more', (track, count, character) => {
  expect(checkTrack(track, character.repeat(count))).toHaveLength(count)
  expect(() => checkTrack(track, character.repeat(count + 1))).toThrow(
    invalid(new RegExp(`holds ${count} characters, not ${count + 1}`)),
  )
})

test('sentinels may be given or left out', () => {
  expect(checkTrack(1, '%ABC^123?')).toBe('ABC^123')
  expect(checkTrack(1, 'ABC^123')).toBe('ABC^123')
  expect(checkTrack(2, ';123=45?')).toBe('123=45')
})

test.each([
  [1, 'ABc', /Track 1 can't hold "c", character 3/],
  [1, 'AB?C', /"\?", character 3/],
  [1, '%AB', /"%", character 1/],
  [1, 'Ä', /"Ä", character 1/],
  [1, 'A🔑', /"🔑", character 2/],
  [1, 'A\n', /"\n", character 2/],
  [2, ';12A4?', /Track 2 can't hold "A", character 3/],
  [2, '1;2', /";", character 2/],
  [3, '12 3', /Track 3 can't hold " ", character 3/],
  [1, '', /track 1 is empty/],
  [2, ';?', /track 2 is empty/],
] as const)('track %i refuses %j, naming what is wrong', (track, text, detail) => {
  expect(() => checkTrack(track, text)).toThrow(invalid(detail))
  expect(() => encodeTrack(track, text)).toThrow(invalid(detail))
})

const trackText = fc.constantFrom<TrackNumber>(1, 2, 3).chain((track) => {
  const { base, bitsPerCharacter, startSentinel, endSentinel, maxCharacters } = trackFormats[track]
  const all = Array.from({ length: 1 << (bitsPerCharacter - 1) }, (_, value) =>
    String.fromCharCode(base + value),
  )
  const characters = all.filter((character) => character !== startSentinel && character !== endSentinel)
  const text = fc
    .array(fc.constantFrom(...characters), { minLength: 1, maxLength: maxCharacters })
    .map((parts) => parts.join(''))
  return fc.tuple(fc.constant(track), text)
})

test('every character has odd parity, and the data columns of a track have even parity', () => {
  fc.assert(
    fc.property(trackText, ([track, text]) => {
      const characters = encodeTrack(track, text)
      const parities = Array.from(
        unpackBits(characters, trackFormats[track].bitsPerCharacter, 'lsb'),
        (_, index, bits = unpackBits(characters.subarray(index, index + 1), 8, 'lsb')) =>
          bits.reduce((sum, bit) => sum + bit, 0) % 2,
      ).slice(0, characters.length)
      const mask = (1 << (trackFormats[track].bitsPerCharacter - 1)) - 1
      expect(new Set(parities)).toEqual(new Set([1]))
      expect(characters.reduce((sum, character) => sum ^ (character & mask), 0)).toBe(0)
    }),
  )
})

test('packed bits are unpacked as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1 })), (bits) => {
      const unpacked = unpackBits(packBits(Uint8Array.from(bits)), 8, 'lsb')
      expect([...unpacked].slice(0, bits.length)).toEqual(bits)
      expect(unpacked.subarray(bits.length).includes(1)).toBe(false)
    }),
  )
})

/** Numbers that card schemes publish for tests; no account has them. */
test.each([
  [1, '%B4111111111111111^TEST/CARD^2512101?', true],
  [1, 'B4111111111111111^TEST/CARD^2512101', true],
  [1, 'B 4111111111111111^TEST/CARD', true],
  [1, 'BRONZE MEMBER', false],
  [1, 'A4111111111111111^', false],
  [2, ';4111111111111111=2512101?', true],
  [2, '5555555555554444=2512101', true],
  [2, '378282246310005=2512101', true],
  [2, '4111111111111112=2512101', false],
  [2, '4111111111111111', false],
  [2, '12=34', false],
  [3, ';014111111111111111=978?', true],
  [3, '4111111111111111=978', false],
] as const)('track %i with %s: a payment card is %s', (track, text, isPayment) => {
  expect(isPaymentTrack(track, text)).toBe(isPayment)
})
