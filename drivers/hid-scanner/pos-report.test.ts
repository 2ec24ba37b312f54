import { expect, test } from 'vitest'
import { createPosReader } from './pos-report.ts'

/** A report of 64 bytes that begins so and ends so. */
const report = (start: string, flags = 0): Uint8Array => {
  const bytes = new Uint8Array(64)
  bytes.set(Buffer.from(start.replaceAll(' ', ''), 'hex'))
  bytes[63] = flags
  return bytes
}
const textOf = (read: unknown) =>
  typeof read === 'object' && read !== null && 'data' in read
    ? Buffer.from(read.data as Uint8Array).toString('latin1')
    : read

test('a QR code of two reports is one scan: 02 38 5D 51 30 … 01 goes on', () => {
  const reader = createPosReader('auto')
  expect(reader.push(report(`02 38 5D5130 ${'41'.repeat(56)}`, 1))).toBeUndefined()
  expect(reader.isPartial).toBe(true)
  const read = reader.push(report('02 02 5D5130 4242'))
  expect(read).toMatchObject({ technology: 'barcode', symbology: ']Q0', bitCount: null })
  expect(textOf(read)).toBe(`${'A'.repeat(56)}BB`)
  expect(reader.isPartial).toBe(false)
})

test('a plain report has its data from byte 2 on, and no flag', () => {
  expect(textOf(createPosReader('auto').push(report('02 05 3132333435', 1)))).toBe('12345')
  expect(createPosReader('plain').push(report('02 04 5D513041'))).toMatchObject({ symbology: null })
  expect(textOf(createPosReader('plain').push(report('02 04 5D513041')))).toBe(']Q0A')
})

test.each([
  ['another report id', report('07 01 5D5130 41')],
  ['a length beyond the report', report('02 39 5D5130 41')],
  ['a report that is cut off', report('02 38 5D5130 41').slice(0, 20)],
  ['an empty report', new Uint8Array(0)],
  ['a scan without data', report('02 00 5D5130')],
])('%s is no scan', (_, bytes) => {
  const reader = createPosReader('auto')
  expect(reader.push(bytes)).toBe('unreadable')
  expect(textOf(reader.push(report('02 01 5D4330 41')))).toBe('A')
})

test('reports without end are given up, and take no room', () => {
  const reader = createPosReader('auto')
  const outcomes = Array.from({ length: 400 }, () =>
    reader.push(report(`02 38 5D5130 ${'41'.repeat(56)}`, 1)),
  )
  expect(outcomes.filter((outcome) => outcome === 'unreadable').length).toBeGreaterThanOrEqual(2)
})

test('reports that bring no data and promise more are given up, however fast they come', () => {
  const reader = createPosReader('auto')
  const outcomes = Array.from({ length: 8192 }, () => reader.push(report('02 00 5D5130', 1)))
  expect(outcomes).toContain('unreadable')
})
