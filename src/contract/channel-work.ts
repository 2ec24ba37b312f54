import { z } from 'zod'

/**
 * What a desk asks its hub about the work that waits and what is to be handed over: `POST`, bearer: the session token. Of the bridge's own
 * access system alone, and without guests: no name of a grant or of a user identity is in any answer.
 */

/** The most that `/bridge/v1/work/list` answers, those that start first. */
export const MAX_WORK_ITEMS = 200
/** The most doors that are named of one card. */
export const MAX_WORK_DOORS = 20
/** The most grants that `/bridge/v1/access_grants/find` answers. */
export const MAX_FOUND_GRANTS = 20

const instant = z.iso.datetime()

const times = {
  starts_at: instant,
  ends_at: instant.nullable(),
  time_zone: z.string().describe('Of the property, an IANA name'),
}
const reservationKey = z
  .string()
  .nullable()
  .describe('As the reservation is called by whoever made the grant')

export const WorkListRequest = z.object({})
export const ChannelWorkItem = z.object({
  access_method_id: z.uuid(),
  access_grant_id: z.uuid(),
  action: z.enum(['encode', 'assign']).describe('is_ready_for_encoding, or is_ready_for_assignment'),
  reservation_key: reservationKey,
  acs_entrances: z
    .array(z.object({ acs_entrance_id: z.string(), display_name: z.string() }))
    .max(MAX_WORK_DOORS)
    .describe(`At most ${MAX_WORK_DOORS} of its doors`),
  ...times,
  is_reissue: z.boolean().describe('A card of it was issued before'),
})
export type ChannelWorkItem = z.infer<typeof ChannelWorkItem>
export const WorkListResponse = z.object({
  ok: z.literal(true),
  work: z
    .array(ChannelWorkItem)
    .max(MAX_WORK_ITEMS)
    .describe(
      `The cards that wait, by their start; at most ${MAX_WORK_ITEMS}. Grants that have ended are left out`,
    ),
})

export const FindGrantsRequest = z
  .object({
    access_grant_id: z.string().min(1).max(200).optional(),
    access_method_id: z.string().min(1).max(200).optional(),
    reservation_key: z.string().min(1).max(200).optional(),
  })
  .refine((query) => Object.values(query).filter((value) => value !== undefined).length === 1, {
    message: 'give access_grant_id, access_method_id or reservation_key',
  })
export const ChannelSecret = z.enum(['code', 'instant_key_url', 'client_session_token'])
export type ChannelSecret = z.infer<typeof ChannelSecret>
const ChannelDeliverable = z.object({
  access_method_id: z.string(),
  mode: z.enum(['code', 'card', 'mobile_key', 'cloud_key']),
  display_name: z.string(),
  is_issued: z.boolean(),
  issued_at: instant.nullable(),
  is_encoding_required: z.boolean(),
  is_assignment_required: z.boolean(),
  secrets: z.array(ChannelSecret).describe('What `reveal` tells now; empty before is_issued'),
  remarks: z.array(z.object({ kind: z.enum(['warning', 'error']), code: z.string(), message: z.string() })),
})
export const ChannelGrant = z.object({
  access_grant_id: z.string(),
  reservation_key: reservationKey,
  doors: z.array(z.string()).describe('Names'),
  ...times,
  access_methods: z.array(ChannelDeliverable),
})
export type ChannelGrant = z.infer<typeof ChannelGrant>
export const FindGrantsResponse = z.object({
  ok: z.literal(true),
  access_grants: z
    .array(ChannelGrant)
    .max(MAX_FOUND_GRANTS)
    .describe(`At most ${MAX_FOUND_GRANTS}, the oldest first`),
})

export const RevealRequest = z.object({ access_method_id: z.uuid(), secret: ChannelSecret })
export const RevealResponse = z.object({
  ok: z.literal(true),
  value: z.string().nullable().describe('A guest’s credential; null where there is a reason'),
  reason: z
    .enum(['not_issued', 'not_supported'])
    .nullable()
    .describe('not_issued: it may not be handed over yet; not_supported: this mode has no such secret'),
})

export type RevealResponse = z.infer<typeof RevealResponse>

export const ExtendRequest = z.object({ access_grant_id: z.uuid(), ends_at: instant })
export const ExtendResponse = z.object({ ok: z.literal(true) })

/** The same again changes nothing: an answer that was lost is asked for anew. */
export const AssignCardRequest = z.object({
  access_method_id: z.uuid(),
  card_number: z.string().min(1).max(64),
})
export const AssignCardResponse = z.object({
  ok: z.literal(true),
  assigned: z.boolean().describe('The access method is issued with this card'),
  reason: z.string().nullable().describe('Why it is not, in words; null where it is'),
})
