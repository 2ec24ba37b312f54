/**
 * The three tracks of a stripe as one piece of data: see TracksAddress of the contract.
 * @module
 */
import { BridgeError } from '../contract/errors.ts'
import { checkTrack, type TrackNumber } from './iso7811.ts'

/** Stands for the text of a track that is to be erased. */
export const erasure = '\u007F'

/** The texts of tracks 1, 2 and 3 without sentinels, or `erasure`; an empty one is left as it is on the card. */
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
  return [checkedTrack(1, first), checkedTrack(2, second), checkedTrack(3, third)]
}

const checkedTrack = (track: TrackNumber, text: string): string =>
  text === '' || text === erasure ? text : checkTrack(track, text)
