import { createTokenBucket } from '../contract/token-bucket.ts'
import type { Rate, TokenBucket } from '../contract/token-bucket.ts'
import type { HubClock } from './clock.ts'
import { tooMany } from './refusal.ts'

/** Whoever has that many names has them for nothing: what is told apart must have a bound. */
const MAX_KEYS = 10_000

/** One rate for each of many: callers, addresses, workspaces. */
export interface Limiter {
  /** Throws 429, with when to come again, where none is left. */
  check(key: string): void
  /** Takes one, or throws as `check` does. */
  take(key: string): void
  /** Milliseconds until there is one to take; 0 for now. */
  waitMs(key: string): number
}

export const createLimiter = (clock: HubClock, rate: Rate): Limiter => {
  const buckets = new Map<string, TokenBucket>()
  const forgetSome = (): void => {
    for (const [key, bucket] of buckets) if (bucket.isFull()) buckets.delete(key)
    // The oldest ones, when all are in use.
    for (const key of buckets.keys()) if (buckets.size >= MAX_KEYS) buckets.delete(key)
  }
  const bucketOf = (key: string): TokenBucket => {
    const known = buckets.get(key)
    if (known !== undefined) return known
    if (buckets.size >= MAX_KEYS) forgetSome()
    const made = createTokenBucket(rate, () => clock.now())
    buckets.set(key, made)
    return made
  }
  const waitMs = (key: string): number => bucketOf(key).waitMs()
  return {
    waitMs,
    check: (key) => {
      if (waitMs(key) > 0) throw tooMany(waitMs(key))
    },
    take: (key) => {
      if (!bucketOf(key).take()) throw tooMany(waitMs(key))
    },
  }
}
