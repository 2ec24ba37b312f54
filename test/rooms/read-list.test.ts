import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RoomRow } from '../../src/contract/rooms.ts'
import { readCsv } from '../../src/rooms/csv.ts'
import { mistakeText, readRoomList } from '../../src/rooms/read-list.ts'
import { writeRoomList } from '../../src/rooms/write-list.ts'

const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const header = 'acs_entrance_id,display_name,room,authorisation,system'
const read = (text: string) => readRoomList(new TextEncoder().encode(text))
const told = (text: string): string[] => read(text).mistakes.map(mistakeText)

const room101: RoomRow = {
  acsEntranceId: id(101),
  displayName: 'Room 101',
  room: '101',
  authorisation: null,
  system: null,
}
const pool: RoomRow = {
  acsEntranceId: id(7),
  displayName: 'Pool',
  room: null,
  authorisation: '5',
  system: 'SALTO',
}

test('a list as it is written by hand', () => {
  const text = `${header}\n${id(101)},Room 101,101,,\n${id(7)},Pool,,5,SALTO\n`
  expect(read(text)).toEqual({ rows: [room101, pool], gaps: 0, mistakes: [] })
})

test.each([
  ['a mark of UTF-8 before it', `\uFEFF${header}\n${id(101)},Zimmer „Süd“,101,,\n`],
  ['semicolons and CR LF', `${header.replaceAll(',', ';')}\r\n${id(101)};Zimmer „Süd“;101;;\r\n`],
  ['everything quoted', `"${header.replaceAll(',', '","')}"\n"${id(101)}","Zimmer „Süd“","101","",""\n`],
  ['the columns in another order', `Room, ACS_ENTRANCE_ID ,display_name\n101,${id(101)},Zimmer „Süd“\n`],
  ['the id in capitals, and space around', `${header}\n ${id(101).toUpperCase()} , Zimmer „Süd“ , 101 ,,\n`],
  [
    'lines of separators, and columns without a name',
    `${header},,\n${id(101)},Zimmer „Süd“,101,,,,\n,,,,,,\n`,
  ],
])('a list as a spreadsheet saves it: %s', (_, text) => {
  expect(read(text)).toEqual({ rows: [{ ...room101, displayName: 'Zimmer „Süd“' }], gaps: 0, mistakes: [] })
})

test('an entrance may have a row for each system, and one for all others', () => {
  const text = `${header}\n${id(1)},A,1,,\n${id(1)},A,01,,SALTO\n${id(1)},A,R1,,Annex\n`
  expect(read(text).rows.map(({ room, system }) => [room, system])).toEqual([
    ['1', null],
    ['01', 'SALTO'],
    ['R1', 'Annex'],
  ])
})

test('rows without a room and an authorisation are gaps to fill in, and no mistakes', () => {
  const text = `${header}\n${id(1)},A,,,\n${id(101)},Room 101,101,,\n${id(2)},B, , ,\n`
  expect(read(text)).toEqual({ rows: [room101], gaps: 2, mistakes: [] })
})

