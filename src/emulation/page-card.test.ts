import { expect, test } from 'vitest'
import type { CardTechnology } from '../contract/index.ts'
import type { CardAnswer, TypeACard } from './emulated-card.ts'
import { createPageCard } from './page-card.ts'

const UID = Uint8Array.of(0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x80)

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
/** An answer as text: its bytes in hexadecimal, or its kind. */
const told = (answer: CardAnswer): string =>
  answer.kind === 'data' ? Buffer.from(answer.bytes).toString('hex').toUpperCase() : answer.kind
const say = (card: TypeACard, command: string): string => told(card.exchange(hex(command)))
const pageOf = (card: TypeACard, page: number): string =>
  Buffer.from(card.dump().subarray(page * 4, page * 4 + 4))
    .toString('hex')
    .toUpperCase()

/** A selected card, with these pages written over the factory's. */
const makeCard = (technology: CardTechnology, pages: Record<number, string> = {}): TypeACard => {
  const memory = createPageCard(technology, UID).dump()
  for (const [page, bytes] of Object.entries(pages)) memory.set(hex(bytes), Number(page) * 4)
  const card = createPageCard(technology, UID, memory)
  card.select()
  return card
}

/** What a new card answers: pages, GET_VERSION, the page with CFG0 as far as there is one. NXP data sheets, see page-models. */
test.each([
  ['mifare-ultralight', 16, 'nak'],
  ['mifare-ultralight-c', 48, 'nak'],
  ['mifare-ultralight-ev1-48', 20, '0004030101000B03'],
  ['mifare-ultralight-ev1-128', 41, '0004030101000E03'],
  ['ntag213', 45, '0004040201000F03'],
  ['ntag215', 135, '0004040201001103'],
  ['ntag216', 231, '0004040201001303'],
] as const)('%s has %i pages and answers GET_VERSION with %s', (technology, pages, version) => {
  const card = makeCard(technology)
  expect(card.dump()).toHaveLength(pages * 4)
  expect(say(card, '60')).toBe(version)
  // 88 ^ 04 ^ 11 ^ 22 = BF; 33 ^ 44 ^ 55 ^ 80 = A2
  expect(Buffer.from(card.dump().subarray(0, 12)).toString('hex').toUpperCase()).toBe(
    '041122BF33445580A2480000',
  )
})

test.each([
  [
    'ntag213',
    { 3: 'E1101200', 4: '0103A00C', 5: '340300FE', 40: '000000BD', 41: '040000FF', 42: '00050000' },
  ],
  [
    'ntag215',
    { 3: 'E1103E00', 4: '0300FE00', 130: '000000BD', 131: '040000FF', 133: 'FFFFFFFF', 134: '00000000' },
  ],
  ['ntag216', { 3: 'E1106D00', 4: '0300FE00', 226: '000000BD', 227: '040000FF', 229: 'FFFFFFFF' }],
  ['mifare-ultralight-ev1-128', { 36: '000000BD', 37: '000000FF', 38: '00050000', 39: 'FFFFFFFF' }],
  ['mifare-ultralight-c', { 42: '30000000', 44: '42524541', 45: '4B4D4549', 46: '46594F55', 47: '43414E21' }],
] as const)('a new %s holds what it is delivered with', (technology, pages) => {
  const card = makeCard(technology)
  for (const [page, bytes] of Object.entries(pages))
    expect([page, pageOf(card, Number(page))]).toEqual([page, bytes])
})

test('READ answers four pages and goes on from page 0 behind the last one', () => {
  expect(say(makeCard('mifare-ultralight'), '30 0F')).toBe('00000000041122BF33445580A2480000')
  expect(say(makeCard('ntag213'), '30 2A')).toBe('000500000000000000000000041122BF')
  expect(say(makeCard('ntag213'), '30 2D')).toBe('nak')
})

test('password and PACK read as zeros, the key of an Ultralight C not at all', () => {
  expect(say(makeCard('ntag213', { 44: 'ABCD0000' }), '3A 2B 2C')).toBe('0000000000000000')
  const card = makeCard('mifare-ultralight-c')
  expect(say(card, '30 2B')).toBe('00000000041122BF33445580A2480000')
  expect(say(card, '30 2C')).toBe('nak')
})

