import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeGeneralPurposeByte, decodeMad, madCrc, ndefApplication, sectorsOf } from './mad.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** The example of AN10787: info byte, then 15 identifiers, application code first. */
const example = '01 0108 0108 0108 0000 0000 0000 0400 0310 0310 0210 0210 0000 0000 0000 1130'

test('the CRC of the example is 89 (AN10787)', () => {
  expect(madCrc(hex(example))).toBe(0x89)
})

test('the sectors of the example are those of its applications', () => {
  const directory = decodeMad(hex(`89 ${example}`))
  expect(directory).toBeDefined()
  const sectors = directory ?? new Map<number, number>()
  expect([...sectors.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
  expect(sectorsOf(0x0801, sectors)).toEqual([1, 2, 3])
  expect(sectorsOf(0x0004, sectors)).toEqual([7])
  expect(sectorsOf(0x1003, sectors)).toEqual([8, 9])
  expect(sectorsOf(0x3011, sectors)).toEqual([15])
  expect(sectorsOf(0x0000, sectors)).toEqual([4, 5, 6, 12, 13, 14])
  expect(sectorsOf(0x9999, sectors)).toEqual([])
})

test('MAD2 speaks of the sectors 17 to 39, and finds NDEF', () => {
  const body = new Uint8Array(47)
  body.set([0x03, 0xe1, 0x03, 0xe1], 1)
  body.set([0x03, 0xe1], 45)
  const directory = decodeMad(Uint8Array.of(madCrc(body), ...body)) ?? new Map<number, number>()
  expect(directory.size).toBe(23)
  expect(sectorsOf(ndefApplication, directory)).toEqual([17, 18, 39])
})

test('no single wrong bit passes the CRC', () => {
  const directory = hex(`89 ${example}`)
  for (let bit = 0; bit < directory.length * 8; bit++) {
    const wrong = directory.with(bit >> 3, (directory[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
    expect(decodeMad(wrong), `bit ${bit}`).toBeUndefined()
  }
})

test.each([0, 16, 31, 33, 47, 49])('%i bytes are no directory', (length) => {
  const body = new Uint8Array(Math.max(length - 1, 0))
  expect(decodeMad(Uint8Array.of(madCrc(body), ...body).subarray(0, length))).toBeUndefined()
})

test('arbitrary bytes are a directory exactly when the first is the CRC of the others', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      expect(decodeMad(bytes) !== undefined).toBe(bytes[0] === madCrc(bytes.subarray(1)))
    }),
  )
})

test.each([
  [0xc1, { version: 1, isMultiApplication: true }],
  [0xc2, { version: 2, isMultiApplication: true }],
  [0x81, { version: 1, isMultiApplication: false }],
  [0x69, { version: null, isMultiApplication: true }],
  [0x00, { version: null, isMultiApplication: false }],
  [0xc3, { version: null, isMultiApplication: true }],
  [0xc0, { version: null, isMultiApplication: true }],
] as const)('the general purpose byte %i says %j', (byte, info) => {
  expect(decodeGeneralPurposeByte(byte)).toEqual(info)
})
