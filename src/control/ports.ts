import type { Encoders } from '../contract/encoders.ts'
import type { BridgeError } from '../contract/errors.ts'
import type { EncoderId, OrderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import type { LinkView } from '../contract/link-view.ts'
import type { Purpose } from '../contract/order.ts'
import type { Sessions } from '../contract/session-view.ts'
import type { DoctorReport } from './schema.ts'

/** How far pairing with a hub has come. */
export type PairingView =
  | { readonly state: 'unpaired' }
  /** The code waits to be claimed by the holder of an API key. */
  | { readonly state: 'pending'; readonly code: string; readonly expiresAt: string }
  | {
      readonly state: 'paired'
      readonly bridgeId: string
      readonly acsSystemId: string
      readonly hubEndpoint: string
    }
  | { readonly state: 'failed'; readonly error: BridgeError }

/** What the control API asks the rest of the daemon for. */
export interface ControlPorts {
  readonly encoders: Pick<Encoders, 'list'> & {
    /** False, and nothing happens, when another order holds the encoder. */
    takeOver(encoderId: EncoderId, from: OrderId): boolean
  }
  readonly sessions: Pick<Sessions, 'view' | 'list' | 'next' | 'onChange' | 'cancel' | 'confirm'>
  readonly journal: Pick<Journal, 'audit' | 'outboxFigures'>
  readonly link: {
    view(): LinkView
    /** Has the hub order an encode at this desk. Rejects `not_paired`, and with the hub's codes. */
    requestEncode(request: {
      readonly accessMethodId: string
      readonly encoderId: EncoderId
      readonly purpose: Purpose
      readonly isConfirmed: boolean
    }): Promise<OrderId>
  }
  /** Orders a scan of this desk's own. */
  orderScan(encoderId: EncoderId): OrderId | Promise<OrderId>
  doctor(): Promise<DoctorReport>
  readonly pairing: {
    /** Pairs at once with an API key; without one resolves `pending` and awaits the claim in the background. */
    start(request: {
      readonly hubEndpoint: string
      readonly apiKey: string | null
      readonly acsSystemId: string | null
    }): Promise<PairingView>
    view(): PairingView
  }
}
