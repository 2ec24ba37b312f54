import type { CardTechnology } from '../contract/index.ts'
import type { LfCard } from './lf-card.ts'
import type { StripeCard } from './stripe-card.ts'

/** What every card model has in common. */
export interface EmulatedCardBase {
  readonly technology: CardTechnology
  /** As EmulatedCardOptions.uid: what the card answers with, or the emulator's name for one that has no identifier. */
  readonly uid: Uint8Array
  /** A copy of the whole memory, keys included: see Emulator.dumpCard. */
  dump(): Uint8Array
  /** Writes done to each place since the card was made. */
  readonly writeCounts: readonly number[]
}

/** What a card sends back on the air, or that it sends nothing. */
export type CardAnswer =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak' }
  | { readonly kind: 'keyRefused' }
  | { readonly kind: 'silent' }

export const ACK: CardAnswer = { kind: 'ack' }
export const NAK: CardAnswer = { kind: 'nak' }
export const SILENT: CardAnswer = { kind: 'silent' }
export const KEY_REFUSED: CardAnswer = { kind: 'keyRefused' }
/** An answer of bytes. */
export const reply = (...bytes: readonly number[]): CardAnswer => ({
  kind: 'data',
  bytes: Uint8Array.from(bytes),
})

/** One presented MIFARE key, as the reader's part of an authentication carries it. */
interface KeyPresentation {
  readonly type: 'A' | 'B'
  readonly block: number
  /** Six bytes. */
  readonly key: Uint8Array
  /** The last four bytes of the UID: the cipher is bound to them. */
  readonly uidTail: Uint8Array
}

/**
 * A type A card as the air sees it (ISO/IEC 14443-3). It answers only while it is selected; a refused command sends it to
 * halt, where it is silent until it is selected again.
 */
export interface TypeACard extends EmulatedCardBase {
  readonly family: 'typeA'
  /** SENS_RES as a number: 0x0044. */
  readonly atqa: number
  /** SEL_RES. */
  readonly sak: number
  /** Bytes that one address holds: 16 for a Classic block, 4 for an Ultralight page. */
  readonly blockSize: number
  /** Anticollision found the card: it is active, with nothing opened by a key or a password. */
  select(): void
  /** HLTA, or the loss of the RF field: silent, with nothing open. */
  halt(): void
  readonly isActive: boolean
  authenticate(presentation: KeyPresentation): CardAnswer
  /** One command with all its data (`A0 block data[16]`), CRC and 4-bit answers left out. */
  exchange(command: Uint8Array): CardAnswer
}

/** Any card that an emulator may be given; `family` says how it is spoken to. */
export type EmulatedCard = TypeACard | LfCard | StripeCard
export type CardFamily = EmulatedCard['family']
