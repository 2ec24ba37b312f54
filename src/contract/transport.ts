import type { Card, CardAddress } from './card.ts'
import type { ScannerRead } from './device.ts'
import { BridgeError } from './errors.ts'

/** Time as drivers and machines see it: monotonic milliseconds and one-shot timers; a test moves it by hand. */
export interface Clock {
  now(): number
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
}

/** How a device is reached. `none` is a device inside this process. */
export const transportKinds = ['serial', 'tcp', 'http', 'hid', 'pcsc', 'keyboard', 'none'] as const
export type TransportKind = (typeof transportKinds)[number]

/** What every transport has. It moves messages and knows no protocol. */
interface TransportBase<Listener> {
  /** The OS path, the reader's name, or a label in tests. For messages only; never an identity. */
  readonly path: string
  /** Attaches the one listener and returns its removal. A second listener is refused with `device_busy` (thrown). */
  listen(listener: Listener): () => void
  /** Releases the device. Idempotent; never rejects. */
  close(): Promise<void>
}

/** What every transport tells its listener. */
export interface LossListener {
  /** Called at most once, when the device is gone: `device_lost`. Nothing is called after it. */
  onLost(error: BridgeError): void
}

/** What a byte stream tells its one listener. */
export interface TransportListener extends LossListener {
  /** Bytes in the order of the line, cut anywhere; at least one byte. The array is the listener's to keep. */
  onBytes(bytes: Uint8Array): void
}

/** A byte stream to one device. */
export interface StreamTransport extends TransportBase<TransportListener> {
  readonly kind: 'serial' | 'tcp'
  /**
   * Hands bytes to the line, in order. Resolves when the operating system has sent them on.
   * Rejects `device_closed` after close, `device_lost` when the line is gone. It has no abort: bytes are sent whole.
   */
  write(bytes: Uint8Array): Promise<void>
}

/** A serial line. */
export interface ByteTransport extends StreamTransport {
  readonly kind: 'serial'
  /** Sets the line speed in bits a second, after what was written has left. Rejects `not_supported` where there is none. */
  setBaudRate(baudRate: number): Promise<void>
}

/** A connection over TCP, whoever made it: the path `tcp://host:port` connects, `tcp-listen://address:port` waits for the peer. */
export interface TcpTransport extends StreamTransport {
  readonly kind: 'tcp'
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** Below the endpoint, beginning with a slash. */
  readonly path: string
  /** Sent as JSON; undefined for none. */
  readonly body?: unknown
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed JSON; null where it is none. */
  readonly body: unknown
}

/** An HTTP endpoint with its credential, which the driver never sees. It keeps no connection of its own, so it is never lost. */
export interface HttpTransport extends TransportBase<LossListener> {
  readonly kind: 'http'
  /**
   * Resolves with whatever the server answers. Rejects `aborted`, `device_closed`; `device_absent` when it is certain that the
   * request has not reached the server (name not found, connection refused); `device_lost` when it may have.
   */
  request(request: HttpRequest, options: { readonly signal: AbortSignal }): Promise<HttpResponse>
}

/** How a driver wants its serial line: bits a second; always 8 data bits, no parity, 1 stop bit, no flow control. */
export interface SerialSettings {
  readonly baudRate: number
}

/** What a USB HID device says about itself (USB descriptors and its top-level collection). */
export interface HidFacts {
  readonly vendorId: number
  readonly productId: number
  readonly manufacturer: string
  readonly product: string
  readonly serialNumber: string
  readonly usagePage: number
  readonly usage: number
}

export interface HidListener extends LossListener {
  /** One whole input report; its first byte is the report id where the device numbers its reports. */
  onReport(report: Uint8Array): void
}

/**
 * A USB HID device: whole reports, no stream. Report data never includes a report id of 0; with numbered reports the id is
 * the first byte. Every method rejects `device_closed` after close, `device_lost` when the device is gone,
 * `device_fault` when the device refuses the report.
 */
