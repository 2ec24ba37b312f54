import type { Card, CardWrite } from '../contract/card.ts'
import type { CardLease } from '../contract/encoders.ts'
import { isBridgeError, toBridgeError } from '../contract/errors.ts'
import type { BridgeError, ErrorCode } from '../contract/errors.ts'
import type { CardUid } from '../contract/ids.ts'
import type { WriteIntent } from '../contract/journal.ts'
import type { EncodeSubject, Order } from '../contract/order.ts'
import type { Ending } from '../contract/outcome.ts'
import { identityOf, noFurther } from './chart.ts'
import { failedEnding } from './failed-ending.ts'

export type EncodeOrder = Order & { readonly encode: EncodeSubject }

/** The writing of one card, as `checkCard` planned it. */
export interface WriteTask {
  readonly card: Card
  readonly plan: readonly CardWrite[]
  /** What is journalled before the first byte. */
  readonly intent: WriteIntent
}

/** What `checkCard` found: a card to write, one that is already right, or one that holds somebody's credential. */
export type CardCheck =
  | { readonly kind: 'free'; readonly task: WriteTask }
  | { readonly kind: 'alreadyRight' }
  | { readonly kind: 'occupied'; readonly occupant: Occupant }

/** What a card holds, by the digest of the record's own blocks: of cards without an identifier it alone tells one from another. */
export interface Occupant {
  readonly uid: CardUid
  readonly digest: string
}

/** What `checkCard` looks at, and what it may find there without asking. */
export interface CheckTask {
  readonly lease: CardLease
  readonly card: Card
  readonly order: EncodeOrder
  readonly overwrite: Occupant | null
}

/** What a session starts from: an order, and after a crash what the journal knows of its writing. */
export interface EncodeInput {
  readonly order: EncodeOrder
  /** Set when the daemon stopped between the intent and the ending; later, whenever a write was cut short. */
  readonly interrupted: WriteIntent | null
  /** Milliseconds until the order expires, by the wall clock at the start. */
  readonly expiresInMs: number
}

export interface EncodeContext extends EncodeInput {
  readonly lease: CardLease | null
  readonly card: Card | null
  readonly task: WriteTask | null
  /** Why `awaitingConfirmation` asks. */
  readonly question: 'liveKey' | 'occupied'
  /** What the clerk is asked about, and allowed to be overwritten. */
  readonly occupant: Occupant | null
  readonly overwrite: Occupant | null
  /** What cut the write short. */
  readonly interruptedBy: BridgeError
  /** A write has been handed to the card: from now on no failure leaves it `untouched`. */
  readonly touched: boolean
  readonly progress: { readonly done: number; readonly total: number } | null
  /** What was written is being read back: where cards are swiped, the clerk has to swipe again. */
  readonly isReadingBack: boolean
  /** Swipes that went wrong while the card was written. */
  readonly failedSwipes: number
  /** What the card device complains of while it waits. */
  readonly notice: ErrorCode | null
  /** Asks the writer to stop at the driver's next promise point, with the reason why. */
  readonly stop: AbortController
  readonly ending: Ending | null
}

export type EncodeEvent =
  | { readonly type: 'session.cancel' }
  | { readonly type: 'clerk.confirmed' }
  | { readonly type: 'card.notice'; readonly code: ErrorCode | null }
  | { readonly type: 'write.started' }
  | { readonly type: 'write.readingBack' }
  | { readonly type: 'write.progress'; readonly done: number; readonly total: number }
  | { readonly type: 'device.lost'; readonly error: BridgeError }

export type Report = (event: EncodeEvent) => void

export const plannedTask = (context: EncodeContext): WriteTask => context.task ?? noFurther('a plan')
export const interruptedIntent = (context: EncodeContext): WriteIntent =>
  context.interrupted ?? noFurther('an intent')

/** A writer that was asked to stop ends with the reason of the asking, not with its `aborted`. */
export const reasonOf = ({
  context,
  event,
}: {
  readonly context: EncodeContext
  readonly event: { readonly error: unknown }
}): { error: BridgeError } => ({
  error: toBridgeError(
    context.stop.signal.aborted && isBridgeError(event.error, 'aborted')
      ? context.stop.signal.reason
      : event.error,
  ),
})

/** An ending without success, of the card that the session is about. */
export const failed = (
  kind: 'untouched' | 'spoiled' | 'unknown',
  context: EncodeContext,
  error: unknown,
): Ending => failedEnding(kind, toBridgeError(error), identityOf(context.card ?? context.interrupted))
