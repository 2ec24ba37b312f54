import { BridgeError } from '../contract/index.ts'

type Track = 1 | 2 | 3

interface TrackFormat {
  /** Without parity. */
  readonly bitsPerCharacter: number
  /** The character whose value is 0. */
  readonly base: number
  /** Start sentinel. */
  readonly start: string
  /** Clocking zeros before and behind the data, as encoders write them (MSR605 Programmer's Manual, set leading zero). */
  readonly zeros: number
}

const END = '?'
const ALPHABETIC: TrackFormat = { bitsPerCharacter: 6, base: 0x20, start: '%', zeros: 61 }
const NUMERIC: TrackFormat = { bitsPerCharacter: 4, base: 0x30, start: ';', zeros: 22 }
/** ISO/IEC 7811-2: IATA on track 1, ABA on track 2, ISO 4909 on track 3, which has track 1's density. */
const FORMATS = { 1: ALPHABETIC, 2: NUMERIC, 3: { ...NUMERIC, zeros: 61 } } as const

/** Least significant bit first, and a parity bit that makes the ones odd. */
const characterBits = (value: number, { bitsPerCharacter }: TrackFormat): string => {
  const bits = Array.from({ length: bitsPerCharacter }, (_, bit) => (value >> bit) & 1)
  const ones = bits.reduce((sum, bit) => sum + bit, 0)
  return [...bits, (ones + 1) % 2].join('')
}

/**
 * A track's text as it is recorded: zeros, start sentinel, text, end sentinel, LRC, zeros. An empty text is an empty track.
 * Throws `request_invalid` for a character that the track has not.
 */
export const encodeTrack = (track: Track, text: string): string => {
  if (text === '') return ''
  const format = FORMATS[track]
  const characters = `${format.start}${text}${END}`
  const values = Array.from(characters, (character) => (character.codePointAt(0) ?? 0) - format.base)
  if (text.includes(END) || values.some((value) => value < 0 || value >> format.bitsPerCharacter !== 0)) {
    throw new BridgeError('request_invalid', `The text has a character that track ${track} has not.`)
  }
  const lrc = values.reduce((sum, value) => sum ^ value, 0)
  const zeros = '0'.repeat(format.zeros)
  return zeros + [...values, lrc].map((value) => characterBits(value, format)).join('') + zeros
}

/**
 * The text of recorded bits, sentinels and LRC checked and left out. Empty for a track without a single one bit, undefined
 * for bits that are no text of the track. It reads in the direction of the swipe only.
 */
export const decodeTrack = (track: Track, bits: string): string | undefined => {
  const format = FORMATS[track]
  const width = format.bitsPerCharacter + 1
  const first = bits.indexOf('1')
  if (first === -1) return ''
  let text = ''
  let lrc = 0
  let isEnded = false
  for (let at = first; at + width <= bits.length; at += width) {
    const character = bits.slice(at, at + width)
    const value = Number.parseInt([...character.slice(0, -1)].toReversed().join(''), 2)
    if (character !== characterBits(value, format)) return undefined
    if (isEnded) return value === lrc && text.startsWith(format.start) ? text.slice(1, -1) : undefined
    lrc ^= value
    text += String.fromCodePoint(value + format.base)
    isEnded = text.endsWith(END)
  }
  return undefined
}
