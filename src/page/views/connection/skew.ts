import type { Texts } from '../../texts/en.ts'

/** What nobody notices at a desk. */
const UNNOTICED_MS = 1_000

/** A clock's skew in words; `skewMs` is this computer's clock minus the hub's. */
export const skewText = (skewMs: number, texts: Texts['upkeep']['connection']['skew']): string => {
  if (Math.abs(skewMs) < UNNOTICED_MS) return texts.none
  const seconds = (Math.abs(skewMs) / 1_000).toFixed(0)
  return skewMs > 0 ? texts.fast(seconds) : texts.slow(seconds)
}
