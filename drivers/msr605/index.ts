import { defineDriver, usbSerialBridges } from 'encoder-bridge/driver'
import { Msr605Options } from './options.ts'

/**
 * MSR605 and its kin: encoders of magnetic stripes, on a serial line (MSR605, MSR606, MSR206) or on USB (MSR605X).
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'msr605',
    name: 'MSR605 (magnetic stripes)',
    kind: 'card',
    roles: ['encoder', 'scanner'],
    transports: ['serial', 'hid'],
    match: [
      {
        transport: 'hid',
        vendorId: '0801',
        productId: '0003',
        isOwn: false,
        note: 'MSR605X under an identity that is MagTek’s, whose insert reader has it too; only the communication test tells',
      },
      ...usbSerialBridges,
    ],
    technologies: ['magstripe'],
    presentation: 'swipe',
    indicators: ['light'],
    tellsSeveral: false,
    intrusiveProbe: true,
    abort: 'anytime',
    abortWithinMs: 2000,
    evidence: ['emulated'],
  },
  options: Msr605Options,
  serial: { baudRate: 9600 },
  open: async (context, io) => {
    const { openMsr605 } = await import('./driver.ts')
    return openMsr605(context, io)
  },
  emulate: async (options) => {
    const { createMsr605Emulator } = await import('./emulator.ts')
    return createMsr605Emulator(options)
  },
})
