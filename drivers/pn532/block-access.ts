import {
  type BlockAddress,
  BridgeError,
  type Card,
  type CardAddress,
  type MifareKey,
} from 'encoder-bridge/driver'
import { blockSizeBytes, checkBlock, checkWrite, sectorOf } from '../../src/cards/mifare-classic.ts'
import { equalBytes } from '../../src/wire/bytes.ts'
import { parseHex } from '../../src/wire/hex.ts'
import * as pn532 from './protocol.ts'
import { MAX_READS, type Selection } from './selection.ts'

/** Reads and writes the blocks of MIFARE Classic cards: one authentication a sector, for as long as the card stays selected. */
export interface BlockAccess {
  /** As CardDevice.read. */
  read(card: Card, at: CardAddress): Promise<Uint8Array>
  /** As CardDevice.write. */
  write(card: Card, at: CardAddress, data: Uint8Array): Promise<void>
}

export const createBlockAccess = (selection: Selection): BlockAccess => {
  let opened: { readonly target: pn532.Target; readonly sector: number; readonly key: MifareKey } | undefined

  const isOpen = (target: pn532.Target, { block, key }: BlockAddress): boolean =>
    opened?.target === target &&
    opened.sector === sectorOf(block) &&
    opened.key.type === key.type &&
    equalBytes(opened.key.value, key.value)

  /** Selects the card and opens the sector. Resolves with the card's status. */
  const open = async (card: Card, at: BlockAddress): Promise<{ target: pn532.Target; status: number }> => {
    const target = await selection.select(card.uid)
    if (isOpen(target, at)) return { target, status: 0 }
    opened = undefined
    const { block, key } = at
    const command = pn532.authenticate(target.number, block, key, parseHex(target.uid))
    const { status, data } = await selection.exchange(command)
    // A card in layer 4 would take the command for an APDU and answer it with data.
    if (data.length > 0) throw new BridgeError('protocol_error', 'An authentication was answered with data.')
    if (status === 0) {
      opened = { target, sector: sectorOf(block), key: { type: key.type, value: key.value.slice() } }
    }
    return { target, status }
  }

  const readOnce = async (card: Card, at: BlockAddress): Promise<{ status: number; data: Uint8Array }> => {
    const { target, status } = await open(card, at)
    if (status !== 0) return { status, data: new Uint8Array(0) }
    return selection.exchange(pn532.readPlace(target.number, at.block))
  }

  return {
    read: async (card, at) => {
      const address = checkBlock(card, at)
      for (let attempt = 1; ; attempt++) {
        const { status, data } = await readOnce(card, address)
        if (status === 0 && data.length === blockSizeBytes) return data
        if (status === 0) {
          throw new BridgeError('protocol_error', `A read was answered with ${data.length} bytes.`)
        }
        const refused = await selection.refusal(card.uid, status)
        if (status === pn532.STATUS_AUTHENTICATION_FAILED || attempt === MAX_READS) throw refused
      }
    },
    write: async (card, at, data) => {
      const address = checkWrite(card, { at, data })
      const { target, status } = await open(card, address)
      if (status !== 0) throw await selection.refusal(card.uid, status)
      const command = pn532.writeBlock(target.number, address.block, data)
      await selection.write(card.uid, command, `Block ${address.block}`)
    },
  }
}
