import { actionOf, failAttempt, startAttempt } from './attempts.ts'
import type { HubContext } from './context.ts'
import { findEncoders, placeOrder } from './orders.ts'
import type { OrderTerms } from './orders.ts'
import { invalidInput, notFound } from './refusal.ts'
import { simulateScan } from './simulation.ts'
import type { ActionAttemptRow, OrderBody } from './store-orders.ts'

/** Whom a scanned card is for: one of the two. */
export type Assignee = NonNullable<OrderBody['assign_to']>

/** Behind a gateway only the upstream knows its users. */
const refuseUnknown = (hub: HubContext, workspaceId: string, { user_identity_id }: Assignee): void => {
  if (hub.gateway !== undefined) return
  if (user_identity_id === null) {
    throw invalidInput('acs_user_id: this hub has no access system users; give user_identity_id')
  }
  const known = hub.store.userIdentities.find({ workspace_id: workspaceId, user_identity_id })
  if (known === null) throw notFound('user_identity', user_identity_id)
}

/** Orders a scan, or with somebody to assign it to the assignment of the card that is scanned. */
export const orderScan = (
  hub: HubContext,
  workspaceId: string,
  request: { readonly acsEncoderId: string; readonly assignTo: Assignee | null },
  terms: OrderTerms,
): ActionAttemptRow => {
  const { acsEncoderId, assignTo } = request
  const kind = assignTo === null ? 'scan' : 'scan_to_assign'
  const encoders = findEncoders(hub, workspaceId, [acsEncoderId])
  if (assignTo !== null) refuseUnknown(hub, workspaceId, assignTo)
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
    userIdentityId: assignTo?.user_identity_id ?? null,
    timeZone: null,
    content: '',
    encode: null,
    assignTo,
  } as const
  return placeOrder(hub, encoders, subject, terms)
}
