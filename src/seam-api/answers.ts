import { z } from 'zod'

/** Puts one question to Seam (`POST`) and checks the answer. Rejects as whoever asks says. */
export type SeamAsk = <T extends z.ZodType>(path: string, body: object, answer: T) => Promise<z.infer<T>>

/** What of Seam's answers is used; whatever else stands there, such as guests' names and PINs in events, is dropped at once. */

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString())
const mode = z.enum(['code', 'card', 'mobile_key', 'cloud_key'])

export const SeamGrant = z.object({
  access_grant_id: z.string(),
  reservation_key: z.string().nullish(),
  starts_at: instant,
  ends_at: instant.nullable(),
  access_method_ids: z.array(z.string()),
  requested_access_methods: z.array(
    z.object({ mode: z.string(), created_access_method_ids: z.array(z.string()).default([]) }),
  ),
})
export type SeamGrant = z.infer<typeof SeamGrant>

export const GrantsPage = z.object({
  access_grants: z.array(SeamGrant),
  pagination: z.object({ has_next_page: z.boolean(), next_page_cursor: z.string().nullable() }).optional(),
})

const remark = { message: z.string(), created_at: z.string().optional() }
export const SeamMethod = z.object({
  access_method_id: z.string(),
  mode: mode.catch('cloud_key'),
  display_name: z.string(),
  is_issued: z.boolean(),
  issued_at: instant.nullable(),
  is_encoding_required: z.boolean().default(false),
  is_ready_for_encoding: z.boolean().default(false),
  is_assignment_required: z.boolean().default(false),
  is_ready_for_assignment: z.boolean().default(false),
  code: z.string().nullish(),
  instant_key_url: z.string().nullish(),
  client_session_token: z.string().nullish(),
  warnings: z.array(z.object({ warning_code: z.string(), ...remark })),
  errors: z.array(z.object({ error_code: z.string(), ...remark })),
})
export type SeamMethod = z.infer<typeof SeamMethod>

const Batch = z.object({
  access_methods: z.array(SeamMethod).default([]),
  access_grants: z.array(z.object({ access_grant_id: z.string() })).default([]),
  acs_entrances: z
    .array(
      z.object({
        acs_entrance_id: z.string(),
        acs_system_id: z.string().optional(),
        display_name: z.string(),
      }),
    )
    .default([]),
  acs_credentials: z
    .array(
      z.object({
        acs_credential_id: z.string(),
        acs_system_id: z.string().optional(),
        card_number: z.string().nullish(),
      }),
    )
    .default([]),
})
export const Related = z.object({ batch: Batch })
export const OneMethod = z.object({ access_method: SeamMethod })

export const EventsPage = z.object({
  events: z.array(
    z.object({
      event_id: z.string(),
      event_type: z.string(),
      created_at: instant,
      access_grant_id: z.string().optional(),
      access_grant_ids: z.array(z.string()).optional(),
    }),
  ),
})

export const Attempt = z.object({
  action_attempt: z.discriminatedUnion('status', [
    z.object({ status: z.literal('pending'), action_attempt_id: z.string() }),
    z.object({ status: z.literal('success'), action_attempt_id: z.string() }),
    z.object({
      status: z.literal('error'),
      action_attempt_id: z.string(),
      error: z.object({ type: z.string(), message: z.string() }),
    }),
  ]),
})
export const Nothing = z.object({})
