import { z } from 'zod'

/** Who can remove the cause of an error. `nobody` marks codes that are no fault at all (an abort). */
export type ErrorOwner = 'clerk' | 'installer' | 'integrator' | 'support' | 'nobody'

/** The error codes of Seam's action attempts (OpenAPI document of @seamapi/types 1.977.0). */
export const seamErrorCodes = [
  'uncategorized_error',
  'action_attempt_expired',
  'no_credential_on_encoder',
  'incompatible_card_format',
  'credential_cannot_be_reissued',
  'credential_deleted',
  'encoding_interrupted',
  'encoder_not_online',
  'encoder_communication_timeout',
  'bridge_disconnected',
  'credential_not_found',
] as const
export type SeamErrorCode = (typeof seamErrorCodes)[number]

/** One row of the error table: what happened, whose it is, what to do, and how each edge shows it. */
export interface ErrorFacts {
  /** HTTP status at the control API. */
  readonly status: number
  readonly owner: ErrorOwner
  /** One sentence for a person, without the facts of the case (those travel in `detail`). */
  readonly cause: string
  /** What the owner does next, as an instruction. */
  readonly nextStep: string
  /** The one code that tells Seam, where the error ends an action attempt. */
  readonly seam: SeamErrorCode
}

const row = (
  status: number,
  owner: ErrorOwner,
  seam: SeamErrorCode,
  cause: string,
  nextStep: string,
): ErrorFacts => ({ status, owner, seam, cause, nextStep })

/**
 * The closed table of error codes. Codes are append-only and area first; nobody matches on wording.
 * docs/errors.md is generated from it and a test holds the two together.
 */
