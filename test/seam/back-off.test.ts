import { expect, test } from 'vitest'
import { createBackOff } from '../../src/seam/back-off.ts'

test('the bound doubles from one second to 30 s and stays there', () => {
  const backOff = createBackOff(() => 1)
  const delays = Array.from({ length: 8 }, () => backOff.nextMs())
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
})

test('the jitter is full: any delay from half a second to the bound', () => {
  expect(createBackOff(() => 0).nextMs()).toBe(500)
  const halfway = createBackOff(() => 0.5)
  const delays = Array.from({ length: 7 }, () => halfway.nextMs())
  expect(delays.at(-1)).toBe(15_250)
})

test('a failure after years of failures still has a delay', () => {
  const backOff = createBackOff(() => 1)
  for (let failure = 0; failure < 5_000; failure += 1) backOff.nextMs()
  expect(backOff.nextMs()).toBe(30_000)
})

test('after a success the next delay is short again', () => {
  const backOff = createBackOff(() => 1)
  backOff.nextMs()
  backOff.nextMs()
  backOff.reset()
  expect(backOff.nextMs()).toBe(1_000)
})
