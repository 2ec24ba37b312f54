import { expect, test } from 'vitest'
import { createEm4100, findEm4100Id } from './em4100.ts'
import { createT5577 } from './t5577.ts'

const NAME = Uint8Array.of(0, 0, 0, 1)

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const toHex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('hex').toUpperCase()
const bitsOf = (text: string): string =>
  Array.from(hex(text), (byte) => byte.toString(2).padStart(8, '0')).join('')

/** The streams are worked out by hand from the EM4100's format, and are those that Proxmark3 writes. */
test.each([
  ['1122334455', 'FF8C65298C94A940'],
  ['0F0368568B', 'FF83C03322A646E4'],
])('the EM4100 %s sends %s', (id, stream) => {
  const card = createEm4100(hex(id))
  expect(card.signal).toEqual({ bits: bitsOf(stream), modulation: 'manchester', bitRate: 64 })
  expect(toHex(card.dump())).toBe(id)
})

test('an EM4100 can neither be written nor be asked for a block', () => {
  const card = createEm4100(hex('1122334455'))
  card.write({ page: 0, block: 1 }, hex('01020304'))
  expect(card.signal?.bits).toBe(bitsOf('FF8C65298C94A940'))
  expect(card.read({ page: 0, block: 1 })).toBeUndefined()
})

test('an ID is found wherever the listening began, and not in bits with a wrong parity', () => {
  const bits = bitsOf('FF8C65298C94A940')
  expect(toHex(findEm4100Id(bits.slice(30) + bits.slice(0, 30)))).toBe('1122334455')
  for (let at = 0; at < 64; at += 1) {
    const flipped = bits.slice(0, at) + (bits[at] === '0' ? '1' : '0') + bits.slice(at + 1)
    expect(findEm4100Id(flipped)).toBeUndefined()
  }
  expect(findEm4100Id('0')).toBeUndefined()
  // Once in a longer round is no EM4100, which repeats nothing else.
  expect(findEm4100Id(bits + '0'.repeat(160))).toBeUndefined()
})

test('a new T5577 sends seven empty blocks at RF/32', () => {
  const card = createT5577(NAME)
  expect(toHex(card.read({ page: 0, block: 0 }))).toBe('000880E8')
  expect(card.signal).toEqual({ bits: '0'.repeat(224), modulation: 'manchester', bitRate: 32 })
})

test('a T5577 with the blocks of an EM4100 sends its ID', () => {
  const card = createT5577(NAME)
  card.write({ page: 0, block: 1 }, hex('FF8C6529'))
  card.write({ page: 0, block: 2 }, hex('8C94A940'))
  card.write({ page: 0, block: 0 }, hex('00148040'))
  expect(card.signal).toEqual({ bits: bitsOf('FF8C65298C94A940'), modulation: 'manchester', bitRate: 64 })
  expect(toHex(findEm4100Id(card.signal?.bits ?? '0'))).toBe('1122334455')
  expect(card.writeCounts.slice(0, 4)).toEqual([1, 1, 1, 0])
})

/** Proxmark3, `client/src/cmdlft55xx.h`. */
test.each([
  ['00107060', 'fsk2a', 50, 96],
  ['00081040', 'psk1', 32, 64],
  ['00088040', 'manchester', 32, 64],
  ['00148000', 'manchester', 64, 32],
])('the configuration %s sends %s at RF/%i, %i bits a round', (word, modulation, bitRate, length) => {
  const card = createT5577(NAME, hex(word))
  expect(card.signal).toEqual({ bits: expect.any(String), modulation, bitRate })
  expect(card.signal?.bits).toHaveLength(length)
})

test.each([
  ['603E1040', 'extended mode'],
  ['00148250', 'answer on request'],
])('with the configuration %s nothing is sent: %s', (word) => {
  expect(createT5577(NAME, hex(word)).signal).toBeUndefined()
})

test('with the password on, a command without it, or with a wrong one, changes nothing and says nothing', () => {
  const card = createT5577(NAME)
  card.write({ page: 0, block: 7 }, hex('A0B1C2D3'))
  card.write({ page: 0, block: 0 }, hex('00148050'))
  const password = hex('A0B1C2D3')
  card.write({ page: 0, block: 1 }, hex('01020304'))
  card.write({ page: 0, block: 1, password: hex('00000000') }, hex('01020304'))
  expect(card.writeCounts[1]).toBe(0)
  expect(card.read({ page: 0, block: 1 })).toBeUndefined()
  card.write({ page: 0, block: 1, password }, hex('01020304'))
  expect(toHex(card.read({ page: 0, block: 1, password }))).toBe('01020304')
})

test('without the password on, the long form of a command is ignored', () => {
  const card = createT5577(NAME)
  card.write({ page: 0, block: 1, password: hex('00000000') }, hex('01020304'))
  expect(toHex(card.read({ page: 0, block: 1 }))).toBe('00000000')
})

test('a locked block is not written, nor are those of the maker', () => {
  const card = createT5577(NAME)
  card.write({ page: 0, block: 3 }, hex('01020304'), true)
  card.write({ page: 0, block: 3 }, hex('05060708'))
  card.write({ page: 1, block: 1 }, hex('05060708'))
  card.write({ page: 1, block: 3 }, hex('0A0B0C0D'))
  expect(toHex(card.read({ page: 0, block: 3 }))).toBe('01020304')
  expect(toHex(card.read({ page: 1, block: 1 }))).toBe('E0150A11')
  expect(toHex(card.dump().subarray(40))).toBe('0A0B0C0D')
  expect(card.writeCounts).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1])
})

test('page 1 has four blocks, of which the first shows the configuration', () => {
  const card = createT5577(NAME)
  expect(toHex(card.read({ page: 1, block: 0 }))).toBe('000880E8')
  expect(card.read({ page: 1, block: 4 })).toBeUndefined()
  expect(card.read({ page: 0, block: 8 })).toBeUndefined()
})
