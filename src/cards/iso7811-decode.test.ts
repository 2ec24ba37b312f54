import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeTrack } from './iso7811-decode.ts'
import { trackBits, type TrackNumber, unpackBits } from './iso7811.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const bitsOf = (text: string): Uint8Array => Uint8Array.from(text.replaceAll(' ', ''), Number)

test.each([
  [1, 'C5 B0 78 14 95 4E 3E 2A', 'ABC123'],
  [2, '2B 88 49 EA AF', '12345'],
] as const)(
  'track %i: the bytes of the manual (MSR605, §9) are read in both directions',
  (track, packed, text) => {
    const bits = unpackBits(hex(packed), 8, 'lsb')
    expect(decodeTrack(track, bits)).toEqual({ kind: 'text', text, isReversed: false })
    expect(decodeTrack(track, bits.toReversed())).toEqual({ kind: 'text', text, isReversed: true })
  },
)

/** `;1?`: 0B 01 1F and the LRC, each from its lowest bit to its parity. */
const start = '11010'
const one = '10000'
const end = '11111'
const lrc = '10101'

test.each([
  ['nothing', '', { kind: 'blank' }],
  ['clocking zeros only', '0000000', { kind: 'blank' }],
  [
    'a text among clocking zeros',
    `000 ${start}${one}${end}${lrc} 0000000`,
    { kind: 'text', text: '1', isReversed: false },
  ],
  ['no sentinel', `${one}${end}${lrc}`, { kind: 'damaged', fault: 'start' }],
  ['a character with even parity', `${start} 10001 ${end}${lrc}`, { kind: 'damaged', fault: 'parity' }],
  ['a text that breaks off', `${start}${one}${one}`, { kind: 'damaged', fault: 'end' }],
  ['a text that breaks off within a character', `${start}${one}111`, { kind: 'damaged', fault: 'end' }],
  ['a wrong LRC', `${start}${one}${end} 01000`, { kind: 'damaged', fault: 'lrc' }],
  ['an LRC with even parity', `${start}${one}${end} 10100`, { kind: 'damaged', fault: 'lrc' }],
  ['no LRC', `${start}${one}${end}`, { kind: 'damaged', fault: 'lrc' }],
  ['bits after the LRC', `${start}${one}${end}${lrc} 0010`, { kind: 'damaged', fault: 'trailing' }],
] as const)('%s', (_, bits, reading) => {
  expect(decodeTrack(2, bitsOf(bits))).toEqual(reading)
})

test('a card with two readings, one in each direction, has none', () => {
  const bits = trackBits(1, '\\#T')
  expect(decodeTrack(1, bits)).toEqual({ kind: 'damaged', fault: 'ambiguous' })
  expect(decodeTrack(1, bits.toReversed())).toEqual({ kind: 'damaged', fault: 'ambiguous' })
})

test('no single wrong bit goes unnoticed', () => {
  const bits = trackBits(1, 'ABC123', 10)
  for (let index = 0; index < bits.length; index++) {
    const wrong = bits.with(index, 1 - (bits[index] ?? 0))
    expect(decodeTrack(1, wrong).kind, `bit ${index}`).toBe('damaged')
  }
})

const digits = fc.stringMatching(/^[0-9:<=>]{1,37}$/)

test('any text of track 2 is read back, in both directions and with any number of clocking zeros', () => {
  fc.assert(
    fc.property(digits, fc.nat(70), (text, zeros) => {
      const bits = trackBits(2, text, zeros)
      expect(decodeTrack(2, bits)).toEqual({ kind: 'text', text, isReversed: false })
      expect(decodeTrack(2, bits.toReversed())).toEqual({ kind: 'text', text, isReversed: true })
    }),
  )
})

test('any text of track 1 is read back or called ambiguous, and never taken for another', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -$&->@-_]{1,76}$/), fc.boolean(), (text, isReversed) => {
      const bits = trackBits(1, text, 5)
      expect(decodeTrack(1, isReversed ? bits.toReversed() : bits)).toSatisfy(
        (reading: ReturnType<typeof decodeTrack>) =>
          reading.kind === 'text'
            ? reading.text === text
            : reading.kind === 'damaged' && reading.fault === 'ambiguous',
      )
    }),
  )
})

test('arbitrary bits give a reading, and a blank one only where no bit is set', () => {
  const track = fc.constantFrom<TrackNumber>(1, 2, 3)
  fc.assert(
    fc.property(track, fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 800 }), (number, bits) => {
      const reading = decodeTrack(number, Uint8Array.from(bits))
      expect(reading.kind === 'blank').toBe(!bits.includes(1))
    }),
  )
})
