/**
 * What the places of a card have in common, whatever its technology.
 * @module
 */
import type { CardAddress, CardWrite } from '../contract/card.ts'
import { sectorOf } from './mifare-classic.ts'
import { formatRawTracks, type RawTracks, splitRawTracks } from './raw-tracks.ts'
import { erasure } from './tracks.ts'

/** READ of the Ultralight family answers four pages (MF0ICU1 §7.6.3). */
const PAGES_A_READ = 4

/**
 * The group that a place is written and read back with: a sector under one authentication, the pages of one READ, a whole
 * transponder, a whole stripe.
 */
export const groupOf = (at: CardAddress): number => {
  switch (at.kind) {
    case 'block':
      return sectorOf(at.block)
    case 'page':
      return Math.floor(at.page / PAGES_A_READ)
    case 'lfBlock':
    case 'tracks':
    case 'rawTracks':
      return 0
  }
}

/** The place's name for people and as a key: `block 4`, `page 4`, `the stripe`, `the stripe’s bits`. */
export const nameOf = (at: CardAddress): string => {
  switch (at.kind) {
    case 'block':
    case 'lfBlock':
      return `block ${at.block}`
    case 'page':
      return `page ${at.page}`
    case 'tracks':
      return 'the stripe'
    case 'rawTracks':
      return 'the stripe’s bits'
  }
}

/**
 * Of what was found at a place, the part that the write decides, in the words of the write: a track that was not written may
 * hold anything, and one that is blank is as good as erased.
 */
export const writtenPart = ({ at, data }: CardWrite, found: Uint8Array): Uint8Array => {
  if (at.kind === 'rawTracks') return writtenBits(splitRawTracks(data), splitRawTracks(found))
  if (at.kind !== 'tracks') return found
  const written = textOf(data).split('\n')
  const tracks = textOf(found)
    .split('\n')
    .map((text, index) => {
      if (written[index] === '') return ''
      return written[index] === erasure && text === '' ? erasure : text
    })
  return new TextEncoder().encode(tracks.join('\n'))
}

const writtenBits = (written: RawTracks, found: RawTracks): Uint8Array => {
  const part = (index: 0 | 1 | 2): Uint8Array => (written[index].length === 0 ? written[index] : found[index])
  return formatRawTracks([part(0), part(1), part(2)])
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)

/** What a plan leaves on the card: of several writes to one place the last, in the order of the places' first writes. */
export const lastWrites = (plan: readonly CardWrite[]): readonly CardWrite[] => [
  ...new Map(plan.map((write) => [nameOf(write.at), write])).values(),
]
