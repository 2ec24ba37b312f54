import type { EncoderId, OrderId } from './ids.ts'
import type { Order } from './order.ts'
import type { Ending } from './outcome.ts'

/** The states of a session that people see; the charts of src/sessions name them. */
export type SessionState =
  | 'queued'
  | 'leasing'
  | 'waitingForCard'
  | 'checkingCard'
  | 'awaitingConfirmation'
  | 'writing'
  | 'waitingForReturn'
  | 'verifying'
  | 'reading'
  | 'comparing'
  | 'assigning'
  | 'ordering'
  | 'makingKey'
  | 'recovering'
  | 'ended'

/** One session as the clerk sees it. */
export interface SessionView {
  readonly orderId: OrderId
  readonly kind: Order['kind']
  readonly state: SessionState
  /** Grows with every change of this view; a reader waits for the next one. */
  readonly revision: number
  readonly encoderId: EncoderId | null
  /** Blocks written and read back, or keys made, and all of them; null outside `writing` and `makingKey`. */
  readonly progress: { readonly done: number; readonly total: number } | null
  /** What the clerk does now, as an instruction. */
  readonly prompt: string
  /** False while the driver's abort promise forbids a cancel. */
  readonly cancellable: boolean
  readonly ending: Ending | null
}

/** The running sessions, as the control API sees them. */
export interface Sessions {
  view(orderId: OrderId): SessionView | null
  list(): readonly SessionView[]
  /** Resolves with the view once its revision is above `after`, or with the current one when the signal fires. */
  next(orderId: OrderId, after: number, signal: AbortSignal): Promise<SessionView | null>
  onChange(observer: (view: SessionView) => void): () => void
  /** Asks the session to stop. False when it has ended or does not exist. */
  cancel(orderId: OrderId): boolean
  /**
   * Answers `awaitingConfirmation` with yes, for the question of that revision. False when it was not asked, or when another
   * question is asked by now: nobody says yes to what he has not seen.
   */
  confirm(orderId: OrderId, revision: number): boolean
  /** Takes no new orders, ends what can end within the bound, and leaves the rest to the journal. */
  drain(boundMs: number): Promise<void>
}
