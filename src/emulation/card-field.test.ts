import { expect, test } from 'vitest'
import { cardTechnologies, isBridgeError } from '../contract/index.ts'
import { createCardField } from './card-field.ts'

const ultralight = { type: 'ultralight', uid: '04112233445580' }
const refused = expect.toSatisfy((error) => isBridgeError(error, 'request_invalid'))

test('a card that is put back has kept its memory and its write counts', () => {
  const field = createCardField(['typeA'])
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
  const field = createCardField(['typeA'])
  field.place({ type: 'classic1k', uid: '922e5832' })
  const [first] = field.cards
  field.place({ type: 'classic1k', uid: '922E5832', memory: new Uint8Array(16) })
  expect(field.cards).toHaveLength(1)
  expect(field.cards[0]).not.toBe(first)
})

test('removing without a UID empties the field', () => {
  const field = createCardField(['typeA', 'lf', 'stripe'])
  field.place(ultralight)
  field.place({ type: 'mini', uid: '01020304' })
  field.place({ type: 't5577', uid: '00000001' })
  field.place({ type: 'magstripe', uid: '00000002' })
  expect(field.cards).toHaveLength(4)
  field.remove()
  expect(field.cards).toEqual([])
})

const uids: Partial<Record<(typeof cardTechnologies)[number], string>> = { em4100: '1122334455' }

test.each(cardTechnologies.filter((technology) => !['iso14443-4', 'unknown'].includes(technology)))(
  'the technology %s is a type of card',
  (technology) => {
    const field = createCardField(['typeA', 'lf', 'stripe'])
    field.place({ type: technology, uid: uids[technology] ?? '04112233445580' })
    expect(field.cards.map((card) => card.technology)).toEqual([technology])
  },
)

test.each([
  ['classic1k', 'mifare-classic-1k'],
  ['classic4k', 'mifare-classic-4k'],
  ['mini', 'mifare-classic-mini'],
  ['ultralight', 'mifare-ultralight'],
  ['magstripe-loco', 'magstripe'],
])('%s is short for %s', (type, technology) => {
  const field = createCardField(['typeA', 'stripe'])
  field.place({ type, uid: '04112233445580' })
  expect(field.cards.map((card) => card.technology)).toEqual([technology])
})

test.each([
  { type: 'desfire', uid: '01020304' },
  { type: 'classic1k', uid: '0102' },
  { type: 'classic1k', uid: 'none' },
  { type: 'classic1k', uid: '01020304050607080910' },
  { type: 'ultralight', uid: '01020304' },
  { type: 'ntag213', uid: '01020304' },
  { type: 'em4100', uid: '01020304' },
  { type: 'mini', uid: '01020304', memory: new Uint8Array(321) },
  { type: 'ultralight', uid: '04112233445580', memory: new Uint8Array(65) },
  { type: 'ntag213', uid: '04112233445580', memory: new Uint8Array(181) },
  { type: 't5577', uid: '01020304', memory: new Uint8Array(45) },
  { type: 'em4100', uid: '1122334455', memory: new Uint8Array(1) },
  { type: 'magstripe', uid: '01020304', memory: new TextEncoder().encode('A\n1\n2\n3') },
])('$type with UID $uid is refused', (options) => {
  expect(() => createCardField(['typeA', 'lf', 'stripe']).place(options)).toThrow(refused)
})

test('a device refuses a card of a family that it has no field for', () => {
  const field = createCardField(['typeA'])
  expect(() => field.place({ type: 't5577', uid: '01020304' })).toThrow(refused)
  expect(() => field.place({ type: 'magstripe', uid: '01020304' })).toThrow(refused)
  expect(() => field.find('01020304')).toThrow(refused)
})
