import { type TrackNumber, trackFormats } from './iso7811.ts'

/** What the bits of a track say. `text` is without sentinels; `damaged` names the first thing that is wrong. */
export type TrackReading =
  | { readonly kind: 'blank' }
  | { readonly kind: 'text'; readonly text: string; readonly isReversed: boolean }
  | { readonly kind: 'damaged'; readonly fault: TrackFault }

/**
 * No start sentinel at the first bit that is set, a character with even parity, no end sentinel, an LRC that doesn't fit,
 * set bits after the LRC; or a track that can be read in both directions, with two texts.
 */
export type TrackFault = 'start' | 'parity' | 'end' | 'lrc' | 'trailing' | 'ambiguous'

type Attempt = { readonly text: string } | { readonly fault: TrackFault }

/**
 * Reads a track from its bits, 0 or 1 each, swiped in either direction and with any number of clocking zeros. It is
 * strict about what follows the LRC, because a short text can appear in another that was swiped the other way: one
 * reversed track 2 in some hundred begins like an empty one. Never throws.
 */
export const decodeTrack = (track: TrackNumber, bits: Uint8Array): TrackReading => {
  if (!bits.includes(1)) return { kind: 'blank' }
  const forward = readForward(track, bits)
  const backward = readForward(track, bits.toReversed())
  if ('text' in forward) {
    const isAmbiguous = 'text' in backward && backward.text !== forward.text
    return isAmbiguous
      ? { kind: 'damaged', fault: 'ambiguous' }
      : { kind: 'text', text: forward.text, isReversed: false }
  }
  if ('text' in backward) return { kind: 'text', text: backward.text, isReversed: true }
  return { kind: 'damaged', fault: forward.fault === 'start' ? backward.fault : forward.fault }
}

/** Leading zeros are clocking; the first set bit is the lowest of the start sentinel (05 or 0B). */
const readForward = (track: TrackNumber, bits: Uint8Array): Attempt => {
  const { bitsPerCharacter, base, startSentinel, endSentinel } = trackFormats[track]
  let offset = bits.indexOf(1)
  let lrc = 0
  const characters: string[] = []
  while (characters.at(-1) !== endSentinel) {
    const value = characterAt(bits, offset, bitsPerCharacter)
    const character = value === undefined ? undefined : String.fromCharCode(base + value)
    if (characters.length === 0 && character !== startSentinel) return { fault: 'start' }
    if (offset + bitsPerCharacter > bits.length) return { fault: 'end' }
    if (value === undefined || character === undefined) return { fault: 'parity' }
    characters.push(character)
    lrc ^= value
    offset += bitsPerCharacter
  }
  if (characterAt(bits, offset, bitsPerCharacter) !== lrc) return { fault: 'lrc' }
  if (bits.includes(1, offset + bitsPerCharacter)) return { fault: 'trailing' }
  return { text: characters.slice(1, -1).join('') }
}

/** The value of the character that begins at a bit, or undefined when its parity is even. Past the end bits are zero. */
const characterAt = (bits: Uint8Array, offset: number, length: number): number | undefined => {
  let value = 0
  let ones = 0
  for (let place = 0; place < length; place++) {
    const bit = bits[offset + place] ?? 0
    value |= bit << place
    ones += bit
  }
  return ones % 2 === 1 ? value & ((1 << (length - 1)) - 1) : undefined
}
