import { randomUUID } from 'node:crypto'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { makeClientSessionToken, makeInstantKeyToken } from './secrets.ts'
import type { AccessMethodRow, MobileKeyRow } from './store-access.ts'

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

/** The two that OpenAPI has at the access method and at the grant. */
export const tokensOf = (hub: HubContext, key: MobileKeyRow) => ({
  client_session_token: key.client_session_token,
  instant_key_url: `${hub.publicUrl()}/ik/${key.instant_key_token}`,
})
