import { expect, test } from 'vitest'
import { createMifareClassic } from './mifare-classic.ts'
import type { TypeACard } from './emulated-card.ts'

const UID = Uint8Array.of(0x92, 0x2e, 0x58, 0x32)
const KEY_A = Uint8Array.of(0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5)
const KEY_B = Uint8Array.of(0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5)
const FACTORY_KEY = new Uint8Array(6).fill(0xff)
const DATA = Uint8Array.from({ length: 16 }, (_, index) => index)
/** MF1S503x's example: 0x12345678 at address 05. */
const VALUE_BLOCK = Uint8Array.from(Buffer.from('7856341287A9CBED7856341205FA05FA', 'hex'))
const ONE = [0x01, 0x00, 0x00, 0x00]

const trailer = (accessBytes: string): Uint8Array =>
  Uint8Array.from([...KEY_A, ...Buffer.from(accessBytes, 'hex'), 0x69, ...KEY_B])

/** A card whose sector 1 has a value block in block 4 and this trailer. */
const cardWith = (accessBytes: string): TypeACard => {
  const memory = new Uint8Array(128)
  memory.set(VALUE_BLOCK, 4 * 16)
  memory.set(trailer(accessBytes), 7 * 16)
  return createMifareClassic('mifare-classic-1k', UID, memory)
}

const open = (card: TypeACard, type: 'A' | 'B', key = type === 'A' ? KEY_A : KEY_B, block = 4): string => {
  card.select()
  return card.authenticate({ type, block, key, uidTail: UID }).kind
}

/** What a key may do, as the card shows it: each right on a card of its own. */
const tryAll = (
  accessBytes: string,
  type: 'A' | 'B',
  commands: Record<string, readonly number[][]>,
): string =>
  Object.entries(commands)
    .filter(([, sequence]) => {
      const card = cardWith(accessBytes)
      open(card, type)
      return sequence.every((command) =>
        ['ack', 'data'].includes(card.exchange(Uint8Array.from(command)).kind),
      )
    })
    .map(([name]) => name)
    .join(' ')

const dataCommands = {
  read: [[0x30, 4]],
  write: [[0xa0, 4, ...DATA]],
  increment: [[0xc1, 4, ...ONE]],
  decrement: [[0xc0, 4, ...ONE]],
  restore: [[0xc2, 4]],
  transfer: [
    [0xc2, 4],
    [0xb0, 5],
  ],
}

/** Access bytes: the code for all data blocks, trailer code 011, so that key B is a key. From MF1S503x §8.7.3. */
test.each([
  [
    '000',
    '7F0788',
    'read write increment decrement restore transfer',
    'read write increment decrement restore transfer',
  ],
  ['010', '0F078F', 'read', 'read'],
  ['100', '787788', 'read', 'read write'],
  ['110', '08778F', 'read decrement restore transfer', 'read write increment decrement restore transfer'],
  ['001', '7F00F8', 'read decrement restore transfer', 'read decrement restore transfer'],
  ['011', '0F00FF', '', 'read write'],
  ['101', '7870F8', '', 'read'],
  ['111', '0870FF', '', ''],
])('data code %s (%s) lets key A: %j and key B: %j', (_code, accessBytes, keyA, keyB) => {
  expect(tryAll(accessBytes, 'A', dataCommands)).toBe(keyA)
  expect(tryAll(accessBytes, 'B', dataCommands)).toBe(keyB)
})

const NEW_TRAILER = [1, 1, 1, 1, 1, 1, 0xff, 0x07, 0x80, 0x42, 2, 2, 2, 2, 2, 2]

/** Which parts of the trailer a key may change, and which it sees. */
const trailerRights = (accessBytes: string, type: 'A' | 'B'): string => {
  const card = cardWith(accessBytes)
  if (open(card, type) !== 'ack') return 'no key'
  const seen = card.exchange(Uint8Array.of(0x30, 7))
  const rights: string[] = []
  if (seen.kind === 'data') {
    expect([...seen.bytes.subarray(0, 6)]).toEqual([0, 0, 0, 0, 0, 0])
    if (seen.bytes[6] !== 0 || seen.bytes[9] === 0x69) rights.push('read-access')
    if (seen.bytes[10] === 0xb0) rights.push('read-B')
  }
  open(card, type)
  card.exchange(Uint8Array.of(0xa0, 7, ...NEW_TRAILER))
  const after = card.dump().subarray(7 * 16, 8 * 16)
  if (after[0] === 1) rights.push('write-A')
  if (after[9] === 0x42) rights.push('write-access')
  if (after[10] === 2) rights.push('write-B')
  return rights.join(' ')
}

/** Access bytes: data code 000 and the code for the trailer. From MF1S503x §8.7.2. */
test.each([
  ['000', 'FF0F00', 'read-access read-B write-A write-B', 'no key'],
  ['010', '7F0F08', 'read-access read-B', 'no key'],
  ['100', 'F78F00', 'read-access', 'read-access write-A write-B'],
  ['110', '778F08', 'read-access', 'read-access'],
  ['001', 'FF0780', 'read-access read-B write-A write-access write-B', 'no key'],
  ['011', '7F0788', 'read-access', 'read-access write-A write-access write-B'],
  ['101', 'F78780', 'read-access', 'read-access write-access'],
  ['111', '778788', 'read-access', 'read-access'],
])('trailer code %s (%s) lets key A: %j and key B: %j', (_code, accessBytes, keyA, keyB) => {
  expect(trailerRights(accessBytes, 'A')).toBe(keyA)
  expect(trailerRights(accessBytes, 'B')).toBe(keyB)
})

