import { expect, test } from 'vitest'
import { type AccessConditions, decodeAccess, encodeAccess } from './access-bits.ts'

/** From the data sheet's examples: transport configuration, key B writes, key B rules the trailer. */
const vectors: readonly [AccessConditions, Uint8Array][] = [
  [[0b000, 0b000, 0b000, 0b001], Uint8Array.of(0xff, 0x07, 0x80)],
  [[0b100, 0b100, 0b100, 0b011], Uint8Array.of(0x78, 0x77, 0x88)],
  [[0b000, 0b000, 0b000, 0b011], Uint8Array.of(0x7f, 0x07, 0x88)],
]

test.each(vectors)('the conditions %j are written as %j and read back', (conditions, bytes) => {
  expect(encodeAccess(conditions)).toEqual(bytes)
  expect(decodeAccess(bytes)).toEqual(conditions)
})

test('every combination is read back as it was written', () => {
  for (let code = 0; code < 8 ** 4; code++) {
    const conditions: AccessConditions = [code & 7, (code >> 3) & 7, (code >> 6) & 7, code >> 9]
    expect(decodeAccess(encodeAccess(conditions))).toEqual(conditions)
  }
})

test.each([[[0, 0, 0]], [[0xff, 0x07, 0x81]], [[0xff, 0x07]], [[]]])('%j is malformed', (bytes) => {
  expect(decodeAccess(Uint8Array.from(bytes))).toBeUndefined()
})
