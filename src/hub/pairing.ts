import { randomUUID } from 'node:crypto'
import { isoAt } from './clock.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { emit } from './events.ts'
import { notFound, refusal } from './refusal.ts'
import { hashToken, makeBridgeToken, makePairingCode, makeSiteKey } from './secrets.ts'
import type { AcsSystemRow } from './store-acs.ts'
import type { BridgeRow, BridgeSessionRow } from './store-bridges.ts'

const CODE_LIFE_MS = 180_000
const UNCLAIMED_LIFE_MS = 86_400_000

/** A code that no unclaimed session holds now. */
const freshCode = (hub: HubContext): { pairing_code: string; pairing_code_expires_at: string } => {
  const pairing_code_expires_at = isoAt(hub.clock.now() + CODE_LIFE_MS)
  for (;;) {
    const pairing_code = makePairingCode()
    if (hub.store.sessions.find({ pairing_code, bridge_id: null }) === null)
      return { pairing_code, pairing_code_expires_at }
  }
}

/** The token is returned once and kept as a hash. Sessions that nobody claimed within a day are forgotten. */
export const createSession = (
  hub: HubContext,
  names: { readonly name: string; readonly timeZone: string; readonly machineKey: string },
): { session: BridgeSessionRow; token: string } => {
  for (const stale of hub.store.sessions.query(
    'where t.bridge_id is null and t.created_at < ?',
    isoAt(hub.clock.now() - UNCLAIMED_LIFE_MS),
  )) {
    hub.store.sessions.delete({ bridge_client_session_id: stale.bridge_client_session_id })
  }
  const token = makeBridgeToken()
  const session: BridgeSessionRow = {
    bridge_client_session_id: randomUUID(),
    token_hash: hashToken(token),
    name: names.name,
    time_zone: names.timeZone,
    machine_key: names.machineKey,
    ...freshCode(hub),
    bridge_id: null,
    created_at: nowOf(hub),
    next_token: null,
    next_token_hash: null,
  }
  hub.store.sessions.insert(session)
  return { session, token }
}

export const regenerateCode = (hub: HubContext, session: BridgeSessionRow): BridgeSessionRow => {
  if (session.bridge_id !== null) {
    throw refusal(409, 'bridge_already_paired', 'This session is paired. Create a new session to pair again.')
  }
  const code = freshCode(hub)
  hub.store.sessions.update({ bridge_client_session_id: session.bridge_client_session_id }, code)
  return { ...session, ...code }
}

/** A new access system with a site key of its own: made once, handed to every bridge of the system. */
export const createSystem = (
  hub: HubContext,
  workspaceId: string,
  name: string,
  timeZone: string,
): AcsSystemRow => {
  const system: AcsSystemRow = {
    acs_system_id: randomUUID(),
    workspace_id: workspaceId,
    name,
    time_zone: timeZone,
    connected_account_id: randomUUID(),
    card_issuing: 'encoding',
    created_at: nowOf(hub),
  }
  hub.store.systems.insert(system)
  hub.store.siteKeys.insert({ acs_system_id: system.acs_system_id, version: 1, key: makeSiteKey() })
  emit(hub, workspaceId, 'acs_system.added', {
    acs_system_id: system.acs_system_id,
    connected_account_id: system.connected_account_id,
  })
  return system
}

/** Null when no session shows this code now: wrong, used or expired. */
export const claimBridge = (
  hub: HubContext,
  workspaceId: string,
  pairingCode: string,
  acsSystemId: string | null,
): BridgeRow | null => {
  const code = pairingCode.trim().toUpperCase()
  const session = hub.store.sessions.find({ pairing_code: code, bridge_id: null })
  if (session === null || session.pairing_code_expires_at <= nowOf(hub)) return null
  const system =
    acsSystemId === null
      ? createSystem(hub, workspaceId, session.name, session.time_zone)
      : hub.store.systems.find({ workspace_id: workspaceId, acs_system_id: acsSystemId })
  if (system === null) throw notFound('acs_system', acsSystemId ?? '')
  const bridge: BridgeRow = {
    bridge_id: randomUUID(),
    workspace_id: workspaceId,
    acs_system_id: system.acs_system_id,
    machine_key: session.machine_key,
    time_zone: session.time_zone,
    last_seen_at: null,
    created_at: nowOf(hub),
    revoked_at: null,
    clock_skew_ms: null,
  }
  hub.store.bridges.insert(bridge)
  hub.store.sessions.update(
    { bridge_client_session_id: session.bridge_client_session_id },
    { bridge_id: bridge.bridge_id },
  )
  return bridge
}
