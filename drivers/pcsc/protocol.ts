/**
 * The commands for storage cards of PC/SC part 3 (version 2.01.09, §3.2.2.1), those of ACS's readers, and what their answers
 * say. Pure functions over bytes; an answer ends with its two status bytes.
 * @module
 */
import {
  BridgeError,
  type CardTechnology,
  CardUid,
  type Indication,
  type MifareKey,
} from 'encoder-bridge/driver'
import { technologyOfSak } from '../../src/cards/mifare-classic.ts'
import { concatBytes } from '../../src/wire/bytes.ts'
import { formatHex } from '../../src/wire/hex.ts'
import type { KeyPlace } from './readers.ts'

/** GET DATA */
export const getUid = Uint8Array.of(0xff, 0xca, 0x00, 0x00, 0x00)
/** LOAD KEYS */
export const loadKey = ({ structure, slot }: KeyPlace, key: Uint8Array): Uint8Array =>
  concatBytes([0xff, 0x82, structure, slot, key.length], key)
/** GENERAL AUTHENTICATE with the key of a slot. */
export const authenticate = (block: number, type: MifareKey['type'], { slot }: KeyPlace): Uint8Array =>
  Uint8Array.of(0xff, 0x86, 0x00, 0x00, 0x05, 0x01, 0x00, block, type === 'A' ? 0x60 : 0x61, slot)
/** READ BINARY: a block of 16 bytes, or four pages. */
export const read = (address: number): Uint8Array => Uint8Array.of(0xff, 0xb0, 0x00, address, 0x10)
/** UPDATE BINARY: a block of 16 bytes, or a page of four. */
export const write = (address: number, data: Uint8Array): Uint8Array =>
  concatBytes([0xff, 0xd6, 0x00, address, data.length], data)

/** An answer cut in two. Only status 9000 is success. Throws `protocol_error` for an answer without status. */
export const decodeAnswer = (answer: Uint8Array): { status: number; data: Uint8Array } => {
  const [first, second] = answer.slice(-2)
  if (first === undefined || second === undefined) {
    throw new BridgeError('protocol_error', 'An answer lacks its status bytes.')
  }
  return { status: (first << 8) | second, data: answer.slice(0, -2) }
}

export const STATUS_OK = 0x9000
/** "The operation failed", for whatever reason. */
export const STATUS_FAILED = 0x6300

/** A status for a message: `SW 63 00`. */
export const describeStatus = (status: number): string =>
  `SW ${formatHex(Uint8Array.of(status >> 8))} ${formatHex(Uint8Array.of(status))}`

/** Throws `protocol_error` for what is no UID. */
export const decodeUid = (data: Uint8Array): CardUid => {
  const uid = CardUid.safeParse(formatHex(data))
  if (!uid.success) throw new BridgeError('protocol_error', `A UID of ${data.length} bytes.`)
  return uid.data
}

/** NN NN of the ATR of a storage card (PC/SC part 3, supplemental document; ATRs of pcsc-tools). */
const technologyByCardName = new Map<number, CardTechnology>([
  [0x0001, 'mifare-classic-1k'],
  [0x0002, 'mifare-classic-4k'],
  [0x0003, 'mifare-ultralight'],
  [0x0026, 'mifare-classic-mini'],
  [0x003a, 'mifare-ultralight-c'],
  // MIFARE Plus in security level 1 is a MIFARE Classic; the one of 2 kB has every block of a 1K (AN10833).
  [0x0036, 'mifare-classic-1k'],
  [0x0037, 'mifare-classic-4k'],
])

/** Historical bytes of a storage card: `80`, then `4F` with twelve bytes that begin with the RID of the PC/SC workgroup. */
const storageCard = [0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00, 0x03, 0x06]
/** SS: ISO/IEC 14443 type A, part 3. Readers that do not tell say 00. */
const typeA = [0x00, 0x03]

/**
 * The technology that an ATR means (PC/SC part 3, §3.1.3.2.3). `mifare-ultralight` stands for its whole family: readers
 * report NTAG21x and Ultralight EV1 as such.
 */
