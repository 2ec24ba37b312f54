import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listSerialPorts } from './serial-list.ts'
import { readSerialPorts } from './serial-sysfs.ts'

/** A sysfs with these files, and links into /sys/class/tty as the kernel makes them. */
const makeSysfs = (files: Readonly<Record<string, string>>, ports: readonly string[]): string => {
  const root = mkdtempSync(join(tmpdir(), 'sysfs-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const put = (path: string, write: (path: string) => void): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    write(join(root, path))
  }
  for (const [path, text] of Object.entries(files)) put(path, (file) => writeFileSync(file, `${text}\n`))
  for (const path of ports) {
    mkdirSync(join(root, path), { recursive: true })
    put(`class/tty/${path.split('/').at(-1) ?? ''}`, (link) => symlinkSync(join(root, path), link))
  }
  return root
}

const usb = 'devices/pci0000:00/0000:00:14.0/usb1'

describe.skipIf(process.platform === 'win32')('the kernel’s own tables', () => {
  test('tell of an FTDI adapter behind a hub', async () => {
    const device = `${usb}/1-2/1-2.3`
    const sysfs = makeSysfs(
      {
        [`${device}/idVendor`]: '0403',
        [`${device}/idProduct`]: '6001',
        [`${device}/serial`]: 'A50285BI',
        [`${device}/manufacturer`]: 'FTDI',
        [`${device}/product`]: 'FT232R USB UART',
      },
      [`${device}/1-2.3:1.0/ttyUSB0/tty/ttyUSB0`],
    )
    expect(await readSerialPorts(sysfs)).toEqual([
      {
        path: '/dev/ttyUSB0',
        vendorId: '0403',
        productId: '6001',
        serialNumber: 'A50285BI',
        manufacturer: 'FTDI',
        product: 'FT232R USB UART',
        usbPath: '1-2.3',
        interfaceNumber: 0,
      },
    ])
  })

  test('tell the ports of one adapter apart, in the order of their numbers', async () => {
    const sysfs = makeSysfs({ [`${usb}/1-4/idVendor`]: '0403', [`${usb}/1-4/idProduct`]: '6010' }, [
      `${usb}/1-4/1-4:1.1/ttyUSB10/tty/ttyUSB10`,
      `${usb}/1-4/1-4:1.0/ttyUSB9/tty/ttyUSB9`,
    ])
    const ports = await readSerialPorts(sysfs)
    expect(ports.map(({ path, interfaceNumber }) => [path, interfaceNumber])).toEqual([
      ['/dev/ttyUSB9', 0],
      ['/dev/ttyUSB10', 1],
    ])
  })

  test('tell of a port of the board itself, and leave out what is no port', async () => {
    const uart = 'devices/platform/serial8250/tty'
    const sysfs = makeSysfs({ [`${uart}/ttyS0/type`]: '4', [`${uart}/ttyS1/type`]: '0' }, [
      `${uart}/ttyS0`,
      `${uart}/ttyS1`,
      'devices/virtual/tty/tty1',
      'devices/virtual/tty/console',
    ])
    expect(await readSerialPorts(sysfs)).toMatchObject([{ path: '/dev/ttyS0', usbPath: undefined }])
  })

  test('leave out a port that is pulled out meanwhile', async () => {
    const sysfs = makeSysfs({}, ['devices/virtual/tty/tty1'])
    symlinkSync('/nowhere/ttyUSB0', join(sysfs, 'class/tty/ttyUSB0'))
    expect(await readSerialPorts(sysfs)).toEqual([])
  })
})

test('Linux is asked without udevadm, which minimal installations lack', async () => {
  const facts = { path: '/dev/ttyUSB0' } as Awaited<ReturnType<typeof readSerialPorts>>[number]
  const listed = await listSerialPorts({
    platform: 'linux',
    readKernel: () => Promise.resolve([facts]),
    list: () => Promise.reject(new Error('spawn udevadm ENOENT')),
  })
  expect(listed).toEqual({ ports: [facts], reason: undefined })
})

test('Windows’ ports are known by what Windows tells, but not by the serial numbers that it makes up', async () => {
  const port = (path: string, more: object) => ({
    path,
    manufacturer: 'wch.cn',
    vendorId: '1A86',
    productId: '7523',
    locationId: 'Port_#0003.Hub_#0001',
    serialNumber: undefined,
    pnpId: undefined,
    ...more,
  })
  const { ports } = await listSerialPorts({
    platform: 'win32',
    list: () =>
      Promise.resolve([
        port('COM3', { serialNumber: '5&2A3B&0&2' }),
        port('COM4', { serialNumber: 'FT1', pnpId: 'USB\\VID_0403&PID_6010&MI_01\\6&1' }),
      ]),
  })
  expect(ports).toMatchObject([
    {
      path: 'COM3',
      vendorId: '1a86',
      serialNumber: undefined,
      usbPath: 'Port_#0003.Hub_#0001',
      interfaceNumber: 0,
    },
    { path: 'COM4', serialNumber: 'FT1', interfaceNumber: 1 },
  ])
})

test('a computer that cannot list its ports has none, and the reason is told', async () => {
  const broken = () => Promise.reject(new Error('spawn udevadm ENOENT'))
  for (const platform of ['linux', 'darwin'] as const) {
    expect(await listSerialPorts({ platform, readKernel: broken, list: broken })).toEqual({
      ports: [],
      reason: "Serial ports can't be listed: spawn udevadm ENOENT.",
    })
  }
})
