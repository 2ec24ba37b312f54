import { z } from 'zod'

/**
 * The bridge channel: JSON messages between a bridge and its hub, over WebSocket (`GET /bridge/v1/channel`) or, message
 * for message, over `POST /bridge/v1/poll`. Bearer: the bridge client session token. snake_case, as at every Seam edge.
 * Orders and results are delivered at least once and applied exactly once: every `order`, `cancel` and `result` is
 * acknowledged by the id of its envelope, and sent again until it is.
 */
export const CHANNEL_VERSION = 1
export const PING_EVERY_MS = 20_000
export const DEAD_AFTER_MS = 45_000

const instant = z.iso.datetime()

export const ChannelOrder = z.object({
  order_id: z.string(),
  kind: z.enum(['encode', 'scan', 'scan_to_assign']),
  /** The bridge that the order is for; another bridge refuses it with `order_misdirected`. */
  bridge_id: z.string(),
  acs_encoder_ids: z.array(z.uuid()).min(1),
  fence: z.number().int().nonnegative(),
  ordered_at: instant,
  expires_at: instant,
  ordered_by: z.string(),
  time_zone: z.string(),
  encode: z
    .object({
      purpose: z.enum(['new', 'additional', 'replacement']),
      copies: z.number().int().min(1),
      access_method_id: z.uuid(),
      acs_credential_id: z.uuid(),
      card_number: z.string(),
      acs_entrance_ids: z.array(z.string()),
      starts_at: instant,
      ends_at: instant.nullable(),
      is_confirmed: z.boolean(),
      ends_live_key: z.boolean(),
    })
    .nullable(),
})
export type ChannelOrder = z.infer<typeof ChannelOrder>

export const ChannelRecord = z.object({
  acs_credential_id: z.uuid(),
  card_number: z.string(),
  starts_at: instant,
  ends_at: instant.nullable(),
})

export const ChannelEnding = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('encoded'),
    card_uid: z.string(),
    technology: z.string(),
    proof: z.enum(['read_back', 'already_right']),
  }),
  z.object({
    kind: z.literal('scanned'),
    card_uid: z.string(),
    technology: z.string(),
    record: ChannelRecord.nullable(),
    remark: z.string().nullable(),
  }),
  z.object({
    kind: z.enum(['untouched', 'spoiled', 'unknown']),
    /** The local code, richer than Seam's. */
    code: z.string(),
    /** Exactly one code of Seam's action attempts. */
    seam_code: z.string(),
    message: z.string(),
    card_uid: z.string().nullable(),
  }),
])
export type ChannelEnding = z.infer<typeof ChannelEnding>

export const ChannelEncoder = z.object({
  acs_encoder_id: z.uuid(),
  display_name: z.string(),
  driver: z.string(),
  technologies: z.array(z.string()),
  is_online: z.boolean(),
})
export type ChannelEncoder = z.infer<typeof ChannelEncoder>

const message = <T extends string, B extends z.ZodType>(type: T, body: B) =>
  z.object({
    v: z.literal(CHANNEL_VERSION),
    id: z.string().min(1).max(64),
    type: z.literal(type),
    at: instant,
    body,
  })

/** `accepted: false` refuses for good: the sender doesn't send it again. `of` is the id of the acknowledged envelope. */
const ack = message(
  'ack',
  z.object({
    of: z.string(),
    accepted: z.boolean(),
    code: z.string().optional(),
    message: z.string().optional(),
  }),
)

/** What a bridge sends. `hello` comes first on every connection; nothing else is heard before `welcome`. */
export const FromBridge = z.discriminatedUnion('type', [
  message(
    'hello',
    z.object({
      version: z.string(),
      encoders: z.array(ChannelEncoder),
      /** Orders without an ending: the hub cancels what it no longer wants. */
      open_order_ids: z.array(z.string()),
    }),
  ),
  message('encoders', z.object({ encoders: z.array(ChannelEncoder) })),
  /** For people who watch; may be lost. */
  message('progress', z.object({ order_id: z.string(), state: z.string() })),
  message(
    'result',
    z.object({
      order_id: z.string(),
      acs_encoder_id: z.uuid().nullable(),
      ended_at: instant,
      ending: ChannelEnding,
    }),
  ),
  message('ping', z.object({})),
  ack,
])
export type FromBridge = z.infer<typeof FromBridge>

/** What a hub sends. */
export const FromHub = z.discriminatedUnion('type', [
  message(
    'welcome',
    z.object({
      bridge_id: z.string(),
      acs_system_id: z.string(),
      /** The keys of card records, base64, 32 bytes each. A secret: TLS or loopback only. */
      site_keys: z.object({ current: z.number().int(), keys: z.record(z.string(), z.string()) }),
      hub_time: instant,
    }),
  ),
  message('order', ChannelOrder),
  message('cancel', z.object({ order_id: z.string() })),
  message('pong', z.object({})),
  /** The hub gives up on the connection; `code` is of the bridge's error table. */
  message('goodbye', z.object({ code: z.string(), message: z.string() })),
  ack,
])
export type FromHub = z.infer<typeof FromHub>

export const PollRequest = z.object({
  /** Waits at most this long for a message when there is none, milliseconds. */
  wait_ms: z.number().int().min(0).max(30_000),
  messages: z.array(FromBridge).max(200),
})
export const PollResponse = z.object({ messages: z.array(FromHub), ok: z.literal(true) })

/** `POST /bridge/v1/credentials/lookup`, bearer: the session token. */
export const LookupRequest = z.object({ acs_credential_id: z.uuid() })
export const LookupResponse = z.object({
  ok: z.literal(true),
  /** `is_valid` is false for a credential that has ended, was deleted or belongs to a deleted access method. */
  acs_credential: ChannelRecord.extend({ is_valid: z.boolean() }).nullable(),
})

/** `POST /bridge/v1/access_methods/encode`: the desk asks the hub to order an encode, so that there is one way to order. */
export const DeskEncodeRequest = z.object({
  access_method_id: z.uuid(),
  acs_encoder_id: z.uuid(),
  is_confirmed: z.boolean().optional(),
})
export const DeskEncodeResponse = z.object({
  ok: z.literal(true),
  order_id: z.string(),
  action_attempt_id: z.uuid(),
})
