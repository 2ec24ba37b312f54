import { BridgeError, CardUid, type EmulatedCardOptions } from '../contract/index.ts'
import { createCard } from './card-types.ts'
import type { CardFamily, EmulatedCard } from './emulated-card.ts'

/** The cards of some families. */
type CardOf<Family extends CardFamily> = Extract<EmulatedCard, { readonly family: Family }>

/** The space above an emulated antenna, or before a slot, and the drawer with the cards that once lay there. */
export interface CardField<Family extends CardFamily = CardFamily> {
  /** The cards in the field, in the order in which they were placed. */
  readonly cards: readonly CardOf<Family>[]
  /** See Emulator.placeCard. Throws `request_invalid` for an unknown type, a bad UID or too much memory. */
  place(options: EmulatedCardOptions): void
  /** See Emulator.removeCard. */
  remove(uid?: string): void
  /** The card of that UID, in the field or not. Throws `request_invalid` when there is none. */
  find(uid: string): CardOf<Family>
}

const parseUid = (uid: string): CardUid => {
  const parsed = CardUid.safeParse(uid.toUpperCase())
  if (parsed.success) return parsed.data
  throw new BridgeError('request_invalid', `"${uid}" is no identifier of a card.`)
}

const bytesOf = (uid: CardUid): Uint8Array =>
  Uint8Array.from({ length: uid.length / 2 }, (_, index) =>
    Number.parseInt(uid.slice(index * 2, index * 2 + 2), 16),
  )

/** Makes an empty field for the families of cards that the device can have to do with. */
export const createCardField = <Family extends CardFamily>(
  families: readonly Family[],
): CardField<Family> => {
  const known = new Map<CardUid, { readonly type: string; readonly card: CardOf<Family> }>()
  const present = new Map<CardUid, CardOf<Family>>()

  const isOfFamilies = (card: EmulatedCard): card is CardOf<Family> =>
    families.some((family) => family === card.family)

  const make = (options: EmulatedCardOptions, uid: CardUid): CardOf<Family> => {
    const card = createCard(options, bytesOf(uid))
    if (isOfFamilies(card)) return card
    throw new BridgeError('request_invalid', `The device has no field for a card of type "${options.type}".`)
  }

  return {
    get cards() {
      return [...present.values()]
    },
    place: (options) => {
      const uid = parseUid(options.uid)
      const before = known.get(uid)
      const isSame = before?.type === options.type && options.memory === undefined
      const card = isSame ? before.card : make(options, uid)
      known.set(uid, { type: options.type, card })
      present.set(uid, card)
    },
    remove: (uid) => {
      for (const gone of uid === undefined ? [...present.keys()] : [parseUid(uid)]) {
        const card: EmulatedCard | undefined = present.get(gone)
        if (card?.family === 'typeA') card.halt()
        present.delete(gone)
      }
    },
    find: (uid) => {
      const found = known.get(parseUid(uid))
      if (found === undefined) throw new BridgeError('request_invalid', `No card ${uid} was ever placed.`)
      return found.card
    },
  }
}
