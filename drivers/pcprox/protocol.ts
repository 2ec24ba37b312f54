/**
 * The feature reports of a pcProx, and what they hold. There is no public document of the maker's: all of it is from
 * `protocol.md` of micolous/pcprox, a reverse engineering on an RDR-6081AKU with firmware 07.3.0. Section names are its.
 *
 *     host   80 | 81 | 82 …  then  8 bytes   write a page of the configuration, in force after 90 00
 *            80 | 81 | 82 …  then  get       read the page
 *            8F, 8E, 8A …    then  get       card, its number of bits, device info
 *
 * @module
 */
import { BridgeError, type ScannerRead } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'

/** Commands, answers and pages alike; reports are not numbered (USB communication). */
export const reportSizeBytes = 8

const command = (code: number): Uint8Array => {
  const report = new Uint8Array(reportSizeBytes)
  report[0] = code
  return report
}

/** Card read buffer 0: all zero where there is no card. */
export const readCard = command(0x8f)
/** Card read buffer 1, which is filled by reading buffer 0. */
export const readBitCount = command(0x8e)
/** Device info. A heading says 8C; the list of commands and the code beside the document say 8A. */
export const readInfo = command(0x8a)
/** Selects a page of the configuration, to be read or written by what follows. */
export const selectPage = (page: 0 | 1 | 2): Uint8Array => command(0x80 | page)
/** Finish configuration: back to normal operation. The byte behind the code names the pages to keep in the EEPROM: none. */
export const finishConfiguration = command(0x90)

/** The firmware as the maker writes it, and the device type. Throws `device_mismatch` for what can't be a device info. */
export const decodeInfo = (answer: Uint8Array): { readonly firmware: string; readonly type: string } => {
  const [, , minorAndRelease = 0, major = 0, , typeLow = 0, typeHigh = 0] = answer
  const isBlank = answer.every((byte) => byte === 0x00) || answer.every((byte) => byte === 0xff)
  if (answer.length !== reportSizeBytes || isBlank) {
    throw new BridgeError('device_mismatch', 'The device does not say which pcProx it is.')
  }
  return {
    firmware: `${String(major).padStart(2, '0')}.${minorAndRelease >> 4}.${minorAndRelease & 0x0f}`,
    type: formatHex(Uint8Array.of(typeHigh, typeLow)),
  }
}

const changed = (page: Uint8Array, changes: Readonly<Record<number, (byte: number) => number>>): Uint8Array =>
  page.map((byte, index) => changes[index]?.(byte) ?? byte)

/** Page 0 with bHaltKBSnd: what is read is kept for the host and not typed. */
export const haltKeystrokes = (page: Uint8Array): Uint8Array => changed(page, { 7: (flags) => flags | 0x80 })

/** Page 1 with a card readable for at least so long: iIDHoldTO counts 50 ms. */
export const holdAtLeast = (page: Uint8Array, holdMs: number): Uint8Array =>
  changed(page, { 2: (units) => Math.max(units, Math.ceil(holdMs / 50)) })

/** Page 2 with the two LEDs in the host's hands (bAppCtrlsLED, iRedLEDState, iGrnLEDState). */
export const showLights = (page: Uint8Array, lights: { red: boolean; green: boolean }): Uint8Array =>
  changed(page, {
    0: (states) => (states & ~0x03) | (lights.red ? 0x01 : 0) | (lights.green ? 0x02 : 0),
    1: (flags) => flags | 0x02,
  })

/** Whether the card buffer is empty. A card whose bits are all zero can't be told from that. */
export const isBlank = (card: Uint8Array): boolean => card.every((byte) => byte === 0)

/**
 * The badge in the two card buffers, or undefined when they can't belong together. The reader has taken away the parity
 * bits that it is set up to strip, and has checked none of them. Its first byte holds the lowest bits.
 */
export const decodeBadge = (card: Uint8Array, count: Uint8Array): ScannerRead | undefined => {
  const [bitCount = 0, repeated] = count
  if (bitCount !== repeated || bitCount === 0 || bitCount > 8 * card.length) return undefined
  const data = card.slice(0, Math.ceil(bitCount / 8)).toReversed()
  const unusedBits = 8 * data.length - bitCount
  data[0] = (data[0] ?? 0) & (0xff >> unusedBits)
  return { technology: 'unknown', data, bitCount, symbology: null }
}
