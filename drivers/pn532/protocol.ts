/**
 * The commands of the PN532 that a card encoder needs, and what their answers say. Commands begin with the command
 * code; answers come without the response code. Sections are those of UM0701-02.
 * @module
 */
import { BridgeError, CardUid, type MifareKey } from 'encoder-bridge/driver'
import { concatBytes } from '../../src/wire/bytes.ts'
import { formatHex } from '../../src/wire/hex.ts'

/** The line speed after power-on, and the one to which this driver always returns. */
export const restingBaudRate = 115200

/** The speeds that this driver uses, with their codes in SetSerialBaudRate (§7.2.8). */
const baudRateCodes = { 115200: 0x04, 230400: 0x05, 460800: 0x06, 921600: 0x07 } as const
export type Pn532BaudRate = keyof typeof baudRateCodes

/**
 * What goes before the first frame: rising edges that end low-power mode (§7.2.11; AN10609 for boards that start in
 * LowVbat). Sixteen bytes work where five do not. A chip that is awake takes them for a preamble.
 */
export const wakeUpBytes = Uint8Array.of(0x55, 0x55, ...new Array<number>(14).fill(0x00))

/** §7.2.10: normal mode; time-out 1 s (used in virtual card mode only); P70_IRQ pin in use. */
export const samConfiguration = Uint8Array.of(0x14, 0x01, 0x14, 0x01)
/** §7.2.2 */
export const getFirmwareVersion = Uint8Array.of(0x02)
/**
 * §7.2.9, every flag off but perhaps that of bit 6: a `bare` chip leaves preamble and postamble out of its answers, two bytes of
 * some twenty. Automatic RATS is off above all: it would take cards that are MIFARE Classic and ISO 14443-4 at once (SAK 28, 38)
 * to layer 4, where Classic commands mean nothing.
 */
export const setParameters = (answers: 'whole' | 'bare'): Uint8Array =>
  Uint8Array.of(0x12, answers === 'bare' ? 0x40 : 0x00)
/** §7.3.1, item 05: two tries to find a card instead of the default, which never ends. */
export const boundRetries = Uint8Array.of(0x32, 0x05, 0xff, 0x01, 0x01)
/** §7.3.1, item 01 */
export const setField = (isOn: boolean): Uint8Array => Uint8Array.of(0x32, 0x01, isOn ? 0x01 : 0x00)
/** §7.2.8 */
export const setSerialBaudRate = (baudRate: Pn532BaudRate): Uint8Array =>
  Uint8Array.of(0x10, baudRateCodes[baudRate])
/** §7.3.5: up to two cards, 106 kbit/s type A. */
export const listTypeA = (maxTargets: 1 | 2): Uint8Array => Uint8Array.of(0x4a, maxTargets, 0x00)
/** §7.3.11, every target. */
export const releaseAll = Uint8Array.of(0x52, 0x00)

/** §7.3.8. MIFARE authentication takes four UID bytes; of a longer UID the last four (AN10927). */
export const authenticate = (target: number, block: number, key: MifareKey, uid: Uint8Array): Uint8Array =>
  concatBytes([0x40, target, key.type === 'A' ? 0x60 : 0x61, block], key.value, uid.subarray(-4))
/** §7.3.8: a Classic block, or four pages of an Ultralight or NTAG from this one on. */
export const readPlace = (target: number, place: number): Uint8Array =>
  Uint8Array.of(0x40, target, 0x30, place)
/** §7.3.8 */
export const writeBlock = (target: number, block: number, data: Uint8Array): Uint8Array =>
  concatBytes([0x40, target, 0xa0, block], data)
/** §7.3.8: through InDataExchange, which alone tells the card's ACK from its NAK. */
export const writePage = (target: number, page: number, data: Uint8Array): Uint8Array =>
  concatBytes([0x40, target, 0xa2, page], data)

/**
 * What InDataExchange does not know (libnfc issue 516) goes through InCommunicateThru (§7.3.9) to the card that is selected:
 * GET_VERSION (NTAG213/215/216 §10.1), PWD_AUTH (§10.7), and the first step of Ultralight C's AUTHENTICATE (MF0ICU2 §7.4.5).
 */
