import { randomUUID } from 'node:crypto'
import { revokeBridge } from './bridge-tokens.ts'
import { isoAt } from './clock.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { claimBridge } from './pairing.ts'
import { notFound, refusal } from './refusal.ts'
import { hashToken, makeEnrolmentToken } from './secrets.ts'
import type { BridgeRow, EnrolmentTokenRow } from './store-bridges.ts'

/** Tokens for one access system, each told once and kept as a hash. */
export const createEnrolmentTokens = (
  hub: HubContext,
  workspaceId: string,
  wanted: { readonly acsSystemId: string; readonly count: number; readonly expiresInHours: number },
): { row: EnrolmentTokenRow; token: string }[] => {
  const system = hub.store.systems.find({ workspace_id: workspaceId, acs_system_id: wanted.acsSystemId })
  if (system === null) throw notFound('acs_system', wanted.acsSystemId)
  return Array.from({ length: wanted.count }, () => {
    const token = makeEnrolmentToken()
    const row: EnrolmentTokenRow = {
      enrolment_token_id: randomUUID(),
      token_hash: hashToken(token),
      workspace_id: workspaceId,
      acs_system_id: system.acs_system_id,
      created_at: nowOf(hub),
      expires_at: isoAt(hub.clock.now() + wanted.expiresInHours * 3_600_000),
      used_at: null,
      bridge_id: null,
      revoked_at: null,
    }
    hub.store.enrolmentTokens.insert(row)
    return { row, token }
  })
}

export const revokeEnrolmentToken = (hub: HubContext, workspaceId: string, id: string): void => {
  const where = { workspace_id: workspaceId, enrolment_token_id: id }
  const row = hub.store.enrolmentTokens.find(where)
  if (row === null) throw notFound('enrolment_token', id)
  if (row.used_at !== null) {
    throw refusal(409, 'enrolment_token_used', 'The token is used up. Revoke the bridge that it made.')
  }
  hub.store.enrolmentTokens.update(where, { revoked_at: row.revoked_at ?? nowOf(hub) })
}

/** The row of a token that may still be good. Throws 401 for one that nobody made, 410 for one that has ended. */
export const findEnrolment = (hub: HubContext, token: string): EnrolmentTokenRow => {
  const row = hub.store.enrolmentTokens.find({ token_hash: hashToken(token) })
  if (row === null) throw refusal(401, 'unauthorized', 'The enrolment token is not known.')
  if (row.revoked_at !== null) {
    throw refusal(410, 'enrolment_token_revoked', 'The enrolment token was revoked. Ask for another one.')
  }
  if (row.used_at === null && row.expires_at <= nowOf(hub)) {
    throw refusal(410, 'enrolment_token_expired', `The enrolment token ended at ${row.expires_at}.`)
  }
  return row
}

/**
 * A desk that lost the answer, or died before it kept it, comes again with the same token: that is no second use as long as the bridge
 * of its first try was never seen. That one ends.
 */
const endFirstTry = (hub: HubContext, row: EnrolmentTokenRow, pairingCode: string): void => {
  if (row.bridge_id === null) return
  const first = hub.store.bridges.find({ bridge_id: row.bridge_id })
  const session = hub.store.sessions.find({ pairing_code: pairingCode.trim().toUpperCase(), bridge_id: null })
  const isSameDesk = first !== null && first.machine_key === session?.machine_key
  if (!isSameDesk || first.last_seen_at !== null || row.expires_at <= nowOf(hub)) {
    throw refusal(409, 'enrolment_token_used', 'The enrolment token is used up: each is good for one desk.')
  }
  revokeBridge(hub, first)
}

/** Takes the bridge that shows the code into the token's own access system, and uses the token up. Null for a wrong code. */
export const enrolBridge = (
  hub: HubContext,
  row: EnrolmentTokenRow,
  pairingCode: string,
  acsSystemId: string | null,
): BridgeRow | null => {
  if (acsSystemId !== null && acsSystemId !== row.acs_system_id) {
    throw refusal(409, 'enrolment_token_of_another_site', 'The enrolment token is for another access system.')
  }
  endFirstTry(hub, row, pairingCode)
  const bridge = claimBridge(hub, row.workspace_id, pairingCode, row.acs_system_id)
  if (bridge !== null) {
    const { enrolment_token_id } = row
    const used = { used_at: nowOf(hub), bridge_id: bridge.bridge_id }
    hub.store.enrolmentTokens.update({ enrolment_token_id }, used)
  }
  return bridge
}
