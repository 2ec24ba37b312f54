import { type Card, type CardAddress, isBridgeError } from 'encoder-bridge/driver'
import { technologyOfSak } from '../../src/cards/mifare-classic.ts'
import { createBlockAccess } from './block-access.ts'
import type { Line } from './line.ts'
import { createPageAccess } from './page-access.ts'
import type { Target } from './protocol.ts'
import { createSelection, type Selection } from './selection.ts'

/** Finds, identifies, reads and writes cards of every family that the chip reaches. */
export interface CardAccess extends Pick<Selection, 'poll' | 'rest' | 'forget' | 'reset'> {
  /** The card that a poll has found, or undefined when it left meanwhile. */
  identify(target: Target): Promise<Card | undefined>
  /** As CardDevice.read. */
  read(card: Card, at: CardAddress): Promise<Uint8Array>
  /** As CardDevice.write. */
  write(card: Card, at: CardAddress, data: Uint8Array): Promise<void>
}

export const createCardAccess = (line: Line): CardAccess => {
  const selection = createSelection(line)
  const blocks = createBlockAccess(selection)
  const pages = createPageAccess(selection)
  return {
    poll: selection.poll,
    rest: selection.rest,
    forget: selection.forget,
    reset: selection.reset,
    identify: async ({ uid, sak }) => {
      const technology = technologyOfSak(sak)
      if (technology !== 'mifare-ultralight') return { uid, technology }
      try {
        return { uid, technology: await pages.identify(uid) }
      } catch (error) {
        if (isBridgeError(error, 'card_removed') || isBridgeError(error, 'card_swapped')) return undefined
        throw error
      }
    },
    // A place of a kind that no type A card has is refused with the blocks.
    read: (card, at) => (at.kind === 'page' ? pages.read(card, at) : blocks.read(card, at)),
    write: (card, at, data) =>
      at.kind === 'page' ? pages.write(card, at, data) : blocks.write(card, at, data),
  }
}
