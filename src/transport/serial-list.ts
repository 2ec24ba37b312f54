import type { SerialPort } from 'serialport'
import { BridgeError } from '../contract/errors.ts'

export type { SerialPort }

/** A serial port as the operating system names it. */
export interface SerialPortFacts {
  readonly path: string
  readonly vendorId: string | undefined
  readonly productId: string | undefined
  readonly serialNumber: string | undefined
  readonly manufacturer: string | undefined
}

/** Loads the native package when the first port is asked for. Rejects `driver_unavailable`. */
export const loadSerialPort = async (): Promise<typeof SerialPort> => {
  try {
    return (await import('serialport')).SerialPort
  } catch (cause) {
    throw new BridgeError('driver_unavailable', 'The package "serialport" does not load.', { cause })
  }
}

/**
 * The serial ports of this computer. Never rejects: where they can't be listed (Linux without the package `udev`, for
 * one), the list is empty and `reason` says why.
 */
export const listSerialPorts = async (): Promise<{
  readonly ports: readonly SerialPortFacts[]
  readonly reason: string | undefined
}> => {
  try {
    const ports = await (await loadSerialPort()).list()
    return {
      reason: undefined,
      ports: ports.map(({ path, vendorId, productId, serialNumber, manufacturer }) => ({
        path,
        vendorId: vendorId?.toLowerCase(),
        productId: productId?.toLowerCase(),
        serialNumber,
        manufacturer,
      })),
    }
  } catch (error) {
    return {
      ports: [],
      reason: `Serial ports can't be listed: ${error instanceof Error ? error.message : String(error)}.`,
    }
  }
}
