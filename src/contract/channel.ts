import { z } from 'zod'
import type { Purpose } from './order.ts'

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

/** What a card is meant to be, as `Purpose` has it. */
export const ChannelPurpose = z.enum(['new', 'additional', 'replacement', 'one_shot'])
export type ChannelPurpose = z.infer<typeof ChannelPurpose>

export const toChannelPurpose = (purpose: Purpose): ChannelPurpose =>
  purpose === 'oneShot' ? 'one_shot' : purpose

export const purposeFromChannel = (purpose: ChannelPurpose): Purpose =>
  purpose === 'one_shot' ? 'oneShot' : purpose

const copies = z.number().int().min(1)

export const ChannelOrder = z
  .object({
    order_id: z
      .string()
      .describe('The idempotency key, and the id of the action attempt: 1 to 64 of A-Z a-z 0-9 _ -'),
    kind: z.enum(['encode', 'scan', 'scan_to_assign']),
    bridge_id: z
      .string()
      .describe('The bridge that the order is for; another bridge refuses it with order_misdirected'),
    acs_encoder_ids: z.array(z.uuid()).min(1).describe('Any of these may do it; several are a pool'),
    fence: z
      .number()
      .int()
      .nonnegative()
      .describe(
        'Grows with every order; a bridge refuses an encode at or below the highest of its access method',
      ),
    ordered_at: instant,
    expires_at: instant.describe('After this no card is touched for it'),
    ordered_by: z.string().describe('A label for people, at most 80 characters; never a guest'),
    time_zone: z.string().describe('IANA name'),
    encode: z
      .object({
        purpose: ChannelPurpose.describe(
          'new: earlier keys of the doors end; additional: they stay; replacement: of a lost card; one_shot: opens once, and only key systems make it',
        ),
        copies: copies.describe('For key systems, at most 20; a card device refuses more than one'),
        access_method_id: z.uuid(),
        acs_credential_id: z.uuid(),
        card_number: z.string().describe('Decimal digits, below 2^64'),
        acs_entrance_ids: z.array(z.string()),
        starts_at: instant,
        ends_at: instant.nullable(),
        is_confirmed: z.boolean().describe('Whoever ordered has confirmed that live keys of the doors end'),
        ends_live_key: z
          .boolean()
          .describe('The hub knows a live key of these doors that this one would end'),
      })
      .nullable()
      .describe('Present exactly for kind encode'),
    assign_to: z
      .object({ acs_user_id: z.uuid().nullable(), user_identity_id: z.uuid().nullable() })
      .nullable()
      .default(null)
      .describe('For kind scan_to_assign: whom the card is for; null where only the hub knows'),
  })
  .describe('Something to do. Sent again until it is acknowledged.')
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
    card_uid: z.string().nullable().describe('Null for a card that has no identifier'),
    technology: z.string(),
    proof: z
      .enum(['read_back', 'already_right', 'confirmed'])
      .describe(
        'already_right: the card held the order before, and nothing was written; confirmed: a key system says so',
      ),
    keys: z
      .object({
        made: copies,
        wanted: copies,
        serial_numbers: z.array(z.string()).describe('Of the keys, where the lock system tells them'),
        shortfall: z
          .object({ code: z.string().describe('Of errors.md'), message: z.string() })
          .nullable()
          .describe('Why there are fewer than wanted'),
        remark: z.string().nullable().describe('What people must know of them'),
      })
      .nullable()
      .default(null)
      .describe('Of a key system; null for a card that the bridge wrote'),
  }),
  z.object({
    kind: z.literal('scanned'),
    card_uid: z.string().nullable().describe('Null for a card that has no identifier, and for a barcode'),
    technology: z.string().describe('Of the card, or `barcode`'),
    card_number: z
      .string()
      .nullable()
      .default(null)
      .describe('The number that the card or code bears, where it is no record of this site'),
    record: ChannelRecord.nullable().describe('Null when the card holds no record of this site'),
    remark: z.string().nullable().describe('Why there is no record'),
  }),
  z.object({
    kind: z
      .enum(['untouched', 'spoiled', 'unknown'])
      .describe('What is known of the card: as it was, to be encoded again, or not read again'),
    code: z.string().describe('The local code of errors.md, richer than Seam’s'),
    seam_code: z.string().describe('Exactly one code of Seam’s action attempts'),
    message: z.string(),
    card_uid: z.string().nullable(),
  }),
])
export type ChannelEnding = z.infer<typeof ChannelEnding>

