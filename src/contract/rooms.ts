/** A row of the list that leads from Seam's entrances to the lock system's rooms. Either a room or an authorisation is named. */
export interface RoomRow {
  readonly acsEntranceId: string
  /** For people who read the list. */
  readonly displayName: string
  /** The lock system's own name. */
  readonly room: string | null
  /** What the lock system grants in its place: a common door, an area. */
  readonly authorisation: string | null
  /** The key system, by its name in the configuration; null for every one. A row that names it goes before one that does not. */
  readonly system: string | null
}

/** What the doors of an order are to a lock system, in the order of the doors. */
export interface MappedDoors {
  readonly rooms: readonly string[]
  readonly authorisations: readonly string[]
}

/** The list of rooms of this desk, as sessions see it. */
export interface Rooms {
  /** Throws `room_unmapped`, naming every entrance that has no row. */
  of(acsEntranceIds: readonly string[], system: string): MappedDoors
}
