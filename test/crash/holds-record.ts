import { CardUid } from 'encoder-bridge/driver'
import { createLayouts } from '../../src/cards/layouts/index.ts'
import type { Card, CardAddress } from '../../src/contract/card.ts'
import type { CardContent } from '../../src/contract/card-content.ts'
import type { SiteKeys } from '../../src/contract/site-keys.ts'

/** The record on a 1K card, if it is complete: its MAC is of this site and this card, and all that its layout adds is there. */
export const recordOn = (
  memory: Uint8Array,
  uid: string,
  layoutName: string,
  keys: SiteKeys,
): CardContent | null => {
  const layout = createLayouts([]).named(layoutName)
  const card: Card = { uid: CardUid.parse(uid), technology: 'mifare-classic-1k' }
  const blockOf = (at: CardAddress): Uint8Array => {
    if (at.kind !== 'block') throw new Error('not a MIFARE Classic address')
    return memory.slice(at.block * 16, at.block * 16 + 16)
  }
  const reading = layout.parse(layout.reads(card).map(blockOf), card, keys)
  if (reading.kind !== 'record') return null
  const isComplete = layout
    .plan(reading.record, card, keys)
    .every(({ at, data }) => Buffer.from(blockOf(at)).equals(data))
  return isComplete ? reading.record : null
}
