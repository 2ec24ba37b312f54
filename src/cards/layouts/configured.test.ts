import { expect, test } from 'vitest'
import type { CardContent } from '../../contract/card-content.ts'
import type { Card, CardTechnology } from '../../contract/card.ts'
import { isBridgeError } from '../../contract/errors.ts'
import { CardUid, noUid } from '../../contract/ids.ts'
import { LayoutDefinition } from '../../contract/layout-definition.ts'
import type { SiteKeys } from '../../contract/site-keys.ts'
import { lastWrites, nameOf, writtenPart } from '../places.ts'
import { createConfiguredLayout } from './configured.ts'
import type { Layout } from './layout.ts'

const coded = (code: string, text = ''): unknown =>
  expect.toSatisfy(
    (error) => isBridgeError(error) && error.code === code && (error as Error).message.includes(text),
  )
const siteKeys: SiteKeys = { current: 1, keys: new Map([[1, new Uint8Array(32).fill(3)]]) }
const content: CardContent = {
  credentialId: '123e4567-e89b-42d3-a456-426614174000',
  cardNumber: '285212997',
  startsAt: '2026-11-23T15:00:00.000Z',
  endsAt: '2026-11-25T11:00:00.000Z',
}
const cardOf = (technology: CardTechnology): Card => ({
  uid: ['magstripe', 't5577'].includes(technology) ? noUid : CardUid.parse('04112233445580'),
  technology,
})
const noSecrets = (): never => {
  throw new Error('no secret was expected')
}
const layoutOf = (definition: unknown, readSecret: (file: string) => string = noSecrets): Layout =>
  createConfiguredLayout(LayoutDefinition.parse(definition), readSecret)
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')

/** What the card holds at the places that the layout reads, after its plan was carried out on a card of zeros. */
const afterPlan = (layout: Layout, card: Card): readonly Uint8Array[] => {
  const held = new Map(
    lastWrites(layout.plan(content, card, siteKeys)).map(({ at, data }) => [nameOf(at), data]),
  )
  return layout.reads(card).map((at) => held.get(nameOf(at)) ?? new Uint8Array(at.kind === 'block' ? 16 : 4))
}

const record = { kind: 'record' }
const definitions: readonly (readonly [string, CardTechnology, object, 'record' | 'number'])[] = [
  ['a record in another sector', 'mifare-classic-1k', { ...record, sector: 5 }, 'record'],
  ['a record in a long sector of a 4K card', 'mifare-classic-4k', { ...record, sector: 33 }, 'record'],
  ['a record on later pages', 'ntag213', { ...record, page: 20 }, 'record'],
  ['a record that fills an Ultralight', 'mifare-ultralight', record, 'record'],
  ['a T5577 as an EM4100', 't5577', { kind: 'em4100' }, 'number'],
  [
    'an address for phones',
    'ntag215',
    { kind: 'ndefUri', uri: 'https://hotel.example/k/{card_number}' },
    'number',
  ],
  [
    'texts on a stripe',
    'magstripe',
    { kind: 'tracks', tracks: ['GUEST {card_number}', '{card_number}', ''] },
    'number',
  ],
  [
    'fields at offsets',
    'mifare-classic-mini',
    { kind: 'fields', fields: [{ field: 'card_number', encoding: 'big-endian', at: 2, sizeBytes: 4 }] },
    'number',
  ],
]

test.each(definitions)('%s is planned, and read back as what was ordered', (_, technology, what, kind) => {
  const layout = layoutOf({ name: 'own', technologies: [technology], content: what })
  const card = cardOf(technology)
  const reading = layout.parse(afterPlan(layout, card), card, siteKeys)
  expect(reading).toMatchObject(
    kind === 'record' ? { kind, record: content } : { kind, cardNumber: content.cardNumber },
  )
})

test('fields are spelt exactly as the definition says', () => {
  const layout = layoutOf({
    name: 'own',
    technologies: ['ntag213'],
    content: {
      kind: 'fields',
      page: 8,
      fields: [
        { field: 'constant', encoding: 'hex', at: 0, value: 'CAFE' },
        { field: 'card_number', encoding: 'little-endian', at: 2, sizeBytes: 4 },
        { field: 'starts_at', encoding: 'big-endian', at: 6, sizeBytes: 4 },
        { field: 'credential_id', encoding: 'uuid', at: 10 },
        { field: 'card_number', encoding: 'ascii', at: 26, sizeBytes: 12 },
      ],
    },
  })
  const plan = layout.plan(content, cardOf('ntag213'), siteKeys)
  expect(plan.map(({ at }) => nameOf(at))).toEqual(
    [8, 9, 10, 11, 12, 13, 14, 15, 16, 17].map((page) => `page ${page}`),
  )
  // 285212997 is 11000145h; the time by date(1).
  expect(plan.map(({ data }) => hex(data)).join('')).toBe(
    'cafe 45010011 6b0454f0 123e4567e89b42d3a456426614174000 323835323132393937000000 0000'.replaceAll(
      ' ',
      '',
    ),
  )
})

test('an EM4100 of a known number has the published blocks', () => {
  const layout = layoutOf({ name: 'own', technologies: ['t5577'], content: { kind: 'em4100' } })
  const plan = layout.plan({ ...content, cardNumber: String(0x1122334455) }, cardOf('t5577'), siteKeys)
  expect(plan.map(({ at, data }) => [nameOf(at), hex(data)])).toEqual([
    ['block 1', 'ff8c6529'],
    ['block 2', '8c94a940'],
    ['block 0', '00148040'],
  ])
})

