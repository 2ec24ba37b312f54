/**
 * A record on a magnetic stripe. Track 1 holds bytes 0 to 35 in hexadecimal, track 2 the card number in decimal, for readers
 * that know no more, and track 3 the MAC, bytes 36 to 47, as 29 decimal digits.
 * @module
 */
import type { CardAddress, CardWrite } from '../../contract/card.ts'
import { recordSizeBytes } from './demo-record.ts'

const MAC_OFFSET = 36
/** 2^96 has 29 digits. */
const MAC_DIGITS = 29
const NUMBER_OFFSET = 20

export const stripeAddress: CardAddress = { kind: 'tracks', coercivity: 'hi' }

const valueOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

export const splitStripe = (record: Uint8Array): CardWrite => {
  const first = Buffer.from(record.subarray(0, MAC_OFFSET)).toString('hex').toUpperCase()
  const number = valueOf(record.subarray(NUMBER_OFFSET, NUMBER_OFFSET + 8)).toString()
  const mac = valueOf(record.subarray(MAC_OFFSET)).toString().padStart(MAC_DIGITS, '0')
  return { at: stripeAddress, data: new TextEncoder().encode([first, number, mac].join('\n')) }
}

/** The record that the tracks hold: `blank` for three empty tracks, `foreign` for anything else that is no record. */
export const joinStripe = (tracks: Uint8Array): Uint8Array | 'blank' | 'foreign' => {
  const text = new TextDecoder('latin1').decode(tracks)
  if (/^\n*$/.test(text)) return 'blank'
  const [, first, number, mac] = /^([0-9A-F]{72})\n(\d{1,20})\n(\d{29})$/.exec(text) ?? []
  if (first === undefined || number === undefined || mac === undefined) return 'foreign'
  const digits = BigInt(mac)
    .toString(16)
    .padStart((recordSizeBytes - MAC_OFFSET) * 2, '0')
  const record = Uint8Array.from(Buffer.from(first + digits, 'hex'))
  // The number of track 2 is not under the MAC: another one than the record's is somebody's change.
  const isSound =
    record.length === recordSizeBytes &&
    valueOf(record.subarray(NUMBER_OFFSET, NUMBER_OFFSET + 8)) === BigInt(number)
  return isSound ? record : 'foreign'
}