export const ChannelEncoder = z.object({
  acs_encoder_id: z.uuid().describe('Made by the bridge when it first sees the device, and never changed'),
  display_name: z.string(),
  driver: z.string(),
  kind: z
    .enum(['card', 'key_system', 'scanner'])
    .default('card')
    .describe('key_system: a lock maker’s own encoder, which makes its keys itself'),
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

const ack = message(
  'ack',
  z
    .object({
      of: z.string().describe('The id of the acknowledged envelope'),
      accepted: z.boolean().describe('false refuses for good: the sender does not send it again'),
      code: z.string().optional().describe('Why it is refused, of errors.md'),
      message: z.string().optional(),
    })
    .describe('The answer to an `order`, a `cancel` or a `result`.'),
)

/** What a bridge sends. `hello` comes first on every connection; nothing else is heard before `welcome`. */
export const FromBridge = z.discriminatedUnion('type', [
  message(
    'hello',
    z
      .object({
        version: z.string().describe('The program’s'),
        encoders: z.array(ChannelEncoder).describe('All of them: one that is not listed is removed'),
        open_order_ids: z
          .array(z.string())
          .describe(
            'Orders of the hub without an ending: it cancels what it no longer wants, and sends an order that was delivered before again only if it is named here',
          ),
        takes_new_token: z
          .boolean()
          .default(false)
          .describe('Whether it understands `new_token`; where not, it keeps its token'),
      })
      .describe('The first message on every connection.'),
  ),
  message(
    'encoders',
    z
      .object({ encoders: z.array(ChannelEncoder) })
      .describe('The list anew, whenever an encoder or its state has changed.'),
  ),
  message(
    'progress',
    z
      .object({ order_id: z.string(), state: z.string().describe('As in the control API') })
      .describe('For people who watch. It may be lost, and is not acknowledged.'),
  ),
  message(
    'result',
    z
      .object({
        order_id: z.string(),
        acs_encoder_id: z.uuid().nullable(),
        ended_at: instant,
        ending: ChannelEnding,
      })
      .describe('How an order ended: the truth about the card. Sent again until it is acknowledged.'),
  ),
  message('ping', z.object({}).describe('A sign of life, answered by `pong`.')),
  ack,
])
export type FromBridge = z.infer<typeof FromBridge>

/** What a hub sends. */
export const FromHub = z.discriminatedUnion('type', [
  message(
    'welcome',
    z
      .object({
        bridge_id: z.string(),
        acs_system_id: z.string(),
        site_keys: z
          .object({
            current: z.number().int().describe('The version that new records carry, 1 to 255'),
            keys: z.record(z.string(), z.string()).describe('By version; 32 bytes, base64'),
          })
          .describe('The keys of card records. A secret: TLS or loopback only'),
        hub_time: instant.describe('The bridge measures its clock against it'),
        knows_key_systems: z
          .boolean()
          .default(false)
          .describe('Whether it understands how orders to key systems end; where not, a bridge refuses them'),
      })
      .describe('The answer to `hello`. Orders and cancels follow.'),
  ),
  message('order', ChannelOrder),
  message(
    'cancel',
    z
      .object({ order_id: z.string() })
      .describe('The hub no longer wants the order. Sent again until it is acknowledged.'),
  ),
  message(
    'new_token',
    z
      .object({ token: z.string().min(1).max(200).describe('A secret') })
      .describe(
        'The bridge’s next session token. It keeps it and comes again with it; only then the one before ends. Offered again on each connection until it is used; not acknowledged.',
      ),
  ),
  message('pong', z.object({}).describe('The answer to `ping`.')),
  message(
    'goodbye',
    z
      .object({ code: z.string().describe('Of errors.md'), message: z.string() })
      .describe('The hub gives up on the connection, and closes it.'),
  ),
  ack,
])
export type FromHub = z.infer<typeof FromHub>

export const PollRequest = z.object({
  wait_ms: z
    .number()
    .int()
    .min(0)
    .max(30_000)
    .describe('Waits at most this long for a message when there is none, milliseconds'),
  messages: z.array(FromBridge).max(200),
})
export const PollResponse = z.object({ messages: z.array(FromHub), ok: z.literal(true) })

/** `POST /bridges/claim`, bearer: an API key. Takes the bridge that shows the code into the key's workspace. */
export const ClaimRequest = z.object({
  pairing_code: z.string().max(20),
  acs_system_id: z.uuid().optional().describe('The access system to serve; a new one when it is left out'),
})
export const ClaimResponse = z.object({
  ok: z.literal(true),
  bridge: z.object({
    bridge_id: z.uuid(),
    workspace_id: z.uuid(),
    created_at: instant,
    acs_system_id: z.uuid(),
  }),
})

/** `POST /bridge/v1/credentials/lookup`, bearer: the session token. */
export const LookupRequest = z.object({ acs_credential_id: z.uuid() })
export const LookupResponse = z.object({
  ok: z.literal(true),
  acs_credential: ChannelRecord.extend({
    is_valid: z.boolean().describe('false for a credential that has ended, was deleted or was invalidated'),
  }).nullable(),
})

/** `POST /bridge/v1/entrances/list`: the doors of the bridge's access system, for the desk's list of rooms. */
export const EntrancesRequest = z.object({})
export const EntrancesResponse = z.object({
  ok: z.literal(true),
  acs_entrances: z.array(z.object({ acs_entrance_id: z.string(), display_name: z.string() })),
})

/** `POST /bridge/v1/access_methods/encode`: the desk asks the hub to order an encode, so that there is one way to order. */
export const DeskEncodeRequest = z.object({
  access_method_id: z.uuid(),
  acs_encoder_id: z.uuid(),
  purpose: ChannelPurpose.optional().describe('As in the order; `new` when it is left out'),
  copies: copies.max(20).optional().describe('As in the order; 1 when it is left out'),
  is_confirmed: z.boolean().optional().describe('As in the order'),
  ordered_by: z
    .string()
    .max(80)
    .optional()
    .describe('A label of the clerk who asked; the hub puts the desk’s name before it'),
})
export const DeskEncodeResponse = z.object({
  ok: z.literal(true),
  order_id: z.string(),
  action_attempt_id: z.uuid(),
})
