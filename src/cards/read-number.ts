import type { Card } from '../contract/card.ts'
import type { ScannerRead } from '../contract/device.ts'
import type { NumberFormat } from '../contract/number-format.ts'
import { noUid } from '../contract/ids.ts'
import { formatNumber } from './number-formats.ts'
import { decodeWiegand, formatWiegand } from './wiegand.ts'

/**
 * The number that a read is known by: by the format, where one is set for the scanner, else by habit. A barcode is its
 * text, a stripe the account number of track 2, a badge the facility and card number of the one Wiegand format that its
 * bits fit, everything else one decimal number. Null when there is none, and for a read that does not fit its format.
 */
export const numberOfRead = (read: ScannerRead, format: NumberFormat | null = null): string | null => {
  if (read.technology === 'barcode') return printable(new TextDecoder().decode(read.data))
  if (read.technology === 'magstripe') return accountNumber(new TextDecoder('latin1').decode(read.data))
  if (read.data.length === 0) return null
  try {
    return format === null ? byHabit(read) : formatNumber(format, read.data, read.bitCount)
  } catch {
    return null
  }
}

const byHabit = ({ data, bitCount }: ScannerRead): string => {
  const decimal = formatNumber('uid-decimal', data)
  if (bitCount === null) return decimal
  // Several formats of one length, or none whose parity is right: the bits as they are promise no more than they say.
  const [reading, ...others] = decodeWiegand(BigInt(decimal).toString(2).padStart(bitCount, '0'))
  return reading === undefined || others.length > 0 ? decimal : formatWiegand(reading)
}

/** Nothing that a screen or a log could stumble over; a number is never longer than this. */
const printable = (text: string): string | null => (/^[\x20-\x7e]{1,200}$/.test(text) ? text : null)

/** `;12345=2512…?` is account 12345 (ISO/IEC 7813 §7). */
const accountNumber = (tracks: string): string | null =>
  /^;(\d{1,37})[=?]/.exec(tracks.split('\n')[1] ?? '')?.[1] ?? null

/**
 * The number of a card by its identifier, in the format that is set; null without one, and for a card that does not fit it. None
 * fits Wiegand: those are bits that a badge sends, and every few hundredth identifier has their parity by chance.
 */
export const numberOfCard = ({ uid, technology }: Card, format: NumberFormat | null): string | null => {
  if (uid === noUid || format?.startsWith('wiegand') === true) return null
  const data = Uint8Array.from({ length: uid.length / 2 }, (_, index) =>
    Number.parseInt(uid.slice(index * 2, index * 2 + 2), 16),
  )
  // The whole number, as the em4100 layout writes it; the ten digits that are printed are a format.
  if (format === null) return technology === 'em4100' ? formatNumber('uid-decimal', data) : null
  return numberOfRead({ technology, data, bitCount: null, symbology: null }, format)
}
