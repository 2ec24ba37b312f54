import { BridgeError } from '../contract/errors.ts'
import type { RoomRow, Rooms } from '../contract/rooms.ts'
import { keyOf } from './row.ts'

/** More would fill the clerk's screen; `rooms check` names them all. */
const MAX_NAMED = 20

const namesOf = (ids: readonly string[]): string =>
  ids.length <= MAX_NAMED
    ? ids.join(', ')
    : `${ids.slice(0, MAX_NAMED).join(', ')} and ${ids.length - MAX_NAMED} more`

const named = <T>(values: readonly (T | null)[]): T[] => [
  ...new Set(values.flatMap((value) => (value === null ? [] : [value]))),
]

/** Finds the rooms of doors in these rows. A room that several doors lead to is named once. */
export const createLookup = (rows: readonly RoomRow[]): Rooms['of'] => {
  const byKey = new Map(rows.map((row) => [keyOf(row.acsEntranceId, row.system), row]))
  return (acsEntranceIds, system) => {
    const found = acsEntranceIds.map((id) => ({
      id,
      row: byKey.get(keyOf(id, system)) ?? byKey.get(keyOf(id, null)),
    }))
    const missing = found.filter(({ row }) => row === undefined).map(({ id }) => id)
    if (missing.length > 0) {
      throw new BridgeError('room_unmapped', `Not in the list for “${system}”: ${namesOf(missing)}.`)
    }
    return {
      rooms: named(found.map(({ row }) => row?.room ?? null)),
      authorisations: named(found.map(({ row }) => row?.authorisation ?? null)),
    }
  }
}
