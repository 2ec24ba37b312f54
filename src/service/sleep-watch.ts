import type { Clock } from '../contract/transport.ts'

const LOOK_EVERY_MS = 5_000
/** A wall clock that ran this much further than the monotonic one means a sleep, or a step that does no harm here. */
const SLEPT_MS = 15_000

/** Calls back after the computer has slept: monotonic timers stand still in sleep, the wall clock doesn't. */
export const watchSleep = (clock: Clock, wallClock: () => Date, onWake: () => void): (() => void) => {
  let timer: unknown
  const look = (wallMs: number, monotonicMs: number): void => {
    timer = clock.setTimeout(() => {
      const nowWallMs = wallClock().getTime()
      const nowMonotonicMs = clock.now()
      if (nowWallMs - wallMs - (nowMonotonicMs - monotonicMs) > SLEPT_MS) onWake()
      look(nowWallMs, nowMonotonicMs)
    }, LOOK_EVERY_MS)
  }
  look(wallClock().getTime(), clock.now())
  return () => clock.clearTimeout(timer)
}
