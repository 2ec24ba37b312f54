import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import { decodeEm4100, encodeEm4100 } from './em4100.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))

/** Proxmark3, `lf em 410x clone` in doc/T5577_Guide.md; the last from the EXAMPLES of RFIDler's firmware. */
const vectors = [
  ['1122334455', 'FF8C65298C94A940'],
  ['0F0368568B', 'FF83C03322A646E4'],
  ['0000DC4420', 'FF800006F0949406'],
] as const

test.each(vectors)('the ID %s is sent as %s', (id, stream) => {
  expect(encodeEm4100(hex(id))).toEqual(hex(stream))
  expect(decodeEm4100(hex(stream))).toEqual(hex(id))
})

test.each([4, 6, 0])('%i bytes are no ID', (length) => {
  expect(() => encodeEm4100(new Uint8Array(length))).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'order_invalid')),
  )
})

test('any ID is read back, and no single wrong bit passes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 5, maxLength: 5 }), fc.nat(63), (id, bit) => {
      const stream = encodeEm4100(id)
      expect(decodeEm4100(stream)).toEqual(id)
      expect(decodeEm4100(stream.with(bit >> 3, (stream[bit >> 3] ?? 0) ^ (1 << (bit & 7))))).toBeUndefined()
    }),
  )
})

test.each(['', 'FF8C65298C94A9', 'FF8C65298C94A94000', '0000000000000000', 'FFFFFFFFFFFFFFFF'])(
  '%j is no EM4100’s',
  (stream) => {
    expect(decodeEm4100(hex(stream))).toBeUndefined()
  },
)
