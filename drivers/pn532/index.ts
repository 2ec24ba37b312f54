import { defineDriver, usbSerialBridges } from 'encoder-bridge/driver'
import { Pn532Options } from './options.ts'

/**
 * NXP PN532 on a serial line (HSU), behind whatever USB-serial bridge the board has: the chip has no USB identity of its own.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'pn532',
    name: 'NXP PN532 (serial)',
    kind: 'card',
    roles: ['encoder', 'scanner'],
    transports: ['serial'],
    match: usbSerialBridges,
    technologies: [
      'mifare-classic-1k',
      'mifare-classic-4k',
      'mifare-classic-mini',
      'mifare-ultralight',
      'mifare-ultralight-c',
      'mifare-ultralight-ev1-48',
      'mifare-ultralight-ev1-128',
      'ntag213',
      'ntag215',
      'ntag216',
    ],
    presentation: 'field',
    indicators: [],
    intrusiveProbe: true,
    abort: 'betweenBlocks',
    abortWithinMs: 2000,
    evidence: ['emulated', 'foreign peer'],
  },
  options: Pn532Options,
  serial: { baudRate: 115200 },
  open: async (context, io) => {
    const { openPn532 } = await import('./driver.ts')
    return openPn532(context, io)
  },
  emulate: async (options) => {
    const { createPn532Emulator } = await import('./emulator.ts')
    return createPn532Emulator(options)
  },
})
