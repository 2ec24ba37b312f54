/**
 * The commands of the MSR605 and what it says to them ("MSR605 Programmer's Manual", Rev. B; "MSR206 Programmer's Manual",
 * UDN PM017-U). The two agree. A command begins with ESC and has neither length nor checksum.
 * @module
 */
import { BridgeError, type TracksAddress } from 'encoder-bridge/driver'
import { checkTrack, packBits, trackFormats, type TrackNumber, unpackBits } from '../../src/cards/iso7811.ts'
import { packTrack, type RawTracks } from '../../src/cards/raw-tracks.ts'
import type { Tracks } from '../../src/cards/tracks.ts'

const ESC = 0x1b

const command = (letter: string, ...parameters: readonly number[]): Uint8Array =>
  Uint8Array.of(ESC, letter.charCodeAt(0), ...parameters)

/** No answer. The only thing that an encoder hears while it waits for a swipe, which it gives up. */
export const reset = command('a')
export const communicationTest = command('e')
export const getModel = command('t')
export const getFirmware = command('v')
/** Waits for a swipe. */
export const readIso = command('r')
/** Waits for a swipe. */
export const readRaw = command('m')
/** Bits a character: 7, 5 and 5 of ISO/IEC 7811, or a whole byte on every track. Some old units do not answer. */
export const setCharacterBits = { text: command('o', 7, 5, 5), bits: command('o', 8, 8, 8) } as const
/** 61 clocking zeros on tracks 1 and 3, 22 on track 2: the default of the manual. */
export const setLeadingZeros = command('z', 61, 22)
/** 210 bits an inch on tracks 1 and 3, 75 on track 2. */
export const setDensities = [command('b', 0xa1), command('b', 0x4b), command('b', 0xc1)] as const
export const getCoercivity = command('d')

export type Coercivity = TracksAddress['coercivity']
export const setCoercivity: Readonly<Record<Coercivity, Uint8Array>> = { hi: command('x'), lo: command('y') }

/** No answer. An MSR605X lights green as well when it is told yellow, and can't light red beside another. */
export const lights = {
  off: Uint8Array.of(ESC, 0x81),
  all: Uint8Array.of(ESC, 0x82),
  green: Uint8Array.of(ESC, 0x83),
  red: Uint8Array.of(ESC, 0x85),
} as const

/** Waits for a swipe. A track without a text is left as it is on the card; sentinels and LRC are the encoder's. */
export const writeIso = ([first, second, third]: Tracks): Uint8Array =>
  fromText(`␛w␛s␛␁${first}␛␂${second}␛␃${third}?␜`)

/**
 * Waits for a swipe. At eight bits a character the first bit to be recorded is the least significant of a byte, while a swipe
 * tells it as the most significant (the manual's worked examples). A track without bits is left as it is.
 */
export const writeRaw = (parts: RawTracks): Uint8Array => {
  const fields = parts.flatMap((part, index) => [
    ...[ESC, index + 1, part.length],
    ...packBits(unpackBits(part, 8, 'msb')),
  ])
  return Uint8Array.of(...command('n'), ...fromText('␛s'), ...fields, ...fromText('?␜'))
}

/** Waits for a swipe. Bits 0 to 2 of the select byte are the tracks, but track 1 alone is 00. */
export const erase = (tracks: readonly boolean[]): Uint8Array => {
  const selected = tracks.reduce((sum, isErased, index) => (isErased ? sum | (1 << index) : sum), 0)
  return command('c', selected === 1 ? 0 : selected)
}

/**
 * What came from the encoder as text, with the pictures of Unicode for control characters: ␛ is 1Bh, ␜ 1Ch, ␁ 01h. It answers
 * in order and says nothing unasked, but not everything that comes is an answer: an encoder leaves stale bytes behind.
 */
export const toText = (bytes: Uint8Array): string =>
  String.fromCharCode(...Array.from(bytes, (byte) => (byte < 0x20 ? byte + 0x2400 : byte)))

const fromText = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff)

/** What was heard so far as an answer; undefined while it is not complete. Throws for what can't become one. */
export type Decode<Answer> = (heard: string) => Answer | undefined

export const isAlive: Decode<true> = (heard) => (heard.includes('␛y') ? true : undefined)

/** The answer to a setting. Throws `device_fault` when it was refused, `protocol_error`. */
export const isSet: Decode<true> = (heard) => {
  const status = /␛(.)/.exec(heard)?.[1]
  if (status === undefined) return undefined
  if (status === '0') return true
  throw status === 'A'
    ? new BridgeError('device_fault', 'The encoder refuses a setting.')
    : new BridgeError('protocol_error', 'What the encoder says to a setting is no answer to it.')
}

/** The manual has capitals; real units answer in small letters (Doridian/libMSRx05; Magnetic-Fox/MSR605X). */
export const decodeCoercivity: Decode<Coercivity> = (heard) => {
  const letter = /␛([HL])/i.exec(heard)?.[1]?.toUpperCase()
  return letter === undefined ? undefined : letter === 'H' ? 'hi' : 'lo'
}

