import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { createSpinningClock } from './spinning-clock.ts'

test.each([0, 0.4, 3.7])('a timer of %f ms never ends early', async (delayMs) => {
  const clock = createSpinningClock()
  const startMs = clock.now()
  const endMs = await new Promise<number>((resolve) => {
    clock.setTimeout(() => resolve(clock.now()), delayMs)
  })
  expect(endMs - startMs).toBeGreaterThanOrEqual(delayMs)
})

test('a cleared timer never ends, and clearing what is no timer is harmless', async () => {
  const clock = createSpinningClock()
  clock.clearTimeout(undefined)
  for (const delayMs of [0, 3]) clock.clearTimeout(clock.setTimeout(() => expect.unreachable(), delayMs))
  await new Promise<void>((resolve) => {
    clock.setTimeout(resolve, 6)
  })
})

test('the event loop does not sleep right behind a timer', async () => {
  const clock = createSpinningClock()
  await new Promise<void>((resolve) => {
    clock.setTimeout(resolve, 0)
  })
  const before = performance.eventLoopUtilization()
  await new Promise((resolve) => {
    setTimeout(resolve, 1)
  })
  expect(performance.eventLoopUtilization(before).idle).toBeLessThan(0.1)
})
