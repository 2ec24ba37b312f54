import { createTokenBucket, type Rate } from '../contract/token-bucket.ts'

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
  const buckets = {
    holder: createTokenBucket(rates.holder, now),
    stranger: createTokenBucket(rates.stranger, now),
  }
  return (caller) => buckets[caller].take()
}
