import type { Device } from 'node-hid'
import { BridgeError } from '../contract/errors.ts'
import type { HidFacts } from '../contract/transport.ts'

/** What is used of node-hid's HIDAsync. Reports begin with the report id, 0 where they are not numbered. */
export interface HidHandle {
  on(event: 'data', observer: (report: Uint8Array) => void): unknown
  on(event: 'error', observer: (reason: unknown) => void): unknown
  write(report: Buffer): Promise<number>
  sendFeatureReport(report: Buffer): Promise<number>
  getFeatureReport(reportId: number, sizeBytes: number): Promise<Uint8Array>
  getDeviceInfo(): Promise<Device>
  close(): Promise<void>
}

/** What is used of node-hid. */
export interface HidLibrary {
  readonly HIDAsync: { open(path: string): Promise<HidHandle> }
  devicesAsync(): Promise<readonly Device[]>
  /** Loads the native half, and throws where it can't. */
  getHidapiVersion(): string
}

/**
 * Loads node-hid and its native half when the first device is asked for. Rejects `driver_unavailable`: on Linux it links
 * libusb, even for hidraw, and minimal installations lack that.
 */
export const loadHid = async (
  importLibrary: () => Promise<HidLibrary> = () => import('node-hid'),
): Promise<HidLibrary> => {
  try {
    const library = await importLibrary()
    library.getHidapiVersion()
    return library
  } catch (cause) {
    throw new BridgeError(
      'driver_unavailable',
      'The package "node-hid" does not load; on Linux it needs the system package libusb-1.0-0.',
      { cause },
    )
  }
}

/** Facts as the contract has them: what a device does not tell is '' or 0. */
export const hidFactsOf = (device: Device): HidFacts => ({
  vendorId: device.vendorId,
  productId: device.productId,
  manufacturer: device.manufacturer?.trim() ?? '',
  product: device.product?.trim() ?? '',
  serialNumber: device.serialNumber?.trim() ?? '',
  usagePage: device.usagePage ?? 0,
  usage: device.usage ?? 0,
})
