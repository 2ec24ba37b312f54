import {
  type BlockAddress,
  BridgeError,
  type Card,
  type CardTechnology,
  type CardUid,
  type ErrorCode,
  isBridgeError,
  type MifareKey,
  type PageAddress,
} from 'encoder-bridge/driver'
import { sectorOf, technologyOfSak } from '../../src/cards/mifare-classic.ts'
import { pageSizeBytes, technologyOfVersion } from '../../src/cards/ntag.ts'
import { equalBytes } from '../../src/wire/bytes.ts'
import { callIfSupported } from './call-if-supported.ts'
import type { Line } from './line.ts'
import * as twn4 from './protocol.ts'
import type { Search } from './search.ts'

/** A read may be tried again after a disturbance in the field; a write never is. */
const MAX_READS = 2
/** A card that lies there may be missed once. */
const MAX_SEARCHES = 2

/** Cards of 13.56 MHz: ISO/IEC 14443-3 type A. The caller has checked that the place exists on the card. */
export interface HfAccess {
  /** Takes over what a search has found: undefined when it is gone again. Rejects `card_several`. */
  take(uid: CardUid): Promise<Card | undefined>
  readBlock(card: Card, at: BlockAddress): Promise<Uint8Array>
  writeBlock(card: Card, at: BlockAddress, data: Uint8Array): Promise<void>
  readPage(card: Card, at: PageAddress): Promise<Uint8Array>
  writePage(card: Card, at: PageAddress, data: Uint8Array): Promise<void>
  /** Trusts nothing known about the card any more: the next access selects it again. */
  forget(): void
}

export const createHfAccess = (line: Line, search: Search): HfAccess => {
  let selected: CardUid | undefined
  let opened: { readonly sector: number; readonly key: MifareKey } | undefined
  let password: Uint8Array | undefined

  const forget = (): void => {
    selected = undefined
    opened = undefined
    password = undefined
  }

  /** Asks the field who is there. Rejects `card_removed`, `card_swapped`. */
  const reselect = async (uid: CardUid): Promise<void> => {
    forget()
    for (let searches = 1; searches <= MAX_SEARCHES; searches++) {
      const found = await search.run('hf')
      if (found === undefined) continue
      if (found.uid !== uid) throw new BridgeError('card_swapped')
      selected = uid
      return
    }
    throw new BridgeError('card_removed')
  }

  /** Whatever refuses leaves the card halted; who is there then decides what the refusal was. */
  const refusal = async (card: Card, code: ErrorCode, detail?: string): Promise<BridgeError> => {
    await reselect(card.uid)
    return new BridgeError(code, detail)
  }

  /** The pages of an Ultralight or NTAG21x: the older chips refuse GET_VERSION, and with it the reader's selection. */
  const technologyOfPages = async (uid: CardUid): Promise<CardTechnology> => {
    for (const api of [twn4.ntagApi, twn4.ultralightApi] as const) {
      const version = await callIfSupported(line, twn4.getTagVersion(api))
      if (version !== undefined) return technologyOfVersion(version)
      await reselect(uid)
    }
    const isUltralightC = await callIfSupported(line, twn4.beginsUltralightC)
    await reselect(uid)
    return isUltralightC === true ? 'mifare-ultralight-c' : 'mifare-ultralight'
  }

  /** Opens the sector with the key: the one place where a block becomes a sector. Keeps it for the next access. */
  const openSector = async (card: Card, { block, key }: BlockAddress): Promise<boolean> => {
    if (selected !== card.uid) await reselect(card.uid)
    const sector = sectorOf(block)
    const isOpen =
      opened?.sector === sector && opened.key.type === key.type && equalBytes(opened.key.value, key.value)
    if (isOpen) return true
    opened = undefined
    if (!(await line.call(twn4.login(sector, key)))) return false
    opened = { sector, key: { type: key.type, value: key.value.slice() } }
    return true
  }

  const openPages = async (card: Card, at: PageAddress): Promise<boolean> => {
    if (selected !== card.uid) await reselect(card.uid)
    if (at.password === null || (password !== undefined && equalBytes(password, at.password))) return true
    password = undefined
    if (!(await line.call(twn4.authenticatePages(at.password)))) return false
    password = at.password.slice()
    return true
  }

  /** Tries a read of an opened place twice. The refusals are those of the key: only it can close a place to reading. */
  const readOpened = async (
    card: Card,
    open: () => Promise<boolean>,
    read: twn4.Call<Uint8Array | undefined>,
  ): Promise<Uint8Array> => {
    for (let attempt = 1; ; attempt++) {
      const isOpen = await open()
      const data = isOpen ? await line.call(read) : undefined
      if (data !== undefined) return data
      const refused = await refusal(card, 'card_key_refused')
      if (!isOpen || attempt === MAX_READS) throw refused
    }
  }

  const writeOpened = async (
    card: Card,
    open: () => Promise<boolean>,
    write: twn4.Call<boolean>,
    place: string,
  ): Promise<void> => {
    if (!(await open())) throw await refusal(card, 'card_key_refused')
    if (!(await line.call(write))) throw await refusal(card, 'card_write_refused', `It is ${place}.`)
  }

  return {
    take: async (uid) => {
      forget()
      const count = await callIfSupported(line, twn4.countTypeA)
      if (count !== undefined && count > 1) throw new BridgeError('card_several')
      try {
        await reselect(uid)
        const sak = await line.call(twn4.getSak)
        if (sak === undefined) return undefined
        return { uid, technology: sak === 0 ? await technologyOfPages(uid) : technologyOfSak(sak) }
      } catch (error) {
        if (isBridgeError(error, 'card_removed') || isBridgeError(error, 'card_swapped')) return undefined
        throw error
      }
    },
    readBlock: (card, at) => readOpened(card, () => openSector(card, at), twn4.readBlock(at.block)),
    writeBlock: (card, at, data) =>
      writeOpened(card, () => openSector(card, at), twn4.writeBlock(at.block, data), `block ${at.block}`),
    readPage: async (card, at) => {
      const read = twn4.readPages(pageApiOf(card), at.page)
      return (await readOpened(card, () => openPages(card, at), read)).slice(0, pageSizeBytes)
    },
    writePage: (card, at, data) => {
      const write = twn4.writePage(pageApiOf(card), at.page, data)
      return writeOpened(card, () => openPages(card, at), write, `page ${at.page}`)
    },
    forget,
  }
}

const pageApiOf = ({ technology }: Card): twn4.PageApi =>
  technology.startsWith('ntag') ? twn4.ntagApi : twn4.ultralightApi
