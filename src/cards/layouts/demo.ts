import type { Card, CardAddress } from '../../contract/card.ts'
import { BridgeError } from '../../contract/errors.ts'
import { blockSizeBytes, transportKey } from '../mifare-classic.ts'
import { decodeRecord, encodeRecord, recordSizeBytes } from './demo-record.ts'
import type { Layout } from './layout.ts'

/** The data blocks of sector 1. */
const recordBlocks = [4, 5, 6]

/**
 * The layout of the foundation: one compact, authenticated record in sector 1 of a MIFARE Classic card, under the
 * transport key. **No commercial lock reads it**: it serves open systems, staff and loyalty cards, and tests.
 * The MAC, under a key of the site, stops forging a record and moving it to another UID. It does not stop cloning:
 * MIFARE Classic can be read and copied, UID included, by anyone with a few minutes and a cheap reader.
 */
export const demo: Layout = {
  name: 'demo',
  technologies: ['mifare-classic-mini', 'mifare-classic-1k', 'mifare-classic-4k'],
  plan: (content, card, siteKeys) => {
    const addresses = addressesOn(card)
    const record = encodeRecord(content, card.uid, siteKeys)
    return addresses.map((at, index) => ({
      at,
      data: record.slice(index * blockSizeBytes, (index + 1) * blockSizeBytes),
    }))
  },
  reads: (card) => addressesOn(card),
  parse: (blocks, card, siteKeys) => {
    const record = new Uint8Array(recordSizeBytes)
    blocks.slice(0, recordBlocks.length).forEach((block, index) => {
      record.set(block.subarray(0, blockSizeBytes), index * blockSizeBytes)
    })
    return decodeRecord(record, card.uid, siteKeys)
  },
}

const addressesOn = (card: Card): readonly CardAddress[] => {
  if (!demo.technologies.includes(card.technology)) {
    throw new BridgeError('card_incompatible', 'The demo layout needs a MIFARE Classic card.')
  }
  return recordBlocks.map((block) => ({ kind: 'block', block, key: transportKey }))
}
