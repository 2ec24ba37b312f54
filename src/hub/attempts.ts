import { randomUUID } from 'node:crypto'
import { errorTable, ErrorCode } from '../contract/errors.ts'
import type { SeamErrorCode } from '../contract/errors.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import type { ActionAttemptRow, ActionType, OrderRow } from './store-orders.ts'

/** The error types that the OpenAPI document allows beside `uncategorized_error` and `action_attempt_expired`. */
const allowed: Record<ActionType, readonly string[]> = {
  ENCODE_CREDENTIAL: [
    'no_credential_on_encoder',
    'incompatible_card_format',
    'credential_cannot_be_reissued',
    'encoder_not_online',
    'encoder_communication_timeout',
    'bridge_disconnected',
    'encoding_interrupted',
    'credential_deleted',
  ],
  SCAN_CREDENTIAL: [
    'no_credential_on_encoder',
    'encoder_not_online',
    'encoder_communication_timeout',
    'bridge_disconnected',
  ],
  SCAN_TO_ASSIGN_CREDENTIAL: ['no_credential_on_encoder'],
  ASSIGN_CREDENTIAL: ['credential_not_found'],
  UNLOCK_DOOR: [],
}

const errorOf = (action: ActionType, type: string, message: string) => ({
  type: type === 'action_attempt_expired' || allowed[action].includes(type) ? type : 'uncategorized_error',
  message,
})

/** Seam's code for a code of the bridge's table; what the table doesn't know is uncategorized. */
export const seamCodeOf = (code: string | undefined): SeamErrorCode => {
  const known = ErrorCode.safeParse(code)
  return known.success ? errorTable[known.data].seam : 'uncategorized_error'
}

export const actionOf: Record<OrderRow['kind'], ActionType> = {
  encode: 'ENCODE_CREDENTIAL',
  scan: 'SCAN_CREDENTIAL',
  scan_to_assign: 'SCAN_TO_ASSIGN_CREDENTIAL',
}

export const startAttempt = (hub: HubContext, workspaceId: string, action: ActionType): ActionAttemptRow => {
  const attempt: ActionAttemptRow = {
    action_attempt_id: randomUUID(),
    workspace_id: workspaceId,
    action_type: action,
    status: 'pending',
    result: null,
    error: null,
    created_at: nowOf(hub),
  }
  hub.store.attempts.insert(attempt)
  return attempt
}

/** The ids and the state only: `attempt` is read again by whoever answers. An attempt that has ended stays as it is. */
export const failAttempt = (
  hub: HubContext,
  attempt: ActionAttemptRow,
  type: string,
  message: string,
): void => {
  hub.store.attempts.update(
    { action_attempt_id: attempt.action_attempt_id, status: 'pending' },
    { status: 'error', error: errorOf(attempt.action_type, type, message) },
  )
}

export const succeedAttempt = (
  hub: HubContext,
  attempt: ActionAttemptRow,
  result: Record<string, unknown>,
): void => {
  hub.store.attempts.update(
    { action_attempt_id: attempt.action_attempt_id, status: 'pending' },
    { status: 'success', result },
  )
}

/** As the store has it now. */
export const readAgain = (hub: HubContext, attempt: ActionAttemptRow): ActionAttemptRow =>
  hub.store.attempts.find({ action_attempt_id: attempt.action_attempt_id }) ?? attempt