export const errorTable = {
  aborted: row(499, 'nobody', 'uncategorized_error', 'The work was given up on request.', 'Nothing to do.'),

  device_absent: row(
    503,
    'installer',
    'encoder_not_online',
    'The encoder is not connected.',
    'Plug the encoder in, or check the network line to the lock system. If it is connected, correct its `path` or `match` in the configuration.',
  ),
  device_busy: row(
    409,
    'installer',
    'encoder_communication_timeout',
    'The encoder is in use.',
    'Wait for the running session, or close the other program that holds the port.',
  ),
  device_denied: row(
    403,
    'installer',
    'encoder_not_online',
    'The operating system refuses access to the encoder.',
    'Run `encoder-bridge doctor`: it prints the one command that grants access.',
  ),
  device_lost: row(
    503,
    'clerk',
    'encoder_not_online',
    'The encoder was unplugged or lost power.',
    'Check the cable; the bridge reconnects by itself.',
  ),
  device_closed: row(
    409,
    'support',
    'encoder_not_online',
    'The device was closed before this call.',
    'Order again; if it repeats, send the diagnostics to support.',
  ),
  device_unresponsive: row(
    504,
    'installer',
    'encoder_communication_timeout',
    'The encoder does not answer in time.',
    'Unplug the encoder and plug it in again, or see that the lock system’s interface runs; the README of its driver says how it must be set up.',
  ),
  device_mismatch: row(
    409,
    'installer',
    'encoder_not_online',
    'Another device answers where the encoder should be.',
    'Connect the encoder that was paired here, or correct the path in the configuration.',
  ),
  device_fault: row(
    502,
    'installer',
    'encoder_communication_timeout',
    'The encoder reports a fault of its own.',
    'Unplug the encoder for ten seconds; replace it if the fault stays.',
  ),
  protocol_error: row(
    502,
    'support',
    'encoder_communication_timeout',
    'The encoder’s answer does not follow its protocol.',
    'Try again; if it repeats, send the diagnostics to support.',
  ),
  not_supported: row(
    422,
    'integrator',
    'incompatible_card_format',
    'The encoder cannot do this, or not with this kind of card.',
    'Use an encoder or a card of a kind that can: docs/key-systems.md and the README say which.',
  ),
  driver_unknown: row(
    422,
    'installer',
    'encoder_not_online',
    'There is no driver of that name.',
    'Use one of the drivers that `encoder-bridge devices` lists.',
  ),
  driver_unavailable: row(
    503,
    'installer',
    'encoder_not_online',
    'A part that this driver needs is missing on this computer.',
    'Install what the message names; `encoder-bridge doctor` checks it.',
  ),

  device_quarantined: row(
    409,
    'installer',
    'encoder_not_online',
    'Another device than the one that was set up is connected in its place.',
    'Connect the device that was set up here, or accept the new one with `encoder-bridge devices accept`.',
  ),
  device_ambiguous: row(
    409,
    'installer',
    'encoder_not_online',
    'Several connected devices could be the one that is meant.',
    'Run `encoder-bridge devices identify`, or name its serial number or port in the configuration.',
  ),
  pcsc_unavailable: row(
    503,
    'installer',
    'encoder_not_online',
    'The smart-card service of this computer does not run.',
    'Install and start it (Linux: the package pcscd; Windows: the service “Smart Card”).',
  ),
  driver_crashed: row(
    500,
    'support',
    'encoder_not_online',
    'The driver of the encoder failed in a way that it should not.',
    'The bridge starts it again by itself; if it repeats, send the diagnostics to support.',
  ),

  card_timeout: row(
    408,
    'clerk',
    'no_credential_on_encoder',
    'No card was placed in time.',
    'Order again and place a card on the encoder.',
  ),
  card_removed: row(
    409,
    'clerk',
    'encoding_interrupted',
    'The card was taken away before the work was complete.',
    'Place the card flat and leave it until the bridge says done.',
  ),
  card_swapped: row(
    409,
    'clerk',
    'encoding_interrupted',
    'Another card was placed in the middle of the work.',
    'Encode again with one card; discard or re-encode the first one.',
  ),
  card_several: row(
    409,
    'clerk',
    'no_credential_on_encoder',
    'More than one card lies on the encoder.',
    'Leave only one card on the encoder.',
  ),
  card_incompatible: row(
    422,
    'clerk',
    'incompatible_card_format',
    'This kind of card does not fit the order.',
    'Take a card of the kind that this property uses.',
  ),
  card_key_refused: row(
    422,
    'clerk',
    'incompatible_card_format',
    'The card refuses the key: it is protected or belongs to another system.',
    'Take a blank card.',
  ),
  card_write_refused: row(
    422,
    'clerk',
    'incompatible_card_format',
    'The card refuses to be written: blocks are locked or worn out.',
    'Take another card and discard this one.',
  ),
  card_mismatch: row(
    422,
    'clerk',
    'encoding_interrupted',
    'What was read back differs from what was written.',
    'Discard the card and encode another one.',
  ),
  card_occupied: row(
    409,
    'clerk',
    'uncategorized_error',
    'The card holds a valid credential of another access method.',
    'Take a free card, or confirm that the old credential may be overwritten.',
  ),

  card_unreadable: row(
    422,
    'clerk',
    'no_credential_on_encoder',
    'The card or code was presented, and could not be read.',
    'Present it again: swipe evenly with the stripe on the right side, or hold the code steady.',
  ),
  card_swipe_failed: row(
    422,
    'clerk',
    'encoding_interrupted',
    'The card was moved too fast, too slowly or unevenly while it was written.',
    'Swipe it again in one even movement; clean or replace the card if it repeats.',
  ),

  card_misplaced: row(
    409,
    'clerk',
    'no_credential_on_encoder',
    'The encoder finds no card, or the card lies or is put in wrongly.',
    'Put the card in as the encoder’s picture shows, and order again.',
  ),
  card_foreign: row(
    422,
    'clerk',
    'incompatible_card_format',
    'The lock system does not take this card: it is damaged, or of another system.',
    'Take another card of this property, and order again.',
  ),
  card_staff: row(
    409,
    'clerk',
    'incompatible_card_format',
    'The card belongs to a member of the staff and is still valid.',
    'Give it back to its owner and take a blank card.',
  ),
  card_stuck: row(
    500,
    'clerk',
    'encoding_interrupted',
    'The card is stuck in the encoder.',
    'Take the card out as the encoder’s manual shows; throw it away and order again.',
  ),
  room_unmapped: row(
    422,
    'installer',
    'uncategorized_error',
    'A door of the order has no room of the lock system in this desk’s list.',
    'Add it: `encoder-bridge rooms check` names what is missing, `encoder-bridge rooms import` takes the list.',
  ),
  room_unknown: row(
    422,
    'installer',
    'uncategorized_error',
    'The lock system knows no such room.',
    'Correct the room in this desk’s list (`encoder-bridge rooms`), or add it to the lock system.',
  ),
  room_checked_out: row(
    409,
    'clerk',
    'credential_cannot_be_reissued',
    'The room is checked out in the lock system: there is no key to copy.',
    'Order a new key instead of an additional one.',
  ),
  room_out_of_service: row(
    409,
    'clerk',
    'uncategorized_error',
    'The lock system has the room out of service.',
    'Give another room, or have the room put back into service.',
  ),
  key_encoder_busy: row(
    409,
    'clerk',
    'encoder_communication_timeout',
    'The lock system says that the encoder or the room is busy with another key.',
    'Finish or cancel what the encoder shows, and order again.',
  ),
  key_encoder_unknown: row(
    404,
    'installer',
    'encoder_not_online',
    'The lock system knows no encoder of that name or number.',
    'Correct `address` of the encoder in the configuration: it must be written as in the lock system.',
  ),
  key_encoder_offline: row(
    503,
    'installer',
    'encoder_not_online',
    'The lock system can’t reach the encoder.',
    'Check the encoder’s power and network cable; the lock system must show it as connected.',
  ),
  one_shot_used_up: row(
    409,
    'clerk',
    'uncategorized_error',
    'The lock system has no more keys for one opening of this room.',
    'Order an additional key.',
  ),
  key_order_refused: row(
    422,
    'support',
    'uncategorized_error',
    'The lock system does not take the order as it was sent.',
    'Send the diagnostics to support; no key was made.',
  ),
  lock_system_fault: row(
    502,
    'installer',
    'uncategorized_error',
    'The lock system reports a fault of its own.',
    'Call the lock system’s service; no key was made.',
  ),
  credential_deleted: row(
    410,
    'integrator',
    'credential_deleted',
    'The credential was deleted.',
    'Order for an access method that exists.',
  ),
  credential_cannot_be_reissued: row(
    409,
    'integrator',
    'credential_cannot_be_reissued',
    'The credential can’t be issued again.',
    'Create a new access method.',
  ),
  seam_unauthorized: row(
    502,
    'installer',
    'uncategorized_error',
    'Seam does not accept the API key.',
    'Put a valid key into the file that `secretFile` or `seam.apiKeyFile` names.',
  ),
  seam_bridge_offline: row(
    503,
    'installer',
    'bridge_disconnected',
    'The Seam Bridge that leads to this encoder is disconnected, or does not reach its access system.',
    'Check that the computer with the Seam Bridge runs and has network; no key was made.',
  ),

  order_invalid: row(
    422,
    'integrator',
    'uncategorized_error',
    'The order cannot be carried out as it was given.',
    'Correct the order as the message says.',
  ),
  order_expired: row(
    410,
    'integrator',
    'action_attempt_expired',
    'The order expired before it could be carried out.',
    'Order again.',
  ),
  order_stale: row(
    409,
    'integrator',
    'uncategorized_error',
    'A newer order for the same access method is known.',
    'Follow the newer order.',
  ),
  order_misdirected: row(
    421,
    'integrator',
    'bridge_disconnected',
    'The order is meant for another bridge.',
    'Send it to the bridge that owns the encoder.',
  ),
  order_conflict: row(
    409,
    'integrator',
    'uncategorized_error',
    'The same order id was used before with another content.',
    'Use a new id for a new order.',
  ),
  order_unconfirmed: row(
    409,
    'clerk',
    'uncategorized_error',
    'A new key would end a key that is still valid, and nobody confirmed it.',
    'Confirm at the desk, or order an additional key.',
  ),
  order_cancelled: row(
    409,
    'clerk',
    'uncategorized_error',
    'The order was cancelled.',
    'Order again when a card is wanted.',
  ),
  order_unknown: row(
    404,
    'integrator',
    'uncategorized_error',
    'There is no such order.',
    'Check the order id.',
  ),
  outcome_unknown: row(
    500,
    'clerk',
    'uncategorized_error',
    'The writing was cut short, and the card was not seen again.',
    'Scan the card to learn its state, then encode again if needed.',
  ),
  write_interrupted: row(
    500,
    'clerk',
    'encoding_interrupted',
    'The bridge stopped while the card was being written.',
    'Encode again; this card may be used once more.',
  ),

  desk_limit: row(
    429,
    'installer',
    'uncategorized_error',
    'A limit of this desk refuses the card.',
    'Wait, or change `limits` in this desk’s configuration.',
  ),
  encoder_unknown: row(
    404,
    'integrator',
    'encoder_not_online',
    'There is no encoder of that name or id.',
    'Use one of the encoders that `encoder-bridge devices` lists.',
  ),
  layout_unknown: row(
    422,
    'installer',
    'uncategorized_error',
    'There is no card layout of that name.',
    'Use one of the layouts in docs/configuration.md.',
  ),
  config_invalid: row(
    500,
    'installer',
    'uncategorized_error',
    'The configuration cannot be used.',
    'Correct what the message names.',
  ),
  data_unwritable: row(
    500,
    'installer',
    'uncategorized_error',
    'The data directory cannot be written.',
    'Free disk space, give the service’s user write access, or choose another --data directory; no card was touched.',
  ),
  journal_newer: row(
    500,
    'installer',
    'uncategorized_error',
    'The journal was written by a newer version.',
    'Install that version or a later one; the journal was left as it is.',
  ),
  journal_damaged: row(
    500,
    'support',
    'uncategorized_error',
    'The journal cannot be read.',
    'Keep the file and call support; the bridge does not run without knowing its past.',
  ),
  journal_locked: row(
    409,
    'installer',
    'uncategorized_error',
    'Another encoder-bridge uses this data directory.',
    'Stop the other one, or use another --data directory.',
  ),
  port_taken: row(
    409,
    'installer',
    'uncategorized_error',
    'The port is taken by another program.',
    'Stop the program that the message names, or choose another --port.',
  ),
  not_paired: row(
    409,
    'installer',
    'bridge_disconnected',
    'This bridge is not paired with a hub.',
    'Run `encoder-bridge pair`.',
  ),
  machine_changed: row(
    409,
    'installer',
    'bridge_disconnected',
    'This bridge was paired on another computer.',
    'If this computer takes the place of that one, run `encoder-bridge pair`. If its disk is a copy, give the bridge an empty data directory first.',
  ),
  daemon_unreachable: row(
    503,
    'installer',
    'bridge_disconnected',
    'The daemon does not answer.',
    'Start it with `encoder-bridge run`, or check --data.',
  ),
  clock_skewed: row(
    409,
    'installer',
    'uncategorized_error',
    'This computer’s clock differs too much from the hub’s.',
    'Set the clock (turn on network time); until then new encodes are refused.',
  ),
  draining: row(
    503,
    'support',
    'bridge_disconnected',
    'The bridge is stopping and takes no new orders.',
    'Order again after the restart.',
  ),
  internal_error: row(
    500,
    'support',
    'uncategorized_error',
    'The bridge met a fault of its own.',
    'Send the diagnostics to support.',
  ),

  hub_unreachable: row(
    503,
    'installer',
    'bridge_disconnected',
    'The hub cannot be reached.',
    'Check the network and the hub’s address; results are kept until it answers.',
  ),
  hub_unauthorized: row(
    502,
    'installer',
    'bridge_disconnected',
    'The hub does not accept this bridge’s token.',
    'Pair again with `encoder-bridge pair`.',
  ),
  hub_protocol: row(
    502,
    'installer',
    'bridge_disconnected',
    'The hub’s answer is not understood.',
    'Check that the address is a hub’s, and that both have matching versions.',
  ),
  hub_refused: row(
    502,
    'integrator',
    'uncategorized_error',
    'The hub refused the request.',
    'Correct what the message names.',
  ),
  hub_insecure: row(
    422,
    'installer',
    'uncategorized_error',
    'A hub on another computer is reached over https only.',
    'Use an https address.',
  ),
  pairing_expired: row(
    410,
    'installer',
    'uncategorized_error',
    'The pairing code expired before it was claimed.',
    'Run `encoder-bridge pair` again.',
  ),

  request_invalid: row(
    400,
    'integrator',
    'uncategorized_error',
    'The request cannot be carried out as it was given.',
    'Correct what the message names.',
  ),
  control_unauthorized: row(
    401,
    'integrator',
    'uncategorized_error',
    'The control token is missing or wrong.',
    'Send the token from DATA/control-token as a bearer token.',
  ),
  control_forbidden: row(
    403,
    'integrator',
    'uncategorized_error',
    'The request comes from a place that may not control this bridge.',
    'Call from this computer, without a browser of another origin.',
  ),
  control_locked: row(
    403,
    'clerk',
    'uncategorized_error',
    'The page is locked.',
    'Say who you are: choose your name and type your PIN, or tap your badge.',
  ),
  control_role: row(
    403,
    'installer',
    'uncategorized_error',
    'The role of whoever is signed in does not allow this.',
    'Have somebody with the role do it, or have an installer change the role.',
  ),
  sign_in_refused: row(
    403,
    'clerk',
    'uncategorized_error',
    'The PIN, badge or link is not accepted.',
    'Try again. An installer can set a new PIN; a used or old link is made anew with `encoder-bridge open`.',
  ),
  clerk_unknown: row(
    404,
    'installer',
    'uncategorized_error',
    'There is no such clerk.',
    'Look again who is named at this desk.',
  ),
  seam_unreachable: row(
    503,
    'installer',
    'bridge_disconnected',
    'Seam can’t be reached, or does not answer as it should.',
    'Check this computer’s network, proxy and `seam.endpoint`; it is tried again by itself.',
  ),
  seam_refused: row(
    502,
    'integrator',
    'uncategorized_error',
    'Seam refused the request.',
    'Correct what the message names.',
  ),
  card_not_assigned: row(
    409,
    'clerk',
    'credential_not_found',
    'The card was not given to the access method.',
    'Take another card, or have the access method looked at where it was made.',
  ),
  not_issued: row(
    409,
    'clerk',
    'uncategorized_error',
    'It is not issued yet, so there is nothing to hand over.',
    'Wait until it is issued; a card has to be encoded or assigned first.',
  ),
  settings_changed: row(
    409,
    'installer',
    'uncategorized_error',
    'The configuration file has changed meanwhile.',
    'Look at it again, and save your change once more.',
  ),
  settings_unwritable: row(
    500,
    'installer',
    'uncategorized_error',
    'The configuration file cannot be written.',
    'Give the daemon’s user write access to the file and its folder, or edit it by hand and restart the daemon.',
  ),
  browser_unavailable: row(
    503,
    'installer',
    'uncategorized_error',
    'No browser can be opened here.',
    'Run `encoder-bridge open --print` and open the link in a browser of this computer. From another one, forward the port first: `ssh -L 27411:127.0.0.1:27411 DESK`.',
  ),
  route_unknown: row(
    404,
    'integrator',
    'uncategorized_error',
    'There is no such address.',
    'See docs/control-api.md.',
  ),
  rate_limited: row(429, 'integrator', 'uncategorized_error', 'Too many requests.', 'Slow down.'),
} as const satisfies Record<string, ErrorFacts>

