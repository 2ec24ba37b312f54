import { z } from 'zod'
import type { CardUid } from './ids.ts'

/** The card families that layouts and drivers speak of. `unknown` is a card that answered but could not be identified. */
export const cardTechnologies = [
  'mifare-classic-mini',
  'mifare-classic-1k',
  'mifare-classic-4k',
  'mifare-ultralight',
  'iso14443-4',
  'unknown',
] as const
export const CardTechnology = z.enum(cardTechnologies)
export type CardTechnology = z.infer<typeof CardTechnology>

/** A card in the field, as anticollision told it (ISO/IEC 14443-3 type A). */
export interface Card {
  readonly uid: CardUid
  readonly technology: CardTechnology
  /** SEL_RES, one byte. */
  readonly sak: number
}

/** A MIFARE Classic key: six bytes, presented as key A or key B of the block's sector (MF1S503x §8.2.2). */
export interface MifareKey {
  readonly type: 'A' | 'B'
  readonly value: Uint8Array
}

/**
 * Where on a card to read or write. `block` is a MIFARE Classic block (0 to 255, 16 bytes) with the key that opens its
 * sector. Further card technologies add further members.
 */
export interface CardAddress {
  readonly kind: 'block'
  readonly block: number
  readonly key: MifareKey
}

/** Bytes at a place on a card. */
export interface CardWrite {
  readonly at: CardAddress
  readonly data: Uint8Array
}
