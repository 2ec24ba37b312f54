import { randomUUID } from 'node:crypto'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { emit, emitForCredential, emitForMethod } from './events.ts'
import { issueCard, issueMethod, reopenCard } from './issuing.ts'
import { takeTrouble, troubleEvents } from './issuing-trouble.ts'
import { endOrdersOfMethod } from './orders.ts'
import { makeCardNumber, makePinCode } from './secrets.ts'
import type { AccessGrantRow, AccessMethodMode, AccessMethodRow, AcsCredentialRow } from './store-access.ts'

export interface RequestedMethod {
  readonly mode: AccessMethodMode
  readonly code?: string | undefined
  readonly instant_key_max_use_count?: number | undefined
}

const createCredential = (
  hub: HubContext,
  grant: AccessGrantRow,
  methodId: string,
  created_at: string,
): AcsCredentialRow => {
  const credential: AcsCredentialRow = {
    acs_credential_id: randomUUID(),
    workspace_id: grant.workspace_id,
    acs_system_id: grant.acs_system_id,
    access_method_id: methodId,
    user_identity_id: grant.user_identity_id,
    card_number: makeCardNumber(),
    starts_at: grant.starts_at,
    ends_at: grant.ends_at,
    is_issued: false,
    issued_at: null,
    invalidated_at: null,
    created_at,
    deleted_at: null,
  }
  hub.store.credentials.insert(credential)
  return credential
}

const createMethod = (hub: HubContext, grant: AccessGrantRow, requested: RequestedMethod): void => {
  const { mode, code } = requested
  const methodId = randomUUID()
  const created_at = nowOf(hub)
  const cardIssuing =
    hub.store.systems.find({ acs_system_id: grant.acs_system_id })?.card_issuing ?? 'encoding'
  const credential =
    mode === 'card' && cardIssuing !== 'assignment'
      ? createCredential(hub, grant, methodId, created_at)
      : null
  const method: AccessMethodRow = {
    access_method_id: methodId,
    workspace_id: grant.workspace_id,
    access_grant_id: grant.access_grant_id,
    mode,
    requested_code: code ?? null,
    code: mode === 'code' ? (code ?? makePinCode()) : null,
    card_issuing: cardIssuing,
    trouble: takeTrouble(hub, grant.workspace_id, mode),
    instant_key_max_use_count: requested.instant_key_max_use_count ?? null,
    acs_credential_id: credential?.acs_credential_id ?? null,
    is_issued: false,
    issued_at: null,
    times_issued: 0,
    created_at,
    deleted_at: null,
  }
  hub.store.methods.insert(method)
  emitForMethod(hub, method, 'access_method.created')
  if (method.trouble !== null) emitForMethod(hub, method, troubleEvents[method.trouble])
  else if (mode !== 'card') issueMethod(hub, method)
  else if (cardIssuing === 'encoding') emitForMethod(hub, method, 'access_method.card_encoding_required')
  else if (credential !== null) issueCard(hub, method, credential)
}

/** Makes an access method for each that is asked for: cards wait where their access system wants one encoded or assigned, everything else is issued. */
export const requestMethods = (
  hub: HubContext,
  grant: AccessGrantRow,
  requested: readonly RequestedMethod[],
): void => {
  for (const one of requested) createMethod(hub, grant, one)
}

/** Creates the grant and its access methods. */
export const createGrant = (
  hub: HubContext,
  grant: Omit<AccessGrantRow, 'access_grant_id' | 'created_at' | 'deleted_at'>,
  requested: readonly RequestedMethod[],
): AccessGrantRow => {
  const row: AccessGrantRow = {
    ...grant,
    access_grant_id: randomUUID(),
    created_at: nowOf(hub),
    deleted_at: null,
  }
  hub.store.grants.insert(row)
  emit(hub, row.workspace_id, 'access_grant.created', { access_grant_id: row.access_grant_id })
  requestMethods(hub, row, requested)
  return row
}

const liveMethods = (hub: HubContext, grantId: string): AccessMethodRow[] =>
  hub.store.methods.all({ access_grant_id: grantId, deleted_at: null })

/** New times: cards that hold the old ones have to be encoded again, and orders under way carry the old ones. */
export const changeTimes = (
  hub: HubContext,
  grant: AccessGrantRow,
  times: { readonly starts_at: string; readonly ends_at: string | null },
): void => {
  if (times.starts_at === grant.starts_at && times.ends_at === grant.ends_at) return
  hub.store.grants.update({ access_grant_id: grant.access_grant_id }, times)
  emit(hub, grant.workspace_id, 'access_grant.access_times_changed', {
    access_grant_id: grant.access_grant_id,
    starts_at: times.starts_at,
    ...(times.ends_at === null ? {} : { ends_at: times.ends_at }),
    ...(grant.access_grant_key === null ? {} : { access_grant_key: grant.access_grant_key }),
  })
  for (const method of liveMethods(hub, grant.access_grant_id)) {
    if (method.acs_credential_id === null) continue
    hub.store.credentials.update({ acs_credential_id: method.acs_credential_id }, times)
    endOrdersOfMethod(
      hub,
      method.access_method_id,
      'uncategorized_error',
      'The access times were changed meanwhile.',
    )
    // The lock system of a card that is known by its number keeps the times itself.
    if (!method.is_issued || method.card_issuing !== 'encoding') continue
    reopenCard(hub, method)
    emitForMethod(hub, method, 'access_method.card_encoding_required')
  }
}

export const deleteMethod = (hub: HubContext, method: AccessMethodRow): void => {
  const deleted_at = nowOf(hub)
  endOrdersOfMethod(hub, method.access_method_id, 'credential_deleted', 'The access method was deleted.')
  const credential = hub.store.credentials.find({ acs_credential_id: method.acs_credential_id ?? '' })
  if (credential !== null) {
    hub.store.credentials.update({ acs_credential_id: credential.acs_credential_id }, { deleted_at })
    emitForCredential(hub, credential, 'acs_credential.deleted')
  }
  hub.store.methods.update({ access_method_id: method.access_method_id }, { deleted_at })
  if (method.is_issued) emitForMethod(hub, method, 'access_method.revoked')
  emitForMethod(hub, method, 'access_method.deleted')
}

export const deleteGrant = (hub: HubContext, grant: AccessGrantRow): void => {
  for (const method of liveMethods(hub, grant.access_grant_id)) deleteMethod(hub, method)
  hub.store.grants.update({ access_grant_id: grant.access_grant_id }, { deleted_at: nowOf(hub) })
  emit(hub, grant.workspace_id, 'access_grant.deleted', { access_grant_id: grant.access_grant_id })
}
