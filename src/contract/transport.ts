import type { BridgeError } from './errors.ts'

/** Time as drivers and machines see it: monotonic milliseconds and one-shot timers; a test moves it by hand. */
export interface Clock {
  now(): number
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
}

/** What a transport tells its one listener. */
export interface TransportListener {
  /** Bytes in the order of the line, cut anywhere; at least one byte. The array is the listener's to keep. */
  onBytes(bytes: Uint8Array): void
  /** Called at most once, when the line is gone: `device_lost`. Nothing is called after it. */
  onLost(error: BridgeError): void
}

/**
 * A byte stream to one device: a serial line, a TCP connection or a memory pair. It moves bytes and knows no protocol.
 */
export interface ByteTransport {
  /** The OS path, or a label in tests. For messages only; never an identity. */
  readonly path: string
  /** Attaches the one listener and returns its removal. A second listener is refused with `device_busy` (thrown). */
  listen(listener: TransportListener): () => void
  /**
   * Hands bytes to the line, in order. Resolves when the operating system has sent them on.
   * Rejects `device_closed` after close, `device_lost` when the line is gone. It has no abort: bytes are sent whole.
   */
  write(bytes: Uint8Array): Promise<void>
  /** Sets the line speed in bits a second, after what was written has left. Rejects `not_supported` where there is none. */
  setBaudRate(baudRate: number): Promise<void>
  /** Releases the port. Idempotent; never rejects. */
  close(): Promise<void>
}

/** How a driver wants its serial line: bits a second; always 8 data bits, no parity, 1 stop bit, no flow control. */
export interface SerialSettings {
  readonly baudRate: number
}
