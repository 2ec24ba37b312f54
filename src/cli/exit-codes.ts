import { errorTable } from '../contract/errors.ts'
import type { ErrorCode, ErrorOwner } from '../contract/errors.ts'
import type { EndingBody } from '../control/schema.ts'

/** What each exit code of the command line means. docs/cli.md holds the same table, and a test holds the two together. */
export const exitMeanings = {
  0: 'Done.',
  1: 'A fault of the bridge’s own; send the diagnostics to support.',
  2: 'The command, the order or its target is wrong: nothing was done.',
  3: 'This computer is not set up: configuration, data directory, port, pairing, or no daemon.',
  4: 'The encoder: absent, busy, denied, lost or faulty.',
  5: 'The card: none, the wrong one, refused, taken away, or to be encoded again.',
  6: 'The hub: unreachable, or it refused.',
  7: 'Cancelled, expired, not confirmed or interrupted.',
  8: 'The outcome is unknown: scan the card before it is handed out.',
} as const

export type ExitCode = keyof typeof exitMeanings

const byCode: Partial<Record<ErrorCode, ExitCode>> = {
  room_checked_out: 2,
  room_out_of_service: 2,
  one_shot_used_up: 2,
  key_encoder_busy: 4,
  key_encoder_unknown: 4,
  key_encoder_offline: 4,
  lock_system_fault: 4,
  not_supported: 5,
  order_expired: 7,
  order_cancelled: 7,
  order_unconfirmed: 7,
  outcome_unknown: 8,
  draining: 3,
  control_unauthorized: 3,
  control_forbidden: 3,
}

/** The first word of an error code is its area. */
const byArea: Readonly<Record<string, ExitCode>> = { device: 4, driver: 4, card: 5, hub: 6, pairing: 6 }

const byOwner = {
  support: 1,
  integrator: 2,
  installer: 3,
  clerk: 5,
  nobody: 7,
} as const satisfies Record<ErrorOwner, ExitCode>

/** The exit code of an error: its own where it has one, else its area's, else its owner's. */
export const exitCodeOf = (code: ErrorCode): ExitCode =>
  byCode[code] ?? byArea[code.split('_')[0] ?? ''] ?? byOwner[errorTable[code].owner]

/** The exit code of a session: what became of the card counts before why. Fewer keys than ordered are not done. */
export const exitCodeOfEnding = (ending: EndingBody): ExitCode => {
  switch (ending.kind) {
    case 'encoded': {
      const shortfall = ending.keys?.shortfall ?? null
      return shortfall === null ? 0 : exitCodeOf(shortfall.code)
    }
    case 'carried_out':
    case 'scanned':
    case 'assigned':
      return 0
    case 'untouched':
      return exitCodeOf(ending.error.code)
    case 'spoiled':
      return 5
    case 'unknown':
      return 8
  }
}
