/** How often something may happen: a burst at once, then so many a second. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

export interface TokenBucket {
  /** False when it is empty, and then nothing is taken. */
  take(): boolean
  /** Milliseconds until there is one to take; 0 for now. */
  waitMs(): number
  isFull(): boolean
}

/** @param now milliseconds; a clock that goes back gives nothing and takes nothing */
export const createTokenBucket = ({ burst, perSecond }: Rate, now: () => number): TokenBucket => {
  let left = burst
  let at = now()
  const fill = (): void => {
    const elapsedMs = Math.max(0, now() - at)
    left = Math.min(burst, left + (elapsedMs / 1000) * perSecond)
    at = now()
  }
  return {
    take: () => {
      fill()
      if (left < 1) return false
      left -= 1
      return true
    },
    waitMs: () => {
      fill()
      return left >= 1 ? 0 : Math.ceil(((1 - left) / perSecond) * 1000)
    },
    isFull: () => {
      fill()
      return left >= burst
    },
  }
}
