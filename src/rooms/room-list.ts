import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { RoomRow, Rooms } from '../contract/rooms.ts'
import { changesBetween, type RoomChanges } from './changes.ts'
import { createLookup } from './lookup.ts'
import { readRoomFile, stampOf, writeRoomFile } from './room-file.ts'
import { cellsOf, keyOf, MAX_ROWS, rowOf, wrongIn } from './row.ts'

/** The list of rooms of a data directory, as it is now. A file that was changed by hand is read again by itself. */
export interface RoomList extends Rooms {
  rows(): readonly RoomRow[]
  /** Why the file can't be used (`config_invalid`); the last list that could be is in use until it can. */
  error(): BridgeError | null
  /**
   * Puts these rows in the place of all that are there, or with `isDryRun` only says what that would change. Throws
   * `request_invalid` for the first row that is wrong, and `data_unwritable`; then nothing has changed.
   */
  replace(rows: readonly RoomRow[], isDryRun: boolean): RoomChanges
}

/** The rows as the list keeps them. Throws `request_invalid`. */
const checked = (given: readonly RoomRow[]): RoomRow[] => {
  if (given.length > MAX_ROWS)
    throw new BridgeError('request_invalid', `There are more than ${MAX_ROWS} rows.`)
  const firsts = new Map<string, number>()
  return given.map((one, index) => {
    const refuse = (reason: string): never => {
      throw new BridgeError('request_invalid', `rooms[${index}]${reason}.`)
    }
    const row = rowOf(cellsOf(one))
    for (const { column, reason } of wrongIn(row)) refuse(`.${column} ${reason}`)
    if (row.room === null && row.authorisation === null) refuse(' names neither a room nor an authorisation')
    const key = keyOf(row.acsEntranceId, row.system)
    const first = firsts.get(key)
    if (first !== undefined) refuse(`.acs_entrance_id is the same as rooms[${first}]’s, for the same system`)
    firsts.set(key, index)
    return row
  })
}

/** Opens the list. Never throws: what is wrong with the file is in `error`. */
export const openRoomList = (path: string): RoomList => {
  let rows: readonly RoomRow[] = []
  let error: BridgeError | null = null
  let stamp: string | null = null
  let isRead = false
  let find = createLookup(rows)

  const take = (list: readonly RoomRow[]): void => {
    rows = list
    find = createLookup(list)
    error = null
  }
  const refresh = (): void => {
    const now = stampOf(path)
    if (isRead && now === stamp) return
    isRead = true
    stamp = now
    try {
      take(readRoomFile(path))
    } catch (thrown) {
      error = toBridgeError(thrown)
    }
  }
  refresh()

  return {
    of: (acsEntranceIds, system) => {
      refresh()
      try {
        return find(acsEntranceIds, system)
      } catch (thrown) {
        // An entrance may be missing only because the file can't be read.
        if (error === null) throw thrown
        const { detail } = toBridgeError(thrown)
        throw new BridgeError('room_unmapped', `${detail ?? ''} ${error.detail ?? ''}`, { cause: thrown })
      }
    },
    rows: () => {
      refresh()
      return rows
    },
    error: () => {
      refresh()
      return error
    },
    replace: (given, isDryRun) => {
      const wanted = checked(given)
      refresh()
      const changes = changesBetween(rows, wanted)
      if (isDryRun) return changes
      writeRoomFile(path, wanted)
      stamp = stampOf(path)
      take(wanted)
      return changes
    },
  }
}
