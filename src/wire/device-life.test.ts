import { BridgeError, type IoOptions } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { createDeviceLife, type DeviceLife } from './device-life.ts'

const idle = { signal: new AbortController().signal }

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    (error: unknown) => (error instanceof BridgeError ? error.code : error),
  )

/** Work that goes on until its signal fires, and then says what a link says. */
const untilAborted = ({ signal }: IoOptions): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new BridgeError('aborted')), { once: true })
  })

const openLife = () => {
  const closed: string[] = []
  const life = createDeviceLife({
    close: async () => {
      closed.push('closed')
    },
  })
  return { life, closed }
}

const ends: readonly (readonly [string, string, (life: DeviceLife, caller: AbortController) => unknown])[] = [
  ['the caller gives up', 'aborted', (_, caller) => caller.abort()],
  ['the device is lost', 'device_lost', (life) => life.lose(new BridgeError('device_lost'))],
  ['the device is closed', 'device_closed', (life) => life.close()],
]
test.each(ends)('a call that follows its signal is told why it ended: %s', async (_, code, end) => {
  const { life } = openLife()
  const caller = new AbortController()
  const call = codeOf(life.run(caller, untilAborted))
  end(life, caller)
  expect(await call).toBe(code)
})

test('a failure of its own stays what it is, also when the device ends meanwhile', async () => {
  const { life } = openLife()
  const call = codeOf(
    life.run(idle, async () => {
      await Promise.resolve()
      throw new BridgeError('card_write_refused')
    }),
  )
  life.lose(new BridgeError('device_lost'))
  expect(await call).toBe('card_write_refused')
})

test('the signal of a call is its own: the next call’s is whole', async () => {
  const { life } = openLife()
  const caller = new AbortController()
  const first = codeOf(life.run(caller, untilAborted))
  caller.abort()
  expect(await first).toBe('aborted')
  expect(await life.run(idle, async ({ signal }) => signal.aborted)).toBe(false)
})

test('what goes on between calls hears of the end, and of no call’s', async () => {
  const { life } = openLife()
  const caller = new AbortController()
  const call = codeOf(life.run(caller, untilAborted))
  caller.abort()
  await call
  expect(life.end.aborted).toBe(false)
  life.lose(new BridgeError('device_lost'))
  expect(life.end.aborted).toBe(true)
  const other = openLife()
  const closing = other.life.close()
  expect(other.life.end.aborted).toBe(true)
  await closing
})

test('it closes once, behind the call that runs, and refuses another one meanwhile', async () => {
  const { life, closed } = openLife()
  let settle = (): void => undefined
  const call = life.run(idle, () => new Promise<void>((resolve) => (settle = resolve)))
  expect(await codeOf(life.run(idle, untilAborted))).toBe('device_busy')
  const closing = Promise.all([life.close(), life.close()])
  expect(await codeOf(life.run(idle, untilAborted))).toBe('device_closed')
  expect(closed).toEqual([])
  settle()
  await call
  await closing
  expect(closed).toEqual(['closed'])
})
