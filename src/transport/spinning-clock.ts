import { performance } from 'node:perf_hooks'
import type { Clock } from '../contract/index.ts'

/** Node's timers have a grain of a millisecond; the rest of a delay is spun. */
const SPIN_MS = 1.2
/** A microsecond. Each look at the time leaves garbage, and collecting it takes half a millisecond now and then. */
const TURNS_BETWEEN_LOOKS = 200
/**
 * How long the event loop is kept from sleeping behind a timer. A host answers within that, and a process that has to be woken
 * first hears it later than a device does.
 */
const AWAKE_MS = 2

interface SpinningTimer {
  isCancelled: boolean
  cancelCoarse: () => void
}

const isSpinningTimer = (timer: unknown): timer is SpinningTimer =>
  typeof timer === 'object' && timer !== null && 'cancelCoarse' in timer

const nobody = new Int32Array(1)

const spinUntil = (dueMs: number): void => {
  while (performance.now() < dueMs) {
    for (let turn = 0; turn < TURNS_BETWEEN_LOOKS; turn += 1) Atomics.load(nobody, 0)
  }
}

/**
 * Makes a monotonic clock whose timers end within microseconds of their time: the last 1.2 ms keep a core busy and the
 * event loop waiting, and the 2 ms behind them keep the core busy with the event loop turning. For an emulator in a process of
 * its own, one timer at a time.
 */
export const createSpinningClock = (): Clock => {
  let awakeUntilMs = 0
  let isAwake = false

  const stayAwake = (): void => {
    isAwake = performance.now() < awakeUntilMs
    if (isAwake) setImmediate(stayAwake)
  }

  return {
    now: () => performance.now(),
    setTimeout: (callback, delayMs) => {
      const dueMs = performance.now() + delayMs
      const timer: SpinningTimer = { isCancelled: false, cancelCoarse: () => {} }
      const spin = (): void => {
        spinUntil(dueMs)
        if (timer.isCancelled) return
        callback()
        awakeUntilMs = performance.now() + AWAKE_MS
        if (!isAwake) stayAwake()
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
  }
}
