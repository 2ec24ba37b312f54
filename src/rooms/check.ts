import type { RoomRow } from '../contract/rooms.ts'

/** A door as the hub lists it. */
interface Entrance {
  readonly acsEntranceId: string
  readonly displayName: string
}

/** How the list stands to what the hub and the configuration have. */
export interface RoomsCheck {
  /** All of the hub's, in its order. */
  readonly entrances: readonly Entrance[]
  /** Those that no key can be made for here. */
  readonly missing: readonly Entrance[]
  /** Rows of entrances that the hub doesn't have. */
  readonly unknown: readonly RoomRow[]
  /** Systems that rows name and that no configured device bears. */
  readonly unknownSystems: readonly string[]
}

/**
 * Compares the list with the hub's entrances and the names of the configured key systems. An entrance is missing when no row
 * of it holds for any of these systems; one that only some of them know is theirs alone.
 */
export const checkRooms = (
  rows: readonly RoomRow[],
  entrances: readonly Entrance[],
  systems: readonly string[],
): RoomsCheck => {
  const configured = new Set(systems.map((name) => name.toLowerCase()))
  const isHere = (system: string | null): boolean => system === null || configured.has(system.toLowerCase())
  const mapped = new Set(
    rows.filter(({ system }) => isHere(system)).map(({ acsEntranceId }) => acsEntranceId.toLowerCase()),
  )
  const known = new Set(entrances.map(({ acsEntranceId }) => acsEntranceId.toLowerCase()))
  return {
    entrances,
    missing: entrances.filter(({ acsEntranceId }) => !mapped.has(acsEntranceId.toLowerCase())),
    unknown: rows.filter(({ acsEntranceId }) => !known.has(acsEntranceId.toLowerCase())),
    unknownSystems: [...new Set(rows.flatMap(({ system }) => (isHere(system) ? [] : [system ?? ''])))],
  }
}
