/**
 * The functions of the TWN4 that a card encoder needs. A request is API and function number with its parameters, numbers least
 * significant byte first; an answer is an error byte and the result, which `decode` gets. Functions that can fail at the card
 * begin their result with a boolean. Sections are those of Elatec's "TWN4 Simple Protocol" DocRev25.
 * @module
 */
import { BridgeError, CardUid, type MifareKey } from 'encoder-bridge/driver'
import { concatBytes } from '../../src/wire/bytes.ts'
import { formatHex } from '../../src/wire/hex.ts'
import { crcA } from './frames.ts'

/** A function call. */
export interface Call<Result> {
  readonly request: Uint8Array
  /** What the result says. Throws `protocol_error` when it has not the shape that the function's result has. */
  readonly decode: (result: Uint8Array) => Result
  /** It changes a card, or counts on it: it is never sent twice, and an abort waits for its answer. */
  readonly isOnce?: true
}

const uint16 = (value: number): readonly number[] => [value & 0xff, value >> 8]
const uint32 = (value: number): readonly number[] => [...uint16(value & 0xffff), ...uint16(value >>> 16)]

const malformed = (): BridgeError =>
  new BridgeError('protocol_error', 'The result has not the shape that the function’s result has.')

/** Exactly so many bytes. */
const bytes =
  (count: number) =>
  (result: Uint8Array): Uint8Array => {
    if (result.length !== count) throw malformed()
    return result
  }

const nothing = (result: Uint8Array): void => {
  bytes(0)(result)
}

/** A length byte and as many bytes. */
const counted = (result: Uint8Array): Uint8Array => {
  if (result.length !== 1 + (result[0] ?? 0)) throw malformed()
  return result.subarray(1)
}

/** The boolean and what follows it when it is true; undefined for false. */
const ifTrue =
  <Result>(decode: (rest: Uint8Array) => Result) =>
  (result: Uint8Array): Result | undefined => {
    if (result[0] === 1) return decode(result.subarray(1))
    if (result[0] === 0 && result.length === 1) return undefined
    throw malformed()
  }

const byte = (result: Uint8Array): number => bytes(1)(result)[0] ?? 0

const isTrue = (result: Uint8Array): boolean => {
  const value = byte(result)
  if (value > 1) throw malformed()
  return value === 1
}

const call = <Result>(
  request: readonly number[],
  decode: (result: Uint8Array) => Result,
  ...data: readonly Uint8Array[]
): Call<Result> => ({ request: concatBytes(request, ...data), decode })

const once = <Result>(given: Call<Result>): Call<Result> => ({ ...given, isOnce: true })

/** §1.5.1.4: as much of the version string as fits into so many characters ("TWN4 API Reference" DocRev28, §2.5). */
export const versionRequest = (maxLength: number): Uint8Array => Uint8Array.of(0x00, 0x04, maxLength)
/** The version string, or its beginning, in a result; undefined when it is another function's result. */
export const versionIn = (result: Uint8Array): string | undefined => {
  const text = String.fromCharCode(...result.subarray(1))
  return result[0] === text.length && /^TWN4[\u0020-\u007e]*$/.test(text) ? text : undefined
}
export const getVersion: Call<string> = {
  request: versionRequest(0xff),
  decode: (result) => {
    const version = versionIn(result)
    if (version === undefined) throw malformed()
    return version
  },
}
/** §1.5.1.6. */
export const getDeviceType = call([0x00, 0x06], byte)
/** §1.5.1.8. */
export const getDeviceUid = call([0x00, 0x08], bytes(12))

/** LEDs and GPIOs alike: red is bit 0, green is bit 1 (twn4.sys.h, REDLED and GREENLED). */
export const leds = { red: 0x01, green: 0x02 } as const
/** §1.5.3.15, §1.5.3.19 and §1.5.3.17; missing in firmware of DocRev17's time. */
export const ledFunctions = {
  prepare: (mask: number) => call([0x04, 0x10, mask], nothing),
  blink: (mask: number, onMs: number, offMs: number) =>
    call([0x04, 0x14, mask, ...uint16(onMs), ...uint16(offMs)], nothing),
  off: (mask: number) => call([0x04, 0x12, mask], nothing),
}
/** §1.5.3.1 (no pull, push-pull), §1.5.3.6 and §1.5.3.4: the same lights by their pins. */
export const gpioFunctions: typeof ledFunctions = {
  prepare: (mask) => call([0x04, 0x00, mask, 0x00, 0x00], nothing),
  blink: (mask, onMs, offMs) => call([0x04, 0x05, mask, ...uint16(onMs), ...uint16(offMs)], nothing),
  off: (mask) => call([0x04, 0x03, mask], nothing),
}
/** §1.5.3.8; volume in percent, hertz. */
export const beep = (volume: number, frequency: number, onMs: number, offMs: number): Call<void> =>
  call([0x04, 0x07, volume, ...uint16(frequency), ...uint16(onMs), ...uint16(offMs)], nothing)

/** Appendix A. A mask has the bit of the lower five bits of the type. */
export const tagTypes = { em4102: 0x40, iso14443a: 0x80 } as const
export const maskOf = (...types: readonly number[]): number =>
  types.reduce((mask, type) => mask | (1 << (type & 0x1f)), 0) >>> 0

