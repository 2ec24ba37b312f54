import type { Clock } from '../../src/contract/transport.ts'

/** A clock that only a test moves. */
export interface FakeClock extends Clock {
  /** Moves time on, firing what is due in order and letting the work behind each timer run. */
  advance(durationMs: number): Promise<void>
  /**
   * Moves time from timer to timer until the promise settles, and returns it settled.
   * Throws when nothing is left to fire, or when `limitMs` of its time have passed: the promise hangs.
   */
  drive<T>(promise: Promise<T>, limitMs?: number): Promise<T>
  /** How many timers are set. */
  readonly pendingTimers: number
}

/** Real time granted to work that needs no timer, such as loading a module, before it is taken for a hang. */
const IDLE_MS = 5_000

export const createFakeClock = (): FakeClock => {
  let time = 0
  let lastId = 0
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>()

  const next = (): { id: number; at: number; callback: () => void } | undefined => {
    let first: { id: number; at: number; callback: () => void } | undefined
    for (const [id, timer] of timers) {
      if (first === undefined || timer.at < first.at) first = { id, ...timer }
    }
    return first
  }

  const fire = (timer: { id: number; at: number; callback: () => void }): void => {
    timers.delete(timer.id)
    time = Math.max(time, timer.at)
    timer.callback()
  }

  return {
    now: () => time,
    setTimeout: (callback, delayMs) => {
      timers.set(++lastId, { at: time + Math.max(0, delayMs), callback })
      return lastId
    },
    clearTimeout: (timer) => {
      if (typeof timer === 'number') timers.delete(timer)
    },
    get pendingTimers() {
      return timers.size
    },
    advance: async (durationMs) => {
      const end = time + durationMs
      await settleWork()
      for (let timer = next(); timer !== undefined && timer.at <= end; timer = next()) {
        fire(timer)
        await settleWork()
      }
      time = end
    },
    drive: async (promise, limitMs = 60_000) => {
      const end = time + limitMs
      let isSettled = false
      const settle = (): void => {
        isSettled = true
      }
      promise.then(settle, settle)
      let idleSince = performance.now()
      for (;;) {
        await settleWork()
        if (isSettled) return promise
        const timer = next()
        if (timer === undefined) {
          if (performance.now() - idleSince < IDLE_MS) continue
          throw new Error('The promise waits for something that no timer brings.')
        }
        idleSince = performance.now()
        if (timer.at > end) throw new Error(`The promise is still pending after ${limitMs} ms.`)
        fire(timer)
      }
    },
  }
}

/** Lets every promise chain run that needs no time: microtasks, then one turn of the event loop. */
const settleWork = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
