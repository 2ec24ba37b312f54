import { BridgeError } from '../contract/errors.ts'
import type { NumberFormat } from '../contract/number-format.ts'
import { decodeWiegand, formatWiegand, type WiegandFormat, wiegandLength } from './wiegand.ts'

/**
 * The number that a card's bytes say: hexadecimal in upper case for the `hex` formats, decimal digits for all others.
 * `bytes` come most significant first; of a badge, `bitCount` bits right-aligned, or null for whole bytes.
 *
 * `uid-decimal-last4` is the number of the last four bytes; `em4100-decimal` the same as the ten digits that are printed
 * on EM4100 badges. `em4100-facility-card` is the third byte as three digits and the last two as five (a habit of vendors,
 * *unverified*). A `wiegand` format is the facility code and the card number, each with leading zeros to its full width:
 * 11801603 is facility 118, card 1603. `wiegand-37` is H10302 (no facility), `wiegand-37-facility` H10304.
 *
 * Throws `card_incompatible` when the bytes don't fit: another count than the format has, or a wrong parity.
 */
export const formatNumber = (
  format: NumberFormat,
  bytes: Uint8Array,
  bitCount: number | null = null,
): string => {
  if (bytes.length === 0) throw misfit(format)
  switch (format) {
    case 'uid-hex':
      return hexOf(bytes)
    case 'uid-hex-reversed':
      return hexOf(bytes.toReversed())
    case 'uid-decimal':
      return valueOf(bytes).toString()
    case 'uid-decimal-reversed':
      return valueOf(bytes.toReversed()).toString()
    case 'uid-decimal-last4':
      if (bytes.length < 4) throw misfit(format)
      return valueOf(bytes.subarray(-4)).toString()
    case 'em4100-decimal':
      return valueOf(em4100Id(format, bytes).subarray(1)).toString().padStart(10, '0')
    case 'em4100-facility-card': {
      const id = em4100Id(format, bytes)
      const facility = valueOf(id.subarray(2, 3)).toString().padStart(3, '0')
      return facility + valueOf(id.subarray(3)).toString().padStart(5, '0')
    }
    default:
      return wiegandNumber(format, bytes, bitCount)
  }
}

const wiegandByName = {
  'wiegand-26': 'H10301',
  'wiegand-33': 'D10202',
  'wiegand-34': 'H10306',
  'wiegand-35': 'C1000-35',
  'wiegand-36': 'S12906',
  'wiegand-37': 'H10302',
  'wiegand-37-facility': 'H10304',
  'wiegand-48': 'C1000-48',
} as const satisfies Partial<Record<NumberFormat, WiegandFormat>>

const wiegandNumber = (
  name: keyof typeof wiegandByName,
  bytes: Uint8Array,
  bitCount: number | null,
): string => {
  const format = wiegandByName[name]
  const length = wiegandLength(format)
  const bits = valueOf(bytes).toString(2).padStart(length, '0')
  const isThatLong = bitCount === null ? bytes.length === Math.ceil(length / 8) : bitCount === length
  const reading = decodeWiegand(bits).find((candidate) => candidate.format === format)
  if (!isThatLong || reading === undefined) throw misfit(name)
  return formatWiegand(reading)
}

const em4100Id = (format: NumberFormat, bytes: Uint8Array): Uint8Array => {
  if (bytes.length !== 5) throw misfit(format)
  return bytes
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')

const valueOf = (bytes: Uint8Array): bigint => BigInt(`0x${hexOf(bytes)}`)

const misfit = (format: NumberFormat): BridgeError =>
  new BridgeError('card_incompatible', `What was read does not fit the number format ${format}.`)
