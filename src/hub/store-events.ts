import { z } from 'zod'
import { json } from './table.ts'

export const EventType = z.enum([
  'access_grant.created',
  'access_grant.access_times_changed',
  'access_grant.deleted',
  'access_method.created',
  'access_method.card_encoding_required',
  'access_method.issued',
  'access_method.reissued',
  'access_method.revoked',
  'access_method.deleted',
  'access_method.delay_in_issuing',
  'access_method.failed_to_issue',
  'acs_system.added',
  'acs_entrance.added',
  'acs_entrance.removed',
  'acs_encoder.added',
  'acs_encoder.removed',
  'acs_credential.issued',
  'acs_credential.reissued',
  'acs_credential.deleted',
  'acs_credential.invalidated',
  'client_session.deleted',
])
export type EventType = z.infer<typeof EventType>

/** `subject` holds the ids of what the event is about, and the PIN of a code that was issued. */
export const EventRow = z.object({
  event_id: z.string(),
  workspace_id: z.string(),
  event_type: EventType,
  subject: json(z.record(z.string(), z.union([z.string(), z.array(z.string())]))),
  created_at: z.string(),
})
export type EventRow = z.output<typeof EventRow>
