import { z } from 'zod'
import type { CardUid } from './ids.ts'

/** The card families that layouts and drivers speak of. `unknown` is a card that answered but could not be identified. */
export const cardTechnologies = [
  'mifare-classic-mini',
  'mifare-classic-1k',
  'mifare-classic-4k',
  'mifare-ultralight',
  'mifare-ultralight-c',
  'mifare-ultralight-ev1-48',
  'mifare-ultralight-ev1-128',
  'ntag213',
  'ntag215',
  'ntag216',
  'iso14443-4',
  'em4100',
  't5577',
  'magstripe',
  'unknown',
] as const
export const CardTechnology = z.enum(cardTechnologies)
export type CardTechnology = z.infer<typeof CardTechnology>

/** A card in the field, as anticollision told it, or one that was swiped. */
export interface Card {
  /** `noUid` for a card that has no identifier of its own. */
  readonly uid: CardUid
  readonly technology: CardTechnology
}

/** A MIFARE Classic key: six bytes, presented as key A or key B of the block's sector (MF1S503x §8.2.2). */
export interface MifareKey {
  readonly type: 'A' | 'B'
  readonly value: Uint8Array
}

/** A MIFARE Classic block (0 to 255, 16 bytes) with the key that opens its sector. */
export interface BlockAddress {
  readonly kind: 'block'
  readonly block: number
  readonly key: MifareKey
}

/** A page of the Ultralight and NTAG21x family (4 bytes). */
export interface PageAddress {
  readonly kind: 'page'
  readonly page: number
  /** PWD_AUTH's password, four bytes; null where the page is open. */
  readonly password: Uint8Array | null
}

/** A block of page 0 of a T5577 (4 bytes, most significant first): 0 is the configuration, 1 to 7 are data. */
export interface LfBlockAddress {
  readonly kind: 'lfBlock'
  readonly block: number
}

/**
 * The three tracks of a magnetic stripe at once: one swipe writes them all. The data is ASCII, the tracks' texts without
 * sentinels and LRC, in order, separated by line feeds (`ABC123\n12345\n`). An empty track is left as it is on the card.
 * U+007F alone erases the track. When reading, an empty text is a blank track and `?` alone one that holds something other
 * than ISO/IEC 7811. A driver that can't write and erase in one swipe rejects data that wants both with `not_supported`.
 */
export interface TracksAddress {
  readonly kind: 'tracks'
  /** The coercivity to write with: `hi` 2750 to 4000 Oe, `lo` 300 Oe. */
  readonly coercivity: 'hi' | 'lo'
}

/**
 * The three tracks of a magnetic stripe as recorded bits, for stripes that hold no ISO/IEC 7811 text, such as those of lock
 * systems. The data is three parts in the order of the tracks: one byte, how many bytes follow, and so many bytes of bits,
 * packed most significant first in the order of recording. A part begins with a set bit and does not end with a zero byte:
 * the clocking zeros around the bits are the encoder's. A part of no bytes is left alone when writing, blank when reading.
 */
export interface RawTracksAddress {
  readonly kind: 'rawTracks'
  /** As TracksAddress has it. */
  readonly coercivity: 'hi' | 'lo'
}

/** Where on a card to read or write. */
export type CardAddress = BlockAddress | PageAddress | LfBlockAddress | TracksAddress | RawTracksAddress

/** Bytes at a place on a card. */
export interface CardWrite {
  readonly at: CardAddress
  readonly data: Uint8Array
}
