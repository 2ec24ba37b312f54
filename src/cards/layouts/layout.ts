import type { CardContent } from '../../contract/card-content.ts'
import type { Card, CardAddress, CardTechnology, CardWrite } from '../../contract/card.ts'
import type { SiteKeys } from '../../contract/site-keys.ts'

/**
 * Why a card that is not blank is not a record of the site:
 * `magic` another content, `version` a record of a newer layout, `keyVersion` a key that this site does not have,
 * `mac` a forged, copied or incomplete record (an encode that was broken off leaves this).
 */
export type ForeignReason = 'magic' | 'version' | 'keyVersion' | 'mac'

/** What a card's own blocks say. */
export type CardReading =
  | { readonly kind: 'blank' }
  | { readonly kind: 'record'; readonly record: CardContent; readonly keyVersion: number }
  /** A layout without a record finds no more than the number that the card bears. */
  | { readonly kind: 'number'; readonly cardNumber: string }
  | { readonly kind: 'foreign'; readonly reason: ForeignReason }

/** What must stand somewhere on a card for a plan to be of use. */
export interface Precondition {
  readonly at: CardAddress
  /** Throws `card_incompatible` when it is not so. */
  check(found: Uint8Array): void
}

/** A layout says what of an order goes where on a card. It is pure: bytes in, bytes out. */
export interface Layout {
  readonly name: string
  /** What the journal keeps: it changes when the layout puts anything elsewhere, so that a crash is judged by the layout of then. */
  readonly id: string
  readonly technologies: readonly CardTechnology[]
  /** Whether what is written says when it ends: a card without an end is good for ever. */
  readonly bearsEnd: boolean
  /**
   * The writes that put the content onto the card, in the order in which to do them, group by group.
   * Throws `card_incompatible` for a technology that is not listed, `order_invalid` for content that does not fit
   * (a time before 1970 or after 2106, a number of more than 64 bits), `not_paired` when the current site key is missing.
   */
  plan(content: CardContent, card: Card, siteKeys: SiteKeys): readonly CardWrite[]
  /** To be checked before the plan is carried out, and before a card that holds it already is called right. */
  readonly precondition?: (plan: readonly CardWrite[]) => Precondition
  /** The record's own places, to be read before and after a write. Throws `card_incompatible`. */
  reads(card: Card): readonly CardAddress[]
  /** What the blocks of `reads`, in their order, say. Never throws on what a card may hold. */
  parse(blocks: readonly Uint8Array[], card: Card, siteKeys: SiteKeys): CardReading
}
