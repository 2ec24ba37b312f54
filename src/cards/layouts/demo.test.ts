import { describe, expect, test } from 'vitest'
import type { CardContent } from '../../contract/card-content.ts'
import type { Card, CardTechnology } from '../../contract/card.ts'
import { isBridgeError } from '../../contract/errors.ts'
import { CardUid } from '../../contract/ids.ts'
import type { SiteKeys } from '../../contract/site-keys.ts'
import { nameOf } from '../places.ts'
import { demo } from './demo.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)
const cardOf = (uid: string, technology: CardTechnology = 'mifare-classic-1k'): Card => ({
  uid: CardUid.parse(uid),
  technology,
})

const siteKey = Uint8Array.from({ length: 32 }, (_, index) => index)
const siteKeys: SiteKeys = { current: 7, keys: new Map([[7, siteKey]]) }
const card = cardOf('922E5832')
const content: CardContent = {
  credentialId: '123e4567-e89b-42d3-a456-426614174000',
  cardNumber: '1234567890123456789',
  startsAt: '2026-11-23T15:00:00.000Z',
  endsAt: '2026-11-25T11:00:00.000Z',
}

/**
 * MACs by `printf UID+RECORD | xxd -r -p | openssl dgst -sha256 -mac HMAC -macopt hexkey:KEY`, the times by date(1).
 */
const record = '4542 01 07 123E4567E89B42D3A456426614174000 112210F47DE98115 6B0454F0 6B06BFB0'
const vectors = [
  ['922E5832', content, `${record} 608DDDA85AB2C050F75F23F5`],
  ['04112233445580', content, `${record} 1C352F33EB435385CAD09D7A`],
  [
    '922E5832',
    { ...content, cardNumber: '18446744073709551615', startsAt: '1970-01-01T00:00:00.000Z', endsAt: null },
    '4542 01 07 123E4567E89B42D3A456426614174000 FFFFFFFFFFFFFFFF 00000000 FFFFFFFF 619A6FEF30BF63C8CF02A0AE',
  ],
] as const

const blocksOf = (bytes: Uint8Array): Uint8Array[] =>
  [0, 16, 32].map((start) => bytes.slice(start, start + 16))

test.each(vectors)(
  'on card %s the record has exactly the documented bytes, and is read back',
  (uid, what, text) => {
    const writes = demo.plan(what, cardOf(uid), siteKeys)
    expect(writes.map(({ at }) => nameOf(at))).toEqual(['block 4', 'block 5', 'block 6'])
    expect(writes.map(({ data }) => data)).toEqual(blocksOf(hex(text)))
    expect(demo.parse(blocksOf(hex(text)), cardOf(uid), siteKeys)).toEqual({
      kind: 'record',
      keyVersion: 7,
      record: what,
    })
  },
)

test('the record lies in sector 1 under the transport key', () => {
  const key = { type: 'A', value: new Uint8Array(6).fill(0xff) }
  expect(demo.reads(card)).toEqual([4, 5, 6].map((block) => ({ kind: 'block', block, key })))
})

test('factory zeros are blank', () => {
  expect(demo.parse(blocksOf(new Uint8Array(48)), card, siteKeys)).toEqual({ kind: 'blank' })
})

const genuine = hex(vectors[0][2])
const altered = (offset: number, value: number): Uint8Array[] => {
  const bytes = genuine.slice()
  bytes[offset] = value
  return blocksOf(bytes)
}

test.each([
  ['another content', 0, 0x46, 'magic'],
  ['a newer layout', 2, 0x02, 'version'],
  ['a key that the site lacks', 3, 0x08, 'keyVersion'],
  ['an altered number', 27, 0x16, 'mac'],
  ['an altered MAC', 47, 0xf4, 'mac'],
] as const)('%s makes the record foreign', (_, offset, value, reason) => {
  expect(demo.parse(altered(offset, value), card, siteKeys)).toEqual({ kind: 'foreign', reason })
})

