import { BridgeError, type RawTracksAddress, type TracksAddress } from 'encoder-bridge/driver'
import { parseRawTracks } from '../../src/cards/raw-tracks.ts'
import { erasure, parseTracks } from '../../src/cards/tracks.ts'
import { isPayment, isPaymentBits } from './payment-cards.ts'
import * as msr from './protocol.ts'
import type { Format } from './settings.ts'

export type StripeAddress = TracksAddress | RawTracksAddress

/** What one swipe is to do, and the format that the encoder has to be in. */
export interface WriteCommand {
  readonly format: Format
  readonly bytes: Uint8Array
}

/**
 * The command that brings the data onto the stripe. Throws `order_invalid` for data that is none and for a payment card,
 * `not_supported` for texts beside an erasure: that takes two swipes, and the second may be another card's.
 */
export const writeCommand = (at: StripeAddress, data: Uint8Array): WriteCommand => {
  if (at.kind === 'rawTracks') {
    const parts = parseRawTracks(data)
    if (isPaymentBits(parts)) throw paymentCard()
    return { format: 'bits', bytes: msr.writeRaw(parts) }
  }
  const tracks = parseTracks(data)
  if (isPayment(tracks)) throw paymentCard()
  if (!tracks.includes(erasure)) return { format: 'text', bytes: msr.writeIso(tracks) }
  if (tracks.every((text) => text === erasure || text === '')) {
    return { format: 'text', bytes: msr.erase(tracks.map((text) => text === erasure)) }
  }
  throw new BridgeError('not_supported', 'One swipe writes tracks or erases them, not both.')
}

const paymentCard = (): BridgeError =>
  new BridgeError('order_invalid', 'What is to be written looks like a payment card.')
