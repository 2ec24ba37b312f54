/** How many requests one kind of caller may make: a burst at once, then so many a second. */
interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** Strangers have a bucket of their own, so that a page that hammers the port can't lock out the desk. */
const rates = {
  holder: { burst: 400, perSecond: 200 },
  stranger: { burst: 40, perSecond: 10 },
} as const satisfies Record<string, Rate>

export type Caller = keyof typeof rates

/**
 * The one rate limiter of the control API: a token bucket each for callers with the control token and for all others.
 * Everybody calls from 127.0.0.1, so addresses tell nobody apart.
 * @param now milliseconds of a clock that never goes back
 */
export const createLimiter = (now: () => number): ((caller: Caller) => boolean) => {
  const start = now()
  const buckets = {
    holder: { left: rates.holder.burst as number, at: start },
    stranger: { left: rates.stranger.burst as number, at: start },
  }
  return (caller) => {
    const { burst, perSecond } = rates[caller]
    const bucket = buckets[caller]
    const at = now()
    bucket.left = Math.min(burst, bucket.left + ((at - bucket.at) / 1000) * perSecond)
    bucket.at = at
    if (bucket.left < 1) return false
    bucket.left -= 1
    return true
  }
}