export type ErrorCode = keyof typeof errorTable
export const ErrorCode = z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]])

/** The one error class. `detail` states the facts of this case in one sentence, without secrets or guests' data. */
export class BridgeError extends Error {
  readonly code: ErrorCode
  readonly detail: string | undefined

  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail === undefined ? errorTable[code].cause : `${errorTable[code].cause} ${detail}`, options)
    this.name = 'BridgeError'
    this.code = code
    this.detail = detail
  }

  get facts(): ErrorFacts {
    return errorTable[this.code]
  }
}

export const isBridgeError = (value: unknown, code?: ErrorCode): value is BridgeError =>
  value instanceof BridgeError && (code === undefined || value.code === code)

/** Turns whatever was thrown into a BridgeError: an AbortError becomes `aborted`, the rest becomes `code`. */
export const toBridgeError = (value: unknown, code: ErrorCode = 'internal_error'): BridgeError => {
  if (value instanceof BridgeError) return value
  if (value instanceof Error && value.name === 'AbortError') {
    return new BridgeError('aborted', undefined, { cause: value })
  }
  return new BridgeError(code, value instanceof Error ? value.message : String(value), { cause: value })
}

/** Rejects with `aborted` when the signal has fired; every I/O method of a driver begins with it. */
export const throwIfAborted = (signal: AbortSignal): void => {
  if (signal.aborted) throw new BridgeError('aborted', undefined, { cause: signal.reason })
}
