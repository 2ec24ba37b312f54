import type { Card, CardTechnology } from '../../contract/card.ts'
import { BridgeError } from '../../contract/errors.ts'
import { type Area, type AreaStart, areaOf, bytesOf, isBlank, writesInto } from './area.ts'
import { decodeRecord, encodeRecord, recordSizeBytes } from './demo-record.ts'
import type { Layout } from './layout.ts'
import { joinStripe, splitStripe, stripeAddress } from './record-stripe.ts'

/** What tells one layout from another. */
export interface LayoutIdentity {
  readonly name: string
  readonly id: string
  readonly technologies: readonly CardTechnology[]
}

/** Throws `card_incompatible` for a card of a technology that the layout does not go on. */
export const checkTechnology = ({ name, technologies }: LayoutIdentity, card: Card): void => {
  if (!technologies.includes(card.technology)) {
    throw new BridgeError('card_incompatible', `The layout ${name} goes on ${technologies.join(', ')}.`)
  }
}

/** A layout that puts one authenticated record on the card: blocks, pages or the tracks of a stripe. */
export const createRecordLayout = (identity: LayoutIdentity, start: AreaStart): Layout => {
  const areaOn = (card: Card): Area => {
    checkTechnology(identity, card)
    return card.technology === 'magstripe'
      ? { addresses: [stripeAddress], unitSizeBytes: recordSizeBytes }
      : areaOf(card, start, recordSizeBytes)
  }
  return {
    ...identity,
    bearsEnd: true,
    plan: (content, card, siteKeys) => {
      const area = areaOn(card)
      const record = encodeRecord(content, card.uid, siteKeys)
      return card.technology === 'magstripe' ? [splitStripe(record)] : writesInto(area, record)
    },
    reads: (card) => areaOn(card).addresses,
    parse: (found, card, siteKeys) => {
      if (card.technology !== 'magstripe') {
        const area = areaOn(card)
        const bytes = bytesOf(area, found).slice(0, recordSizeBytes)
        return isBlank(area, bytes) ? { kind: 'blank' } : decodeRecord(bytes, card.uid, siteKeys)
      }
      const stripe = joinStripe(found[0] ?? new Uint8Array(0))
      if (stripe === 'blank') return { kind: 'blank' }
      if (stripe === 'foreign') return { kind: 'foreign', reason: 'magic' }
      return decodeRecord(stripe, card.uid, siteKeys)
    },
  }
}
