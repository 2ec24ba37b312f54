import { expect, test } from 'vitest'
import type { CardContent } from '../../contract/card-content.ts'
import type { Card } from '../../contract/card.ts'
import { isBridgeError } from '../../contract/errors.ts'
import { CardUid } from '../../contract/ids.ts'
import type { SiteKeys } from '../../contract/site-keys.ts'
import { image } from './image.ts'
import { nameOf } from '../places.ts'
import { createLayouts } from './index.ts'

const card: Card = { uid: CardUid.parse('922E5832'), technology: 'mifare-classic-1k' }
const siteKeys: SiteKeys = { current: 1, keys: new Map([[1, new Uint8Array(32)]]) }
const content: CardContent = {
  credentialId: '123e4567-e89b-42d3-a456-426614174000',
  cardNumber: '1',
  startsAt: '2026-11-23T15:00:00.000Z',
  endsAt: null,
}

test('the image fills the 47 writable data blocks of a 1K card, each with other bytes', () => {
  const writes = image.plan(content, card, siteKeys)
  expect(writes.map(({ at }) => at.kind === 'block' && at.block)).toEqual([
    1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18, 20, 21, 22, 24, 25, 26, 28, 29, 30, 32, 33, 34, 36, 37,
    38, 40, 41, 42, 44, 45, 46, 48, 49, 50, 52, 53, 54, 56, 57, 58, 60, 61, 62,
  ])
  expect(writes.every(({ data }) => data.length === 16)).toBe(true)
  expect(new Set(writes.map(({ data }) => data.join())).size).toBe(47)
  expect(image.plan(content, card, siteKeys)).toEqual(writes)
})

test('the demo record in the image is read back', () => {
  const writes = image.plan(content, card, siteKeys)
  const blocks = image
    .reads(card)
    .map((at) => writes.find((write) => nameOf(write.at) === nameOf(at))?.data ?? new Uint8Array())
  expect(image.parse(blocks, card, siteKeys)).toEqual({ kind: 'record', keyVersion: 1, record: content })
})

test('a card of another size is refused', () => {
  expect(() => image.plan(content, { ...card, technology: 'mifare-classic-4k' }, siteKeys)).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'card_incompatible')),
  )
})

test('layouts are found by their names, and an unknown name lists them', () => {
  const layouts = createLayouts([])
  expect(layouts.names).toEqual(['demo', 'image'])
  expect(layouts.named('image')).toBe(image)
  expect(() => layouts.named('constructor')).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'layout_unknown') && /demo, image/.test(error.message)),
  )
})

test('a layout that was changed since is not the one that the journal names', () => {
  const changed = { ...image, name: 'own', id: 'own@2' }
  expect(() => createLayouts([changed]).withId('own@1')).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'layout_unknown')),
  )
  expect(createLayouts([changed]).withId('own@2')).toBe(changed)
})