export const technologyOfAtr = (atr: Uint8Array): CardTechnology => {
  if (atr[0] !== 0x3b || atr[2] !== 0x80 || atr[3] !== 0x01) return 'unknown'
  const isStorageCard = atr.length >= 20 && storageCard.every((byte, index) => atr[4 + index] === byte)
  if (!isStorageCard) return atr[4] === 0x80 && atr[5] === 0x4f ? 'unknown' : 'iso14443-4'
  const [standard = 0xff, high = 0, low = 0] = atr.slice(12)
  // The ACR122U reports what it has no name for as FF and the SAK (ACR122U API V2.04, §3.1.1).
  if (high === 0xff) return technologyOfSak(low)
  return typeA.includes(standard) ? (technologyByCardName.get((high << 8) | low) ?? 'unknown') : 'unknown'
}

/** A command of the card, through the ACR122U's PN532 (InCommunicateThru: ACR122U API V2.04, §6.1; UM0701-02 §7.3.9). */
const directTransmit = (command: readonly number[]): Uint8Array =>
  Uint8Array.of(0xff, 0x00, 0x00, 0x00, command.length + 2, 0xd4, 0x42, ...command)
/** GET_VERSION (NTAG213/215/216 §10.1): the first Ultralight and Ultralight C refuse it. */
export const getVersion = directTransmit([0x60])
/** The first half of AUTHENTICATE (MF0ICU2 §7.6.7), which only Ultralight C answers. */
export const beginUltralightC = directTransmit([0x1a, 0x00])
/** PWD_AUTH (NTAG213/215/216 §10.7) */
export const authenticatePages = (password: Uint8Array): Uint8Array => directTransmit([0x1b, ...password])

/** What the card answered to a direct transmit, or undefined when it refused or was silent. */
export const decodeDirect = (answer: Uint8Array): Uint8Array | undefined => {
  const { status, data } = decodeAnswer(answer)
  const [response, code, chipStatus] = data
  return status === STATUS_OK && response === 0xd5 && code === 0x43 && chipStatus === 0x00
    ? data.slice(3)
    : undefined
}

/** ACR122U API V2.04, §6.2: T1 and T2 in 100 ms, how often, beep during T1. The lights are afterwards as they were. */
const acr122Signal = (colours: number, t1: number, t2: number, times: number): Uint8Array =>
  Uint8Array.of(0xff, 0x00, 0x40, colours, 0x04, t1, t2, times, 0x01)
const RED_BLINKS = 0x50
const GREEN_BLINKS = 0xa0

/** About a second of light and sound. The ACR1252U knows them too (ACM1252U-Y3 Reference Manual V1.03, §5.6.1). */
export const acr122Signals: Readonly<Record<Indication, Uint8Array>> = {
  identify: acr122Signal(RED_BLINKS | GREEN_BLINKS, 2, 2, 3),
  success: acr122Signal(GREEN_BLINKS, 1, 4, 2),
  failure: acr122Signal(RED_BLINKS, 4, 1, 2),
}

/** The answer to a signal is `90` and the state of the lights. Throws `device_fault`. */
export const checkSignal = (answer: Uint8Array): void => {
  const { status } = decodeAnswer(answer)
  if (status >> 8 !== 0x90) throw new BridgeError('device_fault', `A signal: ${describeStatus(status)}.`)
}

/** ACR122U API V2.04, §6.3: the answer is text, without status bytes. */
export const acr122GetFirmware = Uint8Array.of(0xff, 0x00, 0x48, 0x00, 0x00)

/** An answer to an escape command begins with `E1`, three zeros and the length (ACM1252U-Y3 Reference Manual V1.03, §5.3). */
export const ACR1252_HEADER_BYTES = 5
/** §5.3.1: the answer is text. */
export const acr1252GetFirmware = Uint8Array.of(0xe0, 0x00, 0x00, 0x18, 0x00)
/** §5.3.2; on the ACR1552U bit 0 is blue (*unverified*). */
export const acr1252Light = (lights: number): Uint8Array =>
  Uint8Array.of(0xe0, 0x00, 0x00, 0x29, 0x01, lights)
export const RED = 0x01
export const GREEN = 0x02
/** §5.3: in units of 10 ms, up to 2.5 s. */
export const acr1252Beep = (durationMs: number): Uint8Array =>
  Uint8Array.of(0xe0, 0x00, 0x00, 0x28, 0x01, durationMs / 10)

/** Printable ASCII. Throws `protocol_error`. */
export const decodeText = (bytes: Uint8Array): string => {
  const text = String.fromCharCode(...bytes).trim()
  if (!/^[\x20-\x7e]+$/.test(text)) throw new BridgeError('protocol_error', 'A text is not readable.')
  return text
}
