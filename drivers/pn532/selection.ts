import { BridgeError, type CardUid } from 'encoder-bridge/driver'
import type { Line } from './line.ts'
import * as pn532 from './protocol.ts'

/** A read may be tried again after a disturbance in the field; a write never is. */
export const MAX_READS = 2

type Reply = ReturnType<typeof pn532.decodeExchange>

/** Which card the chip has selected in its field, and the exchanges with it. */
export interface Selection {
  /** One bounded poll; selects what it finds. `count` is 0 to 2. Switches the RF field on when it is off. */
  poll(maxTargets: 1 | 2): Promise<{ count: number; first: pn532.Target | undefined }>
  /**
   * The card as it is selected now: another object after each poll, so that what was opened or read under an earlier one can be
   * told by it. Undefined when nothing is known.
   */
  readonly selected: pn532.Target | undefined
  /** The card, selected again unless it is already. Rejects `card_removed`, `card_swapped`. */
  select(uid: CardUid): Promise<pn532.Target>
  /** Asks the field who is there. Rejects as `select` does. */
  reselect(uid: CardUid): Promise<pn532.Target>
  /** One command to the card. Rejects `device_fault` for a status that is the chip's own trouble. */
  exchange(command: Uint8Array, rules?: { readonly isOnce: boolean }): Promise<Reply>
  /**
   * Sends a write, once, and is not cut in two by an abort. Rejects `card_write_refused`, `card_removed`, `card_swapped`; `place`
   * is for the message.
   */
  write(uid: CardUid, command: Uint8Array, place: string): Promise<void>
  /**
   * Any refusal leaves the card halted (MF1S503x §8.2): who is there then decides what it was. Resolves with `card_key_refused` when
   * the same card is still there; rejects as `select` does.
   */
  refusal(uid: CardUid, status: number): Promise<BridgeError>
  /** Releases the card and switches the RF field off. */
  rest(): Promise<void>
  /** Trusts nothing known about the card any more: the next access selects it again. */
  forget(): void
  /** After the chip started anew: no card, no field. */
  reset(): void
}

export const createSelection = (line: Line): Selection => {
  let isFieldOn = false
  let isListed = false
  let selected: pn532.Target | undefined

  const forget = (): void => {
    selected = undefined
  }

  /** A card of 7 UID bytes may fail every second poll unless it is released in between (Adafruit-PN532 issue 52). */
  const release = async (): Promise<void> => {
    forget()
    if (!isListed) return
    await line.exchange(pn532.releaseAll)
    isListed = false
  }

  const poll: Selection['poll'] = async (maxTargets) => {
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

  const reselect: Selection['reselect'] = async (uid) => {
    const { first } = await poll(1)
    if (first === undefined) throw new BridgeError('card_removed')
    if (first.uid !== uid) throw new BridgeError('card_swapped')
    return first
  }

  const exchange: Selection['exchange'] = async (command, { isOnce } = { isOnce: false }) => {
    const reply = pn532.decodeExchange(await line.exchange(command, { isOnce, isSound: pn532.isStatusSound }))
    if (pn532.chipFaults.has(reply.status)) {
      throw new BridgeError('device_fault', `Status ${pn532.describeStatus(reply.status)}.`)
    }
    return reply
  }

  return {
    poll,
    get selected() {
      return selected
    },
    select: async (uid) => (selected?.uid === uid ? selected : reselect(uid)),
    reselect,
    exchange,
    write: async (uid, command, place) => {
      const { status, data } = await line.shield(() => exchange(command, { isOnce: true }))
      if (data.length > 0) throw new BridgeError('protocol_error', 'A write was answered with data.')
      if (status === 0) return
      await reselect(uid)
      throw new BridgeError('card_write_refused', `${place}, status ${pn532.describeStatus(status)}.`)
    },
    refusal: async (uid, status) => {
      await reselect(uid)
      return new BridgeError('card_key_refused', `Status ${pn532.describeStatus(status)}.`)
    },
    rest: async () => {
      await release()
      if (!isFieldOn) return
      await line.exchange(pn532.setField(false))
      isFieldOn = false
    },
    forget,
    reset: () => {
      forget()
      isListed = false
      isFieldOn = false
    },
  }
}
