import type { EmulatedCardOptions, EmulatedRead } from '../contract/emulator.ts'
import type { Card } from '../contract/card.ts'
import type { ScannerRead } from '../contract/device.ts'
import type { Encoders } from '../contract/encoders.ts'
import type { BridgeError } from '../contract/errors.ts'
import type { DeskWork } from '../contract/desk-work.ts'
import type { EncoderId, OrderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import type { LinkView } from '../contract/link-view.ts'
import type { Purpose, StaySubject } from '../contract/order.ts'
import type { RoomRow } from '../contract/rooms.ts'
import type { Sessions } from '../contract/session-view.ts'
import type { DoctorReport } from './schema.ts'
import type { UpkeepPorts } from './upkeep-ports.ts'

/** How far pairing with a hub has come. */
export type PairingView =
  | { readonly state: 'unpaired' }
  /** The code waits to be claimed by the holder of an API key. */
  | {
      readonly state: 'pending'
      readonly code: string
      /** By the hub's clock. */
      readonly expiresAt: string
      readonly remainingMs: number
    }
  | {
      readonly state: 'paired'
      readonly bridgeId: string
      readonly acsSystemId: string
      readonly hubEndpoint: string
    }
  | { readonly state: 'failed'; readonly error: BridgeError }

/** The fields of the virtual devices, by the devices' names. Each throws `encoder_unknown`, `request_invalid`, `not_supported`. */
export interface VirtualPorts {
  place(name: string, card: EmulatedCardOptions): void
  remove(name: string, uid: string | undefined): void
  present(name: string, read: EmulatedRead): void
}

/** How an encoder was told from the others: by its own lights, by a card, or as what was shown a card and became it. */
export type Identified =
  | { readonly kind: 'shown'; readonly encoderId: EncoderId }
  | { readonly kind: 'seen'; readonly encoderId: EncoderId }
  | { readonly kind: 'setUp'; readonly encoderId: EncoderId; readonly path: string }

/** The devices of the desk: what happens at them, and what an installer does to them. */
export interface DevicePorts extends Pick<Encoders, 'onChange'> {
  onScannerRead(
    observer: (event: { readonly encoderId: EncoderId; readonly read: ScannerRead }) => void,
  ): () => void
  onCard(
    observer: (event: {
      readonly encoderId: EncoderId
      readonly orderId: OrderId
      readonly card: Card
    }) => void,
  ): () => void
  /** Throws `request_invalid` when not exactly one device waits to be accepted. */
  accept(encoderId: EncoderId): void
  /** Rejects `aborted` when the signal fires before anything was shown. */
  identify(encoderId: EncoderId | null, signal: AbortSignal): Promise<Identified>
  /**
   * What the next card or code is known by that is shown to this encoder, or to any that nobody uses. Rejects `aborted`,
   * `device_absent`, `card_incompatible`.
   */
  nextBadge(encoderId: EncoderId | null, signal: AbortSignal): Promise<string>
}

interface Entrance {
  readonly acsEntranceId: string
  readonly displayName: string
}

/** The list of rooms of this desk. */
export interface RoomPorts {
  /** `error`: why the file can't be used as it is; then these are the rows that were there before. */
  list(): { readonly rows: readonly RoomRow[]; readonly error: BridgeError | null }
  /** Replaces all rows or none, or only says what that would change. Throws `request_invalid`, `data_unwritable`. */
  replace(
    rows: readonly RoomRow[],
    isDryRun: boolean,
  ): {
    readonly added: number
    readonly changed: number
    readonly removed: number
    readonly unchanged: number
  }
  /** The list beside what the hub and the configuration have. Rejects `not_paired`, `aborted`, and with the hub's codes. */
  check(signal: AbortSignal): Promise<{
    readonly entrances: readonly Entrance[]
    readonly missing: readonly Entrance[]
    readonly unknown: readonly RoomRow[]
    readonly unknownSystems: readonly string[]
  }>
}

/** What the control API asks the rest of the daemon for. */
export interface ControlPorts extends UpkeepPorts {
  readonly encoders: Pick<Encoders, 'list'> &
    DevicePorts & {
      /** False, and nothing happens, when another order holds the encoder. */
      takeOver(encoderId: EncoderId, from: OrderId): boolean
    }
  readonly sessions: Pick<Sessions, 'view' | 'list' | 'next' | 'onChange' | 'cancel' | 'confirm'>
  readonly journal: Pick<Journal, 'audit' | 'outboxFigures' | 'noteAudit' | 'people' | 'touch'>
  readonly virtual: VirtualPorts
  /** Whether the devices are still looked after; true where there are none. */
  isDeviceLoopAlive(): boolean
  readonly link: {
    view(): LinkView
    onChange(observer: () => void): () => void
    /** Has the hub order an encode at this desk. Rejects `not_paired`, and with the hub's codes. */
    requestEncode(request: {
      readonly accessMethodId: string
      readonly encoderId: EncoderId
      readonly purpose: Purpose
      readonly copies: number
      readonly isConfirmed: boolean
      /** For people. */
      readonly orderedBy: string
    }): Promise<OrderId>
  }
  /** Orders a scan of this desk's own. `orderedBy` is for people; `userIdentityId` is whose the card becomes, null for nobody's. */
  orderScan(
    encoderId: EncoderId,
    orderedBy: string,
    userIdentityId: string | null,
  ): OrderId | Promise<OrderId>
  /** Orders that the card which is shown next is given to an access method. */
  orderAssign(encoderId: EncoderId, accessMethodId: string, orderedBy: string): OrderId | Promise<OrderId>
  /** Orders a card that opens nothing, for this desk alone. Throws `not_paired`, `not_supported`. */
  orderTest(encoderId: EncoderId, orderedBy: string): OrderId | Promise<OrderId>
  /** Orders something at a key system that makes no key, for this desk alone. */
  orderStay(encoderId: EncoderId, stay: StaySubject, orderedBy: string): OrderId | Promise<OrderId>
  readonly rooms: RoomPorts
  /** What the desk has to do and to hand over. */
  readonly work: DeskWork
  doctor(): Promise<DoctorReport>
  readonly pairing: {
    /** Pairs at once with an API key or an enrolment token; without one resolves `pending` and awaits the claim in the background. */
    start(request: {
      readonly hubEndpoint: string
      readonly apiKey: string | null
      readonly enrolmentToken: string | null
      readonly acsSystemId: string | null
    }): Promise<PairingView>
    view(): PairingView
  }
}
