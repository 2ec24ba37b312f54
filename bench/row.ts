import { type Summary, summarize } from './statistics.ts'

/** One measured thing. Limits are the project's own; a row without any is there for information. */
export interface Row {
  readonly name: string
  readonly unit: 'ms' | 'MB' | '1/s' | '%'
  readonly samples: Summary
  /** The figure that is held against limit and comparison. */
  readonly judged: 'median' | 'p99'
  readonly limit: number | null
  readonly comparison: {
    readonly name: string
    readonly value: number
    /** The judged figure divided by the value. */
    readonly ratio: number
    readonly limit: number | null
  } | null
  /** Null without any limit. */
  readonly isMet: boolean | null
}

/** Something that could not be measured at all, and why. */
export interface Failure {
  readonly name: string
  readonly reason: string
}

/** Makes a row of a series of measurements. */
export const createRow = (
  facts: Pick<Row, 'name' | 'unit'> & {
    readonly judged?: Row['judged']
    readonly limit?: number
    readonly comparison?: { readonly name: string; readonly value: number; readonly limit?: number }
  },
  measured: readonly number[],
): Row => {
  const { name, unit, judged = 'median', limit = null, comparison } = facts
  const samples = summarize(measured)
  const figure = samples[judged]
  const ratio = comparison === undefined ? null : figure / comparison.value
  const ratioLimit = comparison?.limit ?? null
  const isMet =
    (limit === null || figure <= limit) && (ratioLimit === null || (ratio ?? Infinity) <= ratioLimit)
  return {
    name,
    unit,
    samples,
    judged,
    limit,
    comparison:
      comparison === undefined || ratio === null
        ? null
        : { name: comparison.name, value: comparison.value, ratio, limit: ratioLimit },
    isMet: limit === null && ratioLimit === null ? null : isMet,
  }
}
