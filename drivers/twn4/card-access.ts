import { BridgeError, type Card, type CardAddress, noUid } from 'encoder-bridge/driver'
import { checkBlock, checkWrite } from '../../src/cards/mifare-classic.ts'
import { checkPage, checkPageWrite } from '../../src/cards/ntag.ts'
import { checkT5577Write, t5577BlockCount } from '../../src/cards/t5577.ts'
import { callIfSupported } from './call-if-supported.ts'
import { createHfAccess } from './hf-access.ts'
import { createLfAccess } from './lf-access.ts'
import type { Line } from './line.ts'
import { getSupportedLfTypes, maskOf, setRfOff, tagTypes } from './protocol.ts'
import { createSearch } from './search.ts'

/** Finds, reads and writes cards: what the reader knows about the card in its field. */
export interface CardAccess {
  /** One look at the field: the card that lies there, selected. Rejects `card_several`. */
  find(): Promise<Card | undefined>
  read(card: Card, at: CardAddress): Promise<Uint8Array>
  write(card: Card, at: CardAddress, data: Uint8Array): Promise<void>
  /** Switches the RF field off. */
  rest(): Promise<void>
  /** Trusts nothing known about card and reader any more. */
  forget(): void
}

export const createCardAccess = (line: Line): CardAccess => {
  const search = createSearch(line)
  const hf = createHfAccess(line, search)
  const lf = createLfAccess(line)
  let lfTypes: number | undefined

  const forget = (): void => {
    search.forget()
    hf.forget()
    lf.forget()
  }

  /** Not every reader has the low frequencies. The mask has no bit for the T5577, which no search finds. */
  const hasLf = async (): Promise<boolean> => {
    lfTypes ??= (await callIfSupported(line, getSupportedLfTypes)) ?? 0
    return (lfTypes & maskOf(tagTypes.em4102)) !== 0
  }

  const find = async (): Promise<Card | undefined> => {
    const found = await search.run('all')
    if (found?.type === tagTypes.iso14443a) return found.uid === undefined ? undefined : hf.take(found.uid)
    const isEm4100 = found?.type === tagTypes.em4102
    if ((await hasLf()) && (await lf.find(isEm4100))) return { uid: noUid, technology: 't5577' }
    return isEm4100 && found.uid !== undefined ? { uid: found.uid, technology: 'em4100' } : undefined
  }

  return {
    find,
    forget,
    read: async (card, at) => {
      switch (at.kind) {
        case 'block':
          return hf.readBlock(card, checkBlock(card, at))
        case 'page':
          checkPage(card.technology, at.page)
          return hf.readPage(card, at)
        case 'lfBlock':
          checkLfBlock(card, at.block)
          return lf.read(at.block)
        case 'tracks':
        case 'rawTracks':
          throw noSuchPlace(card, at)
      }
    },
    write: async (card, at, data) => {
      switch (at.kind) {
        case 'block':
          return hf.writeBlock(card, checkWrite(card, { at, data }), data)
        case 'page':
          checkPageWrite(card.technology, at.page, data)
          return hf.writePage(card, at, data)
        case 'lfBlock':
          checkLfBlock(card, at.block)
          checkT5577Write(at.block, data)
          return lf.write(at.block, data)
        case 'tracks':
        case 'rawTracks':
          throw noSuchPlace(card, at)
      }
    },
    rest: async () => {
      forget()
      await line.call(setRfOff)
    },
  }
}

const noSuchPlace = ({ technology }: Card, { kind }: CardAddress): BridgeError =>
  new BridgeError('not_supported', `A ${technology} card has no ${kind}.`)

/** Throws `not_supported` for a card without such blocks, `card_incompatible` for a block that a T5577 does not have. */
const checkLfBlock = (card: Card, block: number): void => {
  if (card.technology !== 't5577') throw noSuchPlace(card, { kind: 'lfBlock', block })
  if (!Number.isInteger(block) || block < 0 || block >= t5577BlockCount) {
    throw new BridgeError('card_incompatible', `A T5577 has no block ${block}.`)
  }
}
