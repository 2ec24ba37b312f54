import { failAttempt, startAttempt, succeedAttempt } from './attempts.ts'
import { isoAt } from './clock.ts'
import type { HubContext } from './context.ts'
import { endKeys, issueCard, liveKeysBeside, makerOf } from './issuing.ts'
import { presentCredential } from './present-access.ts'
import { scanResult } from './scan-results.ts'
import type { AccessMethodRow, AcsCredentialRow } from './store-access.ts'
import type { AcsEncoderRow, SimulationRow } from './store-acs.ts'
import type { ActionAttemptRow } from './store-orders.ts'

const SIMULATED = 'Simulated in the sandbox; no card was touched.'
const UNKNOWN_CREDENTIAL = '00000000-0000-4000-8000-000000000000'
const DAY_MS = 86_400_000

export const setSimulation = (hub: HubContext, row: SimulationRow): void => {
  const { workspace_id, acs_encoder_id, action } = row
  hub.store.simulations.delete({ workspace_id, acs_encoder_id, action })
  hub.store.simulations.insert(row)
}

/** Takes what was prepared for these encoders; a failure prepared for one credential waits for that credential. */
const takeSimulation = (
  hub: HubContext,
  encoders: readonly AcsEncoderRow[],
  action: SimulationRow['action'],
  credentialId: string | null,
): SimulationRow['outcome'] | null => {
  for (const { workspace_id, acs_encoder_id } of encoders) {
    const where = { workspace_id, acs_encoder_id, action }
    const row = hub.store.simulations.find(where)
    if (row === null) continue
    const subject = row.outcome.acs_credential_id
    if (action === 'encode' && subject !== null && subject !== credentialId) continue
    hub.store.simulations.delete(where)
    return row.outcome
  }
  return null
}

/** Ends an encode as the sandbox was told to; null when nothing was prepared. */
export const simulateEncode = (
  hub: HubContext,
  encoders: readonly AcsEncoderRow[],
  { method, credential }: { method: AccessMethodRow; credential: AcsCredentialRow },
): ActionAttemptRow | null => {
  const outcome = takeSimulation(hub, encoders, 'encode', credential.acs_credential_id)
  if (outcome === null) return null
  const attempt = startAttempt(hub, method.workspace_id, 'ENCODE_CREDENTIAL')
  if ('error_code' in outcome) {
    failAttempt(hub, attempt, outcome.error_code, SIMULATED)
    return attempt
  }
  endKeys(hub, liveKeysBeside(hub, method, makerOf(encoders)))
  issueCard(hub, method, credential)
  const issued = hub.store.credentials.find({ acs_credential_id: credential.acs_credential_id }) ?? credential
  succeedAttempt(hub, attempt, presentCredential(hub, issued))
  return attempt
}

const recordOf = (credential: AcsCredentialRow) => ({
  acs_credential_id: credential.acs_credential_id,
  card_number: credential.card_number,
  starts_at: credential.starts_at,
  ends_at: credential.ends_at,
})

/** The named credential, else the newest: what the simulated card holds. */
export const simulatedCredential = (
  hub: HubContext,
  workspaceId: string,
  credentialId: string | null,
): AcsCredentialRow | null => {
  const where = { workspace_id: workspaceId, deleted_at: null }
  return credentialId === null
    ? (hub.store.credentials.all(where).at(-1) ?? null)
    : hub.store.credentials.find({ ...where, acs_credential_id: credentialId })
}

const simulatedRecord = (hub: HubContext, scenario: string, credential: AcsCredentialRow | null) => {
  if (scenario === 'credential_on_encoder_is_empty') return null
  if (scenario === 'credential_does_not_exist_on_seam' || credential === null) {
    const starts_at = isoAt(hub.clock.now())
    return { acs_credential_id: UNKNOWN_CREDENTIAL, card_number: '1', starts_at, ends_at: null }
  }
  const record = recordOf(credential)
  if (scenario === 'credential_exists_on_seam') return record
  return { ...record, ends_at: isoAt(Date.parse(record.ends_at ?? record.starts_at) + DAY_MS) }
}

/** Ends a scan as the sandbox was told to; null when nothing was prepared. */
export const simulateScan = (
  hub: HubContext,
  encoders: readonly AcsEncoderRow[],
): ActionAttemptRow | null => {
  const outcome = takeSimulation(hub, encoders, 'scan', null)
  const [encoder] = encoders
  if (outcome === null || encoder === undefined) return null
  const attempt = startAttempt(hub, encoder.workspace_id, 'SCAN_CREDENTIAL')
  if ('error_code' in outcome) {
    failAttempt(hub, attempt, outcome.error_code, SIMULATED)
    return attempt
  }
  const credential = simulatedCredential(hub, encoder.workspace_id, outcome.acs_credential_id)
  const record = simulatedRecord(hub, outcome.scenario, credential)
  succeedAttempt(hub, attempt, scanResult(hub, encoder.workspace_id, { record, card_number: null }))
  return attempt
}
