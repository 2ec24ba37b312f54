import { defineDriver } from 'encoder-bridge/driver'
import { HidSwipeOptions } from './options.ts'

/**
 * Magnetic stripe readers in HID mode: MagTek SureSwipe, and ID TECH readers that don't encrypt.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'hid-swipe',
    name: 'Swipe reader (MagTek, ID TECH)',
    kind: 'scanner',
    roles: ['scanner'],
    transports: ['hid'],
    match: [
      {
        transport: 'hid',
        vendorId: '0801',
        productId: '0002',
        usagePage: 0xff00,
        isOwn: true,
        note: 'MagTek SureSwipe in HID mode; 0003 is not its: that is mostly an MSR605X',
      },
      {
        transport: 'hid',
        vendorId: '0acd',
        productId: '2010',
        isOwn: false,
        note: 'ID TECH readers with the ID TECH HID format; those that encrypt have it too',
      },
    ],
    technologies: ['magstripe'],
    presentation: 'swipe',
    indicators: [],
    intrusiveProbe: true,
    abort: 'anytime',
    abortWithinMs: 100,
    evidence: ['emulated'],
  },
  options: HidSwipeOptions,
  open: async (context, io) => {
    const { openHidSwipe } = await import('./driver.ts')
    return openHidSwipe(context, io)
  },
  emulate: async (options) => {
    const { createSwipeEmulator } = await import('./emulator.ts')
    return createSwipeEmulator(options)
  },
})
