import { BridgeError, type Clock, type IoOptions, throwIfAborted } from 'encoder-bridge/driver'

/** Those who wait for something to become true. */
export interface Waiting {
  /** Resolves with true when it is met, with false when the time is over. Rejects with what ended it all, and `aborted`. */
  until(isMet: () => boolean, withinMs: number, io: IoOptions): Promise<boolean>
  /** Something may have become true. */
  look(): void
  /** Nothing becomes true any more: everybody who waits, now or later, is told why. */
  end(error: BridgeError): void
}

interface Waiter {
  readonly isMet: () => boolean
  settle(error?: BridgeError): void
}

export const createWaiting = (clock: Clock): Waiting => {
  const waiters = new Set<Waiter>()
  let ended: BridgeError | undefined

  return {
    look: () => {
      for (const waiter of waiters) if (waiter.isMet()) waiter.settle()
    },
    end: (error) => {
      ended = error
      for (const waiter of waiters) waiter.settle(error)
    },
    until: (isMet, withinMs, { signal }) =>
      new Promise((resolve, reject) => {
        throwIfAborted(signal)
        if (ended !== undefined) throw ended
        if (isMet()) return resolve(true)
        const stop = (): void => {
          waiters.delete(waiter)
          clock.clearTimeout(timer)
          signal.removeEventListener('abort', onAbort)
        }
        const onAbort = (): void =>
          waiter.settle(new BridgeError('aborted', undefined, { cause: signal.reason }))
        const waiter: Waiter = {
          isMet,
          settle: (error) => {
            stop()
            if (error === undefined) resolve(true)
            else reject(error)
          },
        }
        const timer = clock.setTimeout(() => {
          stop()
          resolve(false)
        }, withinMs)
        waiters.add(waiter)
        signal.addEventListener('abort', onAbort, { once: true })
      }),
  }
}
