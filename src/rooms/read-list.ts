import type { RoomRow } from '../contract/rooms.ts'
import { type CsvRecord, type Mistake, readCsv, type Separator } from './csv.ts'
import { type Column, columns, keyOf, MAX_ROWS, rowOf, wrongIn } from './row.ts'
import { unguarded } from './write-list.ts'

/** Twice what the longest list takes with long names. */
export const MAX_BYTES = 33_554_432
/** More than a person corrects in one go. */
const MAX_MISTAKES = 100

/** What a file says: its rows, or what is wrong with it. With a mistake nothing of it may be used. */
export interface ReadList {
  readonly rows: readonly RoomRow[]
  /** Rows that name neither a room nor an authorisation, as an export leaves them to be filled in. */
  readonly gaps: number
  /** In the order of the lines; at most 100. */
  readonly mistakes: readonly Mistake[]
}

const wholeLine = (line: number, reason: string): ReadList => ({
  rows: [],
  gaps: 0,
  mistakes: [{ line, column: null, reason }],
})

const strict = new TextDecoder('utf-8', { fatal: true })

/** The text, without the mark that spreadsheets put before it; null when it is no UTF-8. */
const decode = (bytes: Uint8Array): string | null => {
  try {
    return strict.decode(bytes)
  } catch {
    return null
  }
}

/** Where it stops being UTF-8. What else it is (Windows-1252, 1250 …) can't be told, and a guess would change rooms' names. */
const firstForeignLine = (bytes: Uint8Array): number => {
  let line = 1
  for (let at = 0; at < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, at)
    const next = end < 0 ? bytes.length : end + 1
    if (decode(bytes.subarray(at, next)) === null) return line
    at = next
  }
  return line
}

const isColumn = (name: string): name is Column => (columns as readonly string[]).includes(name)

/** Which column each cell of a line belongs to; null for one without a name, which must stay empty. */
const readHeader = ({ line, cells }: CsvRecord): { of: (Column | null)[]; mistakes: Mistake[] } => {
  const names = cells.map((cell) => cell.trim().toLowerCase())
  const mistakes = names.flatMap((name, index): Mistake[] => {
    const at = { line, column: index + 1 }
    if (name === '') return []
    if (!isColumn(name)) return [{ ...at, reason: `“${name}” is no column; there are ${columns.join(', ')}` }]
    return names.indexOf(name) < index ? [{ ...at, reason: `the column ${name} is there twice` }] : []
  })
  const missing = (['acs_entrance_id', 'room', 'authorisation'] as const).filter(
    (name) => !names.includes(name),
  )
  if (missing.includes('acs_entrance_id')) {
    mistakes.push({ line, column: null, reason: 'the column acs_entrance_id is missing' })
  } else if (missing.length === 2) {
    mistakes.push({ line, column: null, reason: 'the column room is missing, and authorisation too' })
  }
  return { of: names.map((name) => (isColumn(name) ? name : null)), mistakes }
}

const readRow = (
  { line, cells }: CsvRecord,
  of: readonly (Column | null)[],
): { row: RoomRow; mistakes: Mistake[] } => {
  const values = { acs_entrance_id: '', display_name: '', room: '', authorisation: '', system: '' }
  const mistakes: Mistake[] = []
  for (const [index, cell] of cells.entries()) {
    const column = of[index] ?? null
    if (column !== null) values[column] = unguarded(cell)
    else if (cell.trim() !== '') mistakes.push({ line, column: index + 1, reason: 'has no column above it' })
  }
  const row = rowOf(values)
  for (const { column, reason } of wrongIn(row)) {
    mistakes.push({ line, column: of.indexOf(column) + 1, reason: `(${column}) ${reason}` })
  }
  return { row, mistakes }
}

/** The header holds names only: the first separator in it is the one. */
const separatorOf = (text: string): Separator => (/[,;]/.exec(text)?.[0] === ';' ? ';' : ',')

/**
 * Reads the list of rooms as a spreadsheet saves it: UTF-8 with or without a byte order mark, commas or semicolons, any line
 * ends, the columns in any order. Everything wrong with it is told at once.
 */
export const readRoomList = (bytes: Uint8Array): ReadList => {
  if (bytes.length > MAX_BYTES) return wholeLine(1, `the file is longer than ${MAX_BYTES} bytes`)
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const text = isUtf16 ? null : decode(bytes)
  if (text === null) {
    const line = isUtf16 ? 1 : firstForeignLine(bytes)
    return wholeLine(line, 'is not in UTF-8; save the file as “CSV UTF-8”')
  }
  const { records, mistake } = readCsv(text, separatorOf(text), MAX_ROWS + 2)
  const [header, ...lines] = records
  if (header === undefined) {
    return mistake === null
      ? wholeLine(1, `the file is empty; it begins with ${columns.join(',')}`)
      : { rows: [], gaps: 0, mistakes: [mistake] }
  }
  const { of, mistakes } = readHeader(header)
  if (mistakes.length > 0) return { rows: [], gaps: 0, mistakes }
  if (lines.length > MAX_ROWS) return wholeLine(header.line, `the file has more than ${MAX_ROWS} rows`)

  const rows: RoomRow[] = []
  const firstLines = new Map<string, number>()
  for (const record of lines) {
    const { row, mistakes: wrong } = readRow(record, of)
    mistakes.push(...wrong)
    if (wrong.length > 0) continue
    const key = keyOf(row.acsEntranceId, row.system)
    const first = firstLines.get(key)
    if (first !== undefined) {
      const reason = `(acs_entrance_id) is the same as in line ${first}; an entrance has one row for each system`
      mistakes.push({ line: record.line, column: of.indexOf('acs_entrance_id') + 1, reason })
    }
    firstLines.set(key, record.line)
    rows.push(row)
  }
  if (mistake !== null) mistakes.push(mistake)
  const filled = rows.filter(({ room, authorisation }) => room !== null || authorisation !== null)
  return { rows: filled, gaps: rows.length - filled.length, mistakes: mistakes.slice(0, MAX_MISTAKES) }
}

/** `line 3, column 4 (room) is longer than 64 characters` */
export const mistakeText = ({ line, column, reason }: Mistake): string =>
  `line ${line}${column === null ? '' : `, column ${column}`}: ${reason}`
