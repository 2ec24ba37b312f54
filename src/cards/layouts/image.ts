import { createHash } from 'node:crypto'
import type { CardWrite } from '../../contract/card.ts'
import { BridgeError } from '../../contract/errors.ts'
import { blockCount, blockSizeBytes, isTrailer, transportKey } from '../mifare-classic.ts'
import { nameOf } from '../places.ts'
import { demo } from './demo.ts'
import type { Layout } from './layout.ts'

/**
 * The layout of the benchmark: the demo record, and every other writable data block of a 1K card filled with bytes
 * derived from it, 47 blocks in all. It is there to be measured, not to be issued.
 */
export const image: Layout = {
  name: 'image',
  id: 'image',
  technologies: ['mifare-classic-1k'],
  bearsEnd: false,
  plan: (content, card, siteKeys) => {
    if (!image.technologies.includes(card.technology)) {
      throw new BridgeError('card_incompatible', 'The image layout needs a MIFARE Classic 1K card.')
    }
    const record = new Map(demo.plan(content, card, siteKeys).map((write) => [nameOf(write.at), write]))
    const seed = [...record.values()]
      .reduce((hash, write) => hash.update(write.data), createHash('sha256'))
      .digest()
    return Array.from({ length: blockCount(card.technology) }, (_, block) => block)
      .filter((block) => block > 0 && !isTrailer(block))
      .map((block) => filler(block, seed))
      .map((write) => record.get(nameOf(write.at)) ?? write)
  },
  reads: demo.reads,
  parse: demo.parse,
}

const filler = (block: number, seed: Uint8Array): CardWrite => ({
  at: { kind: 'block', block, key: transportKey },
  data: new Uint8Array(
    createHash('sha256').update(seed).update(Uint8Array.of(block)).digest().subarray(0, blockSizeBytes),
  ),
})
