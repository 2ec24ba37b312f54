import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { type AttemptListener, type LinkState, openSupervisor } from '../../src/seam/supervisor.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const lost = new BridgeError('hub_unreachable')

/** A supervisor whose attempts a test decides, and which always waits the longest delay. */
const openRig = () => {
  const clock = createFakeClock()
  const attempts: { transport: string; listener: AttemptListener; isEnded: boolean }[] = []
  const states: LinkState['state'][] = []
  const supervisor = openSupervisor({
    clock,
    random: () => 1,
    dial: (transport, listener) => {
      const attempt = { transport, listener, isEnded: false }
      attempts.push(attempt)
      return {
        end: () => {
          attempt.isEnded = true
        },
      }
    },
    onState: ({ state }) => states.push(state),
  })
  /** Time until the next attempt starts. */
  const nextDelayMs = async (): Promise<number> => {
    const before = attempts.length
    const start = clock.now()
    while (attempts.length === before) await clock.advance(500)
    return clock.now() - start
  }
  const newest = () => attempts.at(-1)?.listener
  return { clock, attempts, states, supervisor, nextDelayMs, newest }
}

test('a hub that welcomes and drops at once is not hammered: the delays grow', async () => {
  const { newest, nextDelayMs } = openRig()
  const delays: number[] = []
  for (let round = 0; round < 4; round += 1) {
    newest()?.onUp()
    newest()?.onDown(lost)
    delays.push(await nextDelayMs())
  }
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000])
})

test('after a connection that lived for ten seconds the next attempt comes soon', async () => {
  const { clock, newest, nextDelayMs } = openRig()
  newest()?.onDown(lost)
  await nextDelayMs()
  newest()?.onUp()
  await clock.advance(10_000)
  newest()?.onDown(lost)
  expect(await nextDelayMs()).toBe(1_000)
})

test('while polling works, WebSockets that fail are tried less and less, to one in ten minutes', async () => {
  const { attempts, newest, nextDelayMs } = openRig()
  for (let failures = 0; failures < 2; failures += 1) {
    newest()?.onDown(lost)
    await nextDelayMs()
  }
  expect(attempts.at(-1)?.transport).toBe('polling')
  newest()?.onUp()
  const delays: number[] = []
  for (let probes = 0; probes < 6; probes += 1) {
    delays.push(await nextDelayMs())
    expect(attempts.at(-1)?.transport).toBe('websocket')
    newest()?.onDown(lost)
  }
  expect(delays).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000])
  expect(attempts[2]?.isEnded).toBe(false)
})

test('a stopped supervisor ends what is under way and starts nothing', async () => {
  const { attempts, clock, newest, supervisor } = openRig()
  newest()?.onUp()
  supervisor.stop()
  expect(attempts[0]?.isEnded).toBe(true)
  expect(clock.pendingTimers).toBe(0)
})

test('a connection that is lost while a WebSocket is tried beside it takes that attempt along', async () => {
  const { attempts, newest, nextDelayMs } = openRig()
  for (let failures = 0; failures < 2; failures += 1) {
    newest()?.onDown(lost)
    await nextDelayMs()
  }
  const polling = newest()
  polling?.onUp()
  await nextDelayMs()
  polling?.onDown(lost)
  expect(attempts.map(({ isEnded }) => isEnded)).toEqual([true, true, true, true])
})
