import { isPaymentTrack, type TrackNumber, unpackBits } from '../../src/cards/iso7811.ts'
import { decodeTrack } from '../../src/cards/iso7811-decode.ts'
import type { RawTracks } from '../../src/cards/raw-tracks.ts'
import type { Tracks } from '../../src/cards/tracks.ts'

const trackNumbers: readonly TrackNumber[] = [1, 2, 3]

/** Whether the text of any track is a payment card's. */
export const isPayment = (tracks: Tracks): boolean =>
  trackNumbers.some((track) => isPaymentTrack(track, tracks[track - 1] ?? ''))

/** Whether the bits of any track, swiped in either direction, are the text of a payment card. */
export const isPaymentBits = (parts: RawTracks): boolean =>
  trackNumbers.some((track) => {
    const reading = decodeTrack(track, unpackBits(parts[track - 1] ?? new Uint8Array(0), 8, 'msb'))
    return reading.kind === 'text' && isPaymentTrack(track, reading.text)
  })
