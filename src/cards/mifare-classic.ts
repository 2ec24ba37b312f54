/**
 * What there is to know about MIFARE Classic memory: where blocks and sectors lie, which card a SAK means, what access
 * bits say, and which writes would ruin a card. Source: NXP MF1S50YYX/MF1S503x data sheet and AN10833.
 * @module
 */
import type {
  BlockAddress,
  Card,
  CardAddress,
  CardTechnology,
  CardWrite,
  MifareKey,
} from '../contract/card.ts'
import { BridgeError } from '../contract/errors.ts'
import { decodeAccess } from './access-bits.ts'

export const blockSizeBytes = 16

/** Key A as delivered: "transport configuration", MF1S503x §8.6.3. */
export const transportKey: MifareKey = { type: 'A', value: new Uint8Array(6).fill(0xff) }

const blockCounts: Partial<Record<CardTechnology, number>> = {
  'mifare-classic-mini': 20,
  'mifare-classic-1k': 64,
  'mifare-classic-4k': 256,
}

/** How many blocks the technology has, or 0 when it is no MIFARE Classic. */
export const blockCount = (technology: CardTechnology): number => blockCounts[technology] ?? 0

/**
 * The sector of a block. The first 32 sectors have 4 blocks, those of a 4K card from block 128 on have 16
 * (MF1S703x §8.6).
 */
export const sectorOf = (block: number): number =>
  block < 128 ? Math.floor(block / 4) : 32 + Math.floor((block - 128) / 16)

/** The block of a sector that holds its keys and access bits: the last. */
export const trailerOf = (sector: number): number =>
  sector < 32 ? sector * 4 + 3 : 128 + (sector - 32) * 16 + 15

export const isTrailer = (block: number): boolean => trailerOf(sectorOf(block)) === block

const technologyBySak = new Map<number, CardTechnology>([
  [0x00, 'mifare-ultralight'],
  [0x08, 'mifare-classic-1k'],
  [0x09, 'mifare-classic-mini'],
  [0x18, 'mifare-classic-4k'],
  [0x20, 'iso14443-4'],
  // Clones and combined chips: libfreefare takes 28, 68 and 88 for 1K and 38 for 4K; 19 is a 1K clone seen in the field.
  [0x19, 'mifare-classic-1k'],
  [0x28, 'mifare-classic-1k'],
  [0x38, 'mifare-classic-4k'],
  [0x68, 'mifare-classic-1k'],
  [0x88, 'mifare-classic-1k'],
])

/** The technology that SEL_RES means. The ATQA is never asked: clones and captures disagree about it. */
export const technologyOfSak = (sak: number): CardTechnology => technologyBySak.get(sak) ?? 'unknown'

/**
 * Lets pass only writes that leave the card usable, and returns their address. Throws as `checkBlock` does; `not_supported`
 * also for data of another length than 16, for block 0 (the manufacturer's; clones accept the write and change their UID), and
 * for a trailer whose access bits contradict themselves, which would lock the sector for ever (MF1S503x §8.7.1).
 */
export const checkWrite = (card: Card, { at, data }: CardWrite): BlockAddress => {
  const address = checkBlock(card, at)
  const { block } = address
  if (data.length !== blockSizeBytes) throw new BridgeError('not_supported', 'A block has 16 bytes.')
  if (block === 0) throw new BridgeError('not_supported', 'Block 0 belongs to the manufacturer.')
  if (isTrailer(block) && decodeAccess(data.subarray(6, 9)) === undefined) {
    throw new BridgeError('not_supported', `The access bits for block ${block} contradict themselves.`)
  }
  return address
}

/**
 * Lets pass only places that the card has, and returns them as blocks. Throws `not_supported` for a card that is no MIFARE
 * Classic and for a place of another kind, `card_incompatible` for a block that the card does not have.
 */
export const checkBlock = (card: Card, at: CardAddress): BlockAddress => {
  const count = blockCount(card.technology)
  if (count === 0) throw new BridgeError('not_supported', `The card is of the kind ${card.technology}.`)
  if (at.kind !== 'block')
    throw new BridgeError('not_supported', `A ${card.technology} card has blocks, no ${at.kind}.`)
  if (!Number.isInteger(at.block) || at.block < 0 || at.block >= count) {
    throw new BridgeError('card_incompatible', `A ${card.technology} card has no block ${at.block}.`)
  }
  return at
}
