import { expect, test } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createCapture } from './capture.ts'

const open = () => {
  const clock = createFakeClock()
  return { clock, capture: createCapture(clock, () => new Date('2026-11-23T10:00:00.000Z')) }
}

test('nothing is kept while no capture runs', () => {
  const { capture } = open()
  capture.take({ device: 'Front Desk' })
  expect(capture.view()).toBeNull()
  expect(capture.lines()).toEqual([])
})

test('a capture ends by itself after ten minutes, and what it has kept stays', async () => {
  const { clock, capture } = open()
  capture.start()
  capture.take({ n: 1 })
  expect(capture.view()).toEqual({
    startedAt: '2026-11-23T10:00:00.000Z',
    endsAt: '2026-11-23T10:10:00.000Z',
    lines: 1,
  })
  await clock.advance(10 * 60_000)
  expect(capture.view()).toBeNull()
  capture.take({ n: 2 })
  expect(capture.lines().map((line) => JSON.parse(line) as unknown)).toEqual([
    { at: '2026-11-23T10:00:00.000Z', n: 1 },
    { at: '2026-11-23T10:00:00.000Z', capture: 'time is up' },
  ])
})

test('a capture ends when it is full', () => {
  const { capture } = open()
  capture.start()
  let taken = 0
  while (capture.isRunning() && taken < 10_000) {
    capture.take({ text: 'x'.repeat(10_000) })
    taken += 1
  }
  expect(taken).toBeLessThan(900)
  expect(capture.lines().at(-1)).toContain('"capture":"full"')
})

test('starting twice keeps what was captured; the next one begins with nothing', () => {
  const { capture } = open()
  capture.start()
  capture.take({ n: 1 })
  capture.start()
  expect(capture.lines()).toHaveLength(1)
  capture.stop()
  capture.start()
  expect(capture.lines()).toEqual([])
})
