import type { EmulatedKey } from '../contract/index.ts'

/** Who stays where, as an emulated lock system keeps it. */
export interface GuestStays {
  hasGuest(room: string): boolean
  /** How many keys for one opening the guest of the room has had. */
  oneShotsOf(room: string): number
  /**
   * Counts a key of the main room and returns which one it is. With `new` the guests of all its rooms change; the first key of a
   * room without a guest is an original.
   */
  count(rooms: readonly string[], kind: 'new' | 'copy' | 'oneShot'): EmulatedKey['copy']
  /** Notes of whose stay a key is. */
  bind(key: EmulatedKey): void
  /** `valid` for the guest who is there, `left` when nobody is, `former` when somebody else is. */
  stateOf(key: EmulatedKey): 'valid' | 'left' | 'former'
  checkOut(room: string): void
  /** Whether there was a guest to move. */
  move(room: string, newRoom: string): boolean
}

interface Stay {
  keys: number
  oneShots: number
}

/** Makes a house without guests. */
export const createGuestStays = (): GuestStays => {
  const stays = new Map<string, Stay>()
  const staysOfKeys = new WeakMap<EmulatedKey, Stay>()
  const mainOf = ([main = '']: readonly string[]): string => main

  const stayIn = (room: string): Stay => {
    const stay = stays.get(room) ?? { keys: 0, oneShots: 0 }
    stays.set(room, stay)
    return stay
  }

  return {
    hasGuest: (room) => stays.has(room),
    oneShotsOf: (room) => stays.get(room)?.oneShots ?? 0,
    count: (rooms, kind) => {
      if (kind === 'new') for (const room of rooms) stays.delete(room)
      if (kind !== 'oneShot') for (const room of rooms) stayIn(room)
      const stay = stayIn(mainOf(rooms))
      if (kind === 'oneShot') {
        stay.oneShots += 1
        return 'oneShot'
      }
      stay.keys += 1
      return stay.keys - 1
    },
    bind: (key) => {
      staysOfKeys.set(key, stayIn(mainOf(key.rooms)))
    },
    stateOf: (key) => {
      const present = stays.get(mainOf(key.rooms))
      if (present === undefined) return 'left'
      return present === staysOfKeys.get(key) ? 'valid' : 'former'
    },
    checkOut: (room) => {
      stays.delete(room)
    },
    move: (room, newRoom) => {
      const stay = stays.get(room)
      if (stay === undefined) return false
      stays.delete(room)
      stays.set(newRoom, stay)
      return true
    },
  }
}
