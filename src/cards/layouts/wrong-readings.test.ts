import { describe, expect, test } from 'vitest'
import type { CardContent } from '../../contract/card-content.ts'
import type { Card, CardTechnology } from '../../contract/card.ts'
import { isBridgeError } from '../../contract/errors.ts'
import { CardUid, noUid } from '../../contract/ids.ts'
import { LayoutDefinition } from '../../contract/layout-definition.ts'
import type { SiteKeys } from '../../contract/site-keys.ts'
import { lastWrites, nameOf } from '../places.ts'
import { createConfiguredLayout } from './configured.ts'
import { createLayouts } from './index.ts'
import type { CardReading, Layout } from './layout.ts'

const siteKeys: SiteKeys = { current: 1, keys: new Map([[1, new Uint8Array(32).fill(3)]]) }
const content: CardContent = {
  credentialId: '123e4567-e89b-42d3-a456-426614174000',
  cardNumber: '4711',
  startsAt: '2026-11-23T15:00:00.000Z',
  endsAt: '2026-11-25T11:00:00.000Z',
}
const orderInvalid: unknown = expect.toSatisfy((error) => isBridgeError(error, 'order_invalid'))
const cardOf = (technology: CardTechnology): Card => ({
  uid: technology === 'magstripe' ? noUid : CardUid.parse('04112233445580'),
  technology,
})
const definitionOf = (technology: CardTechnology, what: object) => ({
  name: 'own',
  technologies: [technology],
  content: what,
})
const layoutOf = (technology: CardTechnology, what: object): Layout =>
  createConfiguredLayout(LayoutDefinition.parse(definitionOf(technology, what)), () => '')

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const pagesOf = (digits: string): readonly Uint8Array[] =>
  (digits.match(/.{8}/g) ?? []).map((page) => Uint8Array.from(Buffer.from(page, 'hex')))
const parsed = (technology: CardTechnology, what: object, found: readonly Uint8Array[]): CardReading =>
  layoutOf(technology, what).parse(found, cardOf(technology), siteKeys)
const stripe = (tracks: readonly string[], text: string): CardReading =>
  parsed('magstripe', { kind: 'tracks', tracks }, [ascii(text)])
const foreign = { kind: 'foreign', reason: 'magic' }

describe('fields', () => {
  const number = { field: 'card_number', encoding: 'big-endian', at: 0, sizeBytes: 4 }
  const accepts = (...fields: readonly object[]): boolean =>
    LayoutDefinition.safeParse(definitionOf('ntag213', { kind: 'fields', fields })).success

  test.each([
    ['the same byte', { field: 'constant', encoding: 'hex', at: 3, value: 'CAFE' }],
    ['the whole of it', { field: 'credential_id', encoding: 'uuid', at: 0 }],
  ])('that write over one another are refused: %s', (_, other) => {
    expect(accepts(number, other)).toBe(false)
    expect(accepts(other, number)).toBe(false)
    expect(accepts(number, { ...other, at: 4 })).toBe(true)
  })

  test('beyond the last byte of every card are refused', () => {
    // NTAG216, the largest, has 222 user pages (NTAG213/215/216 §8.5).
    expect(accepts({ ...number, at: 884 })).toBe(true)
    expect(accepts({ ...number, at: 885 })).toBe(false)
    expect(accepts({ ...number, at: 2 ** 40 })).toBe(false)
  })

  test.each([
    ['an end that is spelt as none', { endsAt: '2106-02-07T06:28:15.000Z' }, 'ends_at'],
    ['an end before 1970', { endsAt: '1969-12-31T23:59:59.000Z' }, 'ends_at'],
    ['a start before 1970', { startsAt: '1969-12-31T23:59:59.000Z' }, 'starts_at'],
  ])('hold no time that would be read as another one: %s', (_, change, field) => {
    const layout = layoutOf('ntag213', {
      kind: 'fields',
      fields: [{ field, encoding: 'big-endian', at: 0, sizeBytes: 4 }],
    })
    expect(() => layout.plan({ ...content, ...change }, cardOf('ntag213'), siteKeys)).toThrow(orderInvalid)
  })

  test('do not leave a card that would pass for blank', () => {
    const layout = layoutOf('ntag213', { kind: 'fields', fields: [number] })
    const zero = { ...content, cardNumber: '0' }
    expect(() => layout.plan(zero, cardOf('ntag213'), siteKeys)).toThrow(orderInvalid)
  })

  test('with two card numbers that differ are no number', () => {
    const fields = [number, { field: 'card_number', encoding: 'ascii', at: 4, sizeBytes: 4 }]
    const found = (digits: string): CardReading =>
      parsed('ntag213', { kind: 'fields', page: 8, fields }, pagesOf(digits))
    expect(found('0000126734373131')).toEqual({ kind: 'number', cardNumber: '4711' })
    expect(found('0000126734373132')).toEqual(foreign)
    expect(found('0000126700000000')).toEqual(foreign)
  })

  test.each([
    ['NTAG213', 4, '0103a00c340300fe'],
    ['NTAG213, one page of it', 4, '0103a00c'],
    ['NTAG213, from its second page on', 5, '340300fe00000000'],
    ['NTAG215', 4, '0300fe0000000000'],
  ])('see a new tag as blank, not as a number: %s', (_, page, digits) => {
    const field = { ...number, sizeBytes: digits.length / 2 }
    expect(parsed('ntag213', { kind: 'fields', page, fields: [field] }, pagesOf(digits))).toEqual({
      kind: 'blank',
    })
  })

  test('see what only resembles a new tag as what it is', () => {
    const what = { kind: 'fields', page: 6, fields: [number] }
    expect(parsed('ntag213', what, pagesOf('0103a00c'))).toMatchObject({ kind: 'number' })
  })
})

