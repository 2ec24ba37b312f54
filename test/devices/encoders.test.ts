import { BridgeError, OrderId } from 'encoder-bridge/driver'
import { expect, it } from 'vitest'
import { EncoderId } from '../../src/contract/ids.ts'
import { openEncoders } from '../../src/devices/encoders.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { unlistedDevices } from '../support/unlisted-devices.ts'
import { createFakeCardDevice } from './fake-card-device.ts'
import { fakeDriver, silentTransport } from './fake-driver.ts'

const PROBE_EVERY_MS = 10_000
const ids = ['3a1b0c1e-58a0-4d5c-9f2b-0d3f6f0a7c01', '3a1b0c1e-58a0-4d5c-9f2b-0d3f6f0a7c02'].map((id) =>
  EncoderId.parse(id),
)
const holder = { orderId: OrderId.parse('order-1'), owner: 'the desk', isFirst: false }
const patience = new AbortController().signal

/** Encoders over devices of which each call is settled by hand; all of them have just been asked for a sign of life. */
const openProbed = async (count: number) => {
  const clock = createFakeClock()
  const devices = Array.from({ length: count }, () => createFakeCardDevice())
  const waiting = [...devices]
  const open = () => {
    const device = waiting.shift()
    return device === undefined ? Promise.reject(new BridgeError('device_absent')) : Promise.resolve(device)
  }
  const settings = devices.map((_, index) => ({
    encoderId: ids[index] ?? EncoderId.parse(ids[0]),
    name: `Desk ${index + 1}`,
    path: `/dev/ttyUSB${index}`,
    layout: 'demo',
    numberFormat: null,
    options: {},
    driver: fakeDriver(open),
  }))
  const encoders = openEncoders(settings, {
    clock,
    random: () => 1,
    wallClock: () => new Date(0),
    onAlive: () => undefined,
    openTransport: () => Promise.resolve(silentTransport('fake')),
    ...unlistedDevices(settings),
  })
  await clock.advance(PROBE_EVERY_MS)
  expect(devices.map(({ calls }) => calls)).toEqual(devices.map(() => ['probe']))
  return { clock, devices, encoders }
}

it('an order that comes while the encoder is asked for a sign of life gets it right after', async () => {
  const { clock, devices, encoders } = await openProbed(1)
  const lease = encoders.lease(ids, holder, patience)
  await clock.advance(0)
  expect(encoders.list()[0]).toMatchObject({ state: 'ready', lease: null })
  devices[0]?.settle()
  expect((await lease).encoderId).toBe(ids[0])
})

it('an order for a pool gets the encoder that is not asked just now', async () => {
  const { clock, devices, encoders } = await openProbed(2)
  devices[1]?.settle()
  await clock.advance(0)
  expect((await encoders.lease(ids, holder, patience)).encoderId).toBe(ids[1])
})

it('an order never gets an encoder that gave no sign of life', async () => {
  const { clock, devices, encoders } = await openProbed(1)
  const waited = new AbortController()
  const lease = encoders.lease(ids, holder, waited.signal)
  devices[0]?.fail(new BridgeError('device_lost'))
  await clock.advance(PROBE_EVERY_MS)
  expect(encoders.list()[0]).toMatchObject({ state: 'absent', lease: null })
  waited.abort()
  await expect(lease).rejects.toMatchObject({ code: 'aborted' })
})
