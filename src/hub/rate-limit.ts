import { refusal } from './refusal.ts'
import type { HubClock } from './clock.ts'

/** Counts events in fixed windows; `check` refuses with 429 once the window is full.  */
export const createRateLimit = (clock: HubClock, limit: number, windowMs: number) => {
  let windowStart = clock.now()
  let count = 0
  const roll = (): void => {
    if (clock.now() - windowStart < windowMs) return
    windowStart = clock.now()
    count = 0
  }
  return {
    check: (): void => {
      roll()
      if (count >= limit) throw refusal(429, 'rate_limited', 'Too many requests of this kind. Wait a minute.')
    },
    note: (): void => {
      roll()
      count += 1
    },
  }
}
export type RateLimit = ReturnType<typeof createRateLimit>
