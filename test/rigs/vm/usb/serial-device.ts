import type { SerialEmulator } from '../../../../src/contract/emulator.ts'
import { rubbishOf } from '../../../../src/transport/line-speed.ts'
import { createFtdiAdapter } from './ftdi-adapter.ts'
import type { Pluggable } from './usb-device.ts'

/** An emulated device on a USB adapter, which powers it. */
export interface SerialDevice extends Pluggable {
  /** The line speed that the host has set, as the adapter's divisor gives it. */
  readonly baudRate: number
  /** The line speeds at which the host has sent something so far. */
  readonly usedBaudRates: ReadonlySet<number>
  /** Pulls the cable as the device is about to answer, before the answer, as soon as `isTime`. */
  unplugWhen(isTime: () => boolean): void
}

/** A UART samples ten bits by its own clock: speeds that differ by less than this understand each other. */
const TOLERANCE = 0.03

export const createSerialDevice = (serialNumber: string, emulator: SerialEmulator): SerialDevice => {
  const usedBaudRates = new Set<number>()
  let beforeAnswer = (): void => undefined
  const fits = (baudRate: number): boolean => Math.abs(baudRate / emulator.baudRate - 1) < TOLERANCE
  const adapter = createFtdiAdapter(serialNumber, {
    receive: (bytes, baudRate) => {
      usedBaudRates.add(baudRate)
      emulator.receive(bytes, fits(baudRate) ? emulator.baudRate : baudRate)
    },
    powerLost: () => emulator.powerCycle(),
  })
  emulator.connect((bytes) => {
    beforeAnswer()
    adapter.send(fits(adapter.baudRate) ? bytes : rubbishOf(bytes))
  })
  return {
    get baudRate() {
      return adapter.baudRate
    },
    usedBaudRates,
    plug: adapter.plug,
    unplug: adapter.unplug,
    [Symbol.dispose]: adapter.unplug,
    unplugWhen: (isTime) => {
      beforeAnswer = () => {
        if (!isTime()) return
        beforeAnswer = () => undefined
        adapter.unplug()
      }
    },
  }
}
