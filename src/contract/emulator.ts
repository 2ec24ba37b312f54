import type { Card, CardAddress, CardTechnology } from './card.ts'
import type {
  Clock,
  FieldListener,
  HidFacts,
  HttpRequest,
  HttpResponse,
  KeyEvent,
  PcscState,
  TransportKind,
} from './transport.ts'

/** How to make an emulated device. */
export interface EmulatorOptions {
  readonly clock: Clock
  /** With true, answers take the time that the line (10 bits a byte at the speed in force) and the card take. */
  readonly realtime: boolean
  /** One of the manifest's; the first of them when left out. */
  readonly transport?: TransportKind
}

/** A card to put into an emulated field. `memory` shorter than the card's is filled with its factory state. */
export interface EmulatedCardOptions {
  /** The technology's name; `classic1k`, `classic4k`, `mini` and `ultralight` are short for MIFARE's. */
  readonly type: string
  /** Hexadecimal; 4 or 7 bytes, 5 for EM4100. For cards without an identifier it is the emulator's name for that card alone. */
  readonly uid: string
  readonly memory?: Uint8Array
  /** On which encoder of a key system; its first one when left out. There the type is `key`. */
  readonly encoder?: string
}

/** A key as an emulated lock system keeps it; `dumpCard` of a key system gives it as JSON in UTF-8, and nothing for a blank. */
export interface EmulatedKey {
  readonly rooms: readonly string[]
  /** `2026-11-23T15:00`, in the property's time; null for none. */
  readonly startsAt: string | null
  readonly endsAt: string | null
  readonly authorisations: readonly string[]
  /** 0 is the original; `oneShot` opens once. */
  readonly copy: number | 'oneShot'
}

/** What an emulated scanner is shown. */
export interface EmulatedRead {
  readonly technology: CardTechnology | 'barcode'
  /** As ScannerRead.data. */
  readonly data: Uint8Array
  readonly bitCount?: number
  readonly symbology?: string
}

/**
 * An emulator is the firmware double of a device: product code for the demo, for tests and for the bench.
 * It does not import its driver's codec: a wrong byte would agree with itself.
 */
interface EmulatorBase {
  /**
   * There for a key system: at least two of its encoders, and two rooms that it knows. It knows these faults, each for the
   * next `count` commands (1): every code of the manifest's `refusals`, refused in the protocol's own way without a key made;
   * `silent` (the key is made, and no answer comes), `deaf` (nothing is made, and no answer comes), `garbled` (the key is made,
   * and the answer can't be understood), `late` (the answer comes with the next thing that the host sends); and over TCP and
   * HTTP `cut` (the key is made, and the connection ends before the answer).
   */
  readonly lockSystem?: { readonly encoders: readonly string[]; readonly rooms: readonly string[] }
  /**
   * Puts a card into the field; refused (thrown, `request_invalid`) for an unknown type. A card of the same UID is put back
   * with its memory. A device of presentation `swipe` has it swiped through whenever it waits for a swipe, until it is removed.
   */
  placeCard(options: EmulatedCardOptions): void
  /** Takes the card away, or every card when no UID is given. Its memory is kept for when it is placed again. */
  removeCard(uid?: string): void
  /** The whole memory of a card as it is, trailers' keys included. A stripe's is as TracksAddress has it. */
  dumpCard(uid: string): Uint8Array
  /** How many times each place of the card was written since it was made: the proof against double writes. */
  countWrites(uid: string): readonly number[]
  /** Shows something to a scanner, once. Refused (thrown, `not_supported`) by a card device, as `placeCard` is by a scanner without a field. */
  present(read: EmulatedRead): void
  /**
   * Misbehaves on command: the documentation of the emulator's factory lists the faults. Unknown names are refused (thrown).
   * `{ fault: 'removeCardAfterWrites', count: 2 }`
   */
  inject(fault: { readonly fault: string; readonly count?: number }): void
  /** Takes the power away and gives it back: the device starts anew, the cards stay in the field. */
  powerCycle(): void
  close(): void
}