test('a number that is too long for its place is refused', () => {
  const em4100 = layoutOf({ name: 'own', technologies: ['t5577'], content: { kind: 'em4100' } })
  const long = { ...content, cardNumber: String(2n ** 40n) }
  expect(() => em4100.plan(long, cardOf('t5577'), siteKeys)).toThrow(coded('order_invalid'))
  const fields = layoutOf({
    name: 'own',
    technologies: ['ntag213'],
    content: {
      kind: 'fields',
      fields: [{ field: 'card_number', encoding: 'big-endian', at: 0, sizeBytes: 4 }],
    },
  })
  expect(() => fields.plan(long, cardOf('ntag213'), siteKeys)).toThrow(coded('order_invalid', '4 bytes'))
})

test('a place that the card does not have is refused', () => {
  const beyond = layoutOf({
    name: 'own',
    technologies: ['mifare-classic-mini', 'ntag213'],
    content: { ...record, sector: 6, page: 36 },
  })
  expect(() => beyond.reads(cardOf('mifare-classic-mini'))).toThrow(coded('card_incompatible'))
  expect(() => beyond.reads(cardOf('ntag213'))).toThrow(coded('card_incompatible', '48 bytes'))
  expect(() => beyond.reads(cardOf('ntag215'))).not.toThrow(coded('order_invalid'))
})

test('the key and the password come from the definition or from a file, and from nowhere else', () => {
  const own = { name: 'own', technologies: ['mifare-classic-1k', 'ntag213'] }
  const layout = layoutOf(
    {
      ...own,
      content: { ...record, key: { type: 'B', file: '/keys/own' }, password: { value: '01020304' } },
    },
    (file) => (file === '/keys/own' ? 'A1A2A3A4A5A6' : noSecrets()),
  )
  expect(layout.reads(cardOf('mifare-classic-1k'))[0]).toMatchObject({
    key: { type: 'B', value: Uint8Array.of(0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6) },
  })
  expect(layout.reads(cardOf('ntag213'))[0]).toMatchObject({ password: Uint8Array.of(1, 2, 3, 4) })
  expect(() => layoutOf({ ...own, content: { ...record, key: { file: '/short' } } }, () => 'A1')).toThrow(
    coded('config_invalid', '/short'),
  )
  const both = { ...own, content: { ...record, key: { value: 'A1A2A3A4A5A6', file: '/keys/own' } } }
  expect(LayoutDefinition.safeParse(both).success).toBe(false)
})

test('the journal’s name of a layout changes with its places, and not with its key', () => {
  const idOf = (what: object): string =>
    layoutOf({ name: 'own', technologies: ['mifare-classic-1k'], content: { ...record, ...what } }).id
  expect(idOf({})).not.toBe(idOf({ sector: 2 }))
  expect(idOf({})).toBe(idOf({ key: { value: 'A1A2A3A4A5A6' } }))
  expect(idOf({})).toMatch(/^own@[0-9a-f]{12}$/)
})

test('a track that a layout leaves alone may hold anything', () => {
  const layout = layoutOf({
    name: 'own',
    technologies: ['magstripe'],
    content: { kind: 'tracks', tracks: ['', '{card_number}', ''] },
  })
  const [write] = layout.plan(content, cardOf('magstripe'), siteKeys)
  if (write === undefined) throw new Error('nothing is planned')
  const found = new TextEncoder().encode('SOMEBODY\n285212997\n?')
  expect(writtenPart(write, found)).toEqual(write.data)
  expect(writtenPart(write, new TextEncoder().encode('SOMEBODY\n1\n?'))).not.toEqual(write.data)
})

const strangers: readonly (readonly [string, CardTechnology, object, readonly string[]])[] = [
  ['a stripe', 'magstripe', { kind: 'tracks', tracks: ['', '{card_number}', ''] }, ['\n12=34\n']],
  ['a T5577', 't5577', { kind: 'em4100' }, ['\xff\x8c\x65\x29', '\x8c\x94\xa9\x41']],
  ['a tag', 'ntag213', { kind: 'ndefUri', uri: 'https://a/{card_number}' }, ['\x03\x02\x00\xfe']],
]
test.each(strangers)('%s of somebody else is foreign', (_, technology, what, found) => {
  const layout = layoutOf({ name: 'own', technologies: [technology], content: what })
  const bytes = found.map((text) => Uint8Array.from(Buffer.from(text, 'latin1')))
  expect(layout.parse(bytes, cardOf(technology), siteKeys).kind).toBe('foreign')
})

test('a new tag from the factory is blank to the record and to the address', () => {
  const factory = ['0103a00c', '340300fe', ...Array.from({ length: 10 }, () => '00000000')]
  const found = factory.map((digits) => Uint8Array.from(Buffer.from(digits, 'hex')))
  for (const what of [record, { kind: 'ndefUri', uri: 'https://a/{card_number}' }]) {
    const layout = layoutOf({ name: 'own', technologies: ['ntag213'], content: what })
    expect(layout.parse(found, cardOf('ntag213'), siteKeys)).toEqual({ kind: 'blank' })
  }
})