test('each block of a sector follows its own code: 000, 100, 111 and trailer 011', () => {
  const readable = [4, 5, 6].map((block) => {
    const card = cardWith('3963CC')
    open(card, 'A')
    return card.exchange(Uint8Array.of(0x30, block)).kind
  })
  expect(readable).toEqual(['data', 'data', 'nak'])
  const writable = [4, 5, 6].map((block) => {
    const card = cardWith('3963CC')
    open(card, 'A')
    return card.exchange(Uint8Array.of(0xa0, block, ...DATA)).kind
  })
  expect(writable).toEqual(['ack', 'nak', 'nak'])
})

test('in a sector of sixteen blocks a code stands for five blocks', () => {
  const memory = new Uint8Array(4096)
  memory.set(trailer('3963CC'), 143 * 16)
  const card = createMifareClassic('mifare-classic-4k', UID, memory)
  const kinds = [128, 132, 133, 137, 138, 142].map((block) => {
    open(card, 'A', KEY_A, block)
    return card.exchange(Uint8Array.of(0xa0, block, ...DATA)).kind
  })
  expect(kinds).toEqual(['ack', 'ack', 'nak', 'nak', 'nak', 'nak'])
  open(card, 'B', KEY_B, 133)
  expect(card.exchange(Uint8Array.of(0xa0, 133, ...DATA)).kind).toBe('ack')
})

test('invalid access bits lock the sector for both keys', () => {
  const card = cardWith('FF0781')
  expect(open(card, 'A')).toBe('keyRefused')
  expect(open(card, 'B')).toBe('keyRefused')
})

test('a wrong key and a wrong UID are refused, and the card is silent until it is selected again', () => {
  const card = cardWith('FF0780')
  expect(open(card, 'A', KEY_B)).toBe('keyRefused')
  expect(card.exchange(Uint8Array.of(0x30, 4)).kind).toBe('silent')
  card.select()
  const uidTail = Uint8Array.of(1, 2, 3, 4)
  expect(card.authenticate({ type: 'A', block: 4, key: KEY_A, uidTail }).kind).toBe('keyRefused')
  expect(open(card, 'A')).toBe('ack')
})

test('a sector opens only itself, and a refusal halts the card', () => {
  const card = cardWith('FF0780')
  open(card, 'A')
  expect(card.exchange(Uint8Array.of(0x30, 8)).kind).toBe('nak')
  expect(card.isActive).toBe(false)
  expect(card.exchange(Uint8Array.of(0x30, 4)).kind).toBe('silent')
})

test('block 0 is read-only', () => {
  const card = createMifareClassic('mifare-classic-1k', UID)
  expect(open(card, 'A', FACTORY_KEY, 0)).toBe('ack')
  expect(card.exchange(Uint8Array.of(0xa0, 0, ...DATA)).kind).toBe('nak')
  expect([...card.dump().subarray(0, 8)]).toEqual([0x92, 0x2e, 0x58, 0x32, 0xd6, 0x08, 0x04, 0x00])
})

test('a value is incremented in the buffer and written by transfer', () => {
  const card = cardWith('7F0788')
  open(card, 'A')
  expect(card.exchange(Uint8Array.of(0xc1, 4, ...ONE)).kind).toBe('ack')
  expect(Buffer.from(card.dump().subarray(64, 80))).toEqual(Buffer.from(VALUE_BLOCK))
  expect(card.exchange(Uint8Array.of(0xb0, 4)).kind).toBe('ack')
  expect(Buffer.from(card.dump().subarray(64, 80)).toString('hex')).toBe('7956341286a9cbed7956341205fa05fa')
  expect(card.exchange(Uint8Array.of(0xc1, 5, ...ONE)).kind).toBe('nak')
})

test('writes are counted by block, refused ones are not', () => {
  const card = cardWith('787788')
  open(card, 'B')
  card.exchange(Uint8Array.of(0xa0, 5, ...DATA))
  card.exchange(Uint8Array.of(0xa0, 5, ...DATA))
  open(card, 'A')
  card.exchange(Uint8Array.of(0xa0, 6, ...DATA))
  expect(card.writeCounts.slice(4, 8)).toEqual([0, 2, 0, 0])
})

test.each([
  ['mifare-classic-mini', 4, 0x09, 0x0004, 320],
  ['mifare-classic-1k', 4, 0x08, 0x0004, 1024],
  ['mifare-classic-1k', 7, 0x08, 0x0044, 1024],
  ['mifare-classic-4k', 4, 0x18, 0x0002, 4096],
  ['mifare-classic-4k', 7, 0x18, 0x0042, 4096],
] as const)(
  '%s with a UID of %i bytes has SAK %i, ATQA %i and %i bytes',
  (technology, uidLength, sak, atqa, size) => {
    const card = createMifareClassic(technology, new Uint8Array(uidLength))
    expect([card.sak, card.atqa, card.dump().length]).toEqual([sak, atqa, size])
  },
)
