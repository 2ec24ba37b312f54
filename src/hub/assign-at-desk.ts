import { randomUUID } from 'node:crypto'
import { assignCard } from './assign-card.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { methodAtSite } from './desk-work.ts'
import { emitForCredential, emitForMethod } from './events.ts'
import { reopenCard } from './issuing.ts'
import type { AccessGrantRow, AcsCredentialRow } from './store-access.ts'
import type { BridgeRow } from './store-bridges.ts'

/** Whether the card is another's: held for a user, or opening doors for one. What has ended lies in the drawer again. */
const isTaken = (hub: HubContext, card: AcsCredentialRow, grant: AccessGrantRow): boolean =>
  card.user_identity_id !== grant.user_identity_id && (card.ends_at === null || card.ends_at > nowOf(hub))

/** The stay that had the card has none from now on: when it is given another end, another card is wanted. */
const takeFromDrawer = (hub: HubContext, card: AcsCredentialRow): void => {
  const { acs_credential_id, access_method_id } = card
  const method = hub.store.methods.find({ access_method_id: access_method_id ?? '', deleted_at: null })
  if (method !== null) {
    reopenCard(hub, method)
    emitForMethod(hub, method, 'access_method.revoked')
  }
  hub.store.credentials.update({ acs_credential_id }, { deleted_at: nowOf(hub) })
  emitForCredential(hub, card, 'acs_credential.deleted')
}

/** Makes the card of this number one of the grant's user, as a scan to assign does. False where it is another's. */
const registerCard = (hub: HubContext, grant: AccessGrantRow, cardNumber: string): boolean => {
  const { credentials } = hub.store
  const { workspace_id } = grant
  const known = credentials.all({ workspace_id, card_number: cardNumber, deleted_at: null })
  if (known.some((card) => isTaken(hub, card, grant))) return false
  const at = nowOf(hub)
  const isOver = ({ ends_at }: AcsCredentialRow): boolean => ends_at !== null && ends_at <= at
  for (const card of known.filter(isOver)) takeFromDrawer(hub, card)
  if (known.some((card) => !isOver(card))) return true
  const card: AcsCredentialRow = {
    acs_credential_id: randomUUID(),
    workspace_id,
    acs_system_id: grant.acs_system_id,
    access_method_id: null,
    user_identity_id: grant.user_identity_id,
    card_number: cardNumber,
    starts_at: at,
    ends_at: null,
    is_issued: true,
    issued_at: at,
    invalidated_at: null,
    created_at: at,
    deleted_at: null,
  }
  credentials.insert(card)
  emitForCredential(hub, card, 'acs_credential.issued')
  return true
}

/**
 * Gives the card that a desk has read to an access method of the bridge's site: the clerk has it in hand, so that it need not be registered
 * before. The same again is answered as it was, and changes nothing.
 */
export const assignAtDesk = (
  hub: HubContext,
  bridge: BridgeRow,
  methodId: string,
  cardNumber: string,
): { assigned: boolean; reason: string | null } => {
  const { method, grant } = methodAtSite(hub, bridge, methodId)
  const holds = hub.store.credentials.find({ acs_credential_id: method.acs_credential_id ?? '' })
  if (method.is_issued && holds?.card_number === cardNumber) return { assigned: true, reason: null }
  if (method.is_issued) return { assigned: false, reason: 'The access method has another card already.' }
  if (method.mode !== 'card' || method.card_issuing !== 'assignment') {
    return { assigned: false, reason: 'The access method asks for no card that is known by its number.' }
  }
  if (!registerCard(hub, grant, cardNumber)) {
    return { assigned: false, reason: 'The card is another guest’s, and still valid.' }
  }
  const { action_attempt_id } = assignCard(hub, bridge.workspace_id, methodId, cardNumber)
  const attempt = hub.store.attempts.find({ action_attempt_id })
  return attempt?.status === 'success'
    ? { assigned: true, reason: null }
    : { assigned: false, reason: attempt?.error?.message ?? 'It was not assigned.' }
}
