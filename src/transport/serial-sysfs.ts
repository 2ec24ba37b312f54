import { readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A serial port as the operating system names it; undefined is what the device or the system does not tell. */
export interface SerialPortFacts {
  readonly path: string
  /** USB identity, four hexadecimal digits in lower case. */
  readonly vendorId: string | undefined
  readonly productId: string | undefined
  readonly serialNumber: string | undefined
  readonly manufacturer: string | undefined
  readonly product: string | undefined
  /** Where it is plugged in: bus and ports on Linux (`1-2.3`), the location of the hub on Windows (untested). */
  readonly usbPath: string | undefined
  /** Which of the device's USB interfaces the port is: an adapter with two ports has the same identity twice. */
  readonly interfaceNumber: number
}

/** The kernel's names of lines that may have a device behind them (Documentation/admin-guide/devices.txt). */
const LINE = /^(?:tty(?:S|USB|ACM|AMA|MFD|O|XRUSB|WCHUSB)|rfcomm)\d+$/
/** A UART that the 8250 driver has not found: its name exists all the same (PORT_UNKNOWN of <linux/serial_core.h>). */
const NO_UART = '0'
/** `1-2.3:1.0`: bus and ports, configuration, interface. */
const INTERFACE = /^(?<usbPath>\d+-\d+(?:\.\d+)*):\d+\.(?<number>\d+)$/

const attribute = async (folder: string, name: string): Promise<string | undefined> => {
  try {
    const text = (await readFile(join(folder, name), 'utf8')).trim()
    return text === '' ? undefined : text
  } catch {
    return undefined
  }
}

const factsOf = async (name: string, folder: string): Promise<SerialPortFacts> => {
  const path = `/dev/${name}`
  const parts = folder.split('/')
  const index = parts.findLastIndex((part) => INTERFACE.test(part))
  const { usbPath, number } = INTERFACE.exec(parts[index] ?? '')?.groups ?? {}
  // The folder of the interface lies in that of the device, which has the descriptors.
  const device = usbPath === undefined ? undefined : dirname(parts.slice(0, index + 1).join('/'))
  const tell = (attributeName: string): Promise<string | undefined> =>
    device === undefined ? Promise.resolve(undefined) : attribute(device, attributeName)
  const [vendorId, productId, serialNumber, manufacturer, product] = await Promise.all(
    ['idVendor', 'idProduct', 'serial', 'manufacturer', 'product'].map(tell),
  )
  const interfaceNumber = Number(number ?? 0)
  return { path, vendorId, productId, serialNumber, manufacturer, product, usbPath, interfaceNumber }
}

/**
 * The serial ports that Linux knows, from its own tables: no library, no program, and cheap enough to be asked twice a second.
 * Rejects where there is no sysfs. Ports that are pulled out meanwhile are left out.
 */
export const readSerialPorts = async (sysfs = '/sys'): Promise<readonly SerialPortFacts[]> => {
  const names = (await readdir(join(sysfs, 'class/tty'))).filter((name) => LINE.test(name))
  const ports = await Promise.all(
    names.map(async (name) => {
      const folder = await realpath(join(sysfs, 'class/tty', name)).catch(() => undefined)
      if (folder === undefined || (await attribute(folder, 'type')) === NO_UART) return []
      return [await factsOf(name, folder)]
    }),
  )
  return ports.flat().toSorted((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }))
}
