import { defineDriver } from 'encoder-bridge/driver'
import { PcscOptions } from './options.ts'

/**
 * Contactless readers by the smart-card service of the computer (PC/SC).
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'pcsc',
    name: 'PC/SC contactless reader',
    kind: 'card',
    roles: ['encoder', 'scanner'],
    transports: ['pcsc'],
    match: [
      {
        transport: 'pcsc',
        readerName: 'ACR122',
        isOwn: true,
        note: 'ACS ACR122U, which has one slot',
      },
      {
        transport: 'pcsc',
        readerName: '^(?!.*\\b(?:SAM|ICC)\\b).*ACR1(?:252|281|552)',
        isOwn: true,
        note: 'ACS ACR1252U, ACR1281U, ACR1552U: the contactless slot; those for SAMs and contact cards are readers of their own',
      },
      {
        transport: 'pcsc',
        readerName: 'OMNIKEY.*(?:5(?:02[2-7]|[14]27)|5[14]22CL|5\\w21-CL)',
        isOwn: true,
        note: 'HID OMNIKEY 5022, 5023, 5025, 5027, 5127, 5427, and the contactless slot of 5122, 5422, 5x21',
      },
      {
        transport: 'pcsc',
        readerName: '[Cc]ontactless|PICC|NFC|\\bCL\\b',
        isOwn: false,
        note: 'A reader that calls itself contactless should follow PC/SC part 3; whether it does, a card tells',
      },
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
    ],
    presentation: 'field',
    tellsSeveral: false,
    indicators: ['light', 'sound'],
    intrusiveProbe: false,
    abort: 'betweenBlocks',
    abortWithinMs: 3500,
    evidence: ['emulated', 'foreign peer'],
  },
  options: PcscOptions,
  open: async (context, io) => {
    const { openPcscReader } = await import('./driver.ts')
    return openPcscReader(context, io)
  },
  emulate: async (options) => {
    const { createPcscEmulator } = await import('./emulator.ts')
    return createPcscEmulator(options)
  },
})
