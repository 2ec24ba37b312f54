import type { Card } from '../contract/card.ts'
import type { EncoderLease } from '../contract/encoders.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'

/** What a chart's actor does until `.provide()` gives it one. */
export const notProvided = (): Promise<never> =>
  Promise.reject(new BridgeError('internal_error', 'The chart runs without its actors.'))

/** A state was entered without what the chart guarantees there. */
export const noFurther = (what: string): never => {
  throw new BridgeError('internal_error', `The chart came here without ${what}.`)
}

/** What a session holds while it works with a card. */
interface Hold {
  readonly lease: EncoderLease | null
  readonly card: Card | null
}

export const heldLease = (context: Hold): EncoderLease => context.lease ?? noFurther('a lease')
export const presentCard = (context: Hold): Card => context.card ?? noFurther('a card')

/** Why a chart ends by its own decision, as parameters of an action. */
export const because = (code: ErrorCode): { error: BridgeError } => ({ error: new BridgeError(code) })

/** What an actor rejected with, as parameters of a guard or an action. */
export const errorOf = ({ event }: { event: { readonly error: unknown } }): { error: unknown } => ({
  error: event.error,
})

/** Faults that a chart waits out as long as nothing has been written. */
export const faultGuards = {
  cardGone: (_: unknown, params: { error: unknown }): boolean => isBridgeError(params.error, 'card_removed'),
  deviceGone: (_: unknown, params: { error: unknown }): boolean =>
    isBridgeError(params.error, 'device_lost') ||
    isBridgeError(params.error, 'device_closed') ||
    isBridgeError(params.error, 'device_unresponsive'),
}

/** Timers hold 31 bits of milliseconds (24 days) and fire at once beyond them. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

export const asDelay = (ms: number): number => Math.min(Math.max(0, ms), LONGEST_DELAY_MS)
