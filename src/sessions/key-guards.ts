import { isBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { CommandAnswer, KeyContext } from './key-context.ts'

interface At {
  readonly context: KeyContext
}
export interface Failed {
  readonly error: unknown
}

/** What a lock system refuses a command with when it has not acted on it. */
const refusals: readonly ErrorCode[] = [
  'key_encoder_busy',
  'key_encoder_unknown',
  'key_encoder_offline',
  'room_unknown',
  'room_checked_out',
  'room_out_of_service',
  'card_timeout',
  'card_misplaced',
  'card_foreign',
  'card_staff',
  'card_incompatible',
  'one_shot_used_up',
  'key_order_refused',
  'lock_system_fault',
  'credential_deleted',
  'credential_cannot_be_reissued',
  'seam_unauthorized',
  'seam_bridge_offline',
  'rate_limited',
  'device_absent',
  'not_supported',
]
/** What it says of a card that it has spoiled. */
const spoils: readonly ErrorCode[] = [
  'card_write_refused',
  'card_mismatch',
  'card_stuck',
  'write_interrupted',
]

const isOneOf = (codes: readonly ErrorCode[], error: unknown): boolean =>
  isBridgeError(error) && codes.includes(error.code)

/** The questions that the key chart decides by. Whatever is not known to mean something else is a doubt. */
export const keyGuards = {
  wasInterruptedAfterKeys: ({ context }: At) => context.interrupted !== null && context.made > 0,
  hasMade: ({ context }: At) => context.made > 0,
  isUnsent: ({ context }: At) => !context.touched,
  isUnsentAndGone: ({ context }: At, { error }: Failed) =>
    !context.touched &&
    (['device_lost', 'device_closed', 'device_unresponsive'] as const).some((code) =>
      isBridgeError(error, code),
    ),
  mayOrderAgain: ({ context }: At, { error }: Failed) =>
    isBridgeError(error, 'key_encoder_busy') && context.patience !== 'over' && !context.stop.signal.aborted,
  hasNotActed: ({ context }: At, { error }: Failed) => !context.touched || isOneOf(refusals, error),
  hasSpoiled: ({ context }: At, { error }: Failed) => context.order.encode !== null && isOneOf(spoils, error),
  isOther: (_: unknown, { answer }: { answer: CommandAnswer }) => answer.kind !== 'made',
  isComplete: ({ context }: At, { answer }: { answer: CommandAnswer }) =>
    answer.kind === 'made' && context.made + answer.copies >= (context.order.encode?.copies ?? 0),
  wasAskedToStop: ({ context }: At) => context.stop.signal.aborted,
  mayStop: ({ context }: At) => context.lease?.abort === 'anytime',
}
