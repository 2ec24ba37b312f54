import { cardTechnologies, defineDriver } from 'encoder-bridge/driver'
import { z } from 'zod'

const VirtualOptions = z.strictObject({})

/**
 * An encoder without hardware, for integrators and for learning: cards are put into its field and taken out over the control
 * API, and behave as real ones do.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'virtual',
    name: 'Virtual encoder',
    kind: 'card',
    roles: ['encoder', 'scanner'],
    transports: ['none'],
    match: [],
    technologies: cardTechnologies.filter(
      (technology) => technology !== 'unknown' && technology !== 'iso14443-4',
    ),
    presentation: 'field',
    indicators: [],
    intrusiveProbe: false,
    abort: 'anytime',
    abortWithinMs: 100,
    evidence: ['emulated'],
  },
  options: VirtualOptions,
  open: async (context, io) => {
    const { openVirtual } = await import('./driver.ts')
    return openVirtual(context, io)
  },
  emulate: async (options) => {
    const { createVirtualField } = await import('./emulator.ts')
    return createVirtualField(options)
  },
})
