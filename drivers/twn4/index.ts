import { defineDriver, usbSerialBridges } from 'encoder-bridge/driver'
import { Twn4Options } from './options.ts'

/**
 * Elatec TWN4 with the firmware of the Simple Protocol (PRS), over USB (CDC) or a real serial line.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'twn4',
    name: 'Elatec TWN4 (Simple Protocol)',
    kind: 'card',
    roles: ['encoder', 'scanner'],
    transports: ['serial'],
    match: [
      {
        transport: 'serial',
        vendorId: '09d8',
        productId: '0420',
        isOwn: true,
        note: 'Elatec TWN4 as a serial port (CDC): the Simple Protocol, if its firmware is PRS',
      },
      {
        transport: 'serial',
        vendorId: '09d8',
        productId: '0427',
        isOwn: false,
        note: 'Elatec TWN4 as smart-card reader and serial port; what its serial port speaks depends on the firmware',
      },
      {
        transport: 'keyboard',
        vendorId: '09d8',
        productId: '0410',
        isOwn: false,
        note: 'Elatec TWN4 with keyboard firmware: it types numbers and takes no commands; to encode it needs the firmware PRS',
      },
      ...usbSerialBridges,
    ],
    technologies: [
      'mifare-classic-1k',
      'mifare-classic-mini',
      'mifare-classic-4k',
      'mifare-ultralight',
      'mifare-ultralight-c',
      'mifare-ultralight-ev1-48',
      'mifare-ultralight-ev1-128',
      'ntag213',
      'ntag215',
      'ntag216',
      'em4100',
      't5577',
    ],
    presentation: 'field',
    indicators: ['light', 'sound'],
    intrusiveProbe: true,
    abort: 'betweenBlocks',
    abortWithinMs: 2500,
    evidence: ['emulated'],
  },
  options: Twn4Options,
  serial: { baudRate: 9600 },
  open: async (context, io) => {
    const { openTwn4 } = await import('./driver.ts')
    return openTwn4(context, io)
  },
  emulate: async (options) => {
    const { createTwn4Emulator } = await import('./emulator.ts')
    return createTwn4Emulator(options)
  },
})
