import { demo } from '../../../src/cards/layouts/demo.ts'
import { decodeEm4100 } from '../../../src/cards/em4100.ts'
import { decodeHidProx } from '../../../src/cards/hid-prox.ts'
import { decodeTrack } from '../../../src/cards/iso7811-decode.ts'
import { decodeCapability, technologyOfVersion } from '../../../src/cards/ntag.ts'
import { readNdef } from '../../../src/cards/ndef-tag.ts'
import { numberOfRead } from '../../../src/cards/read-number.ts'
import { parseTracks } from '../../../src/cards/tracks.ts'
import type { Card } from '../../../src/contract/card.ts'
import { CardUid } from '../../../src/contract/ids.ts'
import { eachOf, type FuzzedParser } from '../parser.ts'

const siteKeys = { current: 1, keys: new Map([[1, new Uint8Array(32).fill(7)]]) }

const readAs =
  (technology: Card['technology'], unitSizeBytes: number) =>
  (input: Uint8Array): unknown => {
    const card: Card = { uid: CardUid.parse('04AABBCC'), technology }
    const blocks = demo
      .reads(card)
      .map((_, index) => input.slice(index * unitSizeBytes, (index + 1) * unitSizeBytes))
    return demo.parse(blocks, card, siteKeys)
  }

/** A layout promises never to throw on what a card holds, whatever it is. */
export const cardParsers: readonly FuzzedParser[] = [
  {
    name: 'cards',
    parse: eachOf(
      readAs('mifare-classic-1k', 16),
      readAs('ntag213', 4),
      readAs('magstripe', 512),
      readNdef,
      decodeEm4100,
      decodeHidProx,
      parseTracks,
      decodeCapability,
      technologyOfVersion,
      (input) => decodeTrack(1, input),
      (input) => decodeTrack(2, input),
      (input) => numberOfRead({ technology: 'barcode', data: input, bitCount: null, symbology: null }, null),
    ),
  },
]
