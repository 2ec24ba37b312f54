import type { CardDevice, DeviceInfo, Scanner } from './device.ts'
import type { DriverManifest } from './driver.ts'
import type { BridgeError } from './errors.ts'
import type { EncoderId, OrderId } from './ids.ts'
import type { KeyAbilities, KeySystem } from './key-system.ts'
import type { NumberFormat } from './number-format.ts'
import type { TransportKind } from './transport.ts'

/** What is known of an encoder at this moment, for lists and for the hub. */
export interface EncoderView {
  readonly encoderId: EncoderId
  readonly name: string
  readonly driver: string
  readonly kind: DriverManifest['kind']
  /** What the lock system calls this encoder; null for every other kind. */
  readonly address: string | null
  readonly keys: KeyAbilities | null
  /** How it is reached, as far as that is known: a driver may know several ways. */
  readonly transport: TransportKind
  /** Where it is now: an OS path or a reader's name, for people. Null until it was found. */
  readonly path: string | null
  /** By what it is known again (`usb:1234:5678:A1B2`, `port:1-2.3`, `path:/dev/ttyS0`). Null until it was met. */
  readonly identity: string | null
  readonly presentation: DriverManifest['presentation']
  readonly indicators: DriverManifest['indicators']
  readonly layout: string
  readonly technologies: readonly string[]
  readonly state: 'absent' | 'opening' | 'ready' | 'leased' | 'failed'
  /** Why it is not ready. */
  readonly error: BridgeError | null
  readonly info: DeviceInfo | null
  /** Who holds it: the order, the label of whoever ordered, since when. */
  readonly lease: { readonly orderId: OrderId; readonly owner: string; readonly since: string } | null
}

interface LeaseBase {
  readonly encoderId: EncoderId
  readonly layout: string
  /** How the numbers of cards without a record, and of a scanner's reads, are written; null by habit. */
  readonly numberFormat: NumberFormat | null
  /** How a card is shown to the device: laid into a field, or swiped. */
  readonly presentation: DriverManifest['presentation']
  /** The driver’s abort promise: with `neverWhileWriting` a session can’t be cancelled while it writes. */
  readonly abort: DriverManifest['abort']
  /** Fires when the device is lost or the lease is taken over; its reason is a BridgeError. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

export interface CardLease extends LeaseBase {
  readonly kind: 'card'
  readonly device: CardDevice
}

/** While a scanner is leased its reads go to the holder alone. */
export interface ScannerLease extends LeaseBase {
  readonly kind: 'scanner'
  readonly device: Scanner
}

/** One encoder of a key system: the device is the link that it shares with others, `address` its name there. */
export interface KeyLease extends LeaseBase {
  readonly kind: 'keySystem'
  readonly device: KeySystem
  readonly address: string
  /** The name of the link in the configuration: which rows of the list of rooms are meant. */
  readonly system: string
  readonly keys: KeyAbilities
}

/** The right to use one encoder alone. It ends by `release`, or by itself when the device is lost. */
export type EncoderLease = CardLease | ScannerLease | KeyLease

/** The encoders of this desk, as sessions see them. First come, first served per encoder. */
export interface Encoders {
  list(): readonly EncoderView[]
  /** Called on every change of the list or of a state. */
  onChange(observer: () => void): () => void
  /**
   * Waits for any of the encoders, in the order of the calls. Rejects `encoder_unknown` when none is configured here,
   * `aborted`; an encoder that is absent is waited for until the signal fires.
   */
  lease(
    encoderIds: readonly EncoderId[],
    claim: {
      readonly orderId: OrderId
      readonly owner: string
      /** Goes before those who wait: the truth about a card that may still lie there comes before the next order. */
      readonly isFirst: boolean
    },
    signal: AbortSignal,
  ): Promise<EncoderLease>
}
