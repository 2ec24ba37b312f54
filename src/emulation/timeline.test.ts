import { expect, test } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createTimeline } from './timeline.ts'

test('events run in order of their times, whatever the order in which they were scheduled', async () => {
  const clock = createFakeClock()
  const timeline = createTimeline(clock)
  const ran: string[] = []
  for (const atMs of [3, 1, 2]) timeline.schedule({ atMs, run: () => ran.push(`${atMs} at ${clock.now()}`) })
  await clock.advance(10)
  expect(ran).toEqual(['1 at 1', '2 at 2', '3 at 3'])
  expect(clock.pendingTimers).toBe(0)
})

test('what is due runs before schedule returns, and what an event schedules runs after it', () => {
  const timeline = createTimeline(createFakeClock())
  const ran: string[] = []
  timeline.schedule({
    atMs: 0,
    run: () => {
      timeline.schedule({ atMs: 0, run: () => ran.push('second') })
      ran.push('first')
    },
  })
  expect(ran).toEqual(['first', 'second'])
})

test('lateness of one event does not shift the next', async () => {
  const fake = createFakeClock()
  const late = {
    ...fake,
    now: fake.now,
    setTimeout: (run: () => void, ms: number) => fake.setTimeout(run, ms + 0.5),
  }
  const timeline = createTimeline(late)
  const ran: number[] = []
  const step = (atMs: number): void => {
    timeline.schedule({
      atMs,
      run: () => {
        ran.push(late.now())
        if (atMs < 3) step(atMs + 1)
      },
    })
  }
  step(1)
  await fake.advance(10)
  expect(ran).toEqual([1.5, 2.5, 3.5])
})

test('a cancelled event does not run and leaves no timer', async () => {
  const clock = createFakeClock()
  const timeline = createTimeline(clock)
  const event = { atMs: 5, run: () => expect.unreachable() }
  timeline.schedule(event)
  timeline.cancel(event)
  expect(clock.pendingTimers).toBe(0)
  timeline.schedule(event)
  timeline.clear()
  await clock.advance(10)
})
