import { z } from 'zod'
import { flag } from './table.ts'

export const WorkspaceRow = z.object({ workspace_id: z.string(), name: z.string(), created_at: z.string() })
export type WorkspaceRow = z.output<typeof WorkspaceRow>

/** The key itself is never stored; the label shows its last four characters to people. */
export const ApiKeyRow = z.object({
  key_hash: z.string(),
  workspace_id: z.string(),
  label: z.string(),
  created_at: z.string(),
  api_key_id: z.string(),
  /** Whether it may make and withdraw keys, bridges and enrolment tokens. */
  is_operator: flag,
  /** Set when another one has taken its place; null for no end. */
  expires_at: z.string().nullable(),
})
export type ApiKeyRow = z.output<typeof ApiKeyRow>

export const UserIdentityRow = z.object({
  user_identity_id: z.string(),
  workspace_id: z.string(),
  user_identity_key: z.string().nullable(),
  full_name: z.string().nullable(),
  email_address: z.string().nullable(),
  phone_number: z.string().nullable(),
  created_at: z.string(),
})
export type UserIdentityRow = z.output<typeof UserIdentityRow>
