import { BridgeError, type Driver } from 'encoder-bridge/driver'
import { describe, expect, it } from 'vitest'
import { startDeviceSlot } from '../../src/devices/device-slot.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { unlistedDevices } from '../support/unlisted-devices.ts'
import { createFakeCardDevice } from './fake-card-device.ts'
import { fakeDriver, silentTransport } from './fake-driver.ts'

const startSlot = (open: Driver['open']) => {
  const clock = createFakeClock()
  const seen: string[] = []
  const losses: BridgeError[] = []
  let opened = 0
  let signs = 0
  let closed = 0
  let pathChanged = (): void => undefined
  const driver = fakeDriver((context, io) => {
    opened += 1
    return open(context, io)
  })
  const settings = { name: 'Front Desk', path: '/dev/ttyUSB0', options: {}, driver }
  const slot = startDeviceSlot(
    settings,
    {
      clock,
      random: () => 1,
      wallClock: () => new Date(0),
      openTransport: () =>
        Promise.resolve({
          ...silentTransport('/dev/ttyUSB0'),
          close: () => {
            closed += 1
            return Promise.resolve()
          },
        }),
      ...unlistedDevices([settings]),
      watchPath: (_, onChange) => {
        pathChanged = onChange
        return () => {
          pathChanged = () => undefined
        }
      },
    },
    {
      onChange: () => seen.push(slot.state()),
      onOpened: () => undefined,
      onLost: (error) => losses.push(error),
      onAlive: () => {
        signs += 1
      },
    },
  )
  return {
    clock,
    slot,
    seen,
    losses,
    opens: () => opened,
    /** Transports that were closed because opening failed. */
    closes: () => closed,
    signs: () => signs,
    appear: () => pathChanged(),
  }
}

describe('a device', () => {
  it('becomes ready when its driver has opened it', async () => {
    const { clock, slot } = startSlot(() => Promise.resolve(createFakeCardDevice(true)))
    await clock.advance(0)
    expect(slot.state()).toBe('ready')
    expect(slot.info()).toEqual({ model: 'Fake', firmware: '1', serialNumber: null })
  })

  it('that is not there is tried again, ever more seldom, and never given up', async () => {
    const { clock, slot, opens } = startSlot(() => Promise.reject(new BridgeError('device_absent')))
    await clock.advance(0)
    expect(slot.state()).toBe('absent')
    const tries: number[] = []
    for (let second = 0; second < 60; second += 1) {
      const before = opens()
      await clock.advance(1_000)
      await clock.advance(0)
      tries.push(opens() - before)
    }
    expect(tries.slice(0, 4).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(3)
    expect(tries.slice(-20).reduce((sum, count) => sum + count, 0)).toBe(4)
  })

  it('is tried at once when something appears at its path', async () => {
    let isThere = false
    const { slot, clock, appear } = startSlot(() =>
      isThere
        ? Promise.resolve(createFakeCardDevice(true))
        : Promise.reject(new BridgeError('device_absent')),
    )
    await clock.advance(0)
    await clock.advance(60_000)
    await clock.advance(0)
    isThere = true
    appear()
    await clock.advance(0)
    expect(slot.state()).toBe('ready')
  })

  it('that is lost is told once, closed and opened again', async () => {
    const devices = [createFakeCardDevice(true), createFakeCardDevice(true)]
    let index = 0
    const { clock, slot, losses } = startSlot(() => {
      const next = devices[index]
      index += 1
      return next === undefined ? Promise.reject(new BridgeError('device_absent')) : Promise.resolve(next)
    })
    await clock.advance(0)
    devices[0]?.lose(new BridgeError('device_lost'))
    await clock.advance(0)
    expect(losses).toMatchObject([{ code: 'device_lost' }])
    expect(devices[0]?.isClosed).toBe(true)
    await clock.advance(500)
    await clock.advance(0)
    expect(slot.state()).toBe('ready')
    expect(slot.device()).toBe(devices[1])
  })

  it('that is idle is asked for a sign of life, and opened again when it gives none', async () => {
    const mute = createFakeCardDevice()
    const { clock, slot, losses } = startSlot(() => Promise.resolve(mute))
    await clock.advance(0)
    await clock.advance(10_000)
    await clock.advance(0)
    expect(mute.calls).toEqual(['probe'])
    mute.fail(new BridgeError('device_unresponsive'))
    await clock.advance(0)
    expect(losses).toMatchObject([{ code: 'device_unresponsive' }])
    expect(slot.device()).toBe(null)
  })

  it('that a session holds is not disturbed by probes, and still counts as alive', async () => {
    const device = createFakeCardDevice(true)
    const { clock, slot, signs } = startSlot(() => Promise.resolve(device))
    await clock.advance(0)
    slot.setHeld(true)
    const before = signs()
    for (let tick = 0; tick < 3; tick += 1) {
      await clock.advance(10_000)
      await clock.advance(0)
    }
    expect(device.calls).toEqual([])
    expect(signs() - before).toBe(3)
  })

  it('is probed at once after the computer has slept', async () => {
    const device = createFakeCardDevice(true)
    const { clock, slot } = startSlot(() => Promise.resolve(device))
    await clock.advance(0)
    slot.probeNow()
    await clock.advance(0)
    expect(device.calls).toEqual(['probe'])
  })

  it('is closed with the slot, and nothing is left behind', async () => {
    const device = createFakeCardDevice(true)
    const { clock, slot } = startSlot(() => Promise.resolve(device))
    await clock.advance(0)
    await slot.close()
    expect(device.isClosed).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })
})
