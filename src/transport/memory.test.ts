import { expect, test } from 'vitest'
import { isBridgeError, type BridgeError, type SerialEmulator } from '../contract/index.ts'
import { createStillEmulator } from '../../test/support/still-emulator.ts'
import { connectMemory, type MemoryTransport } from './memory.ts'
import type { MemoryOptions } from './memory-stream.ts'

interface Echo extends SerialEmulator {
  readonly received: readonly string[]
  readonly powerCycles: number
}

/** A device that says back what it hears, at 115200 baud. */
const createEcho = (): Echo => {
  let send: (bytes: Uint8Array) => void = () => {}
  const received: string[] = []
  return Object.assign(createStillEmulator(), {
    kind: 'serial' as const,
    received,
    connect: (newSend: typeof send) => {
      send = newSend
    },
    receive: (bytes: Uint8Array, hostBaudRate?: number) => {
      received.push(`${bytes.join(' ')} @${hostBaudRate}`)
      send(bytes)
    },
    baudRate: 115_200,
  })
}

const plugIn = (
  options?: MemoryOptions,
): { echo: Echo; transport: MemoryTransport; heard: number[][]; lost: BridgeError[]; stop: () => void } => {
  const echo = createEcho()
  const transport = connectMemory(echo, options)
  const heard: number[][] = []
  const lost: BridgeError[] = []
  const stop = transport.listen({
    onBytes: (bytes) => heard.push([...bytes]),
    onLost: (error) => lost.push(error),
  })
  return { echo, transport, heard, lost, stop }
}

const bytes = Uint8Array.of(1, 2, 3, 4, 5)

test('nothing arrives inside write, and everything before it settles or shortly after', async () => {
  const { echo, transport, heard } = plugIn()
  const written = transport.write(bytes)
  expect([echo.received.length, heard.length, transport.pendingWrites]).toEqual([0, 0, 1])
  await written
  await Promise.resolve()
  expect(heard).toEqual([[1, 2, 3, 4, 5]])
  expect(transport.pendingWrites).toBe(0)
})

test('bytes written before the buffer is used again are the bytes that arrive', async () => {
  const { transport, heard } = plugIn()
  const buffer = bytes.slice()
  const written = transport.write(buffer)
  buffer.fill(0)
  await written
  await Promise.resolve()
  expect(heard).toEqual([[1, 2, 3, 4, 5]])
})

test('a chunk size cuts what arrives, in order', async () => {
  const { transport, heard } = plugIn({ chunk: 2 })
  await transport.write(bytes)
  await new Promise(setImmediate)
  expect(heard).toEqual([[1, 2], [3, 4], [5]])
})

test('a second listener is refused until the first is gone', () => {
  const { transport, stop } = plugIn()
  const listener = { onBytes: () => {}, onLost: () => {} }
  expect(() => transport.listen(listener)).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'device_busy')),
  )
  stop()
  expect(transport.listenerCount).toBe(0)
  transport.listen(listener)
  stop()
  expect(transport.listenerCount).toBe(1)
})

test('at another speed both sides get rubbish without a start code', async () => {
  const { echo, transport, heard } = plugIn()
  await transport.setBaudRate(921_600)
  await transport.write(Uint8Array.of(0, 0, 255))
  await Promise.resolve()
  expect(echo.received).toEqual(['0 0 255 @921600'])
  expect(heard).toEqual([[0xe5, 0xe5, 0xe5]])
})

test('unplug tells the listener once, takes the power and fails later writes', async () => {
  const { echo, transport, lost } = plugIn()
  transport.unplug()
  transport.unplug()
  expect(lost).toEqual([])
  await Promise.resolve()
  expect(lost.map(({ code }) => code)).toEqual(['device_lost'])
  expect(echo.powerCycles).toBe(1)
  await expect(transport.write(bytes)).rejects.toMatchObject({ code: 'device_lost' })
  await expect(transport.setBaudRate(9600)).rejects.toMatchObject({ code: 'device_lost' })
})

test.each([
  [0, [], []],
  [3, ['1 2 3 @115200'], []],
  [5, ['1 2 3 4 5 @115200'], []],
  [7, ['1 2 3 4 5 @115200'], [[1, 2]]],
  [10, ['1 2 3 4 5 @115200'], [[1, 2, 3, 4, 5]]],
])('the cable goes after %i bytes of both directions', async (sizeBytes, received, heardBytes) => {
  const { echo, transport, heard, lost } = plugIn()
  transport.unplugAfterBytes(sizeBytes)
  await transport.write(bytes).catch(() => {})
  await new Promise(setImmediate)
  expect([echo.received, heard]).toEqual([received, heardBytes])
  expect(lost.map(({ code }) => code)).toEqual(['device_lost'])
})

test('after close nothing arrives and writes are refused; closing again is harmless', async () => {
  const { echo, transport, heard, lost } = plugIn()
  const written = transport.write(bytes)
  await transport.close()
  await transport.close()
  await written
  await expect(transport.write(bytes)).rejects.toMatchObject({ code: 'device_closed' })
  transport.unplug()
  await new Promise(setImmediate)
  expect([echo.received, heard, lost]).toEqual([['1 2 3 4 5 @115200'], [], []])
})
