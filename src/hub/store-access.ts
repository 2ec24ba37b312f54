import { z } from 'zod'
import { CardIssuing } from './store-acs.ts'
import { flag, json } from './table.ts'

export const AccessMethodMode = z.enum(['code', 'card', 'mobile_key', 'cloud_key'])
export type AccessMethodMode = z.infer<typeof AccessMethodMode>

export const IssuingTrouble = z.enum(['delayed', 'failed'])
export type IssuingTrouble = z.infer<typeof IssuingTrouble>

/** Times are whole seconds in UTC: a card's record holds no finer ones. */
export const AccessGrantRow = z.object({
  access_grant_id: z.string(),
  workspace_id: z.string(),
  access_grant_key: z.string().nullable(),
  reservation_key: z.string().nullable(),
  user_identity_id: z.string(),
  name: z.string().nullable(),
  acs_system_id: z.string(),
  acs_entrance_ids: json(z.array(z.string())),
  starts_at: z.string(),
  ends_at: z.string().nullable(),
  created_at: z.string(),
  deleted_at: z.string().nullable(),
})
export type AccessGrantRow = z.output<typeof AccessGrantRow>

export const AccessMethodRow = z.object({
  access_method_id: z.string(),
  workspace_id: z.string(),
  access_grant_id: z.string(),
  mode: AccessMethodMode,
  requested_code: z.string().nullable(),
  code: z.string().nullable(),
  /** Of a card; its access system's when it was asked for. */
  card_issuing: CardIssuing,
  /** Why it is not issued yet, as a simulation has it. */
  trouble: IssuingTrouble.nullable(),
  instant_key_max_use_count: z.number().int().nullable(),
  /** Cards only. A card that waits for its assignment has none. */
  acs_credential_id: z.string().nullable(),
  is_issued: flag,
  issued_at: z.string().nullable(),
  /** Tells `issued` from `reissued`. */
  times_issued: z.number().int(),
  created_at: z.string(),
  deleted_at: z.string().nullable(),
})
export type AccessMethodRow = z.output<typeof AccessMethodRow>

export const AcsCredentialRow = z.object({
  acs_credential_id: z.string(),
  workspace_id: z.string(),
  acs_system_id: z.string(),
  access_method_id: z.string().nullable(),
  user_identity_id: z.string(),
  card_number: z.string(),
  starts_at: z.string(),
  ends_at: z.string().nullable(),
  is_issued: flag,
  issued_at: z.string().nullable(),
  /** When a `new` key of the same doors ended it. */
  invalidated_at: z.string().nullable(),
  created_at: z.string(),
  deleted_at: z.string().nullable(),
})
export type AcsCredentialRow = z.output<typeof AcsCredentialRow>

/** What a mobile key is delivered by. Made when it is issued; its tokens are a guest's credentials. */
export const MobileKeyRow = z.object({
  access_method_id: z.string(),
  workspace_id: z.string(),
  client_session_id: z.string(),
  client_session_token: z.string(),
  /** The last part of the Instant Key's address. */
  instant_key_token: z.string(),
  uses: z.number().int(),
  created_at: z.string(),
})
export type MobileKeyRow = z.output<typeof MobileKeyRow>

/** What a sandbox endpoint has prepared for the next access method of a mode. */
export const IssueSimulationRow = z.object({
  workspace_id: z.string(),
  mode: AccessMethodMode,
  trouble: IssuingTrouble,
})
