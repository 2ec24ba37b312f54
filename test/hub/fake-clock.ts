import type { HubClock } from '../../src/hub/clock.ts'

/** A wall clock that a test moves; timers fire in their order while it moves. */
export interface FakeClock extends HubClock {
  advance(ms: number): void
}

export const createFakeClock = (start = '2026-11-23T12:00:00.000Z'): FakeClock => {
  let now = Date.parse(start)
  let nextId = 1
  const timers = new Map<number, { at: number; callback: () => void }>()
  const nextDue = (until: number) =>
    [...timers].filter(([, timer]) => timer.at <= until).toSorted(([, a], [, b]) => a.at - b.at)[0]
  return {
    now: () => now,
    setTimeout: (callback, delayMs) => {
      const id = nextId++
      timers.set(id, { at: now + delayMs, callback })
      return id
    },
    clearTimeout: (timer) => void timers.delete(Number(timer)),
    advance: (ms) => {
      const until = now + ms
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        const [id, { at, callback }] = due
        timers.delete(id)
        now = Math.max(now, at)
        callback()
      }
      now = until
    },
  }
}
