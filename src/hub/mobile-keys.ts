import { randomUUID } from 'node:crypto'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { emit } from './events.ts'
import { makeClientSessionToken, makeInstantKeyToken } from './secrets.ts'
import type { AccessGrantRow, AccessMethodRow, MobileKeyRow } from './store-access.ts'

/** The schemas want an expiry, and a grant may have none. */
const NEVER = '9999-12-31T23:59:59.000Z'

/** A mobile key that was issued, and whose it is. */
export interface MobileKey {
  readonly row: MobileKeyRow
  readonly grant: AccessGrantRow
}

/** Makes what the mobile key is delivered by: a client session, and an Instant Key that the hub serves. */
export const createMobileKey = (hub: HubContext, method: AccessMethodRow): void =>
  hub.store.mobileKeys.insert({
    access_method_id: method.access_method_id,
    workspace_id: method.workspace_id,
    client_session_id: randomUUID(),
    client_session_token: makeClientSessionToken(),
    instant_key_token: makeInstantKeyToken(),
    uses: 0,
    created_at: nowOf(hub),
  })

/** Null for what is no mobile key, is not issued, or was taken back. */
export const mobileKeyOfMethod = (hub: HubContext, method: AccessMethodRow): MobileKey | null => {
  const row = hub.store.mobileKeys.find({ access_method_id: method.access_method_id })
  const grant = hub.store.grants.find({ access_grant_id: method.access_grant_id })
  return row === null || grant === null || method.deleted_at !== null ? null : { row, grant }
}

/** Those of a workspace, oldest first; of one user identity, when it is given. */
export const mobileKeysOf = (
  hub: HubContext,
  workspaceId: string,
  userIdentityId: string | undefined,
): MobileKey[] =>
  hub.store.mobileKeys
    .all({ workspace_id: workspaceId })
    .flatMap(({ access_method_id }) => hub.store.methods.all({ access_method_id }))
    .flatMap((method) => mobileKeyOfMethod(hub, method) ?? [])
    .filter(({ grant }) => userIdentityId === undefined || grant.user_identity_id === userIdentityId)

/** Session and link end together; what the guest's phone has taken already is not ours to end. */
export const takeBackMobileKey = (hub: HubContext, { row }: MobileKey): void => {
  hub.store.mobileKeys.delete({ access_method_id: row.access_method_id })
  emit(hub, row.workspace_id, 'client_session.deleted', { client_session_id: row.client_session_id })
}

/** The two that OpenAPI has at the access method and at the grant. */
export const tokensOf = (hub: HubContext, key: MobileKeyRow) => ({
  client_session_token: key.client_session_token,
  instant_key_url: `${hub.publicUrl()}/ik/${key.instant_key_token}`,
})

export const presentClientSession = ({ row, grant }: MobileKey) => ({
  client_session_id: row.client_session_id,
  workspace_id: row.workspace_id,
  token: row.client_session_token,
  user_identity_id: grant.user_identity_id,
  user_identity_ids: [grant.user_identity_id],
  user_identifier_key: null,
  device_count: 0,
  connected_account_ids: [],
  connect_webview_ids: [],
  created_at: row.created_at,
  expires_at: grant.ends_at ?? NEVER,
})

/** An access method has one Instant Key, which has the access method's id. */
export const presentInstantKey = (hub: HubContext, { row, grant }: MobileKey) => ({
  instant_key_id: row.access_method_id,
  workspace_id: row.workspace_id,
  instant_key_url: tokensOf(hub, row).instant_key_url,
  client_session_id: row.client_session_id,
  user_identity_id: grant.user_identity_id,
  created_at: row.created_at,
  expires_at: grant.ends_at ?? NEVER,
})
