import type { BridgeError } from '../contract/index.ts'
import { createCable } from './memory-cable.ts'

/** What a test may do to, and ask about, the cable of a memory transport that moves whole messages. */
export interface MessageCable {
  /** Pulls the cable out: the device is lost to the host and without power. Idempotent. */
  unplug(): void
  /**
   * Pulls the cable when so many more messages have crossed it, both directions together; the rest never arrives. A message
   * is one report, feature transfer, APDU, escape command, answer to one of these, change of a slot, or key.
   */
  unplugAfterMessages(count: number): void
  /** Messages that have crossed, both directions together. */
  readonly messagesCrossed: number
  /** Listeners attached: 0 or 1. */
  readonly listenerCount: number
  /** Calls to the device that have not settled. */
  readonly pendingWrites: number
}

interface MessageEnd<Listener> {
  /** The part of a transport that does not depend on its kind. */
  readonly base: MessageCable & {
    readonly path: string
    listen(listener: Listener): () => void
    close(): Promise<void>
  }
  /** One message to the device. */
  send(work: () => void): Promise<void>
  /** One message to the device, and its answer. */
  ask<Result>(work: () => Result | Promise<Result>): Promise<Result>
  /** One message to the listener; it is lost when nobody listens. */
  deliver(message: (listener: Listener) => void): void
  /** As deliver, but nothing crosses: what the host's system tells by itself. */
  tell(message: (listener: Listener) => void): void
}

/**
 * Makes the host's end of a cable that moves whole messages. All of them arrive in microtasks, never inside the call that
 * sends them, so it works under a clock that a test moves.
 */
export const createMessageEnd = <Listener extends { onLost(error: BridgeError): void }>(
  path: string,
  cutPower: () => void,
): MessageEnd<Listener> => {
  const cable = createCable<Listener>(path, cutPower)
  const cross = (): void => {
    if (cable.pass(1) === 0) throw cable.lost
  }
  return {
    base: {
      path,
      listen: cable.listen,
      close: cable.close,
      unplug: cable.unplug,
      unplugAfterMessages: cable.unplugAfter,
      get messagesCrossed() {
        return cable.crossed
      },
      get listenerCount() {
        return cable.listenerCount
      },
      get pendingWrites() {
        return cable.pendingCalls
      },
    },
    send: (work) =>
      cable.call(() => {
        cross()
        work()
      }),
    ask: (work) =>
      cable.call(async () => {
        cross()
        try {
          return await work()
        } finally {
          cross()
        }
      }),
    deliver: (message) => {
      if (cable.pass(1) === 1) cable.tell(message)
      cable.settle()
    },
    tell: cable.tell,
  }
}