test('every flipped bit makes the record foreign', () => {
  for (let bit = 0; bit < 48 * 8; bit++) {
    const value = (genuine[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(demo.parse(altered(bit >> 3, value), card, siteKeys).kind).toBe('foreign')
  }
})

test('a record copied to another card is foreign', () => {
  expect(demo.parse(blocksOf(genuine), cardOf('922E5833'), siteKeys)).toEqual({
    kind: 'foreign',
    reason: 'mac',
  })
})

test('a record whose writing was broken off is foreign', () => {
  const [first = new Uint8Array()] = blocksOf(genuine)
  expect(demo.parse([first, new Uint8Array(16), new Uint8Array(16)], card, siteKeys).kind).toBe('foreign')
})

test('a record under an older key of the site is still read', () => {
  const rotated: SiteKeys = {
    current: 8,
    keys: new Map([
      [7, siteKey],
      [8, new Uint8Array(32).fill(8)],
    ]),
  }
  expect(demo.parse(blocksOf(genuine), card, rotated)).toMatchObject({ kind: 'record', keyVersion: 7 })
  expect(demo.plan(content, card, rotated)[0]?.data[3]).toBe(8)
})

test.each([
  [{ credentialId: 'none' }],
  [{ cardNumber: '18446744073709551616' }],
  [{ cardNumber: '-1' }],
  [{ startsAt: 'tomorrow' }],
  [{ startsAt: '1969-12-31T23:59:59Z' }],
  [{ endsAt: '2106-02-07T06:28:15Z' }],
])('content that does not fit is refused: %j', (wrong) => {
  expect(() => demo.plan({ ...content, ...wrong }, card, siteKeys)).toThrow(coded('order_invalid'))
})

test('without the current site key nothing is planned', () => {
  expect(() => demo.plan(content, card, { current: 9, keys: siteKeys.keys })).toThrow(coded('not_paired'))
})

test('a card of another family is refused', () => {
  const transponder = cardOf('00000000', 't5577')
  expect(() => demo.plan(content, transponder, siteKeys)).toThrow(coded('card_incompatible'))
  expect(() => demo.reads(transponder)).toThrow(coded('card_incompatible'))
})

test.each(['mifare-ultralight', 'ntag216'] as const)(
  'on a %s the same bytes lie on pages 4 to 15',
  (technology) => {
    const [, what, text] = vectors[1]
    const tag = cardOf('04112233445580', technology)
    const writes = demo.plan(what, tag, siteKeys)
    expect(writes.map(({ at }) => nameOf(at))).toEqual(
      Array.from({ length: 12 }, (_, index) => `page ${index + 4}`),
    )
    expect(Buffer.concat(writes.map(({ data }) => data)).equals(hex(text))).toBe(true)
    const found = writes.map(({ data }) => data)
    expect(demo.parse(found, tag, siteKeys)).toEqual({ kind: 'record', keyVersion: 7, record: what })
  },
)

describe('on a stripe', () => {
  const stripe = cardOf('00000000', 'magstripe')
  const text = (): string => {
    const [write, ...others] = demo.plan(content, stripe, siteKeys)
    expect(others).toEqual([])
    return new TextDecoder().decode(write?.data)
  }
  const parse = (tracks: string) => demo.parse([new TextEncoder().encode(tracks)], stripe, siteKeys)

  test('the record lies on tracks 1 and 3, and the card number on track 2', () => {
    const [first = '', second, third = ''] = text().split('\n')
    expect(first).toBe(
      '454201 07123E4567E89B42D3A456426614174000112210F47DE981156B0454F06B06BFB0'.replace(' ', ''),
    )
    expect(second).toBe('1234567890123456789')
    expect(third).toMatch(/^\d{29}$/)
    expect(parse(text())).toEqual({ kind: 'record', keyVersion: 7, record: content })
  })

  test('another number on track 2 than in the record makes it foreign, and so does any other text', () => {
    const [first, , third] = text().split('\n')
    expect(parse(`${first}\n1234567890123456788\n${third}`)).toEqual({ kind: 'foreign', reason: 'magic' })
    expect(parse('A GUEST\n12345\n?')).toEqual({ kind: 'foreign', reason: 'magic' })
    expect(parse('?\n?\n?')).toEqual({ kind: 'foreign', reason: 'magic' })
    expect(parse(`${first}\n1234567890123456789\n${'9'.repeat(29)}`).kind).toBe('foreign')
  })

  test('three empty tracks are blank', () => {
    expect(parse('\n\n')).toEqual({ kind: 'blank' })
  })
})
