const FIRST_MS = 500
const LAST_MS = 30_000

/** Grows the delays between attempts, with full jitter, so that a thousand desks don't return in one second. */
export interface BackOff {
  /** The next delay, from 0.5 s up to a bound that doubles until it is 30 s. */
  nextMs(): number
  /** The next delay is a short one again. */
  reset(): void
}

export const createBackOff = (random: () => number): BackOff => {
  let failures = 0
  return {
    nextMs: () => {
      failures += 1
      const boundMs = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(failures, 16))
      return FIRST_MS + random() * (boundMs - FIRST_MS)
    },
    reset: () => {
      failures = 0
    },
  }
}
