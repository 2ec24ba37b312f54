import type { RoomRow } from '../contract/rooms.ts'
import { cellsOf, keyOf } from './row.ts'

/** How many rows an import adds, changes, takes out and leaves as they are. */
export interface RoomChanges {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly unchanged: number
}

const byKey = (rows: readonly RoomRow[]): ReadonlyMap<string, string> =>
  new Map(rows.map((row) => [keyOf(row.acsEntranceId, row.system), JSON.stringify(cellsOf(row))]))

export const changesBetween = (before: readonly RoomRow[], after: readonly RoomRow[]): RoomChanges => {
  const known = byKey(before)
  const wanted = byKey(after)
  const keys = [...wanted.keys()]
  const unchanged = keys.filter((key) => known.get(key) === wanted.get(key)).length
  const added = keys.filter((key) => !known.has(key)).length
  const removed = [...known.keys()].filter((key) => !wanted.has(key)).length
  return { added, changed: keys.length - added - unchanged, removed, unchanged }
}
