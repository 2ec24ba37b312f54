import { BridgeError, type Card, type CardAddress, noUid } from 'encoder-bridge/driver'
import { formatRawTracks, type RawTracks } from '../../src/cards/raw-tracks.ts'
import type { Tracks } from '../../src/cards/tracks.ts'
import type { Line } from './line.ts'
import { isPayment, isPaymentBits } from './payment-cards.ts'
import * as msr from './protocol.ts'
import type { Format, Settings } from './settings.ts'
import { unreadable, writeFailure } from './swipe-errors.ts'
import { type StripeAddress, type WriteCommand, writeCommand } from './write-command.ts'

/**
 * While an encoder waits for a swipe it says nothing, hears only a reset, and never gives up: after so long it is made to
 * give up, which proves that it is there. Shorter than what a session grants for a swipe.
 */
const READ_TURN_MS = 20_000
const WRITE_TURN_MS = 40_000

const stripe: Card = { uid: noUid, technology: 'magstripe' }

/** Reads and writes the stripe of the card that is swiped, and knows what the last swipe told. */
export interface StripeAccess {
  /** The card that was swiped last, or the next one. Rejects `card_unreadable`. */
  find(): Promise<Card>
  read(card: Card, at: CardAddress): Promise<Uint8Array>
  write(card: Card, at: CardAddress, data: Uint8Array): Promise<void>
  /** Ends the work with the card, and leaves the encoder idle. */
  rest(): Promise<void>
}

export const createStripeAccess = (line: Line, settings: Settings): StripeAccess => {
  // An encoder tells texts or bits of a swipe, not both.
  let texts: Tracks | undefined
  let bits: RawTracks | undefined

  const forget = (): void => {
    texts = undefined
    bits = undefined
  }

  /** Whatever ends the waiting for a swipe: the encoder does not go on waiting for it. */
  const disarming = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      if (!line.isInStep) await line.shield(line.synchronise).catch(() => undefined)
      throw error
    }
  }

  /** Waits for a swipe. Reading does no harm, so now and then it begins anew: the command to read may have been lost. */
  const readSwipe = async <Swipe>(
    format: Format,
    command: Uint8Array,
    decode: msr.Decode<Swipe>,
  ): Promise<Swipe> => {
    for (;;) {
      const swipe = await line.insist(async () => {
        await settings.applyFormat(format)
        return line.exchange(command, decode, READ_TURN_MS)
      })
      if (swipe !== undefined) return swipe
    }
  }

  const takeTexts = async (): Promise<Tracks> => {
    const { tracks } = await disarming(() => readSwipe('text', msr.readIso, msr.decodeSwipe))
    if (tracks === null) throw new BridgeError('card_unreadable', 'What the encoder told of it came damaged.')
    if (isPayment(tracks)) throw new BridgeError('card_unreadable', 'Payment cards are not read.')
    const hasText = tracks.some((text) => text !== '' && text !== msr.opaque)
    if (!hasText && tracks.includes(msr.opaque)) throw unreadable(tracks)
    return tracks
  }

  const takeBits = async (): Promise<RawTracks> => {
    const parts = await disarming(() => readSwipe('bits', msr.readRaw, msr.decodeRawSwipe))
    if (isPaymentBits(parts)) throw new BridgeError('card_unreadable', 'Payment cards are not read.')
    return parts
  }

  /** Waits for the swipe of a write, once: when nothing was heard of it, it is not known that nothing was written. */
  const writeSwipe = async (
    { format, bytes }: WriteCommand,
    coercivity: msr.Coercivity,
  ): Promise<msr.Status> => {
    await line.insist(async () => {
      await settings.applyFormat(format)
      await settings.applyCoercivity(coercivity)
    })
    const status = await line.exchange(bytes, msr.decodeWriteStatus, WRITE_TURN_MS)
    if (status !== undefined) return status
    await line.insist(async () => undefined)
    // Not a failed swipe, which would be done again: the card may have been written, and only the status lost.
    throw new BridgeError('device_unresponsive', 'The encoder has waited 40 seconds and told of no swipe.')
  }

  return {
    find: async () => {
      texts ??= await takeTexts()
      return stripe
    },
    read: async (card, at) => {
      if (checkPlace(card, at).kind === 'rawTracks') {
        bits ??= await takeBits()
        return formatRawTracks(bits)
      }
      texts ??= await takeTexts()
      return new TextEncoder().encode(texts.join('\n'))
    },
    write: async (card, at, data) => {
      const place = checkPlace(card, at)
      const command = writeCommand(place, data)
      forget()
      const status = await disarming(() => writeSwipe(command, place.coercivity))
      const failure = writeFailure(status, place.coercivity)
      if (failure !== undefined) throw failure
    },
    rest: async () => {
      forget()
      await line.insist(async () => undefined)
    },
  }
}

const checkPlace = ({ technology }: Card, at: CardAddress): StripeAddress => {
  if (technology === 'magstripe' && (at.kind === 'tracks' || at.kind === 'rawTracks')) return at
  throw new BridgeError(
    'not_supported',
    technology === 'magstripe' ? `A magnetic stripe has no ${at.kind}.` : `It reads no ${technology} cards.`,
  )
}
