import {
  BridgeError,
  type Card,
  type CardTechnology,
  type CardUid,
  type PageAddress,
} from 'encoder-bridge/driver'
import { checkPage, checkPageWrite, pageSizeBytes, technologyOfVersion } from '../../src/cards/ntag.ts'
import { equalBytes } from '../../src/wire/bytes.ts'
import { parseHex } from '../../src/wire/hex.ts'
import * as pn532 from './protocol.ts'
import { MAX_READS, type Selection } from './selection.ts'

/** READ answers four pages (NTAG213/215/216 §10.2). */
const READ_BYTES = 16
/** MF0ICU2 §7.4.5.1: what an Ultralight C answers to AUTHENTICATE, before an encrypted number of eight bytes. */
const CHALLENGE = 0xaf
const withoutPassword: readonly CardTechnology[] = ['mifare-ultralight', 'mifare-ultralight-c']

/** Identifies, reads and writes cards of the Ultralight and NTAG21x family. */
export interface PageAccess {
  /**
   * Tells which chip of the family the card is that was just selected, and leaves it selected: `unknown` for one that this
   * driver does not serve. Rejects `card_removed`, `card_swapped`.
   */
  identify(uid: CardUid): Promise<CardTechnology>
  /** As CardDevice.read. */
  read(card: Card, at: PageAddress): Promise<Uint8Array>
  /** As CardDevice.write. */
  write(card: Card, at: PageAddress, data: Uint8Array): Promise<void>
}

export const createPageAccess = (selection: Selection): PageAccess => {
  let unlocked: { readonly target: pn532.Target; readonly password: Uint8Array } | undefined
  /** Pages that came with another one, each to be given out once, and only while the card stays selected and unwritten. */
  let ahead: { readonly target: pn532.Target; readonly pages: Map<number, Uint8Array> } | undefined
  /** The card was shown a password, and did not say that it is right. */
  let isDoubtful = false

  /** A command of one chip to a card that may be another: undefined when it refuses, and then it is selected again. */
  const ask = async (uid: CardUid, command: Uint8Array): Promise<Uint8Array | undefined> => {
    await selection.select(uid)
    const { status, data } = await selection.exchange(command)
    if (status === 0) return data
    await selection.reselect(uid)
    return undefined
  }

  /**
   * Shows the password once between two presentations of the card, whatever becomes of it: AUTHLIM may close the card for
   * good after the next wrong one, and PWD_AUTH is not repeated on a line that is in doubt either.
   */
  const unlock = async (card: Card, target: pn532.Target, password: Uint8Array): Promise<void> => {
    if (unlocked?.target === target && equalBytes(unlocked.password, password)) return
    if (isDoubtful) {
      throw new BridgeError(
        'card_key_refused',
        'No other password is tried until the card is presented again.',
      )
    }
    isDoubtful = true
    ahead = undefined
    const { status, data } = await selection.exchange(pn532.showPassword(password), { isOnce: true })
    if (status !== 0) throw await selection.refusal(card.uid, status)
    if (data.length !== 2) throw new BridgeError('protocol_error', 'A password was answered with no PACK.')
    isDoubtful = false
    unlocked = { target, password: password.slice() }
  }

  const open = async (card: Card, { password }: PageAddress): Promise<pn532.Target> => {
    const target = await selection.select(card.uid)
    if (password !== null) await unlock(card, target, password)
    return target
  }

  const checkPassword = ({ technology }: Card, { password }: PageAddress): void => {
    if (password === null) return
    if (password.length !== 4) throw new BridgeError('not_supported', 'A password has 4 bytes.')
    if (withoutPassword.includes(technology)) {
      throw new BridgeError('not_supported', `A ${technology} card has no password.`)
    }
  }

  const takeAhead = (card: Card, page: number): Uint8Array | undefined => {
    if (selection.selected?.uid !== card.uid || ahead?.target !== selection.selected) return undefined
    const known = ahead.pages.get(page)
    ahead.pages.delete(page)
    return known
  }

  /**
   * Behind the last page that may be read, which the password's protection can put anywhere, the answer goes on with page 0
   * (NTAG213/215/216 §10.2): from a page that begins as the UID does, nothing is kept.
   */
  const keepAhead = (target: pn532.Target, first: number, pages: readonly Uint8Array[]): void => {
    const pageZero = parseHex(target.uid).subarray(0, 3)
    const wrapped = pages.findIndex((page) => equalBytes(page.subarray(0, 3), pageZero))
    const kept = wrapped === -1 ? pages : pages.slice(0, wrapped)
    ahead = { target, pages: new Map(kept.map((page, index) => [first + index, page])) }
  }

  return {
    identify: async (uid) => {
      isDoubtful = false
      for (let attempt = 1; attempt <= MAX_READS; attempt++) {
        const version = await ask(uid, pn532.getVersion)
        if (version !== undefined) return technologyOfVersion(version)
      }
      const challenge = await ask(uid, pn532.askChallenge)
      if (challenge === undefined) return 'mifare-ultralight'
      // It waits for the answer to its challenge, and would refuse anything else.
      await selection.reselect(uid)
      return challenge[0] === CHALLENGE ? 'mifare-ultralight-c' : 'unknown'
    },
    read: async (card, at) => {
      checkPage(card.technology, at.page)
      checkPassword(card, at)
      const known = takeAhead(card, at.page)
      if (known !== undefined) return known
      for (let attempt = 1; ; attempt++) {
        const target = await open(card, at)
        const { status, data } = await selection.exchange(pn532.readPlace(target.number, at.page))
        if (status === 0 && data.length === READ_BYTES) {
          const [page = data, ...others] = [0, 4, 8, 12].map((start) =>
            data.slice(start, start + pageSizeBytes),
          )
          keepAhead(target, at.page + 1, others)
          return page
        }
        if (status === 0) {
          throw new BridgeError('protocol_error', `A read was answered with ${data.length} bytes.`)
        }
        const refused = await selection.refusal(card.uid, status)
        if (attempt === MAX_READS) throw refused
      }
    },
    write: async (card, at, data) => {
      checkPageWrite(card.technology, at.page, data)
      checkPassword(card, at)
      const target = await open(card, at)
      ahead = undefined
      await selection.write(card.uid, pn532.writePage(target.number, at.page, data), `Page ${at.page}`)
    },
  }
}
