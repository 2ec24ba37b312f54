import { BridgeError, CardUid, type EmulatedCardOptions, type EmulatedKey } from '../contract/index.ts'

/** What may be laid onto an encoder: a guest's card (`key`, blank at first), or one that is something else. */
const KINDS = ['key', 'staff', 'spare', 'foreign', 'diagnostic'] as const

/** A card as an emulated lock system sees it. */
export interface KeyCard {
  readonly uid: string
  readonly kind: (typeof KINDS)[number]
  /** Null for a blank. */
  readonly key: EmulatedKey | null
  /** Makes it a key. */
  write(key: EmulatedKey): void
}

/** The cards of an emulated lock system, on its encoders and elsewhere. */
export interface KeyCards {
  /** See Emulator.placeCard; the encoder that the card lies on now. Throws `request_invalid`. */
  place(options: EmulatedCardOptions): string
  /** See Emulator.removeCard. */
  remove(uid?: string): void
  /** What lies on an encoder, in the order in which it was placed. */
  on(encoder: string): readonly KeyCard[]
  /** See EmulatedKey. Throws `request_invalid` for an unknown card. */
  dump(uid: string): Uint8Array
  /** How often it was made a key. Throws `request_invalid` for an unknown card. */
  writesOf(uid: string): number
}

interface Entry {
  readonly card: KeyCard
  encoder: string | null
  writes: number
}

const createEntry = (uid: string, kind: KeyCard['kind']): Entry => {
  let key: EmulatedKey | null = null
  const entry: Entry = {
    encoder: null,
    writes: 0,
    card: {
      uid,
      kind,
      get key() {
        return key
      },
      write: (made) => {
        key = made
        entry.writes += 1
      },
    },
  }
  return entry
}

/** Makes the drawer of cards; the first of the encoders is meant where none is named. */
export const createKeyCards = (encoders: readonly string[]): KeyCards => {
  const entries = new Map<string, Entry>()

  const find = (uid: string): Entry => {
    const entry = entries.get(uid.toUpperCase())
    if (entry === undefined) throw new BridgeError('request_invalid', 'There is no such card.')
    return entry
  }

  return {
    place: ({ type, uid, memory, encoder = encoders[0] ?? '' }) => {
      const kind = KINDS.find((one) => one === type)
      const id = CardUid.safeParse(uid.toUpperCase())
      if (kind === undefined) {
        throw new BridgeError('request_invalid', `There is no card of type "${type}": ${KINDS.join(', ')}.`)
      }
      if (!id.success) throw new BridgeError('request_invalid', `"${uid}" is no identifier of a card.`)
      if (memory !== undefined)
        throw new BridgeError('request_invalid', 'Keys are made by the lock system only.')
      if (!encoders.includes(encoder)) {
        throw new BridgeError('request_invalid', `There is no encoder "${encoder}": ${encoders.join(', ')}.`)
      }
      const known = entries.get(id.data)
      const entry = known?.card.kind === kind ? known : createEntry(id.data, kind)
      // A card that comes back lies on top of the others.
      entries.delete(id.data)
      entries.set(id.data, entry)
      entry.encoder = encoder
      return encoder
    },
    remove: (uid) => {
      for (const entry of uid === undefined ? entries.values() : [find(uid)]) entry.encoder = null
    },
    on: (encoder) =>
      [...entries.values()].filter((entry) => entry.encoder === encoder).map(({ card }) => card),
    dump: (uid) => {
      const { key } = find(uid).card
      return key === null ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(key))
    },
    writesOf: (uid) => find(uid).writes,
  }
}
