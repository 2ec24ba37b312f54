import type { Device } from 'node-hid'
import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import { type HidLibrary, loadHid } from './hid-library.ts'
import { listHidDevices } from './hid-list.ts'
import { openHid } from './hid.ts'

const reader: Device = { vendorId: 0x0c27, productId: 0x3bfa, release: 0x100, interface: 0 }
const hidraw = '/dev/hidraw3'

const libraryOf = (devices: readonly Device[]): (() => Promise<HidLibrary>) => {
  const library: HidLibrary = {
    HIDAsync: {
      open: async () => {
        throw new Error('Nothing is opened for a list.')
      },
    },
    devicesAsync: async () => devices,
    getHidapiVersion: () => '0.15.0',
  }
  return async () => library
}

test('a device comes with its facts, and what it does not tell is empty', async () => {
  const described: Device = {
    ...reader,
    path: hidraw,
    manufacturer: 'RFIDeas',
    product: 'USB Keyboard',
    serialNumber: ' ',
    usagePage: 1,
    usage: 6,
  }
  const bare: Device = { ...reader, path: 'DevSrvsID:4294971234' }
  const { devices, reason } = await listHidDevices({
    load: libraryOf([described, bare]),
    resolveLink: async () => '/sys/devices/virtual/misc/uhid/0003:0C27:3BFA.0001',
  })
  const facts = { vendorId: 0x0c27, productId: 0x3bfa, serialNumber: '' }
  expect(reason).toBeUndefined()
  expect(devices).toEqual([
    {
      path: hidraw,
      usbPath: null,
      facts: { ...facts, manufacturer: 'RFIDeas', product: 'USB Keyboard', usagePage: 1, usage: 6 },
    },
    {
      path: 'DevSrvsID:4294971234',
      usbPath: null,
      facts: { ...facts, manufacturer: '', product: '', usagePage: 0, usage: 0 },
    },
  ])
})

test('a device that can not be opened, having no path, is left out', async () => {
  const { devices, reason } = await listHidDevices({ load: libraryOf([reader, { ...reader, path: '' }]) })
  expect([devices, reason]).toEqual([[], undefined])
})

test.each([
  [
    'a port of the computer',
    '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/0003:0801:0002.0004',
    '1-2',
  ],
  [
    'a port of a hub',
    '/sys/devices/pci0000:00/0000:00:14.0/usb3/3-2/3-2.1/3-2.1.4/3-2.1.4:1.0/0003:0801:0002.0004',
    '3-2.1.4',
  ],
  ['Bluetooth', '/sys/devices/virtual/misc/uhid/0005:0801:0002.0004', null],
])('on Linux the device tells where it is plugged in: %s', async (_, folder, usbPath) => {
  const asked: string[] = []
  const { devices } = await listHidDevices({
    load: libraryOf([{ ...reader, path: hidraw }]),
    resolveLink: async (link) => {
      asked.push(link)
      return folder
    },
  })
  expect(devices.map((device) => device.usbPath)).toEqual([usbPath])
  expect(asked).toEqual(['/sys/class/hidraw/hidraw3/device'])
})

test('on Windows the instance id stands for the port', async () => {
  const path = '\\\\?\\HID#VID_0C27&PID_3BFA&MI_00#7&1A2B3C4D&0&0000#{4d1e55b2-f16f-11cf-88cb-001111000030}'
  const { devices } = await listHidDevices({ load: libraryOf([{ ...reader, path }]) })
  expect(devices.map(({ usbPath }) => usbPath)).toEqual(['7&1a2b3c4d&0&0000'])
})

test('a device that is pulled out while the list is made does not spoil the list', async () => {
  const { devices, reason } = await listHidDevices({
    load: libraryOf([
      { ...reader, path: hidraw },
      { ...reader, path: '/dev/hidraw4' },
    ]),
    resolveLink: async (link) => {
      if (link.includes('hidraw3')) throw new Error('ENOENT')
      return '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/0003:0C27:3BFA.0004'
    },
  })
  expect(reason).toBeUndefined()
  expect(devices.map(({ usbPath }) => usbPath)).toEqual([null, '1-2'])
})

/** A library whose native half misses libusb, which shows at the first call only (node-hid 3.4). */
const unloadable = async (): Promise<HidLibrary> => {
  const fail = (): never => {
    throw new Error('libusb-1.0.so.0: cannot open shared object file: No such file or directory')
  }
  return { HIDAsync: { open: fail }, devicesAsync: fail, getHidapiVersion: fail }
}

test('a library that does not load makes an empty list, and the reason names the missing package', async () => {
  const { devices, reason } = await listHidDevices({ load: () => loadHid(unloadable) })
  expect(devices).toEqual([])
  expect(reason).toContain('libusb-1.0-0')
})

test('a library that does not load is no absent device', async () => {
  const refused = openHid(hidraw, { load: () => loadHid(unloadable) })
  await expect(refused).rejects.toSatisfy((error) => isBridgeError(error, 'driver_unavailable'))
  await expect(refused).rejects.toThrow('libusb-1.0-0')
})

test('with the real library a path that is not there is absent, wherever the library loads', async () => {
  const { reason } = await listHidDevices()
  const code = reason === undefined ? 'device_absent' : 'driver_unavailable'
  await expect(openHid('/dev/hidraw-none')).rejects.toSatisfy((error) => isBridgeError(error, code))
})
