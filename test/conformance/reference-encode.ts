import {
  BridgeError,
  type Card,
  type CardAddress,
  type CardDevice,
  type CardTechnology,
  type Emulator,
  type IoOptions,
  noUid,
} from 'encoder-bridge/driver'
import { equalBytes } from '../../src/wire/bytes.ts'
import { referenceCard } from './reference-cards.ts'

/**
 * The kit's own session: waits for a card, writes and reads back place by place, selects the card once more and reads
 * everything again. Rejects with the driver's error, or `card_mismatch`. It knows no driver and no layout.
 */
export const encodeReference = async (device: CardDevice, io: IoOptions): Promise<Card> => {
  const card = await device.waitForCard(io)
  const { writes } = referenceCard(card.technology)
  if (writes.length === 0) throw new BridgeError('card_incompatible')
  for (const { at, data } of writes) {
    await device.write(card, at, data, io)
    await expectAt(device, card, at, data, io)
  }
  const again = await device.waitForCard(io)
  if (again.uid !== card.uid) throw new BridgeError('card_swapped')
  for (const { at, data } of writes) await expectAt(device, card, at, data, io)
  await device.release(io)
  return card
}

const expectAt = async (
  device: CardDevice,
  card: Card,
  at: CardAddress,
  data: Uint8Array,
  io: IoOptions,
): Promise<void> => {
  if (!equalBytes(await device.read(card, at, io), data)) throw new BridgeError('card_mismatch')
}

interface Place {
  /** `torn` is anything but what was planned and what was there before. */
  readonly state: 'planned' | 'before' | 'torn'
  readonly writes: number
}

/**
 * What the emulated card itself says about each planned place: the proof that no driver had a hand in.
 * @param before what it held before, as a dump; zeros when left out
 */
export const inspectCard = (
  emulator: Pick<Emulator, 'dumpCard' | 'countWrites'>,
  card: Card,
  before?: Uint8Array,
): readonly Place[] => {
  const memory = emulator.dumpCard(card.uid)
  const counts = emulator.countWrites(card.uid)
  const earlier = before ?? new Uint8Array(memory.length)
  return referenceCard(card.technology).writes.map(({ at, data }) => {
    const held = partOf(memory, at, data.length)
    const isBefore = equalBytes(held, partOf(earlier, at, data.length))
    const state = equalBytes(held, data) ? 'planned' : isBefore ? 'before' : 'torn'
    return { state, writes: at.kind === 'tracks' ? Math.max(...counts) : (counts[numberOf(at)] ?? 0) }
  })
}

/** A stripe is one place: its dump is the three tracks. */
const partOf = (memory: Uint8Array, at: CardAddress, sizeBytes: number): Uint8Array =>
  at.kind === 'tracks' ? memory : memory.subarray(numberOf(at) * sizeBytes, (numberOf(at) + 1) * sizeBytes)

const numberOf = (at: CardAddress): number => {
  switch (at.kind) {
    case 'block':
    case 'lfBlock':
      return at.block
    case 'page':
      return at.page
    case 'tracks':
    case 'rawTracks':
      return 0
  }
}

/** The card as a driver must tell it, of one that was placed under that identifier. */
export const cardOf = (uid: Card['uid'], technology: CardTechnology): Card => ({
  uid: referenceCard(technology).hasUid ? uid : noUid,
  technology,
})
