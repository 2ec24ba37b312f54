import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatHex, parseHex } from '../../src/wire/hex.ts'
import { createReportReader, toReports } from './reports.ts'

const hex = (text: string): Uint8Array => parseHex(text.replaceAll(' ', ''))
const letters = (count: number): Uint8Array => new Uint8Array(count).fill(0x41)

/** A report of 64 bytes that begins like this and goes on with what was left in a buffer. */
const stale = (text: string): Uint8Array => {
  const report = new Uint8Array(64).fill(0x1b)
  report.set(hex(text))
  return report
}

describe('what is sent', () => {
  test('is one report where it fits, filled up with zeros', () => {
    const [report, ...others] = toReports(hex('1B 61'))
    expect(others).toEqual([])
    expect(formatHex(report ?? letters(0))).toBe('C21B61'.padEnd(128, '0'))
  })

  test.each([
    [63, ['FF']],
    [64, ['BF', '41']],
    [136, ['BF', '3F', '4A']],
  ])('of %i bytes has the headers %j', (count, headers) => {
    const reports = toReports(letters(count))
    expect(reports.map((report) => formatHex(report.subarray(0, 1)))).toEqual(headers)
    expect(reports.every((report) => report.length === 64)).toBe(true)
  })
})

describe('what comes', () => {
  test('is cut to its length: bytes of earlier reports stand behind it', () => {
    expect(createReportReader().push(stale('C2 1B 79'))).toEqual(hex('1B 79'))
  })

  test('is put together from first, middle and last', () => {
    const reader = createReportReader()
    const [first = letters(0), middle = letters(0), last = letters(0)] = toReports(letters(136))
    expect(reader.push(first)).toBeUndefined()
    expect(reader.push(middle)).toBeUndefined()
    expect(reader.push(last)).toEqual(letters(136))
  })

  test('begins anew with every first report, whatever was begun', () => {
    const reader = createReportReader()
    expect(reader.push(stale('83 1B 73 1B'))).toBeUndefined()
    expect(reader.push(stale('C2 1B 79'))).toEqual(hex('1B 79'))
  })

  test.each([
    ['a last report without a first', stale('42 1B 79')],
    ['a length beyond the report', hex('C3 1B 79')],
    ['a report without a header', hex('')],
  ])('%s is dropped, and the next message is heard', (_, report) => {
    const reader = createReportReader()
    expect(reader.push(report)).toBeUndefined()
    expect(reader.push(stale('C2 1B 79'))).toEqual(hex('1B 79'))
  })

  test('a message of any length arrives as it was sent', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (message) => {
        const reader = createReportReader()
        const heard = toReports(message).map((report) => reader.push(report))
        expect(heard.at(-1)).toEqual(message)
        expect(heard.slice(0, -1).every((part) => part === undefined)).toBe(true)
      }),
    )
  })
})
