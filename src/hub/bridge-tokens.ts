import { registerEncoders } from './bridge-encoders.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { notFound } from './refusal.ts'
import { hashToken, makeBridgeToken } from './secrets.ts'
import type { BridgeRow } from './store-bridges.ts'

/** A bridge of the workspace that was not revoked. */
export const findBridge = (hub: HubContext, workspaceId: string, bridgeId: string): BridgeRow => {
  const where = { workspace_id: workspaceId, bridge_id: bridgeId, revoked_at: null }
  const bridge = hub.store.bridges.find(where)
  if (bridge === null) throw notFound('bridge', bridgeId)
  return bridge
}

/** Its token ends at once, its encoders are gone, and its open channel is closed with the next look at the store. */
export const revokeBridge = (hub: HubContext, bridge: BridgeRow): void => {
  registerEncoders(hub, bridge, [])
  hub.store.sessions.delete({ bridge_id: bridge.bridge_id })
  hub.store.bridges.update({ bridge_id: bridge.bridge_id }, { revoked_at: nowOf(hub) })
}

/**
 * Has the channel offer the bridge a new token. The one before stays good until the bridge comes with the new one: an offer that is lost,
 * or a bridge that can't take it, locks no desk out. Asked for again it stays the same offer.
 */
export const offerNewToken = (hub: HubContext, { bridge_id }: BridgeRow): void => {
  for (const { bridge_client_session_id, next_token: offered } of hub.store.sessions.all({ bridge_id })) {
    if (offered !== null) continue
    const next_token = makeBridgeToken()
    hub.store.sessions.update(
      { bridge_client_session_id },
      { next_token, next_token_hash: hashToken(next_token) },
    )
  }
}
