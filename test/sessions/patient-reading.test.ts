import { expect, test } from 'vitest'
import type { CardDevice } from '../../src/contract/device.ts'
import { BridgeError, isBridgeError } from '../../src/contract/errors.ts'
import { noUid } from '../../src/contract/ids.ts'
import { readPatiently } from '../../src/sessions/card-work.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { leaseOf } from './chart-support.ts'

/** An encoder that tells its last bad swipe again, for as long as it is asked: at most a thousand times. */
const startReading = (signal: AbortSignal) => {
  const clock = createFakeClock()
  let reads = 0
  const device = {
    read: () => {
      reads += 1
      return Promise.reject(new BridgeError(reads < 1000 ? 'card_unreadable' : 'device_lost'))
    },
  } as unknown as CardDevice
  const reading = readPatiently(
    { ...leaseOf('anytime', 'swipe'), device },
    { uid: noUid, technology: 'magstripe' },
    { kind: 'tracks', coercivity: 'hi' },
    { clock, signal, notice: () => undefined },
  )
  return { clock, reading, reads: () => reads }
}

test('an encoder that rejects each reading at once is asked five times a second', async () => {
  const stop = new AbortController()
  const { clock, reading, reads } = startReading(stop.signal)
  const outcome = reading.catch((error: unknown) => error)
  await clock.advance(1000)
  expect(reads()).toBe(6)
  stop.abort()
  expect(isBridgeError(await outcome, 'aborted')).toBe(true)
  expect(clock.pendingTimers).toBe(0)
})
