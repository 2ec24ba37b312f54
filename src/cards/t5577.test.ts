import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import {
  checkT5577Write,
  decodeT5577Configuration,
  encodeT5577Configuration,
  t5577AsEm4100,
  t5577AsHidProx,
} from './t5577.ts'
import { encodeWiegand } from './wiegand.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)
const lfBlock = (block: number, data: string): unknown => ({
  at: { kind: 'lfBlock', block },
  data: hex(data),
})

/** Configuration words of Proxmark3 `client/src/cmdlft55xx.h`. */
test.each([
  ['EM4100', 0x00148040, { bitRate: 64, modulation: 'manchester', blocksSent: 2, isPasswordOn: false }],
  [
    'EM4100 with a password',
    0x00148050,
    { bitRate: 64, modulation: 'manchester', blocksSent: 2, isPasswordOn: true },
  ],
  ['HID Prox', 0x00107060, { bitRate: 50, modulation: 'fsk2a', blocksSent: 3, isPasswordOn: false }],
  ['Indala 64', 0x00081040, { bitRate: 32, modulation: 'psk1', blocksSent: 2, isPasswordOn: false }],
  ['ioProx', 0x00147040, { bitRate: 64, modulation: 'fsk2a', blocksSent: 2, isPasswordOn: false }],
  ['Viking', 0x00088040, { bitRate: 32, modulation: 'manchester', blocksSent: 2, isPasswordOn: false }],
] as const)('the configuration of %s', (_, word, configuration) => {
  expect(decodeT5577Configuration(word)).toEqual(configuration)
  expect(encodeT5577Configuration(configuration)).toBe(word)
})

test('the configuration that a chip is delivered with sends seven blocks', () => {
  expect(decodeT5577Configuration(0x000880e8)).toEqual({
    bitRate: 32,
    modulation: 'manchester',
    blocksSent: 7,
    isPasswordOn: false,
  })
})

test.each([
  ['extended mode (Keri, FDX-B)', 0x903f0082],
  ['a modulation that there is not', 0x00149040],
])('%s is not decoded', (_, word) => {
  expect(decodeT5577Configuration(word)).toBeUndefined()
})

test('any word is decoded or refused, and an understood one keeps what it says', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (word) => {
      const configuration = decodeT5577Configuration(word)
      fc.pre(configuration !== undefined)
      expect(decodeT5577Configuration(encodeT5577Configuration(configuration))).toEqual(configuration)
    }),
  )
})

test('an EM4100 is written data first, configuration last', () => {
  expect(t5577AsEm4100(hex('1122334455'))).toEqual([
    lfBlock(1, 'FF8C6529'),
    lfBlock(2, '8C94A940'),
    lfBlock(0, '00148040'),
  ])
})

test('a HID Prox card is written data first, configuration last', () => {
  expect(t5577AsHidProx(encodeWiegand('H10301', { facility: 118, card: 1603 }))).toEqual([
    lfBlock(1, '1D555955'),
    lfBlock(2, '5569A9A5'),
    lfBlock(3, '55A59569'),
    lfBlock(0, '00107060'),
  ])
})

test.each([
  [0, '00148040'],
  [0, '00107060'],
  [0, '000880E8'],
  [1, 'FFFFFFFF'],
  [6, '00000000'],
])('block %i may be written with %s', (block, data) => {
  expect(() => checkT5577Write(block, hex(data))).not.toThrow()
})

test.each([
  ['the password bit', 0, '00148050'],
  ['answer on request', 0, '00148240'],
  ['extended mode', 0, '00168040'],
  ['a master key', 0, '60148040'],
  ['a master key in the top bit alone', 0, '80148040'],
  ['the password itself', 7, '00000000'],
  ['three bytes', 1, '000000'],
  ['five bytes', 1, '0000000000'],
] as const)('%s is refused', (_, block, data) => {
  expect(() => checkT5577Write(block, hex(data))).toThrow(coded('not_supported'))
})

test.each([-1, 8, 1.5])('block %d is not there', (block) => {
  expect(() => checkT5577Write(block, hex('00000000'))).toThrow(coded('card_incompatible'))
})
