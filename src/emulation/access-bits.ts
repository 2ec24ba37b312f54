/** The keys that may do a thing: the letters of those that may. */
type Keys = '' | 'A' | 'B' | 'AB'

interface DataRights {
  readonly read: Keys
  readonly write: Keys
  readonly increment: Keys
  /** Decrement, transfer and restore share one column. */
  readonly decrement: Keys
}

interface TrailerRights {
  readonly writeKeyA: Keys
  readonly readAccess: Keys
  readonly writeAccess: Keys
  readonly readKeyB: Keys
  readonly writeKeyB: Keys
}

const data = (read: Keys, write: Keys, increment: Keys, decrement: Keys): DataRights => ({
  read,
  write,
  increment,
  decrement,
})

const trailer = (
  writeKeyA: Keys,
  readAccess: Keys,
  writeAccess: Keys,
  readKeyB: Keys,
  writeKeyB: Keys,
): TrailerRights => ({ writeKeyA, readAccess, writeAccess, readKeyB, writeKeyB })

/** MF1S503x §8.7.3, by the code C1C2C3 as a number. */
const DATA_RIGHTS = [
  data('AB', 'AB', 'AB', 'AB'),
  data('AB', '', '', 'AB'),
  data('AB', '', '', ''),
  data('B', 'B', '', ''),
  data('AB', 'B', '', ''),
  data('B', '', '', ''),
  data('AB', 'B', 'B', 'AB'),
  data('', '', '', ''),
] as const

/** MF1S503x §8.7.2, by the code C1C2C3 as a number. */
const TRAILER_RIGHTS = [
  trailer('A', 'A', '', 'A', 'A'),
  trailer('A', 'A', 'A', 'A', 'A'),
  trailer('', 'A', '', 'A', ''),
  trailer('B', 'AB', 'B', '', 'B'),
  trailer('B', 'AB', '', '', 'B'),
  trailer('', 'AB', 'B', '', ''),
  trailer('', 'AB', '', '', ''),
  trailer('', 'AB', '', '', ''),
] as const

/** What the keys of one sector may do. */
interface SectorRights {
  /** By block position 0 to 2; in a sector of 16 blocks each stands for five blocks. */
  readonly data: readonly DataRights[]
  readonly trailer: TrailerRights
}

const none = data('', '', '', '')

/** The rights of the block at a position 0 to 2. */
export const dataRights = (sector: SectorRights, position: number): DataRights =>
  sector.data[position] ?? none

/**
 * Decodes the access bytes 6 to 8 of a sector trailer. Undefined when a bit and its complement disagree: the card then
 * locks the sector for ever (MF1S503x §8.7.1).
 */
export const decodeAccessBits = (trailerBlock: Uint8Array): SectorRights | undefined => {
  const [byte6 = 0, byte7 = 0, byte8 = 0] = trailerBlock.subarray(6, 9)
  const c1 = byte7 >> 4
  const c2 = byte8 & 0x0f
  const c3 = byte8 >> 4
  const areComplements =
    (byte6 & 0x0f) === (~c1 & 0x0f) && byte6 >> 4 === (~c2 & 0x0f) && (byte7 & 0x0f) === (~c3 & 0x0f)
  if (!areComplements) return undefined
  const code = (position: number): number =>
    (((c1 >> position) & 1) << 2) | (((c2 >> position) & 1) << 1) | ((c3 >> position) & 1)
  return {
    data: [0, 1, 2].map((position) => DATA_RIGHTS[code(position)] ?? none),
    trailer: TRAILER_RIGHTS[code(3)] ?? TRAILER_RIGHTS[7],
  }
}
