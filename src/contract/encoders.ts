import type { CardDevice } from './device.ts'
import type { DriverManifest } from './driver.ts'
import type { BridgeError } from './errors.ts'
import type { EncoderId, OrderId } from './ids.ts'

/** What is known of an encoder at this moment, for lists and for the hub. */
export interface EncoderView {
  readonly encoderId: EncoderId
  readonly name: string
  readonly driver: string
  readonly path: string
  readonly layout: string
  readonly technologies: readonly string[]
  readonly state: 'absent' | 'opening' | 'ready' | 'leased' | 'failed'
  /** Why it is not ready. */
  readonly error: BridgeError | null
  readonly info: { readonly model: string; readonly firmware: string } | null
  /** Who holds it: the order, the label of whoever ordered, since when. */
  readonly lease: { readonly orderId: OrderId; readonly owner: string; readonly since: string } | null
}

/** The right to use one encoder alone. It ends by `release`, or by itself when the device is lost. */
export interface EncoderLease {
  readonly encoderId: EncoderId
  readonly device: CardDevice
  readonly layout: string
  /** The driver’s abort promise: with `neverWhileWriting` a session can’t be cancelled while it writes. */
  readonly abort: DriverManifest['abort']
  /** Fires when the device is lost or the lease is taken over; its reason is a BridgeError. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

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