test('FAST_READ answers a range, and refuses one that is turned round or reaches too far', () => {
  expect(say(makeCard('ntag216'), '3A 03 04')).toBe('E1106D000300FE00')
  expect(say(makeCard('ntag216'), '3A 04 03')).toBe('nak')
  expect(say(makeCard('ntag216'), '3A 00 E7')).toBe('nak')
  expect(say(makeCard('mifare-ultralight'), '3A 00 01')).toBe('nak')
})

test('WRITE takes four bytes, COMPATIBILITY WRITE sixteen of which four count', () => {
  const card = makeCard('mifare-ultralight')
  expect(say(card, 'A2 04 DEADBEEF')).toBe('ack')
  expect(say(card, `A0 05 01020304${'FF'.repeat(12)}`)).toBe('ack')
  expect([pageOf(card, 4), pageOf(card, 5), pageOf(card, 6)]).toEqual(['DEADBEEF', '01020304', '00000000'])
  expect(card.writeCounts.slice(3, 7)).toEqual([0, 1, 1, 0])
})

test.each([
  'A2 00 00000000',
  'A2 01 00000000',
  'A2 10 00000000',
  'A2 04 00',
  '1B FFFFFFFF',
  '39 02',
  '3C 00',
  'FF',
])('an Ultralight refuses %s, and is silent until it is selected again', (command) => {
  const card = makeCard('mifare-ultralight')
  expect(say(card, command)).toBe('nak')
  expect(card.isActive).toBe(false)
  expect(say(card, '30 04')).toBe('silent')
  card.select()
  expect(say(card, '30 04')).toHaveLength(32)
  expect(card.writeCounts.every((count) => count === 0)).toBe(true)
})

test('the bits of page 3 are set and never cleared', () => {
  const card = makeCard('ntag213')
  say(card, 'A2 03 00010080')
  say(card, 'A2 03 00020000')
  expect(pageOf(card, 3)).toBe('E1131280')
})

test('a lock bit makes its page read-only; UID bytes written beside it are ignored', () => {
  const card = makeCard('ntag213')
  expect(say(card, 'A2 02 FFFF1000')).toBe('ack')
  expect(pageOf(card, 2)).toBe('A2481000')
  expect(say(card, 'A2 04 01020304')).toBe('nak')
  card.select()
  expect(say(card, 'A2 05 01020304')).toBe('ack')
  say(card, 'A2 02 00000080')
  expect(pageOf(card, 2)).toBe('A2481080')
  expect(say(card, 'A2 0F 01020304')).toBe('nak')
})

test('a block-locking bit freezes the lock bits of its pages as they are', () => {
  const card = makeCard('mifare-ultralight', { 2: 'A2480200' })
  // Pages 4 to 9 are frozen; 3 and 10 are not, until bits 0 and 2 freeze them too.
  expect(say(card, 'A2 02 0000F807')).toBe('ack')
  expect(pageOf(card, 2)).toBe('A2480A04')
  say(card, 'A2 02 00000500')
  expect(say(card, 'A2 02 000000F8')).toBe('ack')
  expect(pageOf(card, 2)).toBe('A2480F04')
})

test('dynamic lock bits lock two pages each, and byte 2 freezes two bits with each of its own', () => {
  const card = makeCard('ntag213')
  expect(say(card, 'A2 28 030002FF')).toBe('ack')
  expect(pageOf(card, 40)).toBe('030002BD')
  for (const page of ['10', '11', '12', '13']) {
    expect(say(card, `A2 ${page} 01020304`)).toBe('nak')
    card.select()
  }
  expect(say(card, 'A2 14 01020304')).toBe('ack')
  // Bits 2 and 3 are frozen now: pages 20 to 23 can't be locked any more, 24 and 25 can.
  say(card, 'A2 28 1C000000')
  expect(pageOf(card, 40)).toBe('130002BD')
  // The pages behind are none of theirs.
  say(card, 'A2 28 FFFF0000')
  expect(say(card, 'A2 29 040000FF')).toBe('ack')
})

const guarded = { 41: '0400001F', 43: 'A0B1C2D3', 44: 'CAFE0000' }

