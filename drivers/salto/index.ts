import { defineDriver } from 'encoder-bridge/driver'
import { SaltoOptions } from './options.ts'

/**
 * SALTO Space for hotels, over its PMS protocol Industry Standard: TCP/IP or a serial channel.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'salto',
    name: 'SALTO Space (PMS Industry Standard)',
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
      timeStep: 'minute',
      needsEnd: true,
      isParallel: false,
      refusals: [
        'key_order_refused',
        'key_encoder_offline',
        'lock_system_fault',
        'key_encoder_busy',
        'card_misplaced',
        'card_foreign',
        'room_unknown',
        'card_timeout',
        'room_checked_out',
        'room_out_of_service',
        'card_staff',
      ],
      reads: true,
      checksOut: true,
      movesStays: true,
      cancelsTasks: false,
      assigns: false,
    },
    abort: 'neverWhileWriting',
    abortWithinMs: 500,
    evidence: ['emulated'],
  },
  options: SaltoOptions,
  serial: { baudRate: 9600 },
  open: async (context, io) => {
    const { openSalto } = await import('./driver.ts')
    return openSalto(context, io)
  },
  emulate: async (options) => {
    const { createSaltoEmulator } = await import('./emulator.ts')
    return createSaltoEmulator(options)
  },
})
