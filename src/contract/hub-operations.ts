import { z } from 'zod'

/** What an operator does at a hub, over its public API. Bearer: an operator's key. snake_case, as at every edge of Seam's shape. */

const ok = z.literal(true)
const instant = z.iso.datetime()
const hours = z.coerce.number().int().min(0).max(8_760)

const ApiKeyBody = z.object({
  api_key_id: z.uuid(),
  label: z.string().describe('Ends with the last four characters of the key'),
  is_operator: z.boolean().describe('Whether it may make and withdraw keys, bridges and enrolment tokens'),
  created_at: instant,
  expires_at: instant.nullable().describe('Set when another key has taken its place'),
})
export type ApiKeyBody = z.infer<typeof ApiKeyBody>

/** `POST /api_keys/list` */
export const ApiKeyListRequest = z.object({})
export const ApiKeyListResponse = z.object({ ok, api_keys: z.array(ApiKeyBody) })

/** `POST /api_keys/create` */
export const ApiKeyCreateRequest = z.object({
  name: z.string().trim().min(1).max(60).describe('For people; orders are labelled with it'),
  is_operator: z.boolean().default(false),
})
/** The answer of `create` and `rotate`. */
export const ApiKeyCreateResponse = z.object({
  ok,
  api_key: ApiKeyBody.extend({ key: z.string().describe('Told this once') }),
})

/** `POST /api_keys/rotate` */
export const ApiKeyRotateRequest = z.object({
  api_key_id: z.uuid(),
  overlap_hours: hours.default(0).describe('How long the key before stays good'),
})

/** `POST /api_keys/revoke` */
export const ApiKeyRevokeRequest = z.object({ api_key_id: z.uuid() })
export const Done = z.object({ ok })

/** `POST /bridges/overview`: more than Seam's `/bridges/list` tells. Any API key. */
export const BridgeOverviewRequest = z.object({})
export const BridgeBody = z.object({
  bridge_id: z.uuid(),
  workspace_id: z.uuid(),
  created_at: instant,
  acs_system_id: z.uuid(),
  name: z.string().describe('What the desk calls itself'),
  is_connected: z.boolean(),
  last_seen_at: instant.nullable().describe('When its channel last opened or closed'),
  clock_skew_ms: z.number().int().nullable().describe('Its computer’s clock minus the hub’s'),
  is_token_rotation_pending: z.boolean().describe('A new token is offered, and was not used yet'),
})
export type BridgeBody = z.infer<typeof BridgeBody>
export const BridgeOverviewResponse = z.object({ ok, bridges: z.array(BridgeBody) })

/** `POST /bridges/revoke` */
export const BridgeRevokeRequest = z.object({ bridge_id: z.uuid() })
/** `POST /bridges/rotate_token` */
export const BridgeRotateRequest = z.object({ bridge_id: z.uuid() })

const EnrolmentTokenBody = z.object({
  enrolment_token_id: z.uuid(),
  acs_system_id: z.uuid(),
  state: z.enum(['unused', 'used', 'expired', 'revoked']),
  created_at: instant,
  expires_at: instant,
  used_at: instant.nullable(),
  bridge_id: z.uuid().nullable().describe('The bridge that it made'),
})

/** `POST /enrolment_tokens/create` */
export const EnrolmentTokenCreateRequest = z.object({
  acs_system_id: z.uuid().describe('The only access system that the tokens enrol into'),
  count: z.coerce.number().int().min(1).max(500).default(1),
  expires_in_hours: hours.min(1).default(72),
})
export const EnrolmentTokenCreateResponse = z.object({
  ok,
  enrolment_tokens: z.array(EnrolmentTokenBody.extend({ token: z.string().describe('Told this once') })),
})

/** `POST /enrolment_tokens/list` */
export const EnrolmentTokenListRequest = z.object({})
export const EnrolmentTokenListResponse = z.object({ ok, enrolment_tokens: z.array(EnrolmentTokenBody) })

/** `POST /enrolment_tokens/revoke` */
export const EnrolmentTokenRevokeRequest = z.object({ enrolment_token_id: z.uuid() })
