import type { Clock } from '../contract/transport.ts'

/** Real time: monotonic, so that a step of the wall clock moves no timeout. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
}
