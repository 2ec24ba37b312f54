import { BridgeError, type Card, type CardAddress } from 'encoder-bridge/driver'
import { blockSizeBytes, checkBlock, checkWrite, sectorOf } from '../../src/cards/mifare-classic.ts'
import { equalBytes } from '../../src/wire/bytes.ts'
import { parseHex } from '../../src/wire/hex.ts'
import type { Line } from './line.ts'
import * as pn532 from './protocol.ts'

/** A read may be tried again after a disturbance in the field; a write never is. */
const MAX_READS = 2

/** Finds, selects, authenticates, reads and writes cards: what the chip knows about the card in its field. */
export interface CardAccess {
  /** One bounded poll; selects what it finds. `count` is 0 to 2. Switches the RF field on when it is off. */
  poll(maxTargets: 1 | 2): Promise<{ count: number; first: pn532.Target | undefined }>
  read(card: Card, at: CardAddress): Promise<Uint8Array>
  write(card: Card, at: CardAddress, data: Uint8Array): Promise<void>
  /** Releases the card and switches the RF field off. */
  rest(): Promise<void>
  /** Trusts nothing known about the card any more: the next access selects it again. */
  forget(): void
  /** After the chip started anew: no card, no field. */
  reset(): void
}

export const createCardAccess = (line: Line): CardAccess => {
  let isFieldOn = false
  let isListed = false
  let selected: pn532.Target | undefined
  let opened: { readonly sector: number; readonly key: CardAddress['key'] } | undefined

  const forget = (): void => {
    selected = undefined
    opened = undefined
  }

  /** A card of 7 UID bytes may fail every second poll unless it is released in between (Adafruit-PN532 issue 52). */
  const release = async (): Promise<void> => {
    forget()
    if (!isListed) return
    await line.exchange(pn532.releaseAll)
    isListed = false
  }

  const poll: CardAccess['poll'] = async (maxTargets) => {
    if (!isFieldOn) {
      await line.exchange(pn532.setField(true))
      isFieldOn = true
    }
    await release()
    isListed = true
    const found = pn532.decodeTargets(await line.exchange(pn532.listTypeA(maxTargets)))
    isListed = found.count > 0
    selected = found.count === 1 ? found.first : undefined
    return found
  }

  /** Asks the field who is there. Rejects `card_removed`, `card_swapped`. */
  const reselect = async (card: Card): Promise<pn532.Target> => {
    const { first } = await poll(1)
    if (first === undefined) throw new BridgeError('card_removed')
    if (first.uid !== card.uid) throw new BridgeError('card_swapped')
    return first
  }

  const exchangeData = async (
    command: Uint8Array,
    isWrite = false,
  ): Promise<ReturnType<typeof pn532.decodeExchange>> => {
    const reply = pn532.decodeExchange(
      await line.exchange(command, { isWrite, isSound: pn532.isStatusSound }),
    )
    if (pn532.chipFaults.has(reply.status)) {
      throw new BridgeError('device_fault', `Status ${pn532.describeStatus(reply.status)}.`)
    }
    return reply
  }

  /** Selects the card and opens the sector; keeps both for the next access. Returns the status of the card. */
  const open = async (
    card: Card,
    { block, key }: CardAddress,
  ): Promise<{ target: pn532.Target; status: number }> => {
    const target = selected?.uid === card.uid ? selected : await reselect(card)
    const sector = sectorOf(block)
    const isOpen =
      opened?.sector === sector && opened.key.type === key.type && equalBytes(opened.key.value, key.value)
    if (isOpen) return { target, status: 0 }
    opened = undefined
    const command = pn532.authenticate(target.number, block, key, parseHex(target.uid))
    const { status, data } = await exchangeData(command)
    // A card in layer 4 would take the command for an APDU and answer it with data.
    if (data.length > 0) throw new BridgeError('protocol_error', 'An authentication was answered with data.')
    if (status === 0) opened = { sector, key: { type: key.type, value: key.value.slice() } }
    return { target, status }
  }

  /** Any refusal leaves the card halted (MF1S503x §8.2); who is there then decides what the refusal was. */
  const refusedKey = async (card: Card, status: number): Promise<BridgeError> => {
    forget()
    await reselect(card)
    return new BridgeError('card_key_refused', `Status ${pn532.describeStatus(status)}.`)
  }

  const readOnce = async (card: Card, at: CardAddress): Promise<{ status: number; data: Uint8Array }> => {
    const { target, status } = await open(card, at)
    if (status !== 0) return { status, data: new Uint8Array(0) }
    return exchangeData(pn532.readBlock(target.number, at.block))
  }

  return {
    poll,
    forget,
    read: async (card, at) => {
      checkBlock(card, at.block)
      for (let attempt = 1; ; attempt++) {
        const { status, data } = await readOnce(card, at)
        if (status === 0 && data.length === blockSizeBytes) return data
        if (status === 0)
          throw new BridgeError('protocol_error', `A read was answered with ${data.length} bytes.`)
        const refused = await refusedKey(card, status)
        if (status === pn532.STATUS_AUTHENTICATION_FAILED || attempt === MAX_READS) throw refused
      }
    },
    write: async (card, at, data) => {
      checkWrite(card, { at, data })
      const { target, status } = await open(card, at)
      if (status !== 0) throw await refusedKey(card, status)
      const command = pn532.writeBlock(target.number, at.block, data)
      const reply = await line.shield(() => exchangeData(command, true))
      if (reply.data.length > 0) throw new BridgeError('protocol_error', 'A write was answered with data.')
      if (reply.status === 0) return
      forget()
      await reselect(card)
      throw new BridgeError(
        'card_write_refused',
        `Block ${at.block}, status ${pn532.describeStatus(reply.status)}.`,
      )
    },
    rest: async () => {
      await release()
      if (!isFieldOn) return
      await line.exchange(pn532.setField(false))
      isFieldOn = false
    },
    reset: () => {
      forget()
      isListed = false
      isFieldOn = false
    },
  }
}
