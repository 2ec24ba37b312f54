import {
  BridgeError,
  type Card,
  type CardDevice,
  type CardTechnology,
  type CardWrite,
  type Emulator,
  type IoOptions,
} from 'encoder-bridge/driver'
import { layouts } from '../../src/cards/layouts/index.ts'
import type { Layout } from '../../src/cards/layouts/layout.ts'
import { technologyOfSak } from '../../src/cards/mifare-classic.ts'
import type { CardContent } from '../../src/contract/card-content.ts'
import type { SiteKeys } from '../../src/contract/site-keys.ts'
import { equalBytes } from '../../src/wire/bytes.ts'
import { formatHex } from '../../src/wire/hex.ts'

/** Recognisable in any text: a canary. */
const siteKeys: SiteKeys = { current: 1, keys: new Map([[1, new Uint8Array(32).fill(0xc5)]]) }

const content: CardContent = {
  credentialId: 'cafe0123-4567-49ab-8def-fedcba987654',
  cardNumber: '9182736455463728191',
  startsAt: '2026-11-23T15:00:00.000Z',
  endsAt: '2026-11-25T11:00:00.000Z',
}

/** The emulators' names of card types, for the technologies that they can play. */
export const cardTypes: ReadonlyMap<CardTechnology, string> = new Map([
  ['mifare-classic-mini', 'mini'],
  ['mifare-classic-1k', 'classic1k'],
  ['mifare-classic-4k', 'classic4k'],
  ['mifare-ultralight', 'ultralight'],
])

export const layoutFor = (technology: CardTechnology): Layout | undefined =>
  [...layouts.values()].find((layout) => layout.technologies.includes(technology))

const planFor = (card: Card): readonly CardWrite[] => {
  const layout = layoutFor(card.technology)
  if (layout === undefined) throw new BridgeError('card_incompatible')
  return layout.plan(content, card, siteKeys)
}

/**
 * The kit's own session: waits for a card, writes and reads back block by block, selects the card once more and reads the
 * record. Rejects with the driver's error, or `card_mismatch`. It knows no driver.
 */
export const encodeReference = async (device: CardDevice, io: IoOptions): Promise<Card> => {
  const card = await device.waitForCard(io)
  for (const { at, data } of planFor(card)) {
    await device.write(card, at, data, io)
    if (!equalBytes(await device.read(card, at, io), data)) throw new BridgeError('card_mismatch')
  }
  const again = await device.waitForCard(io)
  if (again.uid !== card.uid) throw new BridgeError('card_swapped')
  await readReference(device, card, io)
  await device.release(io)
  return card
}

const readReference = async (device: CardDevice, card: Card, io: IoOptions): Promise<void> => {
  const layout = layoutFor(card.technology)
  const blocks: Uint8Array[] = []
  for (const at of layout?.reads(card) ?? []) blocks.push(await device.read(card, at, io))
  const reading = layout?.parse(blocks, card, siteKeys)
  if (reading?.kind !== 'record' || reading.record.credentialId !== content.credentialId) {
    throw new BridgeError('card_mismatch')
  }
}

/** What the emulated card itself says about each planned block: the proof that no driver had a hand in. */
export const inspectCard = (
  emulator: Emulator,
  card: Card,
): readonly { readonly state: 'planned' | 'factory' | 'torn'; readonly writes: number }[] => {
  const memory = emulator.dumpCard(card.uid)
  const counts = emulator.countWrites(card.uid)
  return planFor(card).map(({ at: { block }, data }) => {
    const held = memory.subarray(block * data.length, (block + 1) * data.length)
    const state = equalBytes(held, data) ? 'planned' : held.every((byte) => byte === 0) ? 'factory' : 'torn'
    return { state, writes: counts[block] ?? 0 }
  })
}

/** The card that an emulator plays for the given identity. */
export const cardOf = (uid: Card['uid'], technology: CardTechnology): Card => ({
  uid,
  technology,
  sak: Array.from({ length: 256 }, (_, sak) => sak).find((sak) => technologyOfSak(sak) === technology) ?? 0,
})

/** Hexadecimal and plain forms of what must appear in no message: planned bytes, card content, keys. */
export const secrets = (card: Card): readonly string[] => [
  ...planFor(card).flatMap(({ at, data }) => [formatHex(data), formatHex(at.key.value)]),
  content.credentialId,
  content.cardNumber,
  'C5C5C5C5',
]
