import type { Card, CardAddress } from '../../contract/card.ts'
import { BridgeError } from '../../contract/errors.ts'
import { isPaymentTrack } from '../iso7811.ts'
import { formatTracks, type Tracks } from '../tracks.ts'
import type { Layout } from './layout.ts'
import { numberReading } from './number-reading.ts'
import { checkTechnology, type LayoutIdentity } from './record-layout.ts'
import { fillTemplate, numberIn } from './template.ts'

/** A template without the sentinels of its track, which are never part of what is read. */
const bare = (template: string, startSentinel: string): string =>
  template.startsWith(startSentinel) && template.endsWith('?') ? template.slice(1, -1) : template

/** A layout of texts for the three tracks of a stripe; a track without a text is left as it is. */
export const createTracksLayout = (
  identity: LayoutIdentity,
  coercivity: 'hi' | 'lo',
  templates: Tracks,
): Layout => {
  const at: CardAddress = { kind: 'tracks', coercivity }
  const [first, second, third] = [bare(templates[0], '%'), bare(templates[1], ';'), bare(templates[2], ';')]
  const addressOn = (card: Card): CardAddress => {
    checkTechnology(identity, card)
    return at
  }
  return {
    ...identity,
    bearsEnd: false,
    plan: (content, card) => {
      const fill = (text: string): string => fillTemplate(text, content).toUpperCase()
      const texts: Tracks = [fill(first), fill(second), fill(third)]
      // No device writes such a stripe, and none reads it back: better said while the card is untouched.
      if (isPaymentTrack(1, texts[0]) || isPaymentTrack(2, texts[1]) || isPaymentTrack(3, texts[2])) {
        throw new BridgeError('order_invalid', 'What is to be written looks like a payment card.')
      }
      return [{ at: addressOn(card), data: formatTracks(texts) }]
    },
    reads: (card) => [addressOn(card)],
    parse: ([found = new Uint8Array(0)]) => {
      const texts = new TextDecoder('latin1').decode(found).split('\n')
      const own = [first, second, third].flatMap((template, index) =>
        template === '' ? [] : [{ template, index }],
      )
      if (own.every(({ index }) => (texts[index] ?? '') === '')) return { kind: 'blank' }
      return numberReading(own.map(({ template, index }) => numberIn(template, texts[index] ?? '')))
    },
  }
}
