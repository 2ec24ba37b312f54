import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { type BridgeError, isBridgeError } from '../contract/errors.ts'
import type { HidTransport } from '../contract/transport.ts'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { formatHex } from '../wire/hex.ts'
import type { HidHandle, HidLibrary } from './hid-library.ts'
import { openHid } from './hid.ts'

const path = '/dev/hidraw7'
const coded = (code: string): unknown => expect.toSatisfy((error) => isBridgeError(error, code as never))

/** HIDAsync of node-hid 3.4 as far as its behaviour is known: what it refuses, and in which words. */
class FakeHandle extends EventEmitter implements HidHandle {
  readonly calls: string[] = []
  /** What the next call of the device fails with. */
  failure: string | undefined
  feature = Uint8Array.of(0x00)
  private isClosed = false

  constructor() {
    super()
    this.on('newListener', (event) => {
      if (event === 'data' && this.listenerCount('data') > 0) throw new Error('read is already running')
    })
  }

  /** As the library does: what a listener throws comes back as an error of the device. */
  input(...report: readonly number[]): void {
    try {
      this.emit('data', Buffer.from(report))
    } catch (error) {
      this.emit('error', error)
    }
  }

  private record(call: string): void {
    if (this.failure !== undefined) throw new TypeError(this.failure)
    this.calls.push(call)
  }

  async write(report: Buffer): Promise<number> {
    this.record(`write ${formatHex(report)}`)
    return report.length
  }

  async sendFeatureReport(report: Buffer): Promise<number> {
    this.record(`set ${formatHex(report)}`)
    return report.length
  }

  async getFeatureReport(reportId: number, sizeBytes: number): Promise<Buffer> {
    this.record(`get ${reportId} ${sizeBytes}`)
    return Buffer.from(this.feature)
  }

  async getDeviceInfo(): Promise<Awaited<ReturnType<HidHandle['getDeviceInfo']>>> {
    this.record('info')
    return { vendorId: 0x0801, productId: 2, product: ' Swipe Reader ', release: 1, interface: 0 }
  }

  async close(): Promise<void> {
    if (this.isClosed) throw new TypeError('device is already closed')
    this.isClosed = true
    this.calls.push('close')
  }
}

const libraryOf = (open: () => Promise<HidHandle>): (() => Promise<HidLibrary>) => {
  const library: HidLibrary = {
    HIDAsync: { open },
    devicesAsync: async () => [],
    getHidapiVersion: () => '0.15.0',
  }
  return async () => library
}

interface Opened {
  readonly handle: FakeHandle
  readonly transport: HidTransport
  readonly clock: FakeClock
}

const openFake = async (): Promise<Opened> => {
  const handle = new FakeHandle()
  const clock = createFakeClock()
  const wait = (durationMs: number): Promise<void> =>
    new Promise((resolve) => {
      clock.setTimeout(resolve, durationMs)
    })
  const transport = await openHid(path, { load: libraryOf(async () => handle), wait })
  return { handle, transport, clock }
}

const listenTo = (
  transport: HidTransport,
): { readonly reports: string[]; readonly losses: BridgeError[]; readonly stop: () => void } => {
  const reports: string[] = []
  const losses: BridgeError[] = []
  const stop = transport.listen({
    onReport: (report) => reports.push(formatHex(report)),
    onLost: (error) => losses.push(error),
  })
  return { reports, losses, stop }
}

test('its facts are those of the device; what the device does not tell is empty', async () => {
  const { transport } = await openFake()
  expect(transport.path).toBe(path)
  expect(transport.facts).toEqual({
    vendorId: 0x0801,
    productId: 0x0002,
    manufacturer: '',
    product: 'Swipe Reader',
    serialNumber: '',
    usagePage: 0,
    usage: 0,
  })
})

