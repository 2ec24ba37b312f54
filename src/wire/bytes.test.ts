import { expect, test } from 'vitest'
import { concatBytes, equalBytes } from './bytes.ts'
import { complementSum8 } from './checksum.ts'

test('parts are joined in order', () => {
  expect(concatBytes(Uint8Array.of(1, 2), [], [3])).toEqual(Uint8Array.of(1, 2, 3))
})

test.each([
  [[1, 2], [1, 2], true],
  [[1, 2], [1, 3], false],
  [[1, 2], [1], false],
  [[], [], true],
])('%j and %j: equal is %j', (left, right, equal) => {
  expect(equalBytes(Uint8Array.from(left), Uint8Array.from(right))).toBe(equal)
})

test('the complement of D4 02 is 2A, as in the GetFirmwareVersion frame of UM0701-02', () => {
  expect(complementSum8([0xd4, 0x02])).toBe(0x2a)
  expect(complementSum8([])).toBe(0)
})
