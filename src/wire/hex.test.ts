import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import { formatHex, parseHex } from './hex.ts'

test('bytes are written in upper case with leading zeros', () => {
  expect(formatHex(Uint8Array.of(0, 4, 160, 255))).toBe('0004A0FF')
})

test('what was written is read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(parseHex(formatHex(bytes))).toEqual(bytes)
    }),
  )
})

test.each(['0', '0a', 'GG', '00 11', '0x00', ' 00', '00\n'])('%j is refused', (text) => {
  expect(() => parseHex(text)).toThrow(expect.toSatisfy((error) => isBridgeError(error, 'internal_error')))
})
