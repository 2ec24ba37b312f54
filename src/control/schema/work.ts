import { z } from 'zod'
import { EncoderChoice, Fault } from '../schema.ts'

/** What the desk has to do and to hand over, as the control API takes and gives it. */

const instant = z.iso.datetime()

export const WorkItemBody = z.object({
  access_method_id: z.string(),
  access_grant_id: z.string(),
  action: z
    .enum(['encode', 'assign'])
    .describe('encode: a card is written; assign: a card that is known by its number is read'),
  reservation_key: z.string().nullable(),
  doors: z.array(z.object({ acs_entrance_id: z.string(), display_name: z.string() })),
  starts_at: instant,
  ends_at: instant.nullable(),
  time_zone: z.string().describe('IANA name'),
  is_reissue: z.boolean().describe('A card of it was issued before: its times have changed'),
})
export type WorkItemBody = z.infer<typeof WorkItemBody>

/** `GET /v1/work` and `POST /v1/work/refresh` */
export const WorkResponse = z.object({
  items: z.array(WorkItemBody),
  as_of: instant.nullable().describe('When the hub was asked last; null before its first answer'),
  error: Fault.nullable().describe('Why the list may be out of date'),
})
export type WorkResponse = z.infer<typeof WorkResponse>

/** `POST /v1/assigns`: the next card that is shown is given to the access method, by its number. */
export const AssignRequest = z.strictObject({
  access_method_id: z.uuid(),
  encoder: EncoderChoice.describe('A name or an id; without one it is the only encoder of this desk'),
})

export const DeliverySecretName = z.enum(['code', 'instant_key_url', 'client_session_token'])
export type DeliverySecretName = z.infer<typeof DeliverySecretName>

export const DeliverableBody = z.object({
  access_method_id: z.string(),
  mode: z.enum(['code', 'card', 'mobile_key', 'cloud_key']),
  display_name: z.string(),
  is_issued: z.boolean(),
  issued_at: instant.nullable(),
  is_encoding_required: z.boolean(),
  is_assignment_required: z.boolean(),
  secrets: z.array(DeliverySecretName).describe('What can be revealed now; empty before is_issued'),
  remarks: z
    .array(z.object({ kind: z.enum(['warning', 'error']), code: z.string(), message: z.string() }))
    .describe('Seam’s own words on delays and failures'),
})
export type DeliverableBody = z.infer<typeof DeliverableBody>

export const GrantBody = z.object({
  access_grant_id: z.string(),
  display_name: z.string(),
  reservation_key: z.string().nullable(),
  doors: z.array(z.string()),
  starts_at: instant,
  ends_at: instant.nullable(),
  time_zone: z.string(),
  access_methods: z.array(DeliverableBody),
})
export type GrantBody = z.infer<typeof GrantBody>

/** The query of `GET /v1/grants`; exactly one of them. */
export const GrantsQuery = z
  .strictObject({
    access_grant_id: z.string().min(1).max(200).optional(),
    access_method_id: z.string().min(1).max(200).optional(),
    reservation_key: z.string().min(1).max(200).optional(),
  })
  .refine((query) => Object.values(query).filter((value) => value !== undefined).length === 1, {
    message: 'give access_grant_id, access_method_id or reservation_key',
  })

export type GrantsQuery = z.infer<typeof GrantsQuery>

/** `GET /v1/grants` */
export const GrantsResponse = z.object({ grants: z.array(GrantBody) })
export type GrantsResponse = z.infer<typeof GrantsResponse>

/** `POST /v1/grants/reveal`: one secret of one access method; the audit tells who has seen it. */
export const RevealRequest = z.strictObject({
  access_method_id: z.string().min(1).max(200),
  secret: DeliverySecretName,
})
export const RevealResponse = z.object({
  value: z.string().describe('A guest’s credential: not to be stored, logged, opened or previewed'),
})
export type RevealResponse = z.infer<typeof RevealResponse>

/** `POST /v1/grants/extend`: its cards ask to be encoded again. */
export const ExtendRequest = z.strictObject({
  access_grant_id: z.string().min(1).max(200),
  ends_at: instant,
})
