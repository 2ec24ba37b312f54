import type { ScannerRead, Scanner } from '../contract/device.ts'
import type { BridgeError } from '../contract/errors.ts'
import { createObservers } from '../contract/observers.ts'

/** A scanner that several may hear. The driver is listened to once, as long as the device is open. */
export const shareScanner = (scanner: Scanner): Scanner => {
  const reads = createObservers<ScannerRead>()
  const misreads = createObservers<BridgeError>()
  scanner.onRead(reads.tell)
  scanner.onMisread(misreads.tell)
  return { ...scanner, onRead: reads.add, onMisread: misreads.add }
}
