import type { Card } from '../contract/card.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { type CardUid, noUid } from '../contract/ids.ts'
import type { Order } from '../contract/order.ts'

/** What a chart's actor does until `.provide()` gives it one. */
export const notProvided = (): Promise<never> =>
  Promise.reject(new BridgeError('internal_error', 'The chart runs without its actors.'))

/** A state was entered without what the chart guarantees there. */
export const noFurther = (what: string): never => {
  throw new BridgeError('internal_error', `The chart came here without ${what}.`)
}

export const heldLease = <Lease>(context: { readonly lease: Lease | null }): Lease =>
  context.lease ?? noFurther('a lease')
export const presentCard = (context: { readonly card: Card | null }): Card =>
  context.card ?? noFurther('a card')

/** What tells this card from others; null where nothing does. */
export const identityOf = (card: Pick<Card, 'uid'> | null): CardUid | null =>
  card === null || card.uid === noUid ? null : card.uid

/** Why a chart ends by its own decision, as parameters of an action. */
export const because = (code: ErrorCode): { error: BridgeError } => ({ error: new BridgeError(code) })

/** What an actor rejected with, as parameters of a guard or an action. */
export const errorOf = ({ event }: { event: { readonly error: unknown } }): { error: unknown } => ({
  error: event.error,
})

/** What decides where a chart begins, and who hears of a lost device. */
export const startGuards = {
  isExpired: ({ context }: { context: { readonly expiresInMs: number } }): boolean =>
    context.expiresInMs <= 0,
  wasInterrupted: ({ context }: { context: { readonly interrupted: unknown } }): boolean =>
    context.interrupted !== null,
  /** A key that ends others which are still valid is made only with leave; the hub knows which do. */
  asksForLiveKey: ({ context: { order } }: { context: { readonly order: Order } }): boolean =>
    order.encode !== null && order.encode.endsLiveKey && !order.encode.confirmed,
  holdsLease: ({ context }: { context: { readonly lease: unknown } }): boolean => context.lease !== null,
}

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
