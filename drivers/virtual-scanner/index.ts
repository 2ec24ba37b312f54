import { cardTechnologies, defineDriver } from 'encoder-bridge/driver'
import { z } from 'zod'

const VirtualScannerOptions = z.strictObject({})

/**
 * A scanner without hardware, for integrators and for learning: what it reads is shown to it over the control API.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'virtual-scanner',
    name: 'Virtual scanner',
    kind: 'scanner',
    roles: ['scanner'],
    transports: ['none'],
    match: [],
    technologies: [...cardTechnologies],
    presentation: 'field',
    indicators: [],
    intrusiveProbe: false,
    abort: 'anytime',
    abortWithinMs: 100,
    evidence: ['emulated'],
  },
  options: VirtualScannerOptions,
  open: async (context, io) => {
    const { openVirtualScanner } = await import('./driver.ts')
    return openVirtualScanner(context, io)
  },
  emulate: async (options) => {
    const { createShowcase } = await import('./emulator.ts')
    return createShowcase(options)
  },
})
