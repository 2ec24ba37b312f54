import type { Clock } from '../contract/transport.ts'

/** Resolves after the time, or as soon as the signal fires. */
export const pause = (clock: Clock, durationMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const finish = (): void => {
      signal.removeEventListener('abort', finish)
      clock.clearTimeout(timer)
      resolve()
    }
    const timer = clock.setTimeout(finish, durationMs)
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
