import type { Clock } from '../contract/transport.ts'

/** The hub's time: `now()` is the wall clock, milliseconds since 1970 in UTC; a test moves it by hand. */
export type HubClock = Clock

export const systemClock: HubClock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
}

/** The instant as ISO 8601 in UTC, as Seam writes it. */
export const isoAt = (epochMs: number): string => new Date(epochMs).toISOString()