export interface FoundTag {
  readonly type: number
  /** Undefined where the tag's number is no identifier of a card family that is served. */
  readonly uid: CardUid | undefined
}
/** §1.5.4.1: selects what it finds; undefined for an empty field. */
export const searchTag = call(
  [0x05, 0x00, 0x10],
  ifTrue((found): FoundTag => {
    const [type] = found
    if (type === undefined) throw malformed()
    return { type, uid: CardUid.safeParse(formatHex(counted(found.subarray(2)))).data }
  }),
)
/** §1.5.4.2. */
export const setRfOff = call([0x05, 0x01], nothing)
/** §1.5.4.3. */
export const setTagTypes = (lf: number, hf: number): Call<void> =>
  call([0x05, 0x02, ...uint32(lf), ...uint32(hf)], nothing)
/** §1.5.4.5: the mask of the LF tags that this reader has; it may have none. */
export const getSupportedLfTypes = call([0x05, 0x04], (result) => {
  const masks = bytes(8)(result)
  return new DataView(masks.buffer, masks.byteOffset).getUint32(0, true)
})

/** §1.5.17.6. */
export const getSak = call([0x12, 0x05], ifTrue(byte))
/** §1.5.17.9: how many ISO/IEC 14443-3 type A cards lie in the field. None of them is selected afterwards. */
export const countTypeA = call(
  [0x12, 0x08, 0xff],
  ifTrue(([count, ...list]) => {
    counted(Uint8Array.from(list))
    return count ?? 0
  }),
)
/** §1.5.17.8, with CRC_A, which the reader doesn't add; milliseconds. Undefined when the card is silent. */
const exchangeTypeA = (command: readonly number[], timeoutMs: number): Call<Uint8Array | undefined> => {
  const sent = Uint8Array.from(command)
  const frame = concatBytes(sent, crcA(sent))
  return call([0x12, 0x07, frame.length], ifTrue(counted), frame, Uint8Array.of(0xff, ...uint16(timeoutMs)))
}
const CARD_MS = 20

/** §1.5.10.1. It takes a sector, while all that follows it takes blocks. */
export const login = (sector: number, { type, value }: MifareKey): Call<boolean> =>
  call([0x0b, 0x00], isTrue, value, Uint8Array.of(type === 'A' ? 0 : 1, sector))
/** §1.5.10.2. */
export const readBlock = (block: number): Call<Uint8Array | undefined> =>
  call([0x0b, 0x01, block], ifTrue(bytes(16)))
/** §1.5.10.3. */
export const writeBlock = (block: number, data: Uint8Array): Call<boolean> =>
  once(call([0x0b, 0x02, block], isTrue, data))

/** The same functions under two numbers: §1.5.11 MIFARE Ultralight, §1.5.26 NTAG. */
export type PageApi = typeof ultralightApi | typeof ntagApi
export const ultralightApi = 0x0c
export const ntagApi = 0x20
/** §1.5.11.1, §1.5.26.1: the page and the three behind it. */
export const readPages = (api: PageApi, page: number): Call<Uint8Array | undefined> =>
  call([api, 0x00, page], ifTrue(bytes(16)))
/** §1.5.11.2, §1.5.26.2. */
export const writePage = (api: PageApi, page: number, data: Uint8Array): Call<boolean> =>
  once(call([api, 0x01, page], isTrue, data))
/** §1.5.26.6, §1.5.11.10: the eight bytes of GET_VERSION. */
export const getTagVersion = (api: PageApi): Call<Uint8Array | undefined> =>
  call([api, api === ntagApi ? 0x05 : 0x09], ifTrue(bytes(8)))
/**
 * PWD_AUTH as a raw command: the reader's own function (§1.5.26.7) wants to be told the acknowledgement that the card is to
 * give, and only the card knows it. Tells whether the card took the password: then it answers two bytes, with or without
 * their CRC, otherwise four bits.
 */
export const authenticatePages = (password: Uint8Array): Call<boolean> => {
  const { request, decode } = exchangeTypeA([0x1b, ...password], CARD_MS)
  return once({ request, decode: (result) => (decode(result)?.length ?? 0) >= 2 })
}
/** Whether the card begins Ultralight C's authentication: AF and eight bytes (MF0ICU2 §7.5.5). */
export const beginsUltralightC: Call<boolean> = {
  ...exchangeTypeA([0x1a, 0x00], CARD_MS),
  decode: (result) => ifTrue(counted)(result)?.[0] === 0xaf,
}

/** §1.5.18.1: powers a T5577; SearchTag can't find one ("TWN4 API Reference" DocRev28, §16.1.1). */
export const beginT5577 = call([0x15, 0x00], nothing)
/** §1.5.18.2. */
export const readT5577 = (block: number): Call<Uint8Array | undefined> =>
  call([0x15, 0x01, block], ifTrue(bytes(4)))
/** §1.5.18.4. The functions that lock a block (1505, 1506) or need a password (1502, 1504) are left out on purpose. */
export const writeT5577 = (block: number, data: Uint8Array): Call<boolean> =>
  once(call([0x15, 0x03, block], isTrue, data))

/** How the reader is to listen to a T5577: always Manchester, RF/n, with a sequence terminator or without one. */
export interface T5577Reception {
  readonly bitRate: number
  readonly isTerminated: boolean
}
/**
 * §1.5.1.9 with the parameters AT55_BITRATE (0B) and AT55_OPTIONS (0C) ("TWN4 API Reference" DocRev28, §16.2 and §36.3;
 * numbers of twn4.sys.h). Tells whether the reader took them.
 */
export const setT5577Reception = ({ bitRate, isTerminated }: T5577Reception): Call<boolean> => {
  const parameters = [0x0b, 1, bitRate, 0x0c, 1, isTerminated ? 0x01 : 0x00, 0x00]
  return call([0x00, 0x09, parameters.length, ...parameters], isTrue)
}
