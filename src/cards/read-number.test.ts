import { expect, test } from 'vitest'
import type { ScannerRead } from '../contract/device.ts'
import { CardUid, noUid } from '../contract/ids.ts'
import { numberOfCard, numberOfRead } from './read-number.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const read = (change: Partial<ScannerRead>): ScannerRead => ({
  technology: 'barcode',
  data: new Uint8Array(),
  bitCount: null,
  symbology: null,
  ...change,
})

test('a barcode is its text, and nothing that a screen would stumble over', () => {
  expect(numberOfRead(read({ data: text('A-4711') }))).toBe('A-4711')
  expect(numberOfRead(read({ data: text('47\u001b[2J11') }))).toBeNull()
  expect(numberOfRead(read({ data: text('9'.repeat(201)) }))).toBeNull()
  expect(numberOfRead(read({}))).toBeNull()
})

test('a stripe is the account number of track 2', () => {
  const technology = 'magstripe'
  expect(numberOfRead(read({ technology, data: text('%ABC?\n;12345=99?\n') }))).toBe('12345')
  expect(numberOfRead(read({ technology, data: text('\n;12345?\n') }))).toBe('12345')
  expect(numberOfRead(read({ technology, data: text('%ABC?\n\n') }))).toBeNull()
  // Track 3 begins as track 2 does (ISO 4909), and track 1 may hold a semicolon.
  expect(numberOfRead(read({ technology, data: text('%ABC?\n\n;0112345=99?') }))).toBeNull()
  expect(numberOfRead(read({ technology, data: text('%A;99=1?\n;12345?\n') }))).toBe('12345')
})

test('a badge is facility and card number of the one Wiegand format that its bits fit', () => {
  const badge = (bits: string): ScannerRead =>
    read({
      technology: 'unknown',
      data: Uint8Array.from(Buffer.from(BigInt(`0b${bits}`).toString(16).padStart(8, '0'), 'hex')),
      bitCount: bits.length,
    })
  // H10301, facility 118, card 1603 (Proxmark3 wiegand_formats.c).
  const known = badge('10111011000000110010000110')
  expect(numberOfRead(known)).toBe('11801603')
  expect(numberOfRead(known, 'wiegand-26')).toBe('11801603')
  expect(numberOfRead(known, 'wiegand-34')).toBeNull()
  const wrongParity = badge('10111011000000110010000111')
  expect(numberOfRead(wrongParity)).toBe(String(0x2ec0c87))
  expect(numberOfRead(wrongParity, 'wiegand-26')).toBeNull()
})

test('an EM4100 is its whole number, and its printed ten digits where that is the format', () => {
  const data = Uint8Array.of(0x01, 0x00, 0x63, 0xe9, 0xae)
  // 010063E9AE hexadecimal.
  expect(numberOfRead(read({ technology: 'em4100', data }))).toBe('4301515182')
  expect(numberOfRead(read({ technology: 'em4100', data }), 'em4100-decimal')).toBe('0006547886')
})

test('a card has a number where a format is set, an EM4100 always, a stripe never', () => {
  const card = { uid: CardUid.parse('922E5832'), technology: 'mifare-classic-1k' } as const
  expect(numberOfCard(card, null)).toBeNull()
  expect(numberOfCard(card, 'uid-decimal')).toBe(String(0x922e5832))
  expect(numberOfCard(card, 'uid-hex-reversed')).toBe('32582E92')
  expect(numberOfCard({ uid: CardUid.parse('010063E9AE'), technology: 'em4100' }, null)).toBe('4301515182')
  expect(numberOfCard({ uid: noUid, technology: 'magstripe' }, 'uid-hex')).toBeNull()
  // 26 bits with the parity of facility 118, card 1603: an identifier is no Wiegand number, whatever its bits happen to be.
  const uid = CardUid.parse('02EC0C86')
  expect(numberOfCard({ uid, technology: 'mifare-classic-1k' }, 'wiegand-26')).toBeNull()
})
