import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'

/** What is left to work that was told to stop. A driver that does not even then is left behind. */
const GRACE_MS = 1_000

const unresponsive = (): BridgeError => new BridgeError('device_unresponsive')

/**
 * Runs a driver's work with a deadline, and gives up on one that ignores its signal. Rejects `device_unresponsive` when time
 * is up, `aborted` when `outer` fires, and as the work does. What comes too late goes to `onLate`.
 */
export const within = <T>(
  clock: Clock,
  limitMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  onLate: (value: T) => unknown = () => undefined,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const deadline = new AbortController()
    let isSettled = false
    const settle = (end: () => void): void => {
      isSettled = true
      clock.clearTimeout(limit)
      clock.clearTimeout(grace)
      outer.removeEventListener('abort', stop)
      end()
    }
    let grace: unknown
    const stop = (): void => {
      deadline.abort()
      grace = clock.setTimeout(
        () => settle(() => reject(outer.aborted ? new BridgeError('aborted') : unresponsive())),
        GRACE_MS,
      )
    }
    const limit = clock.setTimeout(stop, limitMs)
    outer.addEventListener('abort', stop, { once: true })
    // In a function of its own: a driver may throw instead of rejecting.
    const run = async (): Promise<T> => work(deadline.signal)
    run().then(
      (value) => {
        if (isSettled) onLate(value)
        else settle(() => resolve(value))
      },
      (error: unknown) => {
        const isOurDoing = isBridgeError(error, 'aborted') && !outer.aborted
        if (!isSettled) settle(() => reject(isOurDoing ? unresponsive() : (error as Error)))
      },
    )
    if (outer.aborted) stop()
  })

const CLOSE_WITHIN_MS = 2_000

/** Closes it, and waits no longer than that for one that never does. */
export const closeInTime = (clock: Clock, device: { close(): Promise<void> }): Promise<void> =>
  within(clock, CLOSE_WITHIN_MS, new AbortController().signal, () => device.close()).catch(() => undefined)
