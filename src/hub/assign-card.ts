import { failAttempt, startAttempt, succeedAttempt } from './attempts.ts'
import type { HubContext } from './context.ts'
import { issueCard } from './issuing.ts'
import { presentAccessMethod } from './present-access.ts'
import { invalidInput, notFound, refusal } from './refusal.ts'
import type { ActionAttemptRow } from './store-orders.ts'

/**
 * Gives a card that the hub knows by its number (from `scan_to_assign_credential`) to a card access method that has not
 * been issued. The card's own credential takes the place of the one that was waiting to be encoded.
 */
export const assignCard = (
  hub: HubContext,
  workspaceId: string,
  methodId: string,
  cardNumber: string,
): ActionAttemptRow => {
  const { credentials, methods, orders, grants } = hub.store
  const method = methods.find({ workspace_id: workspaceId, access_method_id: methodId, deleted_at: null })
  if (method === null) throw notFound('access_method', methodId)
  if (method.mode !== 'card') throw invalidInput('access_method_id: only a card access method has a card')
  if (orders.find({ access_method_id: methodId, settled_at: null }) !== null) {
    throw refusal(
      409,
      'access_method_being_encoded',
      'The access method is being encoded. Wait for that attempt to end.',
    )
  }
  const attempt = startAttempt(hub, workspaceId, 'ASSIGN_CREDENTIAL')
  const grant = grants.find({ access_grant_id: method.access_grant_id })
  const card = credentials
    .all({ workspace_id: workspaceId, card_number: cardNumber, access_method_id: null, deleted_at: null })
    .find((one) => one.user_identity_id === grant?.user_identity_id)
  if (method.is_issued || card === undefined || grant === null) {
    const message = method.is_issued
      ? 'The access method has a card already.'
      : 'No free card of this number is registered for this user identity.'
    failAttempt(hub, attempt, 'credential_not_found', message)
    return attempt
  }
  credentials.update(
    { acs_credential_id: method.acs_credential_id ?? '' },
    { access_method_id: null, deleted_at: attempt.created_at },
  )
  credentials.update(
    { acs_credential_id: card.acs_credential_id },
    { access_method_id: methodId, starts_at: grant.starts_at, ends_at: grant.ends_at },
  )
  methods.update({ access_method_id: methodId }, { acs_credential_id: card.acs_credential_id })
  issueCard(hub, { ...method, acs_credential_id: card.acs_credential_id }, card)
  const issued = methods.find({ access_method_id: methodId })
  if (issued !== null) succeedAttempt(hub, attempt, presentAccessMethod(hub, issued))
  return attempt
}
