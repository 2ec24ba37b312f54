import { encodeTrack } from '../../src/emulation/track-bits.ts'

export const ESC = 0x1b
const END_OF_FIELD = 0x3f
const FILE_SEPARATOR = 0x1c

/** What a write lays onto the three tracks: bits as recorded, undefined for a track that is left alone. */
export type NewTracks = readonly (string | undefined)[]

export type Parsed =
  /** The rest is still to come. */
  | { readonly kind: 'partial' }
  /** A letter that no command has. */
  | { readonly kind: 'unknown' }
  /** A block that is none. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'command'; readonly letter: string; readonly parameters: readonly number[] }
  | { readonly kind: 'write'; readonly tracks: NewTracks }

const PARTIAL: Parsed = { kind: 'partial' }
const MALFORMED: Parsed = { kind: 'malformed' }

/** How many bytes follow the letter; the lights are 81h to 85h. */
const PARAMETER_COUNTS = new Map<number, number>([
  ...Array.from('aermtvxydl', (letter) => [letter.charCodeAt(0), 0] as const),
  ...[0x81, 0x82, 0x83, 0x84, 0x85].map((light) => [light, 0] as const),
  ['c'.charCodeAt(0), 1],
  ['b'.charCodeAt(0), 1],
  ['z'.charCodeAt(0), 2],
  ['o'.charCodeAt(0), 3],
])
const WRITE_ISO = 0x77
const WRITE_RAW = 0x6e

/** What the bytes from ESC on are so far. */
export const parseCommand = ([, letter, ...rest]: readonly number[]): Parsed => {
  if (letter === undefined) return PARTIAL
  if (letter === WRITE_ISO) return parseBlock(rest, textAt)
  if (letter === WRITE_RAW) return parseBlock(rest, rawAt)
  const count = PARAMETER_COUNTS.get(letter)
  if (count === undefined) return { kind: 'unknown' }
  if (rest.length < count) return PARTIAL
  return { kind: 'command', letter: String.fromCharCode(letter), parameters: rest }
}

/** One track of a block, and where it ends. Null is nothing that could become one, undefined not all of it. */
type Field = { readonly bits: string | undefined; readonly end: number } | null | undefined

/** The text of a track runs until the next ESC, or the end of the block. */
const textAt = (bytes: readonly number[], start: number, track: 1 | 2 | 3): Field => {
  const isLast = track === 3
  const end = bytes.findIndex(
    (byte, index) => index >= start && (isLast ? isEnd(bytes, index) : byte === ESC),
  )
  if (isLast && bytes.indexOf(ESC, start) !== -1) return null
  if (end === -1) return undefined
  const text = String.fromCharCode(...bytes.slice(start, end))
  try {
    return { bits: text === '' ? undefined : encodeTrack(track, text), end }
  } catch {
    return null
  }
}

const isEnd = (bytes: readonly number[], index: number): boolean =>
  bytes[index] === END_OF_FIELD && bytes[index + 1] === FILE_SEPARATOR

/** A length, then eight bits to the byte, the first in the least significant place. */
const rawAt = (bytes: readonly number[], start: number): Field => {
  const length = bytes[start]
  if (length === undefined || bytes.length < start + 1 + length) return undefined
  const packed = bytes.slice(start + 1, start + 1 + length)
  const bits = packed.map((byte) => [...byte.toString(2).padStart(8, '0')].toReversed().join('')).join('')
  return { bits: length === 0 ? undefined : bits, end: start + 1 + length }
}

/** Whether the bytes from there on are the wanted ones, or could become them. */
const compare = (bytes: readonly number[], start: number, wanted: readonly number[]): Parsed | undefined => {
  const found = bytes.slice(start, start + wanted.length)
  if (found.some((byte, index) => byte !== wanted[index])) return MALFORMED
  return found.length < wanted.length ? PARTIAL : undefined
}

/** `1B 73`, then `1B 01`, `1B 02` and `1B 03` with a track each, then `3F 1C`. */
const parseBlock = (
  bytes: readonly number[],
  fieldAt: (bytes: readonly number[], start: number, track: 1 | 2 | 3) => Field,
): Parsed => {
  const tracks: (string | undefined)[] = []
  let fault = compare(bytes, 0, [ESC, 0x73])
  let at = 2
  for (const track of [1, 2, 3] as const) {
    fault ??= compare(bytes, at, [ESC, track])
    if (fault !== undefined) return fault
    const field = fieldAt(bytes, at + 2, track)
    if (field === null) return MALFORMED
    if (field === undefined) return PARTIAL
    tracks.push(field.bits)
    at = field.end
  }
  return compare(bytes, at, [END_OF_FIELD, FILE_SEPARATOR]) ?? { kind: 'write', tracks }
}
