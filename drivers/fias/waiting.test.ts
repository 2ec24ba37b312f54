import { expect, test } from 'vitest'
import { BridgeError } from 'encoder-bridge/driver'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { idle } from '../../test/support/fias-desk.ts'
import { createWaiting } from './waiting.ts'

const never = (): boolean => false

test('what is met already is not waited for; what becomes true is told when somebody looks', async () => {
  const clock = createFakeClock()
  const waiting = createWaiting(clock)
  expect(await waiting.until(() => true, 1000, idle)).toBe(true)
  let isMet = false
  const met = waiting.until(() => isMet, 1000, idle)
  waiting.look()
  isMet = true
  waiting.look()
  expect(await met).toBe(true)
  expect(clock.pendingTimers).toBe(0)
})

test('time that is over is no failure', async () => {
  const clock = createFakeClock()
  expect(await clock.drive(createWaiting(clock).until(never, 1000, idle))).toBe(false)
  expect(clock.now()).toBe(1000)
})

test('an end ends every waiting, also one that begins later', async () => {
  const clock = createFakeClock()
  const waiting = createWaiting(clock)
  const lost = new BridgeError('device_lost')
  const waiter = waiting.until(never, 1000, idle)
  waiting.end(lost)
  await expect(waiter).rejects.toBe(lost)
  await expect(waiting.until(() => true, 1000, idle)).rejects.toBe(lost)
  expect(clock.pendingTimers).toBe(0)
})

test('an abort ends it, also one that was before it', async () => {
  const clock = createFakeClock()
  const waiting = createWaiting(clock)
  const abort = new AbortController()
  const waiter = waiting.until(never, 1000, abort)
  abort.abort('enough')
  await expect(waiter).rejects.toMatchObject({ code: 'aborted', cause: 'enough' })
  await expect(waiting.until(() => true, 1000, abort)).rejects.toMatchObject({ code: 'aborted' })
  expect(clock.pendingTimers).toBe(0)
})
