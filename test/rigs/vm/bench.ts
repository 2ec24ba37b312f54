import { createPn532Emulator } from '../../../drivers/pn532/emulator.ts'
import { systemClock } from '../../../src/service/system-clock.ts'
import type { Bench } from './checks/check.ts'
import { openDesk } from './desk.ts'
import { createSerialDevice } from './usb/serial-device.ts'

const serialNumber = 'A50285BI'
/** The host controller's port that the adapter is plugged into at first. */
export const homePort = 0

/**
 * Plugs in a PN532 on a USB adapter and opens a desk that has it as "Front Desk", and knows devices that come later: "Reader"
 * by PC/SC, "Scanner" by HID POS, "Keyboard" that types.
 */
export const openBench = async (): Promise<Bench> => {
  const emulator = createPn532Emulator({ clock: systemClock, realtime: false })
  const adapter = createSerialDevice(serialNumber, emulator)
  await adapter.plug(homePort)
  const desk = await openDesk([
    {
      name: 'Front Desk',
      driver: 'pn532',
      path: '/dev/ttyUSB0',
      options: { sessionBaudRate: 921_600 },
    },
    { name: 'Reader', driver: 'pcsc', match: { readerName: 'ACR122' } },
    { name: 'Scanner', driver: 'hid-scanner', match: { vendorId: '0c2e' } },
    {
      name: 'Keyboard',
      driver: 'hid-scanner',
      path: '/dev/input/by-id/usb-Rig_Scanner_K0000017-event-kbd',
    },
  ])
  return {
    emulator,
    adapter,
    desk,
    [Symbol.asyncDispose]: async () => {
      await desk[Symbol.asyncDispose]()
      adapter.unplug()
    },
  }
}
