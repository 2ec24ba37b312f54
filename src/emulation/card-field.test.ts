import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/index.ts'
import { createCardField } from './card-field.ts'

const ultralight = { type: 'ultralight', uid: '04112233445580' }

test('a card that is put back has kept its memory and its write counts', () => {
  const field = createCardField()
  field.place(ultralight)
  const [card] = field.cards
  card?.select()
  expect(card?.exchange(Uint8Array.of(0xa2, 4, 0xde, 0xad, 0xbe, 0xef)).kind).toBe('ack')
  field.remove('04112233445580')
  expect(field.cards).toEqual([])
  expect(card?.isActive).toBe(false)
  field.place(ultralight)
  expect(field.cards).toEqual([card])
  expect([...field.find('04112233445580').dump().subarray(16, 20)]).toEqual([0xde, 0xad, 0xbe, 0xef])
  expect(field.find('04112233445580').writeCounts[4]).toBe(1)
})

test('a card placed with another memory or type is another card', () => {
  const field = createCardField()
  field.place({ type: 'classic1k', uid: '922e5832' })
  const [first] = field.cards
  field.place({ type: 'classic1k', uid: '922E5832', memory: new Uint8Array(16) })
  expect(field.cards).toHaveLength(1)
  expect(field.cards[0]).not.toBe(first)
})

test('removing without a UID empties the field', () => {
  const field = createCardField()
  field.place(ultralight)
  field.place({ type: 'mini', uid: '01020304' })
  field.remove()
  expect(field.cards).toEqual([])
})

test.each([
  { type: 'desfire', uid: '01020304' },
  { type: 'classic1k', uid: '0102' },
  { type: 'classic1k', uid: 'none' },
  { type: 'classic1k', uid: '01020304050607080910' },
  { type: 'ultralight', uid: '01020304' },
  { type: 'mini', uid: '01020304', memory: new Uint8Array(321) },
  { type: 'ultralight', uid: '04112233445580', memory: new Uint8Array(65) },
])('$type with UID $uid is refused', (options) => {
  expect(() => createCardField().place(options)).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'request_invalid')),
  )
})

test('an Ultralight has check bytes, wraps reads, ORs its OTP page and refuses the first pages', () => {
  const field = createCardField()
  field.place(ultralight)
  const [card] = field.cards
  if (card === undefined) throw new Error('no card')
  card.select()
  const first = card.exchange(Uint8Array.of(0x30, 0))
  // 88 ^ 04 ^ 11 ^ 22 = BF; 33 ^ 44 ^ 55 ^ 80 = A2
  expect(first).toMatchObject({
    bytes: Uint8Array.from(Buffer.from('041122BF33445580A248000000000000', 'hex')),
  })
  expect(card.exchange(Uint8Array.of(0x30, 15))).toMatchObject({
    bytes: Uint8Array.from(Buffer.from('00000000041122BF33445580A2480000', 'hex')),
  })
  card.exchange(Uint8Array.of(0xa2, 3, 1, 0, 0, 0))
  card.exchange(Uint8Array.of(0xa2, 3, 2, 0, 0, 0))
  expect(card.dump()[12]).toBe(3)
  expect(card.exchange(Uint8Array.of(0xa2, 2, 0, 0, 0, 0)).kind).toBe('nak')
  expect(card.exchange(Uint8Array.of(0x30, 4)).kind).toBe('silent')
})
