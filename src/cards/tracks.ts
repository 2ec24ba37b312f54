/**
 * The three tracks of a stripe as one piece of data: see TracksAddress of the contract.
 * @module
 */
import { BridgeError } from '../contract/errors.ts'
import { checkTrack } from './iso7811.ts'

/** The texts of tracks 1, 2 and 3 without sentinels; an empty one is left as it is on the card. */
export type Tracks = readonly [string, string, string]

/** Checks each text and joins them. Throws `order_invalid` as `checkTrack` does, and when all three are empty. */
export const formatTracks = (tracks: Tracks): Uint8Array =>
  new TextEncoder().encode(checked(tracks).join('\n'))

/** The texts that the data holds. Throws `order_invalid` as `formatTracks` does, and for anything but two line feeds. */
export const parseTracks = (data: Uint8Array): Tracks => {
  const [first, second, third, ...rest] = new TextDecoder('latin1').decode(data).split('\n')
  if (first === undefined || second === undefined || third === undefined || rest.length > 0) {
    throw new BridgeError('order_invalid', 'The data of a stripe is three tracks.')
  }
  return checked([first, second, third])
}

const checked = ([first, second, third]: Tracks): Tracks => {
  if (first === '' && second === '' && third === '') {
    throw new BridgeError('order_invalid', 'The data of a stripe has no text for any track.')
  }
  return [
    first === '' ? '' : checkTrack(1, first),
    second === '' ? '' : checkTrack(2, second),
    third === '' ? '' : checkTrack(3, third),
  ]
}
