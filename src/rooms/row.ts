import type { RoomRow } from '../contract/rooms.ts'

/** The columns of the list, in the order that they are written in. */
export const columns = ['acs_entrance_id', 'display_name', 'room', 'authorisation', 'system'] as const
export type Column = (typeof columns)[number]

/** A hotel of a whole city; what is longer is another file. */
export const MAX_ROWS = 100_000

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** As long as an order may name a room, and as a device's name may be. */
const longest: Record<Column, number> = {
  acs_entrance_id: 36,
  display_name: 200,
  room: 64,
  authorisation: 64,
  system: 64,
}

/** The cells of a row, empty where it has nothing. */
export const cellsOf = (row: RoomRow): Readonly<Record<Column, string>> => ({
  acs_entrance_id: row.acsEntranceId,
  display_name: row.displayName,
  room: row.room ?? '',
  authorisation: row.authorisation ?? '',
  system: row.system ?? '',
})

/** Letters' case and space around a cell mean nothing in an id. */
export const rowOf = (cells: Readonly<Record<Column, string>>): RoomRow => ({
  acsEntranceId: cells.acs_entrance_id.trim().toLowerCase(),
  displayName: cells.display_name.trim(),
  room: cells.room.trim() || null,
  authorisation: cells.authorisation.trim() || null,
  system: cells.system.trim() || null,
})

/** Two rows with the same key would contradict each other. Names in the configuration differ by more than the case of letters. */
export const keyOf = (acsEntranceId: string, system: string | null): string =>
  `${acsEntranceId.toLowerCase()} ${system?.toLowerCase() ?? ''}`

/** What is wrong with a row by itself, each with the column it stands in. */
export const wrongIn = (row: RoomRow): { readonly column: Column; readonly reason: string }[] => {
  const cells = cellsOf(row)
  const wrong = columns.flatMap((column) => {
    if (/\p{Cc}/u.test(cells[column]))
      return [{ column, reason: 'holds a line end or another control character' }]
    return cells[column].length > longest[column]
      ? [{ column, reason: `is longer than ${longest[column]} characters` }]
      : []
  })
  if (wrong.length > 0) return wrong
  if (!uuid.test(cells.acs_entrance_id)) {
    const what = cells.acs_entrance_id === '' ? 'is empty' : 'is no UUID'
    return [{ column: 'acs_entrance_id', reason: `${what}; it is the entrance’s id as Seam shows it` }]
  }
  return row.room !== null && row.authorisation !== null
    ? [{ column: 'authorisation', reason: 'stands beside a room; a row names one of them' }]
    : []
}
