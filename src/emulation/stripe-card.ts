import { BridgeError } from '../contract/index.ts'
import type { EmulatedCardBase } from './emulated-card.ts'
import { decodeTrack, encodeTrack } from './track-bits.ts'

/** The three tracks as recorded, track 1 first: text of `0` and `1`, clocking zeros included; empty where nothing is recorded. */
export type StripeBits = readonly [string, string, string]

/** Of a stripe or of a write head's field: 2750 to 4000 Oe, or 300 Oe (ISO/IEC 7811-6 and 7811-2). */
export type Coercivity = 'hi' | 'lo'

/** A card with a magnetic stripe. It is swiped, not spoken to. */
export interface StripeCard extends EmulatedCardBase {
  readonly family: 'stripe'
  readonly technology: 'magstripe'
  readonly coercivity: Coercivity
  readonly tracks: StripeBits
  /**
   * One pass under a write head with that field. Undefined leaves a track alone, an empty one is erased. The weak field does
   * not magnetise a Hi-Co stripe: it stays as it was.
   */
  record(tracks: readonly (string | undefined)[], field: Coercivity): void
}

/**
 * Makes a card whose stripe holds what `memory` says: texts of the tracks without sentinels and LRC, separated by line feeds,
 * as TracksAddress has it. It dumps the same; a recorded track that is no ISO/IEC 7811 text is dumped as `?`, which no text
 * can hold. Throws `request_invalid` for more than three tracks, and for characters that a track has not.
 */
export const createStripeCard = (
  coercivity: Coercivity,
  uid: Uint8Array,
  memory: Uint8Array = new Uint8Array(0),
): StripeCard => {
  const [first = '', second = '', third = '', ...rest] = String.fromCodePoint(...memory).split('\n')
  if (rest.length > 0) throw new BridgeError('request_invalid', 'A magnetic stripe has three tracks.')
  let tracks: StripeBits = [encodeTrack(1, first), encodeTrack(2, second), encodeTrack(3, third)]
  const writeCounts = [0, 0, 0]

  return {
    family: 'stripe',
    technology: 'magstripe',
    uid,
    coercivity,
    get tracks() {
      return tracks
    },
    record: (written, field) => {
      if (coercivity === 'hi' && field === 'lo') return
      for (const index of writeCounts.keys()) {
        if (written[index] !== undefined) writeCounts[index] = (writeCounts[index] ?? 0) + 1
      }
      tracks = [written[0] ?? tracks[0], written[1] ?? tracks[1], written[2] ?? tracks[2]]
    },
    dump: () => {
      const texts = [decodeTrack(1, tracks[0]), decodeTrack(2, tracks[1]), decodeTrack(3, tracks[2])]
      return new TextEncoder().encode(texts.map((text) => text ?? '?').join('\n'))
    },
    writeCounts,
  }
}