export interface HidTransport extends TransportBase<HidListener> {
  readonly kind: 'hid'
  readonly facts: HidFacts
  /** Sends an output report: `reportId` 0 where they are not numbered. */
  write(reportId: number, data: Uint8Array): Promise<void>
  /** SET_REPORT(Feature). */
  sendFeature(reportId: number, data: Uint8Array): Promise<void>
  /** GET_REPORT(Feature); the data without the report id. */
  getFeature(reportId: number, sizeBytes: number): Promise<Uint8Array>
}

/** What is in a PC/SC reader's slot. */
export type PcscState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'present'; readonly atr: Uint8Array }
  /** A card that does not answer to reset. */
  | { readonly kind: 'mute' }

export interface PcscListener extends LossListener {
  /** The state at once after listening, and every change. */
  onState(state: PcscState): void
}

/**
 * A PC/SC reader. Every method rejects `device_closed` after close, `device_lost` when the reader or the smart-card service is
 * gone, `device_busy` when another program holds the card (8010000B), `card_removed` when the card left (80100069, 8010000C),
 * `device_fault` for any other code, which its detail names.
 */
export interface PcscTransport extends TransportBase<PcscListener> {
  readonly kind: 'pcsc'
  /** Connects to the card in the slot, shared, T=0 or T=1, and begins a transaction: nobody else interleaves. */
  connect(): Promise<void>
  /** One APDU to the connected card; the answer with its two status bytes. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>
  /** Ends the transaction and disconnects; `isReset` resets the card. Idempotent. */
  disconnect(isReset: boolean): Promise<void>
  /** The reader's escape command, without a card (CCID PC_to_RDR_Escape). `not_supported` where the system refuses it. */
  escape(command: Uint8Array): Promise<Uint8Array>
}

/** One key of a keyboard: HID usage of page 07 (04 is A, 28 is Enter), pressed or released. */
export interface KeyEvent {
  readonly usage: number
  readonly isPressed: boolean
  /** Monotonic milliseconds. */
  readonly atMs: number
}

export interface KeyListener extends LossListener {
  onKey(key: KeyEvent): void
  /** Keys were lost. All count as released; `onKey` tells next which modifiers are held. */
  onGap(): void
}

/** A device that types, taken away from the desktop: its keys reach nobody else. */
export interface KeyboardTransport extends TransportBase<KeyListener> {
  readonly kind: 'keyboard'
}

export interface FieldListener extends LossListener {
  /** A card came into the field, or went. */
  onField(): void
  /** A scanner was shown something. */
  onPresent(read: ScannerRead): void
}

/** In the place of a transport for a device inside this process: its field, and what lies in it. */
export interface NoTransport extends TransportBase<FieldListener> {
  readonly kind: 'none'
  /** The cards in the field. */
  look(): Promise<readonly Card[]>
  /** Rejects as CardDevice.read does. */
  read(card: Card, at: CardAddress): Promise<Uint8Array>
  /** Rejects as CardDevice.write does. */
  write(card: Card, at: CardAddress, data: Uint8Array): Promise<void>
}

export type Transport =
  | ByteTransport
  | TcpTransport
  | HttpTransport
  | HidTransport
  | PcscTransport
  | KeyboardTransport
  | NoTransport

/** The transport as the kind that a driver needs. Throws `not_supported` for another one. */
export const transportOf = <Kind extends TransportKind>(
  transport: Transport,
  kind: Kind,
): Extract<Transport, { kind: Kind }> => {
  if (transport.kind !== kind) {
    throw new BridgeError(
      'not_supported',
      `The driver needs ${kind}, and ${transport.path} is ${transport.kind}.`,
    )
  }
  return transport as Extract<Transport, { kind: Kind }>
}

/** The transport as a byte stream, whatever carries it. Throws `not_supported` for another one. */
export const streamOf = (transport: Transport): StreamTransport =>
  transport.kind === 'tcp' ? transport : transportOf(transport, 'serial')
