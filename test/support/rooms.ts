import { BridgeError } from '../../src/contract/errors.ts'
import type { Rooms } from '../../src/contract/rooms.ts'

/** A list of rooms for a test: what each door is, whichever the lock system. `+` before a name marks an authorisation. */
export const roomsOf = (doors: Readonly<Record<string, string>>): Rooms => ({
  of: (acsEntranceIds) => {
    const missing = acsEntranceIds.filter((id) => doors[id] === undefined)
    if (missing.length > 0) throw new BridgeError('room_unmapped', `${missing.join(', ')}.`)
    const names = acsEntranceIds.map((id) => doors[id] ?? '')
    return {
      rooms: names.filter((name) => !name.startsWith('+')),
      authorisations: names.filter((name) => name.startsWith('+')).map((name) => name.slice(1)),
    }
  },
})
