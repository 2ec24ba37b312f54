import { defineDriver } from 'encoder-bridge/driver'
import { OnityOptions } from './options.ts'

/**
 * ONITY (and TESA) hotel lock systems HT22, HT24 and HT28, over their PMS protocol: TCP/IP or a serial line.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'onity',
    name: 'ONITY HT22, HT24, HT28 (PMS protocol)',
    kind: 'keySystem',
    roles: ['encoder'],
    transports: ['tcp', 'serial'],
    match: [],
    technologies: [],
    presentation: 'field',
    indicators: [],
    intrusiveProbe: true,
    keys: {
      purposes: ['new', 'additional', 'replacement', 'oneShot'],
      copiesAtOnce: 9,
      rooms: 4,
      authorisations: true,
      timeStep: 'hour',
      needsEnd: true,
      isParallel: false,
      refusals: [
        'key_order_refused',
        'key_encoder_offline',
        'lock_system_fault',
        'key_encoder_busy',
        'card_misplaced',
        'card_foreign',
        'card_write_refused',
        'card_stuck',
        'room_unknown',
        'card_timeout',
        'one_shot_used_up',
        'room_out_of_service',
      ],
      reads: true,
      checksOut: true,
      movesStays: false,
      cancelsTasks: true,
      assigns: false,
    },
    abort: 'anytime',
    abortWithinMs: 7000,
    evidence: ['emulated'],
  },
  options: OnityOptions,
  serial: { baudRate: 9600 },
  open: async (context, io) => {
    const { openOnity } = await import('./driver.ts')
    return openOnity(context, io)
  },
  emulate: async (options) => {
    const { createOnityEmulator } = await import('./emulator.ts')
    return createOnityEmulator(options)
  },
})
