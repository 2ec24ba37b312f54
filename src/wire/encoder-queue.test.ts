import { BridgeError } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { createEncoderQueue, type EncoderQueue } from './encoder-queue.ts'

const idle = { signal: new AbortController().signal }

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    (error: unknown) => (error instanceof BridgeError ? error.code : error),
  )

interface Work {
  readonly result: Promise<unknown>
  end(): void
}

/** A call whose work ends when the test has it end; it notes when it begins. */
const enter = (queue: EncoderQueue, encoder: string, begun: string[], signal = idle.signal): Work => {
  let end = (): void => undefined
  const ending = new Promise<void>((resolve) => {
    end = resolve
  })
  const result = queue.run(encoder, { signal }, () => async () => {
    begun.push(encoder)
    await ending
    return `${encoder} done`
  })
  return { result: codeOf(result), end }
}

test('calls for different encoders run one after the other, in the order of the calls', async () => {
  const queue = createEncoderQueue()
  const begun: string[] = []
  const works = ['a', 'b', 'c'].map((encoder) => enter(queue, encoder, begun))
  for (const [index, work] of works.entries()) {
    expect(begun).toHaveLength(index + 1)
    work.end()
    expect(await work.result).toBe(`${'abc'[index]} done`)
    await Promise.resolve()
  }
  expect(begun).toEqual(['a', 'b', 'c'])
})

test('a second call for an encoder is refused while the first runs, and while it waits', async () => {
  const queue = createEncoderQueue()
  const begun: string[] = []
  const [first, second] = [enter(queue, 'a', begun), enter(queue, 'b', begun)]
  expect(await enter(queue, 'a', begun).result).toBe('device_busy')
  expect(await enter(queue, 'b', begun).result).toBe('device_busy')
  first.end()
  second.end()
  expect(await Promise.all([first.result, second.result])).toEqual(['a done', 'b done'])
  const again = enter(queue, 'a', begun)
  again.end()
  expect(await again.result).toBe('a done')
})

test('a call that is given up while it waits leaves the line, and the next one has its turn', async () => {
  const queue = createEncoderQueue()
  const begun: string[] = []
  const abort = new AbortController()
  const works = [
    enter(queue, 'a', begun),
    enter(queue, 'b', begun, abort.signal),
    enter(queue, 'c', begun),
  ] as const
  abort.abort()
  expect(await works[1].result).toBe('aborted')
  works[0].end()
  works[2].end()
  expect(await works[2].result).toBe('c done')
  expect(begun).toEqual(['a', 'c'])
})

test('a call that was given up before it came is not prepared', async () => {
  const queue = createEncoderQueue()
  const call = queue.run('a', { signal: AbortSignal.abort() }, () => {
    throw new Error('It was prepared.')
  })
  expect(await codeOf(call)).toBe('aborted')
})

test('what can’t be prepared is refused at once, and holds nothing up', async () => {
  const queue = createEncoderQueue()
  const begun: string[] = []
  const first = enter(queue, 'a', begun)
  const invalid = queue.run('b', idle, () => {
    throw new BridgeError('order_invalid')
  })
  expect(await codeOf(invalid)).toBe('order_invalid')
  const second = enter(queue, 'b', begun)
  first.end()
  second.end()
  expect(await second.result).toBe('b done')
})

test('an end rejects who waits and who comes later, and lets the running call come to its own end', async () => {
  const queue = createEncoderQueue()
  const begun: string[] = []
  const [first, second] = [enter(queue, 'a', begun), enter(queue, 'b', begun)]
  queue.end(new BridgeError('device_lost'))
  expect(await second.result).toBe('device_lost')
  expect(await enter(queue, 'c', begun).result).toBe('device_lost')
  queue.end(new BridgeError('device_closed'))
  expect(await enter(queue, 'c', begun).result).toBe('device_closed')
  first.end()
  expect(await first.result).toBe('a done')
  await queue.settled
  expect(begun).toEqual(['a'])
})

test('work for no encoder runs at once, or is refused while any call runs', async () => {
  const queue = createEncoderQueue()
  const begun: string[] = []
  expect(await queue.runIdle(idle, async () => 'alive')).toBe('alive')
  const first = enter(queue, 'a', begun)
  expect(await codeOf(queue.runIdle(idle, async () => 'alive'))).toBe('device_busy')
  first.end()
  await first.result
})

test('work that fails gives the turn to the next one', async () => {
  const queue = createEncoderQueue()
  const begun: string[] = []
  const failing = queue.run('a', idle, () => async () => {
    throw new BridgeError('card_timeout')
  })
  const second = enter(queue, 'b', begun)
  second.end()
  expect(await codeOf(failing)).toBe('card_timeout')
  expect(await second.result).toBe('b done')
})
