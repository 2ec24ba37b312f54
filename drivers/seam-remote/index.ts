import { defineDriver } from 'encoder-bridge/driver'
import { SeamRemoteOptions } from './options.ts'

/**
 * Encoders that Seam reaches itself, through its own connections or a Seam Bridge elsewhere, worked over Seam's API.
 * @module
 */
export default defineDriver({
  manifest: {
    id: 'seam-remote',
    name: 'Encoders of Seam (API)',
    kind: 'keySystem',
    roles: ['encoder'],
    transports: ['http'],
    match: [],
    technologies: [],
    presentation: 'field',
    indicators: [],
    intrusiveProbe: false,
    keys: {
      purposes: ['new'],
      copiesAtOnce: 1,
      rooms: 0,
      authorisations: false,
      timeStep: 'minute',
      needsEnd: false,
      isParallel: true,
      refusals: [
        'card_misplaced',
        'card_incompatible',
        'credential_cannot_be_reissued',
        'credential_deleted',
        'write_interrupted',
        'key_encoder_offline',
        'key_encoder_unknown',
        'seam_bridge_offline',
        'seam_unauthorized',
        'key_order_refused',
      ],
      reads: true,
      checksOut: false,
      movesStays: false,
      cancelsTasks: false,
      assigns: true,
    },
    abort: 'neverWhileWriting',
    abortWithinMs: 500,
    evidence: ['emulated'],
  },
  options: SeamRemoteOptions,
  open: async (context, io) => {
    const { openSeamRemote } = await import('./driver.ts')
    return openSeamRemote(context, io)
  },
  emulate: async (options) => {
    const { createSeamEmulator } = await import('./emulator.ts')
    return createSeamEmulator(options)
  },
})
