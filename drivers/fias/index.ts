import { defineDriver } from 'encoder-bridge/driver'
import { FiasOptions } from './options.ts'

/**
 * The key service of FIAS, the language that Oracle's hotel programs speak with lock systems; we are the hotel program.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'fias',
    name: 'FIAS key service (Oracle Hospitality)',
    kind: 'keySystem',
    roles: ['encoder'],
    transports: ['tcp'],
    match: [],
    technologies: [],
    presentation: 'field',
    indicators: [],
    intrusiveProbe: true,
    keys: {
      purposes: ['new', 'additional', 'replacement', 'oneShot'],
      copiesAtOnce: 1,
      rooms: 1,
      authorisations: true,
      timeStep: 'minute',
      needsEnd: true,
      isParallel: true,
      refusals: ['key_encoder_busy', 'room_checked_out', 'key_order_refused'],
      reads: false,
      checksOut: true,
      movesStays: true,
      cancelsTasks: false,
      assigns: false,
    },
    abort: 'neverWhileWriting',
    abortWithinMs: 1000,
    evidence: ['emulated'],
  },
  options: FiasOptions,
  open: async (context, io) => {
    const { openFias } = await import('./driver.ts')
    return openFias(context, io)
  },
  emulate: async (options) => {
    const { createFiasEmulator } = await import('./emulator.ts')
    return createFiasEmulator(options)
  },
})