test('from AUTH0 on a write needs the password, until the card is halted', () => {
  const card = makeCard('ntag213', guarded)
  expect(say(card, 'A2 1E 01020304')).toBe('ack')
  expect(say(card, 'A2 1F 01020304')).toBe('nak')
  card.select()
  expect(say(card, '30 1F')).toHaveLength(32)
  expect(say(card, '1B A0B1C2D3')).toBe('CAFE')
  expect(say(card, 'A2 1F 01020304')).toBe('ack')
  card.halt()
  card.select()
  expect(say(card, 'A2 1F 01020304')).toBe('nak')
})

test('with PROT a reading needs it too: it goes on from page 0 before AUTH0', () => {
  const card = makeCard('ntag213', { ...guarded, 42: '80050000' })
  expect(say(card, '30 1E')).toBe('00000000041122BF33445580A2480000')
  expect(say(card, '30 1F')).toBe('nak')
  card.select()
  expect(say(card, '3A 1E 1F')).toBe('nak')
  card.select()
  say(card, '1B A0B1C2D3')
  expect(say(card, '3A 1E 1F')).toBe('0000000000000000')
})

test('a wrong password is refused; AUTHLIM of them close the card for good, a right one before that starts anew', () => {
  const card = makeCard('ntag213', { ...guarded, 42: '02050000' })
  const wrong = (): void => {
    expect(say(card, '1B 00000000')).toBe('nak')
    card.select()
  }
  wrong()
  expect(say(card, '1B A0B1C2D3')).toBe('CAFE')
  wrong()
  expect(say(card, '1B A0B1C2D3')).toBe('CAFE')
  wrong()
  wrong()
  expect(say(card, '1B A0B1C2D3')).toBe('nak')
})

test('CFGLCK keeps CFG0 and CFG1 as they are, not the password', () => {
  const card = makeCard('ntag213', { 42: '40050000' })
  expect(say(card, 'A2 29 04000004')).toBe('nak')
  card.select()
  expect(say(card, 'A2 2A 00050000')).toBe('nak')
  card.select()
  expect(say(card, 'A2 2B 01020304')).toBe('ack')
  expect(say(card, '1B 01020304')).toBe('0000')
})

test('NTAG counts one reading a selection when it is told to, and shows it behind the password when it is told to', () => {
  expect(say(makeCard('ntag213'), '39 02')).toBe('nak')
  const card = makeCard('ntag213', { ...guarded, 42: '18050000' })
  say(card, '30 04')
  say(card, '30 04')
  card.select()
  say(card, '3A 04 05')
  expect(say(card, '39 02')).toBe('nak')
  card.select()
  say(card, '1B A0B1C2D3')
  expect(say(card, '39 02')).toBe('020000')
  expect(say(card, '39 01')).toBe('nak')
})

test('Ultralight EV1 has three counters that only grow', () => {
  const card = makeCard('mifare-ultralight-ev1-48')
  expect(say(card, 'A5 01 02010000')).toBe('ack')
  expect(say(card, '39 01')).toBe('020100')
  expect(say(card, '39 00')).toBe('000000')
  expect(say(card, '3E 01')).toBe('BD')
  expect(say(card, 'A5 01 FFFFFF00')).toBe('nak')
  card.select()
  expect(say(card, '39 01')).toBe('020100')
  expect(say(card, '39 03')).toBe('nak')
})

test('an Ultralight C refuses every answer to its challenge, so that what its AUTH0 protects stays closed', () => {
  const open = makeCard('mifare-ultralight-c')
  expect(say(open, 'A2 04 01020304')).toBe('ack')
  // ek(0102030405060708) under the key of a new card.
  expect(say(open, '1A 00')).toBe('AF14872DC9707C94A5')
  expect(say(open, `AF${'00'.repeat(16)}`)).toBe('nak')
  open.select()
  say(open, '1A 00')
  expect(say(open, '30 04')).toBe('nak')
  const card = makeCard('mifare-ultralight-c', { 42: '05000000', 43: '01000000' })
  expect(say(card, '30 05')).toHaveLength(32)
  expect(say(card, 'A2 05 01020304')).toBe('nak')
  const hidden = makeCard('mifare-ultralight-c', { 42: '05000000' })
  expect(say(hidden, '30 05')).toBe('nak')
})

test('a MIFARE Classic authentication is refused', () => {
  const card = makeCard('ntag213')
  const key = new Uint8Array(6).fill(0xff)
  expect(card.authenticate({ type: 'A', block: 4, key, uidTail: UID.slice(-4) }).kind).toBe('keyRefused')
  expect(card.isActive).toBe(false)
})
