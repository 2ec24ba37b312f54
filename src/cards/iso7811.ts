/**
 * The three tracks of a magnetic stripe: what they may hold, and how text becomes characters and bits.
 * Sources: ISO/IEC 7811 by way of the MSR605 Programmer's Manual, §7 and §9; ISO 7813 and ISO 4909 for the contents.
 * @module
 */
import { BridgeError } from '../contract/errors.ts'

export type TrackNumber = 1 | 2 | 3

/** What distinguishes a track. A character is stored as its code minus `base`, with an odd parity bit above it. */
export interface TrackFormat {
  readonly bitsPerInch: 75 | 210
  /** With the parity bit. */
  readonly bitsPerCharacter: 5 | 7
  readonly base: number
  readonly startSentinel: string
  readonly endSentinel: string
  readonly fieldSeparator: string
  /** Without sentinels and LRC. */
  readonly maxCharacters: number
}

export const trackFormats: Readonly<Record<TrackNumber, TrackFormat>> = {
  1: {
    bitsPerInch: 210,
    bitsPerCharacter: 7,
    base: 0x20,
    startSentinel: '%',
    endSentinel: '?',
    fieldSeparator: '^',
    maxCharacters: 76,
  },
  2: {
    bitsPerInch: 75,
    bitsPerCharacter: 5,
    base: 0x30,
    startSentinel: ';',
    endSentinel: '?',
    fieldSeparator: '=',
    maxCharacters: 37,
  },
  3: {
    bitsPerInch: 210,
    bitsPerCharacter: 5,
    base: 0x30,
    startSentinel: ';',
    endSentinel: '?',
    fieldSeparator: '=',
    maxCharacters: 104,
  },
}

/**
 * The text of a track without its sentinels, which may be given or left out.
 * Throws `order_invalid` for an empty text, for one that is too long, and for a character that the track can't hold,
 * naming it and its place (from 1, sentinels not counted).
 */
export const checkTrack = (track: TrackNumber, text: string): string => {
  const { startSentinel, endSentinel, maxCharacters } = trackFormats[track]
  const isFramed = text.startsWith(startSentinel) && text.endsWith(endSentinel)
  const data = isFramed ? text.slice(1, -1) : text
  const characters = [...data]
  const wrong = characters.findIndex((character) => !isData(track, character))
  if (wrong >= 0) {
    throw new BridgeError(
      'order_invalid',
      `Track ${track} can't hold "${characters[wrong]}", character ${wrong + 1}.`,
    )
  }
  if (data.length === 0) throw new BridgeError('order_invalid', `The text for track ${track} is empty.`)
  if (data.length > maxCharacters) {
    throw new BridgeError(
      'order_invalid',
      `Track ${track} holds ${maxCharacters} characters, not ${data.length}.`,
    )
  }
  return data
}

/**
 * The characters of a track as they are recorded: start sentinel, data, end sentinel, LRC, each with its odd parity as
 * the top bit. Throws `order_invalid` as `checkTrack` does.
 */
export const encodeTrack = (track: TrackNumber, text: string): Uint8Array => {
  const { base, bitsPerCharacter, startSentinel, endSentinel } = trackFormats[track]
  const framed = `${startSentinel}${checkTrack(track, text)}${endSentinel}`
  const values = Array.from(framed, (character) => character.charCodeAt(0) - base)
  const lrc = values.reduce((sum, value) => sum ^ value, 0)
  const parityBit = 1 << (bitsPerCharacter - 1)
  return Uint8Array.from([...values, lrc], (value) => (onesIn(value) % 2 === 0 ? value | parityBit : value))
}

/**
 * Bits in the order of the stripe, 0 or 1 each: every character from its least significant bit to its parity, with
 * `leadingZeros` clocking bits before and after.
 */
export const trackBits = (track: TrackNumber, text: string, leadingZeros = 0): Uint8Array => {
  const { bitsPerCharacter } = trackFormats[track]
  const bits = unpackBits(encodeTrack(track, text), bitsPerCharacter, 'lsb')
  const padded = new Uint8Array(bits.length + 2 * leadingZeros)
  padded.set(bits, leadingZeros)
  return padded
}

/** Eight bits to the byte, the first in the least significant place; the last byte is filled up with zeros. */
export const packBits = (bits: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8))
  bits.forEach((bit, index) => {
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (index & 7))
  })
  return bytes
}

/** The bits of bytes that hold `bitsPerByte` (1 to 8) each, the first in the least or the most significant place. */
export const unpackBits = (bytes: Uint8Array, bitsPerByte: number, first: 'lsb' | 'msb'): Uint8Array =>
  Uint8Array.from({ length: bytes.length * bitsPerByte }, (_, index) => {
    const place = index % bitsPerByte
    const shift = first === 'lsb' ? place : bitsPerByte - 1 - place
    return ((bytes[Math.floor(index / bitsPerByte)] ?? 0) >> shift) & 1
  })

/**
 * Whether the text of a track, with or without sentinels, is a payment card's (ISO 7813, ISO 4909), so that the caller
 * refuses or redacts it. Track 1: format code B before a number. Tracks 2 and 3: a card number that passes the Luhn check
 * and is followed by a separator. A bare number is none: one membership number in ten passes the check.
 */
export const isPaymentTrack = (track: TrackNumber, text: string): boolean => {
  if (track === 1) return /^%?B ?\d/.test(text)
  const number = (track === 2 ? /^;?(\d{8,19})=/ : /^;?\d\d(\d{8,19})=/).exec(text)?.[1]
  return number !== undefined && passesLuhn(number)
}

const isData = (track: TrackNumber, character: string): boolean => {
  const { base, bitsPerCharacter, startSentinel, endSentinel } = trackFormats[track]
  const value = character.charCodeAt(0) - base
  const isInSet = value >= 0 && value < 1 << (bitsPerCharacter - 1)
  return isInSet && character !== startSentinel && character !== endSentinel
}

const onesIn = (value: number): number => {
  let ones = 0
  for (let rest = value; rest > 0; rest >>= 1) ones += rest & 1
  return ones
}

/** ISO/IEC 7812-1, annex B: every second digit from the right is doubled, its digits added. */
const passesLuhn = (digits: string): boolean => {
  const sum = Array.from(digits)
    .toReversed()
    .map((digit, index) => Number(digit) * (index % 2 === 0 ? 1 : 2))
    .reduce((total, value) => total + (value > 9 ? value - 9 : value), 0)
  return sum % 10 === 0
}