test('a report without a number goes out behind the byte 00, one with a number behind that', async () => {
  const { handle, transport } = await openFake()
  await transport.write(0, Uint8Array.of(0xab, 0xcd))
  await transport.write(5, Uint8Array.of(0xab))
  await transport.sendFeature(0, Uint8Array.of(0x8f, 0x01))
  await transport.sendFeature(3, Uint8Array.of(0x8f))
  expect(handle.calls.slice(1)).toEqual(['write 00ABCD', 'write 05AB', 'set 008F01', 'set 038F'])
})

test('a feature report is asked for with room for its id, and comes back without it', async () => {
  const { handle, transport } = await openFake()
  handle.feature = Uint8Array.of(0x00, 0x11, 0x22)
  expect(formatHex(await transport.getFeature(0, 8))).toBe('1122')
  handle.feature = Uint8Array.of(0x03, 0x33)
  expect(formatHex(await transport.getFeature(3, 1))).toBe('33')
  expect(handle.calls.slice(1)).toEqual(['get 0 9', 'get 3 2'])
})

test('input reports come whole to the listener, as they are', async () => {
  const { handle, transport } = await openFake()
  const { reports } = listenTo(transport)
  handle.input(0x00, 0x01)
  handle.input(0x02)
  await Promise.resolve()
  expect(reports).toEqual(['0001', '02'])
})

test('there is one data listener for the life of the handle, whoever listens', async () => {
  const { handle, transport } = await openFake()
  const first = listenTo(transport)
  handle.input(0x01)
  await Promise.resolve()
  first.stop()
  handle.input(0x02)
  const second = listenTo(transport)
  handle.input(0x03)
  await Promise.resolve()
  expect([first.reports, second.reports, handle.listenerCount('data')]).toEqual([['01'], ['03'], 1])
})

test('has one listener at a time', async () => {
  const { transport } = await openFake()
  const { stop } = listenTo(transport)
  expect(() => listenTo(transport)).toThrow(coded('device_busy'))
  stop()
  expect(listenTo(transport).reports).toEqual([])
})

test('a listener that is removed hears nothing more, not even the report that is on its way', async () => {
  const { handle, transport } = await openFake()
  const { reports, stop } = listenTo(transport)
  handle.input(0x01)
  stop()
  const next = listenTo(transport)
  await Promise.resolve()
  expect([reports, next.reports]).toEqual([[], []])
})

test('a listener is called outside of the library, which would take what it throws for a loss', async () => {
  const { handle, transport } = await openFake()
  const { reports } = listenTo(transport)
  handle.input(0x01)
  expect(reports).toEqual([])
  await Promise.resolve()
  expect(reports).toEqual(['01'])
})

test('an error of the read loop is a loss, told once, and every later call is refused', async () => {
  const { handle, transport } = await openFake()
  const { losses, reports } = listenTo(transport)
  handle.emit('error', 'could not read from HID device: unexpected poll error (device disconnected)')
  handle.emit('error', 'could not read from HID device')
  handle.input(0x01)
  await Promise.resolve()
  expect(losses.map(({ code }) => code)).toEqual(['device_lost'])
  expect(losses[0]?.detail).toContain('device disconnected')
  expect(reports).toEqual([])
  await expect(transport.write(0, Uint8Array.of(1))).rejects.toEqual(coded('device_lost'))
  await expect(transport.sendFeature(0, Uint8Array.of(1))).rejects.toEqual(coded('device_lost'))
  await expect(transport.getFeature(0, 1)).rejects.toEqual(coded('device_lost'))
})

test('who begins to listen after the loss is told of it, once', async () => {
  const { handle, transport } = await openFake()
  handle.emit('error', 'could not read from HID device')
  const { losses } = listenTo(transport)
  await Promise.resolve()
  expect(losses.map(({ code }) => code)).toEqual(['device_lost'])
})

