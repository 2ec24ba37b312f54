import type { ChannelEnding } from '../../contract/channel.ts'
import { failAttempt, succeedAttempt } from '../attempts.ts'
import { nowOf } from '../context.ts'
import type { HubContext } from '../context.ts'
import { attemptOf } from '../orders.ts'
import { presentCredential } from '../present-access.ts'
import { cardNumberOf } from '../scan-results.ts'
import type { OrderRow } from '../store-orders.ts'

type Encoded = Extract<ChannelEnding, { kind: 'encoded' }>
type Scanned = Extract<ChannelEnding, { kind: 'scanned' }>
type Credential = Omit<ReturnType<typeof presentCredential>, 'warnings'> & {
  readonly warnings: readonly object[]
}

const UNTOLD = 'The card was encoded here. Seam offers no way to be told, and is not updated.'

/** An addition to Seam's result: whether Seam knows of the card. */
export const withSeam = (
  credential: Record<string, unknown>,
  isUpdated: boolean,
  message: string,
): Record<string, unknown> => ({
  ...credential,
  encoder_bridge: { seam_updated: isUpdated, message },
})

/** Written together with the card's own truth, before anything is sent: what a crash leaves is taken up from here. */
export const wantAssignment = (
  hub: HubContext,
  attemptId: string,
  accessMethodId: string,
  number: string,
  result: Record<string, unknown>,
): void => {
  const at = nowOf(hub)
  hub.store.assignments.insert({
    order_id: attemptId,
    access_method_id: accessMethodId,
    card_number: number,
    state: 'wanted',
    upstream_attempt_id: null,
    result,
    tries: 0,
    due_at: at,
    since: at,
  })
}

/**
 * A card was made for an access method of the upstream. Where it wants a card to be assigned it is told the card's number, and the attempt
 * waits for its word; where it offers no way to be told, the attempt ends with what is true and says so.
 */
export const noteCardMade = (
  hub: HubContext,
  order: OrderRow,
  ending: Encoded,
  credential: Credential,
): void => {
  const { encode } = order.body
  const theirs = hub.store.upstreamCards.find({ access_method_id: encode?.access_method_id ?? '' })
  const wantsAssignment = theirs?.is_assignment_required === true || theirs?.is_ready_for_assignment === true
  // Seam's number only where the card bears it: an access method that was opened again still shows that of the card before.
  const isBorne = theirs?.card_number != null && theirs.card_number === encode?.card_number
  const number = isBorne ? theirs.card_number : cardNumberOf({ card_number: null, card_uid: ending.card_uid })
  if (encode === null || encode.purpose === 'one_shot' || !wantsAssignment || number === null) {
    const warning = {
      warning_code: 'unknown_issue_with_acs_credential',
      message: UNTOLD,
      created_at: nowOf(hub),
    }
    const warned = { ...credential, warnings: [...credential.warnings, warning] }
    return succeedAttempt(hub, attemptOf(hub, order), withSeam(warned, false, UNTOLD))
  }
  wantAssignment(hub, order.order_id, encode.access_method_id, number, credential)
}

/** A registered card was read for an access method. One that comes too late assigns nothing: another may have been taken. */
export const noteCardRead = (
  hub: HubContext,
  order: OrderRow,
  accessMethodId: string,
  ending: Scanned,
): void => {
  const attempt = attemptOf(hub, order)
  if (attempt.status !== 'pending') return
  const number = ending.record?.card_number ?? cardNumberOf(ending)
  const method = hub.store.methods.find({ access_method_id: accessMethodId })
  const credential = hub.store.credentials.find({ acs_credential_id: method?.acs_credential_id ?? '' })
  if (number === null || credential === null) {
    const message = 'The card bears nothing that Seam could know it by.'
    return failAttempt(hub, attempt, 'uncategorized_error', message)
  }
  const shown = { ...presentCredential(hub, credential), card_number: number }
  wantAssignment(hub, order.order_id, accessMethodId, number, shown)
}