export const decodeModel: Decode<string> = (heard) => /␛(.)S/.exec(heard)?.[1]
/** Without an end; both manuals, and a captured MSR605X, have eight characters. */
export const decodeFirmware: Decode<string> = (heard) => /␛([ -~]{8})/.exec(heard)?.[1]

/** The status bytes that may end a write or an erasure: done, not written, not understood (2 and 4), moved unevenly, failed. */
const statuses = ['0', '1', '2', '4', '9', 'A'] as const
export type Status = (typeof statuses)[number]

/** How a write ended. Throws `protocol_error` for anything else. */
export const decodeWriteStatus: Decode<Status> = (heard) => {
  const said = /␛(.)/.exec(heard)?.[1]
  if (said === undefined) return undefined
  const status = statuses.find((known) => known === said)
  if (status !== undefined) return status
  throw new BridgeError('protocol_error', 'What the encoder says to a write is no answer to it.')
}

/** Stands for a track that holds something, but no text. */
export const opaque = '?'

/** The tracks of a swipe as TracksAddress has them; null when what came says nothing of them. */
export interface Swipe {
  readonly tracks: Tracks | null
}

/** A track is told as its text with sentinels, as blank (`␛+`) or as not decoded (`␛*`); the manual has no bytes for the last two. */
const block = /␛s␛␁(.*?)␛␂(.*?)␛␃(.*?)\?␜␛(.)/

/** A swipe that was read. Throws `protocol_error` when the encoder did not understand the command. */
export const decodeSwipe: Decode<Swipe> = (heard) => {
  const [, first = '', second = '', third = '', status] = block.exec(heard) ?? []
  const ending = status ?? /\?␜␛(.)/.exec(heard)?.[1] ?? /^[^␛]*␛([24A])/.exec(heard)?.[1]
  if (ending === undefined) return undefined
  if (ending === '2' || ending === '4' || ending === 'A') {
    throw notUnderstood()
  }
  if (status === undefined) return { tracks: null }
  const isGood = status === '0'
  return {
    tracks: [trackOf(1, first, isGood), trackOf(2, second, isGood), trackOf(3, third, isGood)],
  }
}

/**
 * The bits of a swipe that was read, without the clocking zeros around them. Throws `card_unreadable` when the status is not
 * good, which is also what is said of a blank card, and for a block that came damaged; `protocol_error` when the encoder did
 * not understand the command.
 */
export const decodeRawSwipe: Decode<RawTracks> = (heard) => {
  const start = heard.indexOf('␛␁')
  if (start === -1) {
    if (/^[^␛]*␛[24A]/.test(heard)) throw notUnderstood()
    return undefined
  }
  const bytes = fromText(heard.slice(start))
  const second = fieldEnd(bytes, 0)
  const third = fieldEnd(bytes, second)
  const end = fieldEnd(bytes, third)
  const marks = [
    { at: second, bytes: [ESC, 2] },
    { at: third, bytes: [ESC, 3] },
    { at: end, bytes: fromText('?␜␛') },
  ]
  const isDamaged = marks.some((mark) =>
    bytes.subarray(mark.at, mark.at + mark.bytes.length).some((byte, index) => byte !== mark.bytes[index]),
  )
  if (isDamaged) throw new BridgeError('card_unreadable', 'What the encoder told of it came damaged.')
  const status = bytes[end + 3]
  if (status === undefined) return undefined
  if (status === 0x32 || status === 0x34 || status === 0x41) throw notUnderstood()
  if (status !== 0x30) throw new BridgeError('card_unreadable', 'It is blank, or it was swiped unevenly.')
  const partOf = (from: number, to: number): Uint8Array =>
    packTrack(unpackBits(bytes.subarray(from + FIELD_HEAD_BYTES, to), 8, 'msb'))
  return [partOf(0, second), partOf(second, third), partOf(third, end)]
}

/** ESC, the number of the track, and how many bytes follow. */
const FIELD_HEAD_BYTES = 3

/** Where the field of a track ends that begins there; behind all bytes where its length is still to come. */
const fieldEnd = (bytes: Uint8Array, start: number): number =>
  start + FIELD_HEAD_BYTES + (bytes[start + FIELD_HEAD_BYTES - 1] ?? 0)

const notUnderstood = (): BridgeError =>
  new BridgeError('protocol_error', 'The encoder did not understand the command to read.')

/** Where nothing is told of a track, only a good status says that it is blank. */
const trackOf = (track: TrackNumber, told: string, isGood: boolean): string => {
  if (told === '␛+' || (told === '' && isGood)) return ''
  if (!told.startsWith(trackFormats[track].startSentinel)) return opaque
  try {
    return checkTrack(track, told)
  } catch {
    return opaque
  }
}
