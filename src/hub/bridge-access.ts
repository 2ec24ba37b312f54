import type { HubContext } from './context.ts'
import { refusal } from './refusal.ts'
import { hashToken } from './secrets.ts'
import type { BridgeRow, BridgeSessionRow } from './store-bridges.ts'

/** The bridge of a claimed session; 409 before the claim. */
export const pairedBridge = (hub: HubContext, session: BridgeSessionRow): BridgeRow => {
  const bridge = hub.store.bridges.find({ bridge_id: session.bridge_id ?? '' })
  if (bridge === null)
    throw refusal(409, 'bridge_not_paired', 'The pairing code of this session is not claimed yet.')
  return bridge
}

/** The session that a token speaks for; null for a token that nobody has. */
export const findSession = (hub: HubContext, token: string): BridgeSessionRow | null =>
  hub.store.sessions.find({ token_hash: hashToken(token) })
