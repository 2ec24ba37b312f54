import { actionOf, failAttempt, startAttempt } from './attempts.ts'
import type { HubContext } from './context.ts'
import { findEncoders, placeOrder } from './orders.ts'
import type { OrderTerms } from './orders.ts'
import { notFound } from './refusal.ts'
import { simulateScan } from './simulation.ts'
import type { ActionAttemptRow } from './store-orders.ts'

/** Orders a scan, or with a user identity the assignment of the card that is scanned. */
export const orderScan = (
  hub: HubContext,
  workspaceId: string,
  request: { readonly acsEncoderId: string; readonly userIdentityId: string | null },
  terms: OrderTerms,
): ActionAttemptRow => {
  const { acsEncoderId, userIdentityId } = request
  const kind = userIdentityId === null ? 'scan' : 'scan_to_assign'
  const encoders = findEncoders(hub, workspaceId, [acsEncoderId])
  if (
    userIdentityId !== null &&
    hub.store.userIdentities.find({ workspace_id: workspaceId, user_identity_id: userIdentityId }) === null
  ) {
    throw notFound('user_identity', userIdentityId)
  }
  if (encoders.length === 0) {
    const attempt = startAttempt(hub, workspaceId, actionOf[kind])
    failAttempt(hub, attempt, 'encoder_not_online', 'The encoder was removed.')
    return attempt
  }
  const simulated = kind === 'scan' ? simulateScan(hub, encoders) : null
  if (simulated !== null) return simulated
  const subject = {
    kind,
    action: actionOf[kind],
    accessMethodId: null,
    userIdentityId,
    timeZone: null,
    content: '',
    encode: null,
    assignTo: userIdentityId === null ? null : { acs_user_id: null, user_identity_id: userIdentityId },
  } as const
  return placeOrder(hub, encoders, subject, terms)
}
