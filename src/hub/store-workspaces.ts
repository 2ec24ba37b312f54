import { z } from 'zod'

export const WorkspaceRow = z.object({ workspace_id: z.string(), name: z.string(), created_at: z.string() })
export type WorkspaceRow = z.output<typeof WorkspaceRow>

/** The key itself is never stored; the label shows its last four characters to people. */
export const ApiKeyRow = z.object({
  key_hash: z.string(),
  workspace_id: z.string(),
  label: z.string(),
  created_at: z.string(),
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
