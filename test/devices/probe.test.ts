import { BridgeError, DriverId, type Driver, type MatchRule } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { probeCandidate } from '../../src/devices/probe.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { adapter } from './fake-candidates.ts'
import { createFakeCardDevice } from './fake-card-device.ts'
import { fakeDriver, silentTransport } from './fake-driver.ts'

const shared: MatchRule = {
  transport: 'serial',
  vendorId: '0403',
  productId: '6001',
  isOwn: false,
  note: 'FTDI',
}
const own: MatchRule = { ...shared, isOwn: true }
const candidate = adapter('/dev/ttyUSB0')
const signal = new AbortController().signal

/** Tries drivers on one candidate and notes the order; `answers` opens, everything else is silent. */
const probe = async (
  drivers: readonly {
    readonly id: string
    readonly manifest?: Parameters<typeof fakeDriver>[1]
    readonly fails?: BridgeError
  }[],
) => {
  const tried: string[] = []
  const made = drivers.map(({ id, manifest, fails }): { driver: Driver; options: unknown } => ({
    driver: fakeDriver(
      () => {
        tried.push(id)
        return fails === undefined ? Promise.resolve(createFakeCardDevice(true)) : Promise.reject(fails)
      },
      { match: [shared], ...manifest, id: DriverId.parse(id) },
    ),
    options: {},
  }))
  const clock = createFakeClock()
  const ports = {
    clock,
    wallClock: () => new Date(0),
    openTransport: () => Promise.resolve(silentTransport('/dev/ttyUSB0')),
  }
  const result = await probeCandidate(candidate, made, ports, signal)
  return { result, tried, pendingTimers: clock.pendingTimers }
}

const silent = new BridgeError('device_unresponsive')

test('each driver asks in turn until one is answered', async () => {
  const { result, tried, pendingTimers } = await probe([
    { id: 'first', fails: silent },
    { id: 'second' },
    { id: 'third' },
  ])
  expect(result).toMatchObject({ kind: 'answered', driverId: 'second', info: { model: 'Fake' } })
  expect(tried).toEqual(['first', 'second'])
  expect(pendingTimers).toBe(0)
})

test('who knows the identity as its own comes first, and who only listens before one that sends', async () => {
  const { tried } = await probe([
    { id: 'loud', manifest: { intrusiveProbe: true }, fails: silent },
    { id: 'quiet', fails: silent },
    { id: 'owner', manifest: { match: [own], intrusiveProbe: true }, fails: silent },
  ])
  expect(tried).toEqual(['owner', 'quiet', 'loud'])
})

test('a driver that knows the identity not, needs another way, or gets no answer by nature is not tried', async () => {
  const { result, tried } = await probe([
    { id: 'stranger', manifest: { match: [] } },
    { id: 'reader', manifest: { transports: ['pcsc'] } },
    { id: 'barcode', manifest: { answers: false } },
  ])
  expect(tried).toEqual([])
  expect(result).toEqual({ kind: 'silent', tried: [] })
})

test('a line that can’t be had is not tried again with another driver', async () => {
  const { result, tried } = await probe([
    { id: 'first', fails: new BridgeError('device_busy', 'minicom') },
    { id: 'second' },
  ])
  expect(tried).toEqual(['first'])
  expect(result).toMatchObject({ kind: 'refused', error: { code: 'device_busy' } })
})

test('a driver that crashes makes room for the next', async () => {
  const { result } = await probe([
    { id: 'broken', fails: new TypeError('x') as unknown as BridgeError },
    { id: 'second' },
  ])
  expect(result).toMatchObject({ kind: 'answered', driverId: 'second' })
})
