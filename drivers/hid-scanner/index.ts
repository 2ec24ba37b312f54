import { defineDriver } from 'encoder-bridge/driver'
import { HidScannerOptions } from './options.ts'

/**
 * USB barcode and QR scanners: in HID POS mode, and in keyboard mode where the system lets a program have a keyboard alone.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'hid-scanner',
    name: 'USB scanner (HID POS, keyboard mode)',
    kind: 'scanner',
    roles: ['scanner'],
    transports: ['hid', 'keyboard'],
    match: [
      {
        transport: 'hidUsage',
        usagePage: 0x8c,
        usage: 0x02,
        isOwn: true,
        note: 'any bar code scanner by HID POS; keyboard mode has no identity of its own and must be configured',
      },
    ],
    technologies: [],
    presentation: 'field',
    indicators: [],
    answers: false,
    intrusiveProbe: false,
    abort: 'anytime',
    abortWithinMs: 100,
    evidence: ['emulated'],
  },
  options: HidScannerOptions,
  open: async (context, io) => {
    const { openHidScanner } = await import('./driver.ts')
    return openHidScanner(context, io)
  },
  emulate: async (options) => {
    if (options.transport === 'keyboard') {
      const { createTypingScanner } = await import('./emulator-keyboard.ts')
      return createTypingScanner(options)
    }
    const { createPosScanner } = await import('./emulator.ts')
    return createPosScanner(options)
  },
})
