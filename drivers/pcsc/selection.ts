import { BridgeError, type Clock, type CardUid, isBridgeError } from 'encoder-bridge/driver'
import type { Link } from './link.ts'
import * as pcsc from './protocol.ts'

/** The card that the reader has selected for us: connected, and asked who it is. */
export interface Selection {
  /** Connects to whatever lies there. Rejects `card_removed` when it tells no UID. */
  take(): Promise<CardUid>
  /** Connects to the card anew, since a refusal leaves it halted. Rejects `card_removed`, `card_swapped`. */
  renew(uid: CardUid): Promise<void>
  /** As `renew`, unless the card is connected and nothing has ended what it remembers. */
  ensure(uid: CardUid): Promise<void>
  /** One command to the card. Its failure ends the selection. */
  exchange(apdu: Uint8Array): Promise<Uint8Array>
  /** Resets the card and disconnects. */
  end(): Promise<void>
  /** Whether there is a connection to end. */
  readonly isConnected: boolean
  /** Trusts nothing known about the card any more: the next access selects it again. */
  forget(): void
}

/**
 * Windows resets a card after five seconds without a call in a transaction (SCardBeginTransaction, Remarks), which ends every
 * authentication.
 */
const IDLE_MS = 4000
/** The service notices within some hundred milliseconds that a card has gone; until then the commands just fail. */
const NOTICED_WITHIN_MS = 1000

/** `onVoid` is called whenever what was known about the card is void. */
export const createSelection = (link: Link, clock: Clock, onVoid: () => void): Selection => {
  let selected: CardUid | undefined
  let isConnected = false
  let usedAtMs = 0

  const forget = (): void => {
    selected = undefined
    onVoid()
  }

  /** A command that failed may be the first sign that the card has gone. */
  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      forget()
      if (!isBridgeError(error, 'device_fault')) throw error
      if (link.state?.kind === 'present') await link.waitForChange(NOTICED_WITHIN_MS)
      if (link.state?.kind === 'present') throw error
      throw new BridgeError('card_removed', undefined, { cause: error })
    }
  }

  const exchange: Selection['exchange'] = async (apdu) => {
    const answer = await attempt(() => link.transmit(apdu))
    usedAtMs = clock.now()
    return answer
  }

  const end = async (): Promise<void> => {
    forget()
    if (!isConnected) return
    isConnected = false
    await link.disconnect(true)
  }

  const take: Selection['take'] = async () => {
    await end()
    isConnected = true
    await attempt(() => link.connect())
    const { status, data } = pcsc.decodeAnswer(await exchange(pcsc.getUid))
    if (status !== pcsc.STATUS_OK) {
      throw new BridgeError('card_removed', `It tells no UID: ${pcsc.describeStatus(status)}.`)
    }
    selected = pcsc.decodeUid(data)
    return selected
  }

  const renew: Selection['renew'] = async (uid) => {
    await end()
    if (link.state?.kind !== 'present') throw new BridgeError('card_removed')
    if ((await take()) === uid) return
    forget()
    throw new BridgeError('card_swapped')
  }

  return {
    take,
    renew,
    ensure: async (uid) => {
      if (selected !== uid || clock.now() - usedAtMs > IDLE_MS) await renew(uid)
    },
    exchange,
    end,
    get isConnected() {
      return isConnected
    },
    forget,
  }
}
