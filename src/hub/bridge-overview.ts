import type { BridgeBody } from '../contract/hub-operations.ts'
import type { HubContext } from './context.ts'
import type { BridgeRow } from './store-bridges.ts'

/** What Seam tells of a bridge. */
export const presentBridge = ({ bridge_id, workspace_id, created_at }: BridgeRow) => ({
  bridge_id,
  workspace_id,
  created_at,
})

/** What an operator wants to know besides. */
const describeBridge = (hub: HubContext, bridge: BridgeRow): BridgeBody => {
  const session = hub.store.sessions.find({ bridge_id: bridge.bridge_id })
  return {
    ...presentBridge(bridge),
    acs_system_id: bridge.acs_system_id,
    name: session?.name ?? '',
    is_connected: hub.outbound.isConnected(bridge.bridge_id),
    last_seen_at: bridge.last_seen_at,
    clock_skew_ms: bridge.clock_skew_ms,
    is_token_rotation_pending: session !== null && session.next_token !== null,
  }
}

/** Those of a workspace that were not revoked. */
export const describeBridges = (hub: HubContext, workspaceId: string): BridgeBody[] =>
  hub.store.bridges
    .all({ workspace_id: workspaceId, revoked_at: null })
    .map((one) => describeBridge(hub, one))
