import { expect, test } from 'vitest'
import { CardUid } from '../contract/ids.ts'
import type { Card, CardTechnology } from '../contract/card.ts'
import { isBridgeError } from '../contract/errors.ts'
import {
  blockCount,
  checkBlock,
  checkWrite,
  isTrailer,
  sectorOf,
  technologyOfSak,
  trailerOf,
  transportKey,
} from './mifare-classic.ts'

const cardOf = (technology: CardTechnology): Card => ({
  uid: CardUid.parse('922E5832'),
  technology,
})
const write = (block: number, data: Uint8Array): Parameters<typeof checkWrite>[1] => ({
  at: { kind: 'block', block, key: transportKey },
  data,
})
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const factoryTrailer = hex('FFFFFFFFFFFF FF0780 69 FFFFFFFFFFFF')
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)

test.each([
  [0, 0, 3],
  [3, 0, 3],
  [4, 1, 7],
  [63, 15, 63],
  [127, 31, 127],
  [128, 32, 143],
  [143, 32, 143],
  [255, 39, 255],
])('block %i lies in sector %i, whose trailer is block %i', (block, sector, trailer) => {
  expect(sectorOf(block)).toBe(sector)
  expect(trailerOf(sector)).toBe(trailer)
  expect(isTrailer(block)).toBe(block === trailer)
})

test.each([
  ['mifare-classic-mini', 20],
  ['mifare-classic-1k', 64],
  ['mifare-classic-4k', 256],
  ['mifare-ultralight', 0],
] as const)('%s has %i blocks', (technology, count) => {
  expect(blockCount(technology)).toBe(count)
})

test.each([
  [0x08, 'mifare-classic-1k'],
  [0x09, 'mifare-classic-mini'],
  [0x18, 'mifare-classic-4k'],
  [0x00, 'mifare-ultralight'],
  [0x20, 'iso14443-4'],
  [0x19, 'mifare-classic-1k'],
  [0x28, 'mifare-classic-1k'],
  [0x68, 'mifare-classic-1k'],
  [0x88, 'mifare-classic-1k'],
  [0x38, 'mifare-classic-4k'],
  [0x10, 'unknown'],
  [0xff, 'unknown'],
] as const)('SAK %i means %s', (sak, technology) => {
  expect(technologyOfSak(sak)).toBe(technology)
})

test('data blocks and well-formed trailers may be written', () => {
  const card = cardOf('mifare-classic-1k')
  expect(() => checkWrite(card, write(1, new Uint8Array(16)))).not.toThrow()
  expect(() => checkWrite(card, write(62, new Uint8Array(16)))).not.toThrow()
  expect(() => checkWrite(card, write(7, factoryTrailer))).not.toThrow()
})

test('block 0 is never written', () => {
  expect(() => checkWrite(cardOf('mifare-classic-1k'), write(0, new Uint8Array(16)))).toThrow(
    coded('not_supported'),
  )
})

test('a trailer is refused for every single flipped access bit', () => {
  for (let bit = 0; bit < 24; bit++) {
    const data = factoryTrailer.slice()
    data[6 + (bit >> 3)] = (data[6 + (bit >> 3)] ?? 0) ^ (1 << (bit & 7))
    expect(() => checkWrite(cardOf('mifare-classic-1k'), write(63, data))).toThrow(coded('not_supported'))
  }
})

test.each([15, 17, 0])('%i bytes are no block', (length) => {
  expect(() => checkWrite(cardOf('mifare-classic-1k'), write(4, new Uint8Array(length)))).toThrow(
    coded('not_supported'),
  )
})

test('a block beyond the card is refused', () => {
  const beyond = coded('card_incompatible')
  expect(() => checkWrite(cardOf('mifare-classic-mini'), write(20, new Uint8Array(16)))).toThrow(beyond)
  expect(() => checkWrite(cardOf('mifare-classic-1k'), write(64, new Uint8Array(16)))).toThrow(beyond)
  expect(() => checkWrite(cardOf('mifare-classic-4k'), write(256, new Uint8Array(16)))).toThrow(beyond)
  expect(() => checkWrite(cardOf('mifare-classic-1k'), write(1.5, new Uint8Array(16)))).toThrow(beyond)
})

test.each([
  { kind: 'page', page: 4, password: null },
  { kind: 'lfBlock', block: 4 },
  { kind: 'tracks', coercivity: 'hi' },
] as const)('a place of the kind $kind is none of its blocks', (at) => {
  const card = cardOf('mifare-classic-1k')
  expect(() => checkBlock(card, at)).toThrow(coded('not_supported'))
  expect(() => checkWrite(card, { at, data: new Uint8Array(16) })).toThrow(coded('not_supported'))
})

test('a card of another family has no blocks', () => {
  expect(() => checkWrite(cardOf('mifare-ultralight'), write(4, new Uint8Array(16)))).toThrow(
    coded('not_supported'),
  )
})
