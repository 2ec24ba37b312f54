import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCsv, type Separator, writeCsv } from '../../src/rooms/csv.ts'

/** Cells with everything that CSV gives a meaning to. */
const cell = fc
  .array(fc.constantFrom('a', 'é', '1', ' ', ',', ';', '"', '\n', '\r\n', '\r', "'", '\t'), { maxLength: 8 })
  .map((parts) => parts.join(''))
const separator = fc.constantFrom<Separator>(',', ';')
/** A blank line is no record, so each line holds something. */
const row = fc
  .array(cell, { minLength: 1, maxLength: 6 })
  .filter((cells) => cells.some((one) => one.trim() !== ''))

test('what is written is read back, whatever is in the cells', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), separator, (rows, by) => {
      const { records, mistake } = readCsv(writeCsv(rows, by), by)
      expect(mistake).toBeNull()
      expect(records.map(({ cells }) => cells)).toEqual(rows)
    }),
  )
})

test('any text at all is read to its end or to a place in it', () => {
  fc.assert(
    fc.property(cell, cell, cell, separator, (one, two, three, by) => {
      const text = one + two + three
      const { records, mistake } = readCsv(text, by)
      const lines = records.map(({ line }) => line)
      expect(lines).toEqual([...new Set(lines)].toSorted((a, b) => a - b))
      expect(Math.max(0, mistake?.line ?? 0, ...lines)).toBeLessThanOrEqual(text.split(/\r\n|\n|\r/).length)
    }),
  )
})

test.each([
  ['a,b\r\nc,d\r\n', 'CR LF'],
  ['a,b\nc,d\n', 'LF'],
  ['a,b\rc,d\r', 'CR'],
  ['a,b\nc,d', 'LF and no end of the last line'],
  ['\n\na,b\n,\n  , \nc,d\n\n', 'blank lines between'],
])('lines may end in any way (%j)', (text) => {
  const { records, mistake } = readCsv(text, ',')
  expect(mistake).toBeNull()
  expect(records.map(({ cells }) => cells)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})

// RFC 4180, section 2, rules 5 to 7.
test('a quoted cell holds separators, line ends and doubled quotation marks', () => {
  const text = '"aaa","b CRLF\r\nbb","ccc"\r\nzzz,"b""bb",xxx'
  expect(readCsv(text, ',').records).toEqual([
    { line: 1, cells: ['aaa', 'b CRLF\r\nbb', 'ccc'] },
    { line: 3, cells: ['zzz', 'b"bb', 'xxx'] },
  ])
})

test('the other separator is a letter like any other', () => {
  expect(readCsv('a;b,c\n', ';').records).toEqual([{ line: 1, cells: ['a', 'b,c'] }])
})

test.each([
  ['a,"b\nc,d\ne', 1, 2, 'has a quotation mark that is never closed'],
  ['a\n"x\ny",b"c\n', 3, 2, 'has a quotation mark in the middle'],
  ['a\nb,"c"d\n', 2, 2, 'goes on after its quotation mark'],
])('%j is no CSV, and the place is told', (text, line, column, reason) => {
  expect(readCsv(text, ',').mistake).toEqual({ line, column, reason })
})

// A search that grew with the square of it would not end within the test's time.
test('a quotation mark that opens a megabyte is refused', () => {
  expect(readCsv(`a,"${'x""y\n'.repeat(200_000)}`, ',').mistake).not.toBeNull()
})

test('a cell of nothing but quotation marks is read, however long', () => {
  const { records, mistake } = readCsv(`"${'""'.repeat(4_000_000)}"`, ',')
  expect([records[0]?.cells[0]?.length, mistake]).toEqual([4_000_000, null])
})

test('a line with more cells than any list has is refused, and not kept', () => {
  expect(readCsv(`a\n${','.repeat(255)}`, ',').mistake).toBeNull()
  expect(readCsv(`a\n${','.repeat(4_000_000)}`, ',')).toEqual({
    records: [{ line: 1, cells: ['a'] }],
    mistake: { line: 2, column: 257, reason: 'is one of too many on a line' },
  })
})

test('what comes behind so many records is not read', () => {
  expect(readCsv('a\nb\n"', ',', 2)).toEqual({
    records: [
      { line: 1, cells: ['a'] },
      { line: 2, cells: ['b'] },
    ],
    mistake: null,
  })
})
