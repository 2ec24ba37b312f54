const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

/** Waits longer from attempt to attempt, until one has succeeded. */
export const createPause = () => {
  let pauseMs = FIRST_PAUSE_MS
  return {
    after: (next: () => void): void => {
      setTimeout(next, pauseMs)
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    },
    reset: (): void => {
      pauseMs = FIRST_PAUSE_MS
    },
  }
}
