import { BridgeError, type CardDevice, type Driver, type TransportListener } from 'encoder-bridge/driver'
import { describe, expect, test } from 'vitest'
import { adapter } from './fake-candidates.ts'
import { createFakeCardDevice } from './fake-card-device.ts'
import { createFakeKeySystem } from './fake-key-system.ts'
import { silentTransport } from './fake-driver.ts'
import { startSlotBench } from './slot-bench.ts'

const board = adapter('/dev/ttyUSB0', { serialNumber: 'AAA111', usbPath: '1-1' })
const other = adapter('/dev/ttyUSB0', { serialNumber: 'BBB222', usbPath: '1-1' })
const match = { vendorId: '0403' }
const isBoard = 'usb:0403:6001:AAA111'

const opensWell: Driver['open'] = () => Promise.resolve(createFakeCardDevice(true))
const never = <T>(): Promise<T> => new Promise(() => undefined)

describe('plugging', () => {
  test('an unplugged device is gone when the list has it no longer, whether the driver has noticed or not', async () => {
    await using bench = startSlotBench({ open: opensWell, match, plugged: [board] })
    await bench.clock.advance(0)
    expect(bench.slot.state()).toBe('ready')
    await bench.plug()
    expect(bench.losses).toMatchObject([{ code: 'device_lost', detail: '/dev/ttyUSB0 is gone.' }])
    expect(bench.slot.device()).toBeNull()
  })

  test('a device that comes back is ready at once, however long it was away', async () => {
    await using bench = startSlotBench({ open: opensWell, match, plugged: [] })
    await bench.clock.advance(600_000)
    expect(bench.slot.state()).toBe('absent')
    await bench.plug(board)
    expect(bench.slot.state()).toBe('ready')
  })

  test('another device in its place is not opened until it is accepted', async () => {
    await using bench = startSlotBench({ open: opensWell, match, plugged: [board] })
    await bench.clock.advance(0)
    expect(bench.state.known).toBe(isBoard)
    await bench.plug(other)
    await bench.clock.advance(60_000)
    expect(bench.slot.error()).toMatchObject({ code: 'device_quarantined' })
    expect(bench.state.opens).toBe(1)
    expect(bench.finder.accept('Desk')).toBe(true)
    bench.slot.probeNow()
    await bench.clock.advance(0)
    expect(bench.slot.state()).toBe('ready')
    expect(bench.state.known).toBe('usb:0403:6001:BBB222')
  })

  test('a device that tells another serial number than the one that was set up is closed again', async () => {
    const closed: CardDevice[] = []
    const open: Driver['open'] = () => {
      const device = createFakeCardDevice(true)
      closed.push(device)
      return Promise.resolve({ ...device, info: { ...device.info, serialNumber: 'S8' } })
    }
    const line = adapter('/dev/ttyS0', { vendorId: null, productId: null })
    await using bench = startSlotBench({
      open,
      path: '/dev/ttyS0',
      plugged: [line],
      setUp: 'told:fake:S9',
    })
    await bench.clock.advance(0)
    expect(bench.slot.error()).toMatchObject({ code: 'device_quarantined' })
    expect(closed).toMatchObject([{ isClosed: true }])
    expect(bench.slot.device()).toBeNull()
  })
})

