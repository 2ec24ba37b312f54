import { expect, onTestFinished, test } from 'vitest'
import { loadDriver } from '../../drivers/index.ts'
import { freePort } from '../../test/support/tcp-peers.ts'
import type { EmulatedWay, EmulateOptions, RunningEmulator } from '../cli/runtime.ts'
import { systemClock } from '../service/system-clock.ts'
import { createTransports } from '../transport/open.ts'
import { emulate } from './emulate.ts'

const idle = { signal: new AbortController().signal }

const start = async (
  driver: string,
  way: EmulatedWay,
  card: EmulateOptions['card'] = null,
): Promise<RunningEmulator> => {
  const emulator = await emulate({ driver, way, card, isRealtime: false, controlPath: null })
  onTestFinished(() => emulator.close())
  return emulator
}

test.each([
  ['salto', 'listen', 'tcp'],
  ['onity', 'listen', 'tcp'],
  ['fias', 'listen', 'tcp'],
  ['fias', 'connect', 'tcp'],
  ['seam-remote', 'listen', 'http'],
] as const)('an emulated %s that is to %s is opened by its driver', async (id, kind, transport) => {
  const port = kind === 'connect' ? await freePort() : 0
  const { path } = await start(id, { kind, host: '127.0.0.1', port }, { type: 'key', uid: null })
  const driver = await loadDriver(id)
  const transports = createTransports()
  const device = await driver.open(
    {
      transport: await transports.open({ transport, path }, driver),
      options: driver.options.parse({}),
      clock: systemClock,
      wallClock: () => new Date(),
    },
    idle,
  )
  onTestFinished(async () => {
    await device.close()
    await transports.close()
  })
  await device.probe(idle)
  expect(device.kind).toBe('keySystem')
})

test.each([
  ['pn532', 'listen', 'Over a network one listens for TCP or HTTP, and pn532 is not reached so.'],
  ['seam-remote', 'connect', 'Over a network one connects by TCP, and seam-remote is not reached so.'],
] as const)('an emulated %s can’t %s', async (id, kind, detail) => {
  await expect(start(id, { kind, host: '127.0.0.1', port: 0 })).rejects.toMatchObject({
    code: 'request_invalid',
    detail,
  })
})

test('a device without a serial line is on no pseudoterminal', async () => {
  await expect(start('hid-scanner', { kind: 'pty', link: '/tmp/none' })).rejects.toMatchObject({
    code: 'request_invalid',
    detail: 'A pseudoterminal is a serial line, and hid-scanner is not reached so.',
  })
})
