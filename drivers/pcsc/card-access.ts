import {
  type BlockAddress,
  BridgeError,
  type Card,
  type CardAddress,
  type Clock,
  isBridgeError,
  type MifareKey,
  type PageAddress,
} from 'encoder-bridge/driver'
import { blockSizeBytes, checkBlock, checkWrite, sectorOf } from '../../src/cards/mifare-classic.ts'
import { checkPage, checkPageWrite, pageSizeBytes } from '../../src/cards/ntag.ts'
import { equalBytes } from '../../src/wire/bytes.ts'
import { createKeys } from './keys.ts'
import type { Link } from './link.ts'
import { createPagesAhead } from './pages.ts'
import * as pcsc from './protocol.ts'
import type { ReaderProfile } from './readers.ts'
import { createSelection } from './selection.ts'
import { identify } from './technology.ts'

/** A read may be tried again after a disturbance in the field; a write never is. */
const MAX_READS = 2

/** Selects, opens, reads and writes the card in the reader's slot. */
export interface CardAccess {
  /** Connects to the card with that ATR and finds out what it is. Rejects `card_removed`. */
  find(atr: Uint8Array): Promise<Card>
  read(card: Card, at: CardAddress): Promise<Uint8Array>
  write(card: Card, at: CardAddress, data: Uint8Array): Promise<void>
  /** Wipes the key in the reader's memory, resets the card and lets go of it. */
  rest(): Promise<void>
  /** Whether there is a connection to a card. */
  readonly isConnected: boolean
  /** Trusts nothing known about the card any more: the next access selects it again. */
  forget(): void
}

export const createCardAccess = (link: Link, clock: Clock, profile: ReaderProfile): CardAccess => {
  let opened: { readonly sector: number; readonly key: MifareKey } | undefined
  let password: Uint8Array | undefined

  const selection = createSelection(link, clock, () => {
    opened = undefined
    password = undefined
    keys.forget()
    ahead.clear()
  })
  const keys = createKeys(profile.keyPlaces, selection.exchange)
  const ahead = createPagesAhead()

  const ask = async (apdu: Uint8Array): Promise<ReturnType<typeof pcsc.decodeAnswer>> =>
    pcsc.decodeAnswer(await selection.exchange(apdu))

  /** Any refusal leaves the card halted (MF1S503x §8.2); who is there then decides what the refusal was. */
  const refusal = async (
    card: Card,
    code: 'card_key_refused' | 'card_write_refused',
    status: number,
  ): Promise<BridgeError> => {
    await selection.renew(card.uid)
    return new BridgeError(code, `${pcsc.describeStatus(status)}.`)
  }

  const openSector = async (card: Card, { block, key }: BlockAddress): Promise<number> => {
    await selection.ensure(card.uid)
    const sector = sectorOf(block)
    const isOpen =
      opened?.sector === sector && opened.key.type === key.type && equalBytes(opened.key.value, key.value)
    if (isOpen) return pcsc.STATUS_OK
    opened = undefined
    const place = await keys.load(key)
    const { status } = await ask(pcsc.authenticate(block, key.type, place))
    if (status === pcsc.STATUS_OK) opened = { sector, key: { type: key.type, value: key.value.slice() } }
    return status
  }

  const isOpenFor = (at: PageAddress): boolean =>
    at.password === null || (password !== undefined && equalBytes(password, at.password))

  const openPages = async (card: Card, at: PageAddress): Promise<number> => {
    await selection.ensure(card.uid)
    if (at.password === null || isOpenFor(at)) return pcsc.STATUS_OK
    if (!profile.hasDirectTransmit) {
      throw new BridgeError('not_supported', 'The reader can’t give a password to a card.')
    }
    password = undefined
    ahead.clear()
    const answer = await selection.exchange(pcsc.authenticatePages(at.password))
    if (pcsc.decodeDirect(answer) === undefined) return pcsc.STATUS_FAILED
    password = at.password.slice()
    return pcsc.STATUS_OK
  }

  /** Tries as often as it is told. A refusal is the key's: only it can close a place to reading. */
  const readOpened = async (
    card: Card,
    open: () => Promise<number>,
    address: number,
    maxReads = MAX_READS,
  ): Promise<Uint8Array> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const opening = await open()
        const { status, data } =
          opening === pcsc.STATUS_OK
            ? await ask(pcsc.read(address))
            : { status: opening, data: new Uint8Array(0) }
        if (status === pcsc.STATUS_OK && data.length === blockSizeBytes) return data
        if (status === pcsc.STATUS_OK) {
          throw new BridgeError('protocol_error', `A read was answered with ${data.length} bytes.`)
        }
        const refused = await refusal(card, 'card_key_refused', status)
        if (opening !== pcsc.STATUS_OK || attempt === maxReads) throw refused
      } catch (error) {
        if (!isBridgeError(error, 'device_fault') || attempt === maxReads) throw error
      }
    }
  }

  const writeOpened = async (
    card: Card,
    open: () => Promise<number>,
    address: number,
    data: Uint8Array,
  ): Promise<void> => {
    const opening = await open()
    if (opening !== pcsc.STATUS_OK) throw await refusal(card, 'card_key_refused', opening)
    ahead.clear()
    const { status } = await ask(pcsc.write(address, data))
    if (status !== pcsc.STATUS_OK) throw await refusal(card, 'card_write_refused', status)
  }

  const readPage = async (card: Card, at: PageAddress): Promise<Uint8Array> => {
    await selection.ensure(card.uid)
    const known = isOpenFor(at) ? ahead.page(at.page) : undefined
    if (known !== undefined) return known
    // A password is shown once: a card may count those that were wrong, and lock itself (AUTHLIM).
    const maxReads = at.password === null ? MAX_READS : 1
    const answer = await readOpened(card, () => openPages(card, at), at.page, maxReads)
    ahead.keep(card.uid, at.page, answer)
    return answer.slice(0, pageSizeBytes)
  }

  return {
    find: async (atr) => {
      const uid = await selection.take()
      return { uid, technology: await identify(atr, uid, profile, selection) }
    },
    read: async (card, at) => {
      if (at.kind === 'page') {
        checkPage(card.technology, at.page)
        return readPage(card, at)
      }
      const address = checkBlock(card, at)
      return readOpened(card, () => openSector(card, address), address.block)
    },
    write: async (card, at, data) => {
      if (at.kind === 'page') {
        checkPageWrite(card.technology, at.page, data)
        return writeOpened(card, () => openPages(card, at), at.page, data)
      }
      const address = checkWrite(card, { at, data })
      return writeOpened(card, () => openSector(card, address), address.block, data)
    },
    rest: async () => {
      // Without a card the reader can't be told to forget; then the next one does it.
      if (selection.isConnected) await keys.wipe().catch(() => undefined)
      await selection.end()
    },
    get isConnected() {
      return selection.isConnected
    },
    forget: selection.forget,
  }
}
