/**
 * The recorded bits of a stripe as one piece of data: see RawTracksAddress of the contract.
 * @module
 */
import { BridgeError } from '../contract/errors.ts'

/** The bits of tracks 1, 2 and 3, eight to the byte, the first in the most significant place; empty for a track without any. */
export type RawTracks = readonly [Uint8Array, Uint8Array, Uint8Array]

/** Joins the parts, 255 bytes each at most. */
export const formatRawTracks = (tracks: RawTracks): Uint8Array =>
  Uint8Array.from(tracks.flatMap((part) => [part.length, ...part]))

/** Parts the data. Throws `order_invalid` for anything but three parts. */
export const splitRawTracks = (data: Uint8Array): RawTracks => {
  const second = 1 + (data[0] ?? 0)
  const third = second + 1 + (data[second] ?? 0)
  const end = third + 1 + (data[third] ?? 0)
  if (end !== data.length) {
    throw new BridgeError('order_invalid', 'The bits of a stripe are three parts, each with its length.')
  }
  return [data.slice(1, second), data.slice(second + 1, third), data.slice(third + 1)]
}

/**
 * The parts of data that is to be written. Throws `order_invalid` as `splitRawTracks` does, when all three are empty, and for
 * a part with clocking zeros, which would not be found again as they were written.
 */
export const parseRawTracks = (data: Uint8Array): RawTracks => {
  const tracks = splitRawTracks(data)
  if (tracks.every((part) => part.length === 0)) {
    throw new BridgeError('order_invalid', 'The data of a stripe has no bits for any track.')
  }
  if (tracks.some((part) => (part.at(0) ?? 0x80) < 0x80 || part.at(-1) === 0)) {
    throw new BridgeError(
      'order_invalid',
      'The bits of a track begin with a set bit and do not end with a zero byte.',
    )
  }
  return tracks
}

/** The part of a track from its bits, 0 or 1 each in the order of recording: without the clocking zeros around them. */
export const packTrack = (bits: Uint8Array): Uint8Array => {
  const recorded = bits.subarray(Math.max(bits.indexOf(1), 0), bits.lastIndexOf(1) + 1)
  const bytes = new Uint8Array(Math.ceil(recorded.length / 8))
  recorded.forEach((bit, index) => {
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (7 - (index & 7)))
  })
  return bytes
}
