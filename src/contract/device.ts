import type { Card, CardAddress, CardTechnology } from './card.ts'
import type { BridgeError } from './errors.ts'
import type { KeySystem } from './key-system.ts'

/** The last argument of every I/O method. */
export interface IoOptions {
  /** Aborting rejects with `aborted` and leaves the device idle and usable, within the manifest's abort promise. */
  readonly signal: AbortSignal
}

/** What a device says about itself; for people, never an identity. */
export interface DeviceInfo {
  readonly model: string
  /** Empty where it tells none. */
  readonly firmware: string
  /** The device's own serial number, told by its protocol; null where it tells none. */
  readonly serialNumber: string | null
}

/** What a device is asked to show: who is meant, that it went well, that it did not. */
export type Indication = 'identify' | 'success' | 'failure'

/** What every kind of device has in common. */
export interface DeviceBase {
  readonly info: DeviceInfo
  /**
   * Asks the idle device for a sign of life without touching a card.
   * Rejects `device_unresponsive`, `device_absent` (a server that is not reached), `device_lost`, `device_closed`,
   * `protocol_error`, `aborted`.
   */
  probe(options: IoOptions): Promise<void>
  /**
   * Blinks or beeps for about a second, and touches no card. There exactly when the manifest names indicators.
   * Rejects as `probe` does.
   */
  indicate?(what: Indication, options: IoOptions): Promise<void>
  /** Registers the one observer of the loss of the device, called at most once with `device_lost`. */
  onLost(observer: (error: BridgeError) => void): void
  /** Releases the transport. Idempotent; never rejects; every later call rejects `device_closed`. */
  close(): Promise<void>
}

/**
 * A card device reads and writes the memory of a card; we decide the bytes. It has no `encode` and no deadlines:
 * the session's chart aborts the signal when time is up.
 *
 * Calls are serialised by the caller; a second call while one runs rejects `device_busy`.
 * Every method rejects (never throws) and only with BridgeError. Besides the codes that a method names, each may reject
 * with `aborted`, `device_lost`, `device_closed`, `device_busy`, `device_unresponsive`, `device_fault`, `protocol_error`.
 */
export interface CardDevice extends DeviceBase {
  readonly kind: 'card'
  /**
   * Waits for exactly one card, for as long as the signal allows, and selects it. A card that already lies there counts;
   * with presentation `swipe` so does the card that was swiped last, until it is written to or released.
   * Rejects `card_several` when more than one card answers. What can be told at once (line speed, RF field) is prepared
   * here; `release` undoes it.
   */
  waitForCard(options: IoOptions): Promise<Card>
  /**
   * Reads one place of the selected card. With presentation `swipe` it waits for the next swipe where the last one does not tell.
   * Rejects `card_removed` when it no longer answers, `card_swapped` when another card does, `card_key_refused`,
   * `card_incompatible` when the place does not exist on it, `not_supported` when the technology is not the driver's.
   */
  read(card: Card, at: CardAddress, options: IoOptions): Promise<Uint8Array>
  /**
   * Writes one place of the selected card and resolves when the card has acknowledged it; the caller reads it back.
   * Rejects as `read` does, and `card_write_refused`. With abort promise `betweenBlocks` a block whose bytes are under
   * way is finished before `aborted` rejects: a block is never left half written by an abort.
   */
  write(card: Card, at: CardAddress, data: Uint8Array, options: IoOptions): Promise<void>
  /** Ends the work with the card: RF field off, line back at its resting speed. Safe at any time; resolves when idle. */
  release(options: IoOptions): Promise<void>
}

/** One read of a scanner. */
export interface ScannerRead {
  readonly technology: CardTechnology | 'barcode'
  /**
   * What was read, framing stripped. Barcodes: the symbol's bytes. Badges: the number, most significant byte first, right-aligned.
   * Magnetic stripes: ASCII, the texts of the three tracks with sentinels, separated by line feeds.
   */
  readonly data: Uint8Array
  /** How many bits of a badge's data count; null for whole bytes. */
  readonly bitCount: number | null
  /** The AIM symbology identifier of a barcode (ISO/IEC 15424), like `]Q0`; null where none was told. */
  readonly symbology: string | null
}

/** A scanner delivers a stream of reads: barcode, badge, swipe, wedge. */
export interface Scanner extends DeviceBase {
  readonly kind: 'scanner'
  /** Calls `observer` once for each presentation until the returned function stops it; nothing after stop. */
  onRead(observer: (read: ScannerRead) => void): () => void
  /** Calls `observer` with `card_unreadable` for each presentation that could not be read, until it is stopped. */
  onMisread(observer: (error: BridgeError) => void): () => void
}

export type Device = CardDevice | KeySystem | Scanner
