import { expect, it } from 'vitest'
import { watchSleep } from './sleep-watch.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'

const watch = () => {
  const clock = createFakeClock()
  let aheadMs = 0
  let wakes = 0
  const stop = watchSleep(
    clock,
    () => new Date(1_800_000_000_000 + clock.now() + aheadMs),
    () => {
      wakes += 1
    },
  )
  return {
    clock,
    stop,
    wakes: () => wakes,
    /** The wall clock goes on while the monotonic one stands still. */
    sleep: (durationMs: number) => {
      aheadMs += durationMs
    },
  }
}

it('tells once that the computer has slept', async () => {
  const { clock, sleep, wakes } = watch()
  await clock.advance(60_000)
  expect(wakes()).toBe(0)
  sleep(3_600_000)
  await clock.advance(60_000)
  expect(wakes()).toBe(1)
})

it('takes a small correction of the wall clock for no sleep', async () => {
  const { clock, sleep, wakes } = watch()
  sleep(10_000)
  await clock.advance(60_000)
  sleep(-10_000)
  await clock.advance(60_000)
  expect(wakes()).toBe(0)
})

it('leaves no timer behind', async () => {
  const { clock, stop } = watch()
  await clock.advance(12_000)
  stop()
  expect(clock.pendingTimers).toBe(0)
})
