import { BridgeError, type Card, type CardAddress, noUid, type TracksAddress } from 'encoder-bridge/driver'
import { isPaymentTrack, type TrackNumber } from '../../src/cards/iso7811.ts'
import { parseTracks, type Tracks } from '../../src/cards/tracks.ts'
import type { Line } from './line.ts'
import * as msr from './protocol.ts'
import type { Settings } from './settings.ts'
import { unreadable, writeFailure } from './swipe-errors.ts'

/**
 * While an encoder waits for a swipe it says nothing, hears only a reset, and never gives up: after so long it is made to
 * give up, which proves that it is there. Shorter than what a session grants for a swipe.
 */
const READ_TURN_MS = 20_000
const WRITE_TURN_MS = 40_000

const stripe: Card = { uid: noUid, technology: 'magstripe' }
const trackNumbers: readonly TrackNumber[] = [1, 2, 3]

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
  let swiped: Tracks | undefined

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
  const readSwipe = async (): Promise<msr.Swipe> => {
    for (;;) {
      const swipe = await line.insist(async () => {
        await settings.applyFormat()
        return line.exchange(msr.readIso, msr.decodeSwipe, READ_TURN_MS)
      })
      if (swipe !== undefined) return swipe
    }
  }

  const takeSwipe = async (): Promise<Tracks> => {
    const { tracks } = await disarming(readSwipe)
    if (tracks === null) throw new BridgeError('card_unreadable', 'What the encoder told of it came damaged.')
    if (isPayment(tracks)) throw new BridgeError('card_unreadable', 'Payment cards are not read.')
    const hasText = tracks.some((text) => text !== '' && text !== msr.opaque)
    if (!hasText && tracks.includes(msr.opaque)) throw unreadable(tracks)
    return tracks
  }

  /** Waits for the swipe of a write, once: when nothing was heard of it, it is not known that nothing was written. */
  const writeSwipe = async (tracks: Tracks, coercivity: msr.Coercivity): Promise<msr.Status> => {
    await line.insist(async () => {
      await settings.applyFormat()
      await settings.applyCoercivity(coercivity)
    })
    const status = await line.exchange(msr.writeIso(tracks), msr.decodeWriteStatus, WRITE_TURN_MS)
    if (status !== undefined) return status
    await line.insist(async () => undefined)
    throw new BridgeError('card_swipe_failed', 'The encoder has waited 40 seconds and told of no swipe.')
  }

  return {
    find: async () => {
      swiped ??= await takeSwipe()
      return stripe
    },
    read: async (card, at) => {
      checkPlace(card, at)
      swiped ??= await takeSwipe()
      return new TextEncoder().encode(swiped.join('\n'))
    },
    write: async (card, at, data) => {
      const { coercivity } = checkPlace(card, at)
      const tracks = parseTracks(data)
      if (isPayment(tracks)) {
        throw new BridgeError('order_invalid', 'What is to be written looks like a payment card.')
      }
      swiped = undefined
      const failure = writeFailure(await disarming(() => writeSwipe(tracks, coercivity)), coercivity)
      if (failure !== undefined) throw failure
    },
    rest: async () => {
      swiped = undefined
      await line.insist(async () => undefined)
    },
  }
}

const isPayment = (tracks: Tracks): boolean =>
  trackNumbers.some((track) => isPaymentTrack(track, tracks[track - 1] ?? ''))

const checkPlace = ({ technology }: Card, at: CardAddress): TracksAddress => {
  if (technology === 'magstripe' && at.kind === 'tracks') return at
  throw new BridgeError(
    'not_supported',
    technology === 'magstripe' ? `A magnetic stripe has no ${at.kind}.` : `It reads no ${technology} cards.`,
  )
}
