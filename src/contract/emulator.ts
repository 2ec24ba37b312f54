import type { Clock } from './transport.ts'

/** How to make an emulated device. */
export interface EmulatorOptions {
  readonly clock: Clock
  /** With true, answers take the time that the line (10 bits a byte at the speed in force) and the card take. */
  readonly realtime: boolean
}

/** A card to put into an emulated field. `memory` shorter than the card's is filled with its factory state. */
export interface EmulatedCardOptions {
  /** `classic1k`, `classic4k`, `mini`, `ultralight`. */
  readonly type: string
  /** Hexadecimal; 4 or 7 bytes. */
  readonly uid: string
  readonly memory?: Uint8Array
}

/**
 * An emulator is the firmware double of a device: product code for the demo, for tests and for the bench.
 * It does not import its driver's codec: a wrong byte would agree with itself.
 */
export interface Emulator {
  /** Connects the line: `send` carries bytes to the host. Called before `receive`; a later call replaces the line. */
  connect(send: (bytes: Uint8Array) => void): void
  /** Bytes from the host, cut anywhere, at the host's line speed where the transport knows it. */
  receive(bytes: Uint8Array, hostBaudRate?: number): void
  /** The line speed that the chip has in force, bits a second. Bytes sent at another speed arrive as rubbish. */
  readonly baudRate: number
  /** Puts a card into the field; refused (thrown) for an unknown type. A card of the same UID is put back with its memory. */
  placeCard(options: EmulatedCardOptions): void
  /** Takes the card away, or every card when no UID is given. Its memory is kept for when it is placed again. */
  removeCard(uid?: string): void
  /** The whole memory of a card as it is, trailers' keys included. */
  dumpCard(uid: string): Uint8Array
  /** How many times each block of the card was written since it was made: the proof against double writes. */
  countWrites(uid: string): readonly number[]
  /**
   * Misbehaves on command: the documentation of the emulator's factory lists the faults. Unknown names are refused (thrown).
   * `{ fault: 'removeCardAfterWrites', count: 2 }`
   */
  inject(fault: { readonly fault: string; readonly count?: number }): void
  /** Takes the power away and gives it back: the device starts anew, the cards stay in the field. */
  powerCycle(): void
  close(): void
}