describe('a driver that', () => {
  test('throws in its open is told from a device that fails, and tried again', async () => {
    let isBroken = true
    const open: Driver['open'] = () => {
      if (isBroken) throw new TypeError('x is not a function')
      return opensWell({} as never, {} as never)
    }
    await using bench = startSlotBench({ open, match, plugged: [board] })
    await bench.clock.advance(0)
    expect(bench.slot.error()).toMatchObject({
      code: 'driver_crashed',
      detail: 'fake: TypeError: x is not a function.',
    })
    expect(bench.state.closes).toBe(1)
    isBroken = false
    await bench.clock.advance(1_000)
    expect(bench.slot.state()).toBe('ready')
  })

  test('throws when bytes come ends nothing but its device', async () => {
    let listener: TransportListener | undefined
    const open: Driver['open'] = ({ transport }) => {
      if (transport.kind === 'serial') {
        transport.listen({
          onBytes: () => {
            throw new RangeError('out of bounds')
          },
          onLost: () => undefined,
        })
      }
      return opensWell({} as never, {} as never)
    }
    const transport = () => ({
      ...silentTransport('fake'),
      listen: (next: unknown) => {
        listener = next as TransportListener
        return () => undefined
      },
    })
    await using bench = startSlotBench({ open, match, plugged: [board], transport })
    await bench.clock.advance(0)
    expect(() => listener?.onBytes(Uint8Array.of(1))).not.toThrow()
    expect(() => listener?.onBytes(Uint8Array.of(2))).not.toThrow()
    await bench.clock.advance(0)
    expect(bench.losses).toMatchObject([
      { code: 'driver_crashed', detail: 'fake: RangeError: out of bounds.' },
    ])
    await bench.clock.advance(1_000)
    expect(bench.slot.state()).toBe('ready')
    expect(bench.state.opens).toBe(2)
  })

  test('throws in a timer while it opens fails to open', async () => {
    const open: Driver['open'] = ({ clock }) => {
      clock.setTimeout(() => {
        throw new Error('late')
      }, 100)
      return never()
    }
    await using bench = startSlotBench({ open, match, plugged: [board] })
    await bench.clock.advance(100)
    expect(bench.slot.error()).toMatchObject({ code: 'driver_crashed', detail: 'fake: Error: late.' })
    expect(bench.state.closes).toBe(1)
  })

  test('throws in its sign of life is opened anew', async () => {
    const open: Driver['open'] = () =>
      Promise.resolve({ ...createFakeCardDevice(true), probe: () => Promise.reject(new Error('oops')) })
    await using bench = startSlotBench({ open, match, plugged: [board] })
    await bench.clock.advance(10_000)
    expect(bench.losses).toMatchObject([{ code: 'driver_crashed' }])
  })

  test('never opens, and ignores that it is told to stop, is left behind', async () => {
    await using bench = startSlotBench({ open: () => never(), match, plugged: [board] })
    await bench.clock.advance(9_000)
    expect(bench.slot.error()).toMatchObject({ code: 'device_unresponsive' })
    expect(bench.state.closes).toBe(1)
    await bench.clock.advance(1_000)
    expect(bench.state.opens).toBe(2)
  })

  test('opens when nobody waits for it any more has its device closed', async () => {
    let finish: (device: CardDevice) => void = () => undefined
    const late = createFakeCardDevice(true)
    const open: Driver['open'] = () =>
      new Promise((resolve) => {
        finish = resolve
      })
    await using bench = startSlotBench({ open, match, plugged: [board] })
    await bench.clock.advance(9_000)
    finish(late)
    await bench.clock.advance(0)
    expect(late.isClosed).toBe(true)
  })

  test('never answers a sign of life, and ignores that it is told to stop, loses the device', async () => {
    const open: Driver['open'] = () =>
      Promise.resolve({ ...createFakeCardDevice(true), probe: () => never() })
    await using bench = startSlotBench({ open, match, plugged: [board] })
    await bench.clock.advance(13_000)
    expect(bench.losses).toMatchObject([{ code: 'device_unresponsive' }])
  })

  test('never closes does not keep its device from being opened anew', async () => {
    let lose: (error: BridgeError) => void = () => undefined
    const open: Driver['open'] = () =>
      Promise.resolve({
        ...createFakeCardDevice(true),
        onLost: (observer: (error: BridgeError) => void) => {
          lose = observer
        },
        close: () => never<void>(),
      })
    await using bench = startSlotBench({ open, match, plugged: [board] })
    await bench.clock.advance(0)
    lose(new BridgeError('device_lost'))
    await bench.clock.advance(4_000)
    expect(bench.state.opens).toBe(2)
    expect(bench.slot.state()).toBe('ready')
  })

  test('makes another kind of device than its manifest says is told, and that device is closed', async () => {
    const device = createFakeKeySystem()
    await using bench = startSlotBench({ open: () => Promise.resolve(device), match, plugged: [board] })
    await bench.clock.advance(0)
    expect(bench.slot.error()).toMatchObject({
      code: 'driver_crashed',
      detail: 'fake: it made a keySystem, and its manifest says card.',
    })
    expect(device.isClosed).toBe(true)
  })
})

test('what keeps a device from being used is told anew when it changes', async () => {
  await using bench = startSlotBench({
    open: opensWell,
    match,
    plugged: [board, { ...other, usbPath: '1-2' }],
  })
  await bench.clock.advance(0)
  await bench.plug()
  await bench.plug(board)
  expect(bench.seen).toEqual(['device_ambiguous', 'device_absent', 'ready'])
})
