import type { EncoderLease, Encoders } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'
import type { Order } from '../contract/order.ts'

/**
 * The one lease of a session. A chart that leaves a state drops the result of its actor, so the lease is kept here too:
 * it is given back whatever the chart saw of it.
 */
export interface HeldLease {
  /** Gives back the lease held before, then waits for the next one. */
  take(order: Order, signal: AbortSignal, options?: { readonly isFirst: boolean }): Promise<EncoderLease>
  current(): EncoderLease | null
  /** The lease that is held, unless it was lost. */
  alive(): EncoderLease | null
  /** Idempotent; resolves when the device is idle. After it, `take` rejects `aborted`. */
  release(): Promise<void>
}

export const createHeldLease = (encoders: Encoders, onLost: (error: BridgeError) => void): HeldLease => {
  let held: EncoderLease | null = null
  let isOver = false
  let givenBack = Promise.resolve()

  const giveBack = (): Promise<void> => {
    const lease = held
    held = null
    if (lease !== null) givenBack = lease.release()
    return givenBack
  }

  return {
    current: () => held,
    alive: () => (held?.lost.aborted === false ? held : null),
    take: async (order, signal, options) => {
      await giveBack()
      const lease = await encoders.lease(
        order.encoderIds,
        { orderId: order.orderId, owner: order.orderedBy, isFirst: options?.isFirst ?? false },
        signal,
      )
      if (isOver || signal.aborted) {
        await lease.release()
        throw new BridgeError('aborted')
      }
      held = lease
      lease.lost.addEventListener('abort', () => {
        if (held === lease) onLost(lease.lost.reason as BridgeError)
      })
      return lease
    },
    release: async () => {
      isOver = true
      await giveBack()
    },
  }
}
