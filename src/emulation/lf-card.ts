import type { EmulatedCardBase } from './emulated-card.ts'

/** What a 125 kHz transponder sends, over and over, for as long as it is in the field. */
export interface LfSignal {
  /** The bits of one round as text of `0` and `1`. */
  readonly bits: string
  readonly modulation: LfModulation
  /** RF/n: carrier periods for each bit. */
  readonly bitRate: number
}

/** ATA5577C §4.9, as its configuration names them. */
export type LfModulation =
  | 'direct'
  | 'psk1'
  | 'psk2'
  | 'psk3'
  | 'fsk1'
  | 'fsk2'
  | 'fsk1a'
  | 'fsk2a'
  | 'manchester'
  | 'biphase'
  | 'diphase'

/** A command of the ATA5577C's downlink (§4.7): to a block of page 0 or 1, with or without the password. */
export interface LfCommand {
  readonly page: 0 | 1
  readonly block: number
  /** Four bytes; undefined for the short form of the command. */
  readonly password?: Uint8Array
}

/**
 * A 125 kHz transponder. It acknowledges nothing: a write that it does not take leaves it as it was, and only reading tells.
 */
export interface LfCard extends EmulatedCardBase {
  readonly family: 'lf'
  /** Undefined for one that sends nothing of its own. */
  readonly signal: LfSignal | undefined
  /** Writes four bytes, most significant first; with `isLocking` the block can't be written any more. */
  write(command: LfCommand, bytes: Uint8Array, isLocking?: boolean): void
  /** The four bytes that the transponder sends to a read of the block; undefined when it does not listen. */
  read(command: LfCommand): Uint8Array | undefined
}
