import { expect, test } from 'vitest'
import { BridgeError, type HidTransport, isBridgeError } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { connectEmulator } from '../../src/transport/connect-emulator.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createMsr605Emulator } from './emulator.ts'
import { createLink } from './link.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

/** A HID device that takes each report when it is told to, and notes its first three bytes. */
const createSlowDevice = () => {
  const begun: string[] = []
  const waiting: (() => void)[] = []
  const emulator = createMsr605Emulator({ clock: createFakeClock(), realtime: false, transport: 'hid' })
  const end = connectEmulator(emulator)
  if (end.kind !== 'hid') throw new Error('no HID device')
  const device: HidTransport = {
    ...end,
    path: 'slow',
    sendFeature: (_, data) => {
      begun.push(formatHex(data.subarray(0, 3)))
      return new Promise((resolve) => waiting.push(resolve))
    },
  }
  const take = async (): Promise<void> => {
    waiting.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { device, begun, take }
}

test('the reports of a command stay together, even when a reset comes in the middle of them', async () => {
  const { device, begun, take } = createSlowDevice()
  const link = createLink(device)
  const sent = Promise.all([link.send(bytes(`\x1bw${'A'.repeat(80)}`)), link.reset()])
  for (let report = 1; report <= 4; report++) await take()
  await take()
  await sent
  expect(begun).toEqual(['BF1B77', '534141', 'C21B61', 'C21B61'])
})

test('a report that is refused refuses its command, and not the next one', async () => {
  const { device, begun } = createSlowDevice()
  let isRefused = true
  const link = createLink({
    ...device,
    sendFeature: async (_, data) => {
      begun.push(formatHex(data.subarray(0, 3)))
      if (isRefused) throw new BridgeError('device_fault')
    },
  })
  await expect(link.send(bytes('\x1be'))).rejects.toSatisfy((error) => isBridgeError(error, 'device_fault'))
  isRefused = false
  await link.send(bytes('\x1br'))
  expect(begun).toEqual(['C21B65', 'C21B72'])
})

test('on a serial line a reset is sent twice, with a byte between that a damaged first one takes for its own', async () => {
  const written: string[] = []
  const end = connectEmulator(createMsr605Emulator({ clock: createFakeClock(), realtime: false }))
  if (end.kind !== 'serial') throw new Error('no serial line')
  const link = createLink({
    ...end,
    write: async (data: Uint8Array) => {
      written.push(formatHex(data))
    },
  })
  await link.reset()
  expect(written).toEqual(['1B61001B61'])
})
