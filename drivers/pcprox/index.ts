import { defineDriver } from 'encoder-bridge/driver'
import { PcproxOptions } from './options.ts'

/**
 * RF IDeas pcProx: 125 kHz badge readers on USB that usually type, asked for their cards instead.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'pcprox',
    name: 'RF IDeas pcProx (badges)',
    kind: 'scanner',
    roles: ['scanner'],
    transports: ['hid'],
    match: [
      {
        transport: 'hid',
        vendorId: '0c27',
        productId: '3bfa',
        isOwn: true,
        note: 'RF IDeas pcProx, keyboard class',
      },
    ],
    technologies: ['unknown'],
    presentation: 'field',
    indicators: ['light'],
    intrusiveProbe: true,
    abort: 'anytime',
    abortWithinMs: 2000,
    evidence: ['emulated'],
  },
  options: PcproxOptions,
  open: async (context, io) => {
    const { openPcprox } = await import('./driver.ts')
    return openPcprox(context, io)
  },
  emulate: async (options) => {
    const { createPcproxEmulator } = await import('./emulator.ts')
    return createPcproxEmulator(options)
  },
})
