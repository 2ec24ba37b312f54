import { expect, test } from 'vitest'
import type { WorkItem } from '../../src/contract/desk-work.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { createWorkList } from '../../src/seam/work-list.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const never = new AbortController().signal
const START = Date.parse('2026-06-01T12:00:00.000Z')

const item = (accessMethodId: string): WorkItem => ({
  accessMethodId,
  accessGrantId: 'grant',
  action: 'encode',
  reservationKey: null,
  doors: [],
  startsAt: '2026-06-01T13:00:00.000Z',
  endsAt: null,
  timeZone: 'Europe/Vienna',
  isReissue: false,
})

const openList = () => {
  const clock = createFakeClock()
  const askings: { resolve(items: readonly WorkItem[]): void; reject(error: unknown): void }[] = []
  const list = createWorkList({
    ask: () => new Promise((resolve, reject) => askings.push({ resolve, reject })),
    clock,
    wallClock: () => new Date(START + clock.now()),
    pollMs: 30_000,
    atLeastMs: 1_000,
  })
  const answer = async (...ids: string[]): Promise<void> => {
    askings.at(-1)?.resolve(ids.map(item))
    await clock.advance(0)
  }
  return { clock, askings, list, answer }
}

test('nobody is asked while nobody listens', async () => {
  const { clock, askings, list } = openList()
  list.hint()
  await clock.advance(3_600_000)
  expect(askings).toHaveLength(0)
  expect(list.list()).toEqual({ items: [], asOf: null, error: null })
})

test('an hour with somebody who listens costs 120 questions, and ends with the last listener', async () => {
  const { clock, askings, list, answer } = openList()
  const stops = [list.onChange(() => {}), list.onChange(() => {})]
  for (let count = 0; count < 120; count += 1) {
    await clock.advance(30_000)
    await answer('a')
  }
  expect(askings).toHaveLength(120)
  for (const stop of stops) {
    stop()
    stop()
  }
  await clock.advance(3_600_000)
  expect(askings).toHaveLength(120)
})

test('listeners are told when the list is another one, and not when it is the same', async () => {
  const { clock, list, answer } = openList()
  let told = 0
  list.onChange(() => (told += 1))
  await clock.advance(0)
  await answer('a')
  await clock.advance(30_000)
  await answer('a')
  expect(told).toBe(1)
  await clock.advance(30_000)
  await answer('a', 'b')
  expect(told).toBe(2)
  expect(list.list()).toEqual({
    items: [item('a'), item('b')],
    asOf: '2026-06-01T12:01:00.000Z',
    error: null,
  })
})

test('a failure leaves what was known, with its time and why it may be out of date', async () => {
  const { clock, askings, list, answer } = openList()
  list.onChange(() => {})
  await clock.advance(0)
  await answer('a')
  await clock.advance(30_000)
  askings.at(-1)?.reject(new BridgeError('hub_unreachable', 'No route.'))
  await clock.advance(0)
  expect(list.list()).toMatchObject({
    items: [item('a')],
    asOf: '2026-06-01T12:00:00.000Z',
    error: { code: 'hub_unreachable' },
  })
  await clock.advance(30_000)
  await answer()
  expect(list.list()).toEqual({ items: [], asOf: '2026-06-01T12:01:00.000Z', error: null })
})

test('many who ask at once, and right after, are told by one question', async () => {
  const { clock, askings, list, answer } = openList()
  const asked = [list.refresh(never), list.refresh(never), list.refresh(never)]
  await clock.advance(0)
  await answer('a')
  for (const one of asked) expect((await one).items).toEqual([item('a')])
  await list.refresh(never)
  list.hint()
  expect(askings).toHaveLength(1)
  await clock.advance(1_000)
  void list.refresh(never)
  expect(askings).toHaveLength(2)
})

test('who no longer waits is let go, and the question goes on for the others', async () => {
  const { clock, list, answer } = openList()
  const leaving = new AbortController()
  const left = list.refresh(leaving.signal)
  const stays = list.refresh(never)
  leaving.abort()
  await expect(left).rejects.toMatchObject({ code: 'aborted' })
  await clock.advance(0)
  await answer('a')
  expect((await stays).items).toEqual([item('a')])
})

test('hints while a question is under way or just answered are heard once, later', async () => {
  const { clock, askings, list, answer } = openList()
  list.onChange(() => {})
  await clock.advance(0)
  await answer('a')
  for (let count = 0; count < 50; count += 1) list.hint()
  await clock.advance(999)
  expect(askings).toHaveLength(1)
  await clock.advance(1)
  expect(askings).toHaveLength(2)
})
