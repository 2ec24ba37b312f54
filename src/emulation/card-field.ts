import { BridgeError, CardUid, type EmulatedCardOptions } from '../contract/index.ts'
import type { EmulatedCard } from './emulated-card.ts'
import { createMifareClassic, isClassicType } from './mifare-classic.ts'
import { createUltralight } from './ultralight.ts'

/** The space above an emulated antenna, and the drawer with the cards that once lay there. */
export interface CardField {
  /** The cards in the field, in the order in which they were placed. */
  readonly cards: readonly EmulatedCard[]
  /** See Emulator.placeCard. Throws `request_invalid` for an unknown type, a bad UID or too much memory. */
  place(options: EmulatedCardOptions): void
  /** See Emulator.removeCard. */
  remove(uid?: string): void
  /** The card of that UID, in the field or not. Throws `request_invalid` when there is none. */
  find(uid: string): EmulatedCard
}

const parseUid = (uid: string): CardUid => {
  const parsed = CardUid.safeParse(uid.toUpperCase())
  if (parsed.success) return parsed.data
  throw new BridgeError('request_invalid', `"${uid}" is no UID: 4 or 7 bytes in hexadecimal.`)
}

const createCard = (options: EmulatedCardOptions, uid: CardUid): EmulatedCard => {
  const uidBytes = Uint8Array.from({ length: uid.length / 2 }, (_, index) =>
    Number.parseInt(uid.slice(index * 2, index * 2 + 2), 16),
  )
  if (isClassicType(options.type)) return createMifareClassic(options, uidBytes)
  if (options.type === 'ultralight') return createUltralight(options, uidBytes)
  throw new BridgeError(
    'request_invalid',
    `There is no card type "${options.type}": classic1k, classic4k, mini, ultralight.`,
  )
}

/** Makes an empty field. */
export const createCardField = (): CardField => {
  const known = new Map<CardUid, EmulatedCard>()
  const present = new Map<CardUid, EmulatedCard>()
  return {
    get cards() {
      return [...present.values()]
    },
    place: (options) => {
      const uid = parseUid(options.uid)
      const before = known.get(uid)
      const isSame = before?.type === options.type && options.memory === undefined
      const card = isSame ? before : createCard(options, uid)
      known.set(uid, card)
      present.set(uid, card)
    },
    remove: (uid) => {
      for (const gone of uid === undefined ? [...present.keys()] : [parseUid(uid)]) {
        present.get(gone)?.halt()
        present.delete(gone)
      }
    },
    find: (uid) => {
      const card = known.get(parseUid(uid))
      if (card === undefined) throw new BridgeError('request_invalid', `No card ${uid} was ever placed.`)
      return card
    },
  }
}
