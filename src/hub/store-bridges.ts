import { z } from 'zod'

export const BridgeSessionRow = z.object({
  bridge_client_session_id: z.string(),
  token_hash: z.string(),
  name: z.string(),
  time_zone: z.string(),
  machine_key: z.string(),
  pairing_code: z.string(),
  pairing_code_expires_at: z.string(),
  /** Null until somebody with an API key has claimed the code. */
  bridge_id: z.string().nullable(),
  created_at: z.string(),
  /** Offered to the bridge in place of its token, in the clear until the bridge has used it. A secret. */
  next_token: z.string().nullable(),
  next_token_hash: z.string().nullable(),
})
export type BridgeSessionRow = z.output<typeof BridgeSessionRow>

export const BridgeRow = z.object({
  bridge_id: z.string(),
  workspace_id: z.string(),
  acs_system_id: z.string(),
  machine_key: z.string(),
  time_zone: z.string(),
  /** When its channel last opened or closed. */
  last_seen_at: z.string().nullable(),
  created_at: z.string(),
  revoked_at: z.string().nullable(),
  /** Its computer's clock minus ours, when it said hello or sent its last ping. */
  clock_skew_ms: z.number().int().nullable(),
})
export type BridgeRow = z.output<typeof BridgeRow>

/** Takes one computer into one access system, once. The token is kept as a hash. */
export const EnrolmentTokenRow = z.object({
  enrolment_token_id: z.string(),
  token_hash: z.string(),
  workspace_id: z.string(),
  acs_system_id: z.string(),
  created_at: z.string(),
  expires_at: z.string(),
  used_at: z.string().nullable(),
  /** The bridge that it made. */
  bridge_id: z.string().nullable(),
  revoked_at: z.string().nullable(),
})
export type EnrolmentTokenRow = z.output<typeof EnrolmentTokenRow>