test.each([
  ['', ['line 1: the file is empty; it begins with acs_entrance_id,display_name,room,authorisation,system']],
  [
    '\n\n',
    ['line 1: the file is empty; it begins with acs_entrance_id,display_name,room,authorisation,system'],
  ],
  ['room\n101\n', ['line 1: the column acs_entrance_id is missing']],
  ['acs_entrance_id,system\n', ['line 1: the column room is missing, and authorisation too']],
  [
    `\n${header},rom,room\n`,
    [
      'line 2, column 6: “rom” is no column; there are acs_entrance_id, display_name, room, authorisation, system',
      'line 2, column 7: the column room is there twice',
    ],
  ],
  [
    `${header}\n101,Room,101,,\n,Room,102,,\n${id(1)},A,1,2,\n`,
    [
      'line 2, column 1: (acs_entrance_id) is no UUID; it is the entrance’s id as Seam shows it',
      'line 3, column 1: (acs_entrance_id) is empty; it is the entrance’s id as Seam shows it',
      'line 4, column 4: (authorisation) stands beside a room; a row names one of them',
    ],
  ],
  [
    `${header}\n${id(1)},"two\nlines",1,,\n${id(2)},B,${'x'.repeat(65)},,\n`,
    [
      'line 2, column 2: (display_name) holds a line end or another control character',
      'line 4, column 3: (room) is longer than 64 characters',
    ],
  ],
  [
    `${header}\n${id(1)},A,1,,Salto\n${id(2)},B,2,,\n${id(1)},A,3,,SALTO\n`,
    ['line 4, column 1: (acs_entrance_id) is the same as in line 2; an entrance has one row for each system'],
  ],
  [`${header}\n${id(1)},A,1,,,extra\n`, ['line 2, column 6: has no column above it']],
  [
    `${header}\n${id(1)},A,1,,\n"${id(2)},B\n`,
    ['line 3, column 1: has a quotation mark that is never closed'],
  ],
])('%j is told by line and column', (text, mistakes) => {
  expect(told(text)).toEqual(mistakes)
})

// “Süd” as Windows-1252 writes it: FC alone is no UTF-8.
test('a file in Windows-1252 is refused, and the line that shows it is told', () => {
  const bytes = Buffer.from(`${header}\n${id(1)},A,1,,\n${id(2)},S\u00FCd,2,,\n`, 'latin1')
  expect(readRoomList(bytes)).toMatchObject({
    rows: [],
    mistakes: [{ line: 3, column: null, reason: 'is not in UTF-8; save the file as “CSV UTF-8”' }],
  })
})

test.each(['le', 'be'])('a file in UTF-16 (%s) is refused', (order) => {
  const bytes = Buffer.from(`\uFEFF${header}\n`, 'utf16le')
  if (order === 'be') bytes.swap16()
  expect(readRoomList(bytes).mistakes.map(mistakeText)).toEqual([
    'line 1: is not in UTF-8; save the file as “CSV UTF-8”',
  ])
})

const rowsOf = (count: number): string =>
  [header, ...Array.from({ length: count }, (_, index) => `${id(index)},Room ${index},${index},,`)].join('\n')

test('a hundred thousand rows are read, and one more is refused', () => {
  expect(read(rowsOf(100_000)).rows).toHaveLength(100_000)
  expect(told(rowsOf(100_001))).toEqual(['line 1: the file has more than 100000 rows'])
})

test('a file of rubbish names a hundred mistakes at most, and one of many megabytes is not looked at', () => {
  expect(told(`${header}\n${'x\n'.repeat(5_000)}`)).toHaveLength(100)
  expect(readRoomList(new Uint8Array(33_554_433)).mistakes).toHaveLength(1)
})

const text = fc
  .string({
    unit: fc.constantFrom('a', 'Z', '1', '-', '+', '=', '@', "'", '"', ',', ';', ' ', 'é'),
    maxLength: 12,
  })
  .map((one) => one.trim())
const anyRow = fc.record({
  displayName: text,
  room: text.map((one) => one || null),
  authorisation: text.map((one) => one || null),
  system: text.map((one) => one || null),
})

test('every list is read as it was written, and no cell of it is a formula', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 6 }), fc.constantFrom(',', ';'), (some, by) => {
      const rows = some.map((row, index): RoomRow => ({
        ...row,
        acsEntranceId: id(index),
        authorisation: row.room === null ? row.authorisation : null,
      }))
      const written = writeRoomList(rows, by)
      const filled = rows.filter(({ room, authorisation }) => room !== null || authorisation !== null)
      expect(read(written)).toEqual({ rows: filled, gaps: rows.length - filled.length, mistakes: [] })
      const cells = readCsv(written.slice(1), by).records.flatMap((record) => record.cells)
      expect(cells.filter((cell) => /^[=+\-@]/.test(cell))).toEqual([])
    }),
  )
})