export const getVersion = Uint8Array.of(0x42, 0x60)
export const showPassword = (password: Uint8Array): Uint8Array => concatBytes([0x42, 0x1b], password)
export const askChallenge = Uint8Array.of(0x42, 0x1a, 0x00)

/** The firmware as "version.revision". Throws `device_mismatch` when the chip is no PN532 (its IC byte is 32, §7.2.2). */
export const decodeFirmware = (answer: Uint8Array): string => {
  const [ic, version, revision] = answer
  if (answer.length !== 4 || ic !== 0x32) {
    throw new BridgeError(
      'device_mismatch',
      `The chip names itself ${formatHex(answer)}; a PN532 begins with 32.`,
    )
  }
  return `${version}.${revision}`
}

/** A type A card as InListPassiveTarget tells it. */
export interface Target {
  /** The number by which the chip addresses the card. */
  readonly number: number
  readonly sak: number
  readonly uid: CardUid
}

/**
 * How many cards answered (0 to 2), and the first of them (§7.3.5). What may follow a UID (an ATS) is not needed.
 * Throws `protocol_error`.
 */
export const decodeTargets = (answer: Uint8Array): { count: number; first: Target | undefined } => {
  const [count, number, , , sak, uidLength] = answer
  if (count === 0) return { count, first: undefined }
  const uid = CardUid.safeParse(formatHex(answer.subarray(6, 6 + (uidLength ?? 0))))
  const isComplete = uidLength !== undefined && answer.length >= 6 + uidLength
  if (count === undefined || number === undefined || sak === undefined || !isComplete || !uid.success) {
    throw new BridgeError('protocol_error', 'The description of the found card is malformed.')
  }
  return { count, first: { number, sak, uid: uid.data } }
}

/** The status byte of InDataExchange and the data behind it (§7.3.8). Throws `protocol_error` when it is missing. */
export const decodeExchange = (answer: Uint8Array): { status: number; data: Uint8Array } => {
  const [status] = answer
  if (status === undefined || !isStatusSound(answer)) {
    throw new BridgeError('protocol_error', 'An answer lacks its status.')
  }
  return { status, data: answer.subarray(1) }
}

/** Bits 7 and 6 announce a NAD and further frames (§7.1), which these cards have not. */
export const isStatusSound = ([status]: Uint8Array): boolean => status !== undefined && status < 0x40

export const STATUS_AUTHENTICATION_FAILED = 0x14

/** The error codes of §7.1, for messages. */
const statusNames = new Map<number, string>([
  [0x00, 'success'],
  [0x01, 'the card did not answer in time'],
  [0x02, 'CRC error'],
  [0x03, 'parity error'],
  [0x04, 'wrong bit count in anticollision'],
  [0x05, 'MIFARE framing error'],
  [0x06, 'abnormal bit collision'],
  [0x07, 'communication buffer too small'],
  [0x09, 'RF buffer overflow'],
  [0x0a, 'RF field not switched on in time'],
  [0x0b, 'RF protocol error'],
  [0x0d, 'overheating'],
  [0x0e, 'internal buffer overflow'],
  [0x10, 'invalid parameter'],
  [0x12, 'DEP: unknown command'],
  [0x13, 'data format not as specified'],
  [0x14, 'MIFARE authentication failed'],
  [0x23, 'wrong UID check byte'],
  [0x25, 'DEP: invalid state'],
  [0x26, 'not allowed in this configuration'],
  [0x27, 'not acceptable now'],
  [0x29, 'released by the initiator'],
  [0x2a, 'card changed'],
  [0x2b, 'card gone'],
  [0x2c, 'NFCID3 mismatch'],
  [0x2d, 'over-current'],
  [0x2e, 'NAD missing'],
])

/** A status as a phrase for a message: `13: data format not as specified`. */
export const describeStatus = (status: number): string =>
  `${formatHex(Uint8Array.of(status))}: ${statusNames.get(status) ?? 'unknown status'}`

/** Statuses that are the chip's own trouble, whatever the card does: overheating and over-current among them (§7.1). */
export const chipFaults: ReadonlySet<number> = new Set([0x07, 0x09, 0x0a, 0x0d, 0x0e, 0x10, 0x26, 0x2d])
