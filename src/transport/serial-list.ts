import type { SerialPort } from 'serialport'
import { BridgeError } from '../contract/errors.ts'
import { readSerialPorts, type SerialPortFacts } from './serial-sysfs.ts'

export type { SerialPort, SerialPortFacts }

/** Loads the native package when the first port is asked for. Rejects `driver_unavailable`. */
export const loadSerialPort = async (): Promise<typeof SerialPort> => {
  try {
    return (await import('serialport')).SerialPort
  } catch (cause) {
    throw new BridgeError('driver_unavailable', 'The package "serialport" does not load.', { cause })
  }
}

/** What is used of the native package for a list. */
type PortLister = () => Promise<Awaited<ReturnType<typeof SerialPort.list>>>

/** How the list is made; the defaults are the real computer. */
interface SerialListPorts {
  readonly platform?: NodeJS.Platform
  readonly readKernel?: () => Promise<readonly SerialPortFacts[]>
  readonly list?: PortLister
}

/** Windows makes up a serial number, with ampersands, for a device that has none: it is the place, not the device. */
const isMadeUp = (serialNumber: string): boolean => serialNumber.includes('&')

const listByPackage = async (list: PortLister): Promise<readonly SerialPortFacts[]> =>
  (await list()).map((port) => ({
    path: port.path,
    vendorId: port.vendorId?.toLowerCase(),
    productId: port.productId?.toLowerCase(),
    serialNumber:
      port.serialNumber === undefined || isMadeUp(port.serialNumber) ? undefined : port.serialNumber,
    manufacturer: port.manufacturer,
    product: undefined,
    usbPath: port.locationId,
    // USB\VID_0403&PID_6010&MI_01\…
    interfaceNumber: Number.parseInt(/&MI_([0-9a-f]{2})/i.exec(port.pnpId ?? '')?.[1] ?? '0', 16),
  }))

/**
 * The serial ports of this computer. Never rejects: where they can't be listed, the list is empty and `reason` says why.
 * On Linux the kernel is asked: the package's own list runs udevadm, which minimal installations lack, and does not tell where
 * a port is plugged in.
 */
export const listSerialPorts = async ({
  platform = process.platform,
  readKernel = readSerialPorts,
  list = async () => (await loadSerialPort()).list(),
}: SerialListPorts = {}): Promise<{
  readonly ports: readonly SerialPortFacts[]
  readonly reason: string | undefined
}> => {
  try {
    const ports = platform === 'linux' ? await readKernel() : await listByPackage(list)
    return { ports, reason: undefined }
  } catch (error) {
    return {
      ports: [],
      reason: `Serial ports can't be listed: ${error instanceof Error ? error.message : String(error)}.`,
    }
  }
}
