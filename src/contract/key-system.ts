import { z } from 'zod'
import type { DeviceBase, IoOptions } from './device.ts'
import { ErrorCode } from './errors.ts'
import type { LocalTime } from './local-time.ts'
import type { Purpose } from './order.ts'
import type { Comparison } from './outcome.ts'

/** What a key system can do: facts of its protocol, part of the manifest. */
export const KeyAbilities = z.strictObject({
  /** What a key may be meant to be, in the words of an encode order. */
  purposes: z.array(z.enum(['new', 'additional', 'replacement', 'oneShot'])).min(1),
  /** How many keys one command makes; for more, a session gives further commands. */
  copiesAtOnce: z.number().int().min(1).max(20),
  /** How many rooms fit into one order; 0 where the system knows the doors of the access method itself. */
  rooms: z.number().int().min(0),
  /** Whether an order may grant authorisations (common doors, areas) beside its rooms. */
  authorisations: z.boolean(),
  /** What its dates keep: an order's minutes are cut off for `hour`, and the clerk is told. */
  timeStep: z.enum(['minute', 'hour']),
  /** Whether a key must have an end. */
  needsEnd: z.boolean(),
  /** Whether it takes commands for several encoders at once; where not, the driver gives them one after the other. */
  isParallel: z.boolean(),
  /** The codes that the protocol can refuse an order with, so that no key was made or the card was spoiled. */
  refusals: z.array(ErrorCode),
  /** Which of KeySystem's further methods are there. */
  reads: z.boolean(),
  checksOut: z.boolean(),
  movesStays: z.boolean(),
  cancelsTasks: z.boolean(),
  assigns: z.boolean(),
})
export type KeyAbilities = z.infer<typeof KeyAbilities>

/** What a key system is asked to make. The lock system decides the bytes; we can't read them back. */
export interface KeyOrder {
  readonly purpose: Purpose
  /** 1 to the manifest's `copiesAtOnce`. */
  readonly copies: number
  /** The lock system's own names, the main room first; at least one, at most the manifest's `rooms`. */
  readonly rooms: readonly string[]
  /** The lock system's own names of what is granted beside the rooms. */
  readonly authorisations: readonly string[]
  /** In the property's time zone. */
  readonly startsAt: LocalTime
  readonly endsAt: LocalTime | null
  /** Seam's ids, for a system that knows the doors and times itself. */
  readonly accessMethodId: string
  readonly credentialId: string
}

/** What a key system tells of keys that it has made. */
export interface MadeKeys {
  /** The keys' serial numbers, where it tells them; hexadecimal in upper case where they are card identifiers. */
  readonly serialNumbers: readonly string[]
  /** What else it told, for people; null for nothing. */
  readonly remark: string | null
}

/** The end of the guests' keys of a room. */
export interface CheckOut {
  readonly room: string
}

/** A stay that moves to another room, or ends at another time. */
export interface StayMove {
  readonly room: string
  /** The same as `room` where only the end changes. */
  readonly newRoom: string
  readonly endsAt: LocalTime | null
}

/** Whom Seam is to give the card that is scanned. */
export interface AssignTo {
  readonly acsUserId: string | null
  readonly userIdentityId: string | null
}

/** What a key system reads from a card. */
export type KeyReading =
  | {
      readonly kind: 'guest'
      readonly rooms: readonly string[]
      /** Whether the key still opens its main room; null where it does not say. */
      readonly isValid: boolean | null
      /** Null where it does not say. */
      readonly startsAt: LocalTime | null
      readonly endsAt: LocalTime | null
      readonly authorisations: readonly string[]
      /** `original`, `copy 2`, `one-shot`, for people; null where it does not say. */
      readonly copy: string | null
      readonly serialNumber: string | null
    }
  /** No guest's key: `foreign` is unknown to the system or blank, `expired` was a guest's key. */
  | { readonly kind: 'staff' | 'spare' | 'expired' | 'foreign' | 'diagnostic' }
  /** A credential that Seam has read by itself, and has compared by itself. */
  | { readonly kind: 'credential'; readonly cardNumber: string | null; readonly comparison: Comparison }

/** The options of a command that changes something. */
export interface CommandOptions extends IoOptions {
  /**
   * Called once, right before the first byte goes out that can make the system act; what it throws is rejected with, and
   * nothing goes out. When it was not called, nothing has happened.
   */
  beforeSending(): void
}

/**
 * A key system takes one order and hands out a key: SALTO, ONITY, FIAS and their kin. It is one link with one or many
 * encoders; `encoder` is what the lock system calls one of them. Calls for different encoders may overlap (the driver puts
 * them in order where the manifest is not `isParallel`); a second one for the same encoder rejects `device_busy`.
 *
 * **A command is sent once.** It is sent again only when the system has refused the frame as such (NAK), so that it can't
 * have acted on it. After `beforeSending`, a command rejects with
 *
 * - `outcome_unknown` whenever the system may have acted: silence, a cut line, an abort, an answer that can't be understood;
 *   the detail says which. A late answer never counts for a later command. A command of several copies that fails where the
 *   first card may be made already is such a one;
 * - `card_write_refused`, `card_mismatch` or `write_interrupted` when the system says that the card was spoiled;
 * - any other code when it says that it has not acted: `key_encoder_busy`, `key_encoder_unknown`, `key_encoder_offline`,
 *   `room_unknown`, `room_checked_out`, `room_out_of_service`, `card_timeout`, `card_misplaced`, `card_foreign`, `card_staff`,
 *   `one_shot_used_up`, `key_order_refused`, `lock_system_fault`, `credential_deleted`, `credential_cannot_be_reissued`, `card_incompatible`,
 *   `seam_unauthorized`, `seam_bridge_offline`, `rate_limited`, `device_absent` for a request that certainly did not arrive,
 *   `not_supported` for what the manifest does not promise.
 *
 * Before it, besides these: `aborted`, `device_lost`, `device_closed`, `device_busy`, `device_unresponsive`, `protocol_error`,
 * `order_invalid` for what the protocol can't say (a room's name that is too long).
 */
export interface KeySystem extends DeviceBase {
  readonly kind: 'keySystem'
  /** Resolves when the system says that every copy was made. */
  makeKey(encoder: string, order: KeyOrder, options: CommandOptions): Promise<MadeKeys>
  /** Reads the card on the encoder, waiting for it as long as the system does. It changes nothing; rejects as makeKey does. */
  readKey?(encoder: string, options: IoOptions): Promise<KeyReading>
  checkOut?(encoder: string, order: CheckOut, options: CommandOptions): Promise<void>
  moveStay?(encoder: string, order: StayMove, options: CommandOptions): Promise<void>
  /** Has the encoder give up what it does and eject what is in it. */
  cancelTask?(encoder: string, options: CommandOptions): Promise<void>
  /** Has Seam scan the next card and give it to somebody. */
  scanToAssign?(encoder: string, to: AssignTo, options: CommandOptions): Promise<KeyReading>
}
