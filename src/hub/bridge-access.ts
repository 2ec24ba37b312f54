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

/**
 * The session that a token speaks for; null for a token that nobody has. A bridge that comes with the token that it was offered has it
 * on its disk: only now the one before ends.
 */
export const findSession = (hub: HubContext, token: string): BridgeSessionRow | null => {
  const hash = hashToken(token)
  const session = hub.store.sessions.find({ token_hash: hash })
  if (session !== null) return session
  const renewed = hub.store.sessions.find({ next_token_hash: hash })
  if (renewed === null) return null
  const now = { token_hash: hash, next_token: null, next_token_hash: null }
  const { bridge_client_session_id } = renewed
  hub.store.transaction(() => hub.store.sessions.update({ bridge_client_session_id }, now))
  return { ...renewed, ...now }
}
