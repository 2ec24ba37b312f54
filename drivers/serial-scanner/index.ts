import { defineDriver, usbSerialBridges } from 'encoder-bridge/driver'
import { SerialScannerOptions } from './options.ts'

/**
 * Scanners that talk on a serial line: barcode and QR scanners with RS-232 or USB-CDC, and RFID modules for EM4100 badges.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'serial-scanner',
    name: 'Serial scanner (barcode, QR, EM4100)',
    kind: 'scanner',
    roles: ['scanner'],
    transports: ['serial'],
    match: [...usbSerialBridges],
    technologies: ['em4100'],
    presentation: 'field',
    indicators: [],
    answers: false,
    intrusiveProbe: false,
    abort: 'anytime',
    abortWithinMs: 100,
    evidence: ['emulated'],
  },
  options: SerialScannerOptions,
  serial: { baudRate: 9600 },
  open: async (context, io) => {
    const { openSerialScanner } = await import('./driver.ts')
    return openSerialScanner(context, io)
  },
  emulate: async (options) => {
    const { createSerialScannerEmulator } = await import('./emulator.ts')
    return createSerialScannerEmulator(options)
  },
})