test('a call that the device refuses is its fault, once the read loop had time to tell of a loss', async () => {
  const { handle, transport, clock } = await openFake()
  handle.failure = 'could not send feature report to device: ioctl (SFEATURE): Broken pipe'
  const call = transport.sendFeature(0, Uint8Array.of(1))
  await expect(clock.drive(call)).rejects.toEqual(coded('device_fault'))
  await expect(call).rejects.toThrow('Broken pipe')
  handle.failure = undefined
  await transport.sendFeature(0, Uint8Array.of(1))
})

test('a call that fails because the device went is a loss, in whatever words it fails', async () => {
  const { handle, transport, clock } = await openFake()
  handle.failure = 'ioctl (GFEATURE): Kein passendes Gerät gefunden'
  const call = transport.getFeature(0, 8)
  await clock.advance(50)
  handle.emit('error', 'could not read from HID device')
  await expect(call).rejects.toEqual(coded('device_lost'))
})

test('it closes as often as one likes, and refuses work afterwards', async () => {
  const { handle, transport } = await openFake()
  await Promise.all([transport.close(), transport.close()])
  await transport.close()
  expect(handle.calls.filter((call) => call === 'close')).toEqual(['close'])
  await expect(transport.write(0, Uint8Array.of(1))).rejects.toEqual(coded('device_closed'))
  await expect(transport.sendFeature(0, Uint8Array.of(1))).rejects.toEqual(coded('device_closed'))
  await expect(transport.getFeature(0, 1)).rejects.toEqual(coded('device_closed'))
})

test('closing a handle that is closed already does not reject', async () => {
  const { handle, transport } = await openFake()
  await handle.close()
  await expect(transport.close()).resolves.toBeUndefined()
})

test('nothing is told after close, not even the end of the read loop', async () => {
  const { handle, transport } = await openFake()
  const { losses, reports } = listenTo(transport)
  handle.input(0x01)
  const closing = transport.close()
  handle.emit('error', 'could not read from HID device')
  await closing
  expect([losses, reports]).toEqual([[], []])
})

test('a call under way when it is closed ends with device_closed', async () => {
  const { handle, transport, clock } = await openFake()
  handle.failure = 'device has been closed'
  const call = transport.write(0, Uint8Array.of(1))
  const closing = transport.close()
  await expect(clock.drive(call)).rejects.toEqual(coded('device_closed'))
  await closing
})

// The words of hidapi 0.15, linux/hid.c and windows/hid.c.
test.each([
  ["Failed to open a device with path '/dev/hidraw7': No such file or directory", 'device_absent'],
  ["ioctl(GRDESCSIZE) error for '/dev/hidraw7', not a HIDRAW device?: Inappropriate ioctl", 'device_absent'],
  ["Failed to open a device with path '/dev/hidraw7': Permission denied", 'device_denied'],
  ["Failed to open a device with path '/dev/hidraw7': Operation not permitted", 'device_denied'],
  ['open_device: (0x00000002) Das System kann die angegebene Datei nicht finden.', 'device_absent'],
  ['open_device: (0x00000005) Zugriff verweigert', 'device_denied'],
  ['open_device: (0x00000020) Der Prozess kann nicht zugreifen', 'device_busy'],
])('the refusal "%s" is %s', async (text, code) => {
  const open = async (): Promise<HidHandle> => {
    throw new Error(`cannot open device with path ${path}: ${text}`)
  }
  const refused = openHid(path, { load: libraryOf(open) })
  await expect(refused).rejects.toEqual(coded(code))
  await expect(refused).rejects.toThrow(path)
})

test('a missing right names the file that grants it', async () => {
  const open = async (): Promise<HidHandle> => {
    throw new Error('Permission denied')
  }
  await expect(openHid(path, { load: libraryOf(open) })).rejects.toThrow('99-encoder-bridge.rules')
})

test('a device that goes while it is opened is absent, and its handle is closed', async () => {
  const handle = new FakeHandle()
  handle.failure = 'Unable to get device info'
  await expect(openHid(path, { load: libraryOf(async () => handle) })).rejects.toEqual(coded('device_absent'))
  expect(handle.calls).toEqual(['close'])
})
