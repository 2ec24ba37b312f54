import type { RoomRow } from '../contract/rooms.ts'
import { type Separator, writeCsv } from './csv.ts'
import { cellsOf, columns } from './row.ts'

const FORMULA = /^[=+\-@']/

/** Spreadsheets run a cell that begins like a formula, and the names come from elsewhere: an apostrophe before it stops them. */
const guarded = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)

/** The cell as it was before `guarded`. */
export const unguarded = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell

/** The list of rooms as CSV. The mark at its beginning tells spreadsheets that it is UTF-8. */
export const writeRoomList = (rows: readonly RoomRow[], separator: Separator = ','): string => {
  const lines = rows.map((row) => {
    const cells = cellsOf(row)
    return columns.map((column) => guarded(cells[column]))
  })
  return `\uFEFF${writeCsv([columns, ...lines], separator)}`
}