describe('a record', () => {
  test('on the second page of a new tag finds it blank', () => {
    const factory = pagesOf(`340300fe${'00'.repeat(44)}`)
    expect(parsed('ntag213', { kind: 'record', page: 5 }, factory)).toEqual({ kind: 'blank' })
  })
})

describe('tracks', () => {
  test('whose texts are given with sentinels are read back as planned', () => {
    const layout = layoutOf('magstripe', {
      kind: 'tracks',
      tracks: ['%GUEST {card_number}?', ';{card_number}?', ''],
    })
    const [write] = layout.plan(content, cardOf('magstripe'), siteKeys)
    const held = ascii('GUEST 4711\n4711\n')
    expect(write?.data).toEqual(held)
    expect(layout.parse([held], cardOf('magstripe'), siteKeys)).toEqual({
      kind: 'number',
      cardNumber: '4711',
    })
  })

  test('that look like a payment card are refused before a card is touched', () => {
    const layout = layoutOf('magstripe', { kind: 'tracks', tracks: ['', '{card_number}=991', ''] })
    const planned = (cardNumber: string) => () =>
      layout.plan({ ...content, cardNumber }, cardOf('magstripe'), siteKeys)
    // The number that ISO/IEC 7812-1 checks, and the same with another last digit.
    expect(planned('4111111111111111')).toThrow(orderInvalid)
    expect(planned('4111111111111112')).not.toThrow()
  })

  test('bear a number only where every text is as the layout has it', () => {
    const templates = ['GUEST {card_number}', '{card_number}', '1=1']
    expect(stripe(templates, 'GUEST 4711\n4711\n1=1')).toEqual({ kind: 'number', cardNumber: '4711' })
    expect(stripe(templates, 'BANK\n4711\n1=1')).toEqual(foreign)
    expect(stripe(templates, 'GUEST 4711\n4712\n1=1')).toEqual(foreign)
    expect(stripe(templates, 'GUEST 4711\n4711\n')).toEqual(foreign)
  })
})

describe('a template with the card number twice', () => {
  test.each([
    ['{card_number}{card_number}', '47114711', '4711'],
    ['{card_number}={card_number}', '4711=4711', '4711'],
  ])('%s is read as the number that was ordered', (template, text, cardNumber) => {
    expect(stripe(['', template, ''], `\n${text}\n`)).toEqual({ kind: 'number', cardNumber })
  })

  test('is no number where they differ', () => {
    expect(stripe(['', '{card_number}={card_number}', ''], '\n4711=4712\n')).toEqual(foreign)
  })
})

describe('an address for phones', () => {
  const uri = { kind: 'ndefUri', uri: 'https://hotel.example/desk/keys/{card_number}' }

  test('goes on a small tag when the number at hand fits, and is read back', () => {
    const layout = layoutOf('mifare-ultralight', uri)
    const card = cardOf('mifare-ultralight')
    const held = new Map(
      lastWrites(layout.plan(content, card, siteKeys)).map(({ at, data }) => [nameOf(at), data]),
    )
    const found = layout.reads(card).map((at) => held.get(nameOf(at)) ?? new Uint8Array(4))
    expect(layout.parse(found, card, siteKeys)).toEqual({ kind: 'number', cardNumber: '4711' })
  })

  test.each([
    ['a message that was deleted', '0300fe00 11223344'],
    ['one behind a lock control TLV', '0103a00c 340300fe 11223344'],
    ['zeros', '00000000 00000000'],
  ])('sees %s as blank', (_, digits) => {
    expect(parsed('ntag213', uri, pagesOf(digits.replaceAll(' ', '')))).toEqual({ kind: 'blank' })
  })

  test.each([
    ['data that begins as a terminator does', 'fe112233 44556677'],
    ['data that passes for a TLV of another kind', '45021122 00000000'],
    ['data behind a page of zeros', '00000000 45021122 00000000'],
  ])('sees %s as somebody else’s', (_, digits) => {
    expect(parsed('ntag213', uri, pagesOf(digits.replaceAll(' ', '')))).toEqual(foreign)
  })
})

describe('the journal’s name of a layout', () => {
  test('finds ours also when a configured one has taken its name', () => {
    const own = layoutOf('mifare-classic-1k', { kind: 'record', sector: 5 })
    const layouts = createLayouts([{ ...own, name: 'demo' }])
    expect(layouts.named('demo').id).toBe(own.id)
    const [first] = layouts.withId('demo').reads(cardOf('mifare-classic-1k'))
    expect(first).toMatchObject({ kind: 'block', block: 4 })
  })
})
