import type { Card, CardAddress } from '../../contract/card.ts'
import { formatTracks, type Tracks } from '../tracks.ts'
import type { Layout } from './layout.ts'
import { checkTechnology, type LayoutIdentity } from './record-layout.ts'
import { fillTemplate, numberIn } from './template.ts'

/** A layout of texts for the three tracks of a stripe; a track without a text is left as it is. */
export const createTracksLayout = (
  identity: LayoutIdentity,
  coercivity: 'hi' | 'lo',
  templates: Tracks,
): Layout => {
  const at: CardAddress = { kind: 'tracks', coercivity }
  const addressOn = (card: Card): CardAddress => {
    checkTechnology(identity, card)
    return at
  }
  return {
    ...identity,
    plan: (content, card) => {
      const [first, second, third] = templates
      const fill = (text: string): string => fillTemplate(text, content).toUpperCase()
      return [{ at: addressOn(card), data: formatTracks([fill(first), fill(second), fill(third)]) }]
    },
    reads: (card) => [addressOn(card)],
    parse: ([found = new Uint8Array(0)]) => {
      const texts = new TextDecoder('latin1').decode(found).split('\n')
      const own = templates.flatMap((template, index) => (template === '' ? [] : [{ template, index }]))
      if (own.every(({ index }) => (texts[index] ?? '') === '')) return { kind: 'blank' }
      const numbers = own.map(({ template, index }) => numberIn(template, texts[index] ?? ''))
      const cardNumber = numbers.find((number) => number !== null)
      return cardNumber === undefined || cardNumber === null
        ? { kind: 'foreign', reason: 'magic' }
        : { kind: 'number', cardNumber }
    },
  }
}
