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
})
export type BridgeRow = z.output<typeof BridgeRow>
