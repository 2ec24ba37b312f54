/** Chances that a seed decides (mulberry32), so that a run can be repeated. */
export interface Chance {
  /** From 0 up to 1. */
  next(): number
  /** True once in so many times. */
  oneIn(times: number): boolean
  upTo(limit: number): number
  shuffled<T>(items: readonly T[]): T[]
}

export const createChance = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    oneIn: (times) => next() * times < 1,
    upTo: (limit) => Math.floor(next() * limit),
    shuffled: (items) =>
      items
        .map((item) => ({ item, at: next() }))
        .toSorted((one, other) => one.at - other.at)
        .map(({ item }) => item),
  }
}
