/** What is kept of a series of measurements. `p99` is the nearest-rank 99th percentile: the maximum below 100 samples. */
export interface Summary {
  readonly n: number
  readonly min: number
  readonly median: number
  readonly p99: number
  readonly max: number
}

/** The smallest sample that at least this share of the samples does not exceed. Throws when there are none. */
const percentile = (sorted: readonly number[], share: number): number => {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  if (value === undefined) throw new Error('Nothing was measured.')
  return value
}

export const summarize = (samples: readonly number[]): Summary => {
  const sorted = samples.toSorted((left, right) => left - right)
  return {
    n: sorted.length,
    min: percentile(sorted, 0),
    median: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    max: percentile(sorted, 1),
  }
}