/** The device's end of a serial line. */
export interface SerialEmulator extends EmulatorBase {
  readonly kind: 'serial'
  /** Connects the line: `send` carries bytes to the host. Called before `receive`; a later call replaces the line. */
  connect(send: (bytes: Uint8Array) => void): void
  /** Bytes from the host, cut anywhere, at the host's line speed where the transport knows it. */
  receive(bytes: Uint8Array, hostBaudRate?: number): void
  /** The line speed that the device has in force, bits a second. Bytes sent at another speed arrive as rubbish. */
  readonly baudRate: number
}

/** What connects an emulated peer to its host. */
export interface EmulatorLine {
  send(bytes: Uint8Array): void
  /** Ends the connection from the device's side. */
  hangUp(): void
}

/** The other end of a TCP connection, whoever made it. */
export interface TcpEmulator extends EmulatorBase {
  readonly kind: 'tcp'
  /** A new connection; one that is still there is a rival, and the emulator does with it what its product does. */
  connect(line: EmulatorLine): void
  receive(bytes: Uint8Array): void
  /** The host has ended the connection. */
  disconnected(): void
}

/** A server. */
export interface HttpEmulator extends EmulatorBase {
  readonly kind: 'http'
  /** Rejects `device_lost` for a connection that breaks before the answer, `device_absent` for one that is not made. */
  handle(request: HttpRequest, options: { readonly signal: AbortSignal }): Promise<HttpResponse>
}

/** The device's end of a HID interface: reports as in HidTransport. */
export interface HidEmulator extends EmulatorBase {
  readonly kind: 'hid'
  readonly facts: HidFacts
  /** The report descriptor, for a kernel that is to enumerate it (HID 1.11 §6.2.2). */
  readonly reportDescriptor: Uint8Array
  /** `send` carries an input report to the host; a later call replaces the host. */
  connect(send: (report: Uint8Array) => void): void
  receive(reportId: number, data: Uint8Array): void
  /** SET_REPORT(Feature). Throws `device_fault` for a report that the device stalls. */
  setFeature(reportId: number, data: Uint8Array): void
  /** GET_REPORT(Feature); throws as `setFeature` does. */
  getFeature(reportId: number, sizeBytes: number): Uint8Array
}

/** A reader as the smart-card service sees it. */
export interface PcscEmulator extends EmulatorBase {
  readonly kind: 'pcsc'
  readonly readerName: string
  /** `tell` carries the slot's state to the host, at once and at every change; a later call replaces the host. */
  connect(tell: (state: PcscState) => void): void
  /** Powers the card in the slot; throws `card_removed` where there is none. */
  powerOn(): void
  powerOff(): void
  /** One APDU to the powered card. Rejects `card_removed`. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>
  /** Rejects `not_supported` for a reader without escape commands. */
  escape(command: Uint8Array): Promise<Uint8Array>
}

/** A device that types. */
export interface KeyboardEmulator extends EmulatorBase {
  readonly kind: 'keyboard'
  connect(send: (key: KeyEvent) => void): void
}

/** A device inside this process: its field, as NoTransport has it. */
export interface NoneEmulator extends EmulatorBase {
  readonly kind: 'none'
  /** `host` is told of what comes and goes; a later call replaces it. */
  connect(host: Pick<FieldListener, 'onField' | 'onPresent'>): void
  look(): readonly Card[]
  /** Throws as NoTransport.read rejects. */
  read(card: Card, at: CardAddress): Uint8Array
  /** Throws as NoTransport.write rejects. */
  write(card: Card, at: CardAddress, data: Uint8Array): void
}

export type Emulator =
  | SerialEmulator
  | TcpEmulator
  | HttpEmulator
  | HidEmulator
  | PcscEmulator
  | KeyboardEmulator
  | NoneEmulator
