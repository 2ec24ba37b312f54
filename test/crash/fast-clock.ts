import type { Clock } from '../../src/contract/transport.ts'

/** The wall clock, running so many times as fast: what waits ten seconds to send again waits half a second. */
export const createFastClock = (speed: number): Clock => {
  const startedAt = Date.now()
  return {
    now: () => startedAt + (Date.now() - startedAt) * speed,
    setTimeout: (callback, delayMs) => setTimeout(callback, delayMs / speed),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  }
}
