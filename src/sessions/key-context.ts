import type { KeyLease } from '../contract/encoders.ts'
import { BridgeError, isBridgeError, toBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { KeyIntent } from '../contract/journal.ts'
import type { KeyReading, MadeKeys } from '../contract/key-system.ts'
import type { Order } from '../contract/order.ts'
import type { Ending } from '../contract/outcome.ts'
import { noFurther } from './chart.ts'
import { failedEnding } from './failed-ending.ts'
import { type KeyPart, type KeyPlan, nextPart } from './key-plan.ts'
import { findingOfKey, uidOfSerial } from './key-reading.ts'

/** An order to be worked out for the lock system that it has come to. */
export interface PlanTask {
  readonly lease: KeyLease
  readonly order: Order
  /** By which keys of the order were made before: the others are made alike, whatever the list of rooms says now. */
  readonly plan: KeyPlan | null
}

/** One command to a lock system, and how it is followed. */
export interface CommandTask {
  readonly lease: KeyLease
  readonly order: Order
  readonly plan: KeyPlan
  /** Which keys are asked for; null for a command that makes none. */
  readonly part: KeyPart | null
  /** The keys of this order that are confirmed, as the journal has them. */
  readonly before: Omit<KeyIntent, 'kind' | 'encoderId'>
  /** The lock system was busy with another key a moment ago. */
  readonly isAgain: boolean
  /** Asks the driver to stop. */
  readonly stop: AbortSignal
  readonly report: KeyReport
}

/** What the lock system did. */
export type CommandAnswer =
  | { readonly kind: 'made'; readonly copies: number; readonly keys: MadeKeys }
  | { readonly kind: 'carriedOut' }
  | { readonly kind: 'assigned'; readonly reading: KeyReading }

/** The reading of a key whose making is in doubt. */
export interface RecoverKeyTask {
  readonly order: Order
  readonly intent: KeyIntent
  /** Null after a crash. */
  readonly plan: KeyPlan | null
  /** What put it in doubt. */
  readonly why: BridgeError
  readonly report: KeyReport
}

export interface KeyInput {
  readonly order: Order
  /** Set when the daemon stopped between a command and its answer. */
  readonly interrupted: KeyIntent | null
  /** Milliseconds until the order expires, by the wall clock at the start. */
  readonly expiresInMs: number
}

export interface KeyContext extends KeyInput {
  readonly lease: KeyLease | null
  readonly plan: KeyPlan | null
  /** The keys of this order that are confirmed. */
  readonly made: number
  readonly serialNumbers: readonly string[]
  /** What people must know of what is done; null for nothing. */
  readonly remark: string | null
  readonly question: 'liveKey'
  /** A command went out and is not answered clearly: from now on no failure leaves the order `untouched`. */
  readonly touched: boolean
  /** What put the last command in doubt. */
  readonly interruptedBy: BridgeError
  /** Why the order waits for the lock system. */
  readonly notice: ErrorCode | null
  /** What was read in the place of the key in doubt. */
  readonly found: string | null
  /** With a lock system that is busy with another key: `running` while it is asked again, `over` when that took too long. */
  readonly patience: 'unneeded' | 'running' | 'over'
  /** Asks the driver to stop, with the reason why. */
  readonly stop: AbortController
  readonly ending: Ending | null
}

export type KeyEvent =
  | { readonly type: 'session.cancel' }
  | { readonly type: 'clerk.confirmed' }
  | { readonly type: 'command.sent' }
  | { readonly type: 'patience.over' }
  /** In the place of the key in doubt another card was read. */
  | { readonly type: 'key.found'; readonly found: string }
  | { readonly type: 'device.lost'; readonly error: BridgeError }

export type KeyReport = (event: KeyEvent) => void

export const plannedKey = (context: KeyContext): KeyPlan => context.plan ?? noFurther('a plan')

export const commandPart = ({ order, made, lease }: KeyContext): KeyPart | null =>
  order.encode === null || lease === null ? null : nextPart(order.encode, made, lease.keys)

/** What is confirmed, without what else is known. */
export const keysBefore = ({
  made,
  serialNumbers,
  remark,
}: CommandTask['before']): CommandTask['before'] => ({
  made,
  serialNumbers,
  remark,
})

/** What people must know of the keys so far and of those that come. */
export const noted = (remark: string | null, further: string | null): string | null => {
  if (remark === null || further === null) return remark ?? further
  return remark.includes(further) ? remark : `${remark} ${further}`
}

/** Which intent is in doubt: the journal's after a crash, else the one of the command that went out last. */
export const intentInDoubt = ({ interrupted, lease, ...context }: KeyContext): KeyIntent =>
  interrupted ??
  (lease === null
    ? noFurther('an intent')
    : { kind: 'key', encoderId: lease.encoderId, ...keysBefore(context) })

/** The doubt as an error: what is known of it is its detail. */
export const inDoubt = (error: unknown, found: string | null = null): BridgeError => {
  const { message, detail } = toBridgeError(error)
  const why = isBridgeError(error, 'outcome_unknown') ? detail : message
  const told = [why, found === null ? undefined : `Read was: ${found}`].filter((part) => part !== undefined)
  return new BridgeError('outcome_unknown', told.length === 0 ? undefined : told.join(' '))
}

/** The keys that are confirmed, or none and then as `kind` says. */
export const keysOrFailure = (
  kind: 'untouched' | 'spoiled' | 'unknown',
  context: KeyContext,
  error: BridgeError,
): Ending => (context.made === 0 ? failedEnding(kind, error, null) : madeEnding(context, error))

/** Keys were made: as many as are confirmed, and why there are not more. */
export const madeEnding = (
  { order, made, serialNumbers, remark }: Pick<KeyContext, 'order' | 'made' | 'serialNumbers' | 'remark'>,
  shortfall: BridgeError | null,
  proof: 'confirmed' | 'readBack' = 'confirmed',
): Ending => ({
  kind: 'encoded',
  uid: made === 1 ? uidOfSerial(serialNumbers[0]) : null,
  technology: 'unknown',
  proof,
  keys: {
    made,
    wanted: order.encode?.copies ?? made,
    serialNumbers: [...serialNumbers],
    shortfall: shortfall === null ? null : { code: shortfall.code, detail: shortfall.detail ?? null },
    remark,
  },
})

/** What the answer to a command that makes no key ends with. */
export const answeredEnding = (
  answer: Exclude<CommandAnswer, { kind: 'made' }>,
  { remark }: Pick<KeyContext, 'remark'>,
): Ending =>
  answer.kind === 'carriedOut'
    ? { kind: 'carriedOut', remark }
    : { kind: 'scanned', ...findingOfKey(answer.reading) }
