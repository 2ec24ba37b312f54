import { performance } from 'node:perf_hooks'
import type { Clock } from '../contract/index.ts'

/** Node's timers have a grain of a millisecond; the rest of a delay is spun. */
const SPIN_MS = 1.2

interface SpinningTimer {
  isCancelled: boolean
  cancelCoarse: () => void
}

const isSpinningTimer = (timer: unknown): timer is SpinningTimer =>
  typeof timer === 'object' && timer !== null && 'cancelCoarse' in timer

/**
 * Makes a monotonic clock whose timers end within microseconds of their time: the last 1.2 ms keep a core busy and the
 * event loop waiting. For an emulator in a process of its own, one timer at a time.
 */
export const createSpinningClock = (): Clock => ({
  now: () => performance.now(),
  setTimeout: (callback, delayMs) => {
    const dueMs = performance.now() + delayMs
    const timer: SpinningTimer = { isCancelled: false, cancelCoarse: () => {} }
    const spin = (): void => {
      while (performance.now() < dueMs);
      if (!timer.isCancelled) callback()
    }
    const coarseMs = Math.floor(delayMs - SPIN_MS)
    if (coarseMs >= 1) {
      const handle = setTimeout(spin, coarseMs)
      timer.cancelCoarse = () => clearTimeout(handle)
    } else {
      const handle = setImmediate(spin)
      timer.cancelCoarse = () => clearImmediate(handle)
    }
    return timer
  },
  clearTimeout: (timer) => {
    if (!isSpinningTimer(timer)) return
    timer.isCancelled = true
    timer.cancelCoarse()
  },
})
