import type { EncoderLease, Encoders } from '../contract/encoders.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { Order } from '../contract/order.ts'

/**
 * The one lease of a session. A chart that leaves a state drops the result of its actor, so the lease is kept here too:
 * it is given back whatever the chart saw of it.
 */
export interface HeldLease {
  /** Claims the next lease, gives back the one held before, and waits. */
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
  let taking: Promise<readonly [EncoderLease, void]> | null = null

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
      const keep = async (lease: EncoderLease): Promise<EncoderLease> => {
        if (isOver || signal.aborted) {
          await lease.release()
          throw new BridgeError('aborted')
        }
        held = lease
        lease.lost.addEventListener('abort', () => {
          if (held === lease) onLost(lease.lost.reason as BridgeError)
        })
        return lease
      }
      // The claim comes before the giving back, so that no other order slips in between.
      const isFirst = (options?.isFirst ?? false) || keepsTurn(held)
      const claim = { orderId: order.orderId, owner: order.orderedBy, isFirst }
      const next = encoders.lease(order.encoderIds, claim, signal).then(keep)
      taking = Promise.all([next, giveBack()])
      const [lease] = await taking
      return lease
    },
    release: async () => {
      isOver = true
      await Promise.allSettled([taking, giveBack()])
    },
  }
}

/**
 * A session whose device went away goes on before those that came after it: the clerk has its card in hand. One whose
 * encoder was taken over, or that slept on it, queues up again.
 */
const keepsTurn = (lease: EncoderLease | null): boolean =>
  lease !== null && !isBridgeError(lease.lost.reason, 'device_busy')
