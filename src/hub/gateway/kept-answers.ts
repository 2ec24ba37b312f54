import type { HubClock } from '../clock.ts'

/**
 * Asks one question for many: whoever comes while it is under way, or within `keepMs` of its end, gets the same answer or the same fault.
 * One is put at a time.
 */
export const createKeptAnswer = <T>(clock: HubClock, keepMs: number, ask: () => Promise<T>) => {
  let kept: { answer: Promise<T>; isUnderWay: boolean; endedAtMs: number } | null = null
  const isFresh = (one: NonNullable<typeof kept>): boolean =>
    one.isUnderWay || clock.now() - one.endedAtMs < keepMs
  let last: Promise<unknown> = Promise.resolve()

  return {
    get: (): Promise<T> => {
      if (kept !== null && isFresh(kept)) return kept.answer
      const answer = last.then(ask)
      const asked = { answer, isUnderWay: true, endedAtMs: 0 }
      kept = asked
      last = answer
        .then(
          () => undefined,
          () => undefined,
        )
        .then(() => Object.assign(asked, { isUnderWay: false, endedAtMs: clock.now() }))
      return answer
    },
    /** What is known, or being told, is out of date. */
    forget: (): void => {
      kept = null
    },
  }
}
