import { z } from 'zod'
import { cardTechnologies } from '../contract/card.ts'
import { ChannelPurpose } from '../contract/channel.ts'
import { ErrorCode } from '../contract/errors.ts'
import { OrderId } from '../contract/ids.ts'
import { transportKinds } from '../contract/transport.ts'

/**
 * The control API of the daemon, as requests and responses: the one source of its types, its validation and its
 * documentation. JSON in snake_case over HTTP on this computer only, `Authorization: Bearer` with the token of
 * `DATA/control-token`.
 * @module
 */

const instant = z.iso.datetime()

/** Every refusal, of every route. */
export const ErrorBody = z.object({
  error: z.object({
    code: ErrorCode.describe('Of errors.md'),
    message: z.string().describe('The cause, with the facts of this case'),
    owner: z.enum(['clerk', 'installer', 'integrator', 'support', 'nobody']).describe('Whose it is to fix'),
    next_step: z.string(),
    detail: z.string().optional().describe('The facts of this case alone'),
    order_id: z.string().optional(),
  }),
})
export type ErrorBody = z.infer<typeof ErrorBody>

/** The part of an error that a view carries. */
export const Fault = ErrorBody.shape.error
export type Fault = z.infer<typeof Fault>

export const EncoderBody = z.object({
  encoder_id: z.uuid(),
  name: z.string(),
  driver: z.string(),
  kind: z.enum(['card', 'keySystem', 'scanner']),
  transport: z.enum(transportKinds).describe('How it is reached'),
  path: z.string().nullable().describe('Where it is, or was last; null before it was found'),
  identity: z.string().nullable().describe('By what it is known again; null before it was met'),
  presentation: z.enum(['field', 'swipe']),
  indicators: z.array(z.enum(['light', 'sound'])),
  layout: z.string(),
  technologies: z.array(z.string()),
  state: z.enum(['absent', 'opening', 'ready', 'leased', 'failed']),
  error: Fault.nullable(),
  model: z.string().nullable(),
  firmware: z.string().nullable(),
  serial_number: z.string().nullable().describe('As the device tells it'),
  address: z
    .string()
    .nullable()
    .describe('What the lock system calls this encoder; null for all but key systems'),
  keys: z
    .object({
      purposes: z.array(ChannelPurpose),
      copies_at_once: z
        .int()
        .describe('How many keys one command makes; for more, further commands are given'),
      rooms: z.int().describe('How many fit into one order; 0 where the lock system knows the doors itself'),
      authorisations: z.boolean().describe('Whether a key may open common doors beside its rooms'),
      time_step: z.enum(['minute', 'hour']),
      needs_end: z.boolean(),
      reads: z.boolean(),
      checks_out: z.boolean(),
      moves_stays: z.boolean(),
      cancels_tasks: z.boolean(),
      assigns: z.boolean(),
    })
    .nullable()
    .describe('What the lock system can do; null for all but key systems'),
  lease: z.object({ order_id: z.string(), owner: z.string(), since: instant }).nullable(),
})
export type EncoderBody = z.infer<typeof EncoderBody>

/** `GET /v1/encoders` */
export const EncodersResponse = z.object({ encoders: z.array(EncoderBody) })

const SessionState = z.enum([
  'queued',
  'leasing',
  'waiting_for_card',
  'checking_card',
  'awaiting_confirmation',
  'writing',
  'waiting_for_return',
  'verifying',
  'reading',
  'comparing',
  'assigning',
  'ordering',
  'making_key',
  'recovering',
  'ended',
])

/** What is the same in a list and in full. */
const session = {
  order_id: OrderId,
  kind: z.enum(['encode', 'scan', 'scan_to_assign', 'stay', 'assign']),
  state: SessionState,
  revision: z.number().int().describe('Grows with every change; pass it as after to wait for the next one'),
  encoder_id: z.uuid().nullable(),
  encoder_name: z.string().nullable(),
  progress: z
    .object({ done: z.number().int(), total: z.number().int() })
    .nullable()
    .describe('Blocks, or the keys of a key system; null outside writing and making_key'),
  prompt: z.string().describe('What the clerk does now'),
  is_cancellable: z.boolean(),
}

/** A session among others: how it ended, without what is on the card. */
export const SessionSummary = z.object({
  ...session,
  ending: z
    .object({
      kind: z.enum(['encoded', 'carried_out', 'scanned', 'assigned', 'untouched', 'spoiled', 'unknown']),
      code: z.string().nullable(),
    })
    .nullable(),
})
export type SessionSummary = z.infer<typeof SessionSummary>

const failed = { error: Fault, card_uid: z.string().nullable() }

/** How a session ended: the truth about the card. */
export const EndingBody = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('encoded'),
    card_uid: z.string().nullable().describe('Null for a card that has no identifier'),
    technology: z.string(),
    proof: z
      .enum(['read_back', 'already_right', 'confirmed'])
      .describe('confirmed: a key system says so; nobody else can read the card'),
    keys: z
      .object({
        made: z.int(),
        wanted: z.int(),
        serial_numbers: z.array(z.string()),
        shortfall: Fault.nullable().describe('Why there are fewer than wanted'),
        remark: z.string().nullable().describe('What people must know of them'),
      })
      .nullable()
      .describe('Of a key system; null for a card that the bridge wrote'),
  }),
  z
    .object({ kind: z.literal('carried_out'), remark: z.string().nullable() })
    .describe('A key system did what was asked, and no card was written for it'),
  z.object({
    kind: z.literal('scanned'),
    card_uid: z.string().nullable().describe('Null for a card that has no identifier, and for a barcode'),
    technology: z.string().describe('Of the card, or `barcode`'),
    card_number: z.string().nullable().describe('The number that the card or code bears'),
    record: z
      .object({
        acs_credential_id: z.uuid(),
        card_number: z.string(),
        starts_at: instant,
        ends_at: instant.nullable(),
      })
      .nullable(),
    remark: z.string().nullable(),
    comparison: z.object({
      kind: z.enum(['nothing', 'same', 'out_of_sync', 'not_found', 'unchecked']),
      properties: z.array(z.string()).describe('Seam’s names of what differs; empty unless out_of_sync'),
    }),
  }),
  z
    .object({
      kind: z.literal('assigned'),
      card_uid: z.string().nullable(),
      technology: z.string().describe('Of the card, or `barcode`'),
      card_number: z.string().nullable().describe('Null to all but whoever ordered'),
    })
    .describe('Nothing was written to the card: the access method is issued with it, by its number'),
  z.object({ kind: z.literal('untouched'), ...failed }),
  z.object({ kind: z.literal('spoiled'), ...failed }),
  z.object({ kind: z.literal('unknown'), ...failed }),
])
export type EndingBody = z.infer<typeof EndingBody>

/** `GET /v1/sessions/:order_id`: one session in full. */
export const SessionBody = z.object({
  ...session,
  is_yours: z
    .boolean()
    .describe(
      'Whether this caller had it ordered, or an operator asks for what came from elsewhere; to all others identifiers, numbers, records and remarks are null',
    ),
  ending: EndingBody.nullable(),
})
export type SessionBody = z.infer<typeof SessionBody>

/** `GET /v1/sessions` */
export const SessionsResponse = z.object({ sessions: z.array(SessionSummary) })

/** The query of `GET /v1/sessions/:order_id`. */
export const SessionQuery = z.strictObject({
  after: z.coerce.number().int().min(-1).default(-1).describe('Waits for a revision above this one'),
  wait_ms: z.coerce
    .number()
    .int()
    .min(0)
    .max(30_000)
    .default(0)
    .describe('Waits at most this long, milliseconds'),
})

/** The link to the hub. */
export const LinkBody = z.object({
  state: z.enum(['unpaired', 'connecting', 'connected', 'waiting', 'refused']),
  transport: z
    .enum(['websocket', 'polling', 'rest'])
    .nullable()
    .describe('rest: there is no hub, and Seam itself is asked'),
  hub_endpoint: z.string().nullable(),
  connected_since: instant.nullable(),
  clock_skew_ms: z.number().nullable().describe('This computer’s clock minus the hub’s'),
  error: Fault.nullable(),
})
export type LinkBody = z.infer<typeof LinkBody>

export const OutboxBody = z
  .object({
    waiting: z.number().int(),
    oldest_at: instant.nullable(),
    refused: z.number().int().describe('For good; kept for support'),
  })
  .describe('Results that the hub has not acknowledged')
export type OutboxBody = z.infer<typeof OutboxBody>

/** `GET /v1/status` */
export const StatusResponse = z.object({
  version: z.string(),
  started_at: instant,
  link: LinkBody,
  encoders: z.array(EncoderBody),
  sessions: z.array(SessionSummary).describe('Those that have not ended'),
  outbox: OutboxBody,
  rooms: z
    .object({
      count: z.int(),
      error: Fault.nullable().describe('Why `DATA/rooms.csv` can’t be used as it is'),
    })
    .describe('The list of rooms that key systems go by'),
})
export type StatusResponse = z.infer<typeof StatusResponse>

export const EncoderChoice = z.string().min(1).max(64).optional()
const encoder = EncoderChoice.describe('A name or an id; without one it is the only encoder of this desk')

/** `POST /v1/encodes` */
export const EncodeRequest = z.strictObject({
  access_method_id: z.uuid(),
  encoder,
  purpose: ChannelPurpose.optional().describe('What the card is meant to be; `new` when it is left out'),
  copies: z.int().min(1).max(20).optional().describe('Keys of a key system; 1 when it is left out'),
  is_confirmed: z
    .boolean()
    .optional()
    .describe('True when whoever orders has confirmed that earlier keys of the door die'),
})

export type EncodeRequest = z.input<typeof EncodeRequest>

/** `POST /v1/encoders/take_over` */
export const TakeOverRequest = z.strictObject({
  encoder,
  order_id: OrderId.describe('The order that is believed to hold the encoder; refused when another one does'),
})

/** `POST /v1/encoders/accept` */
export const AcceptRequest = z.strictObject({ encoder })

/** `POST /v1/encoders/identify` */
export const IdentifyRequest = z.strictObject({
  encoder: encoder.describe('The one to be told from the others; without one, whichever is shown a card'),
  wait_ms: z
    .int()
    .min(0)
    .max(30_000)
    .default(25_000)
    .describe('Waits at most this long for a card, milliseconds'),
})

/** How an encoder was told from the others. */
export const IdentifyResponse = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('shown'), encoder: EncoderBody }).describe('It has lit or sounded'),
  z.object({ kind: z.literal('seen'), encoder: EncoderBody }).describe('It was shown a card'),
  z
    .object({ kind: z.literal('set_up'), encoder: EncoderBody, path: z.string() })
    .describe('What was shown a card is this encoder from now on'),
  z.object({ kind: z.literal('nothing') }).describe('No card was shown in time'),
])
export type IdentifyResponse = z.infer<typeof IdentifyResponse>

/** `POST /v1/scans` */
export const ScanRequest = z.strictObject({
  encoder,
  user_identity_id: z
    .uuid()
    .optional()
    .meta({ description: 'Whose the card becomes in Seam: at encoders with `keys.assigns` alone' }),
})

const hexDigits = (maxBytes: number) => z.string().regex(new RegExp(`^(?:[0-9A-Fa-f]{2}){1,${maxBytes}}$`))

/** `POST /v1/virtual/cards/place` */
export const PlaceCardRequest = z.strictObject({
  encoder,
  type: z
    .string()
    .max(40)
    .describe('A card technology; `classic1k`, `classic4k`, `mini` and `ultralight` are short for MIFARE’s'),
  uid: z
    .string()
    .regex(/^(?:[0-9A-Fa-f]{2}){4,10}$/)
    .describe(
      'Hexadecimal. For a card without an identifier it is a name for that card; the same one comes back with its memory',
    ),
  memory: hexDigits(4096).optional().describe('Hexadecimal; the factory’s when it is left out'),
})

/** `POST /v1/virtual/cards/remove` */
export const RemoveCardRequest = z.strictObject({
  encoder,
  uid: z.string().max(20).optional().describe('Every card when it is left out'),
})

/** `POST /v1/virtual/present` */
export const PresentRequest = z.strictObject({
  encoder,
  technology: z.enum([...cardTechnologies, 'barcode']),
  text: z.string().max(4096).optional(),
  hex: hexDigits(4096).optional().describe('In place of a text'),
  bit_count: z.int().min(1).max(256).optional().describe('Of a badge'),
  symbology: z
    .string()
    .regex(/^\][A-Za-z][0-9A-Za-z]$/)
    .optional()
    .describe('The AIM identifier of a barcode'),
})

/** Of both: the session to follow at `GET /v1/sessions/:order_id`. */
export const OrderedResponse = z.object({ order_id: OrderId })

/** The body of `POST /v1/sessions/:order_id/confirm`. */
export const ConfirmRequest = z.strictObject({
  revision: z.int().describe('Of the session as it asked; another question by then is not answered'),
})

/** The body of `POST /v1/sessions/:order_id/cancel`: nothing, said in JSON. */
export const EmptyRequest = z.strictObject({})

/** `POST /v1/pairing` */
export const PairingRequest = z.strictObject({
  hub_endpoint: z.url({ protocol: /^https?$/ }),
  api_key: z.string().min(1).max(500).optional(),
  enrolment_token: z.string().min(1).max(500).optional(),
  /** With an API key: the access system to serve, instead of a new one. */
  acs_system_id: z.uuid().optional(),
})

/** `POST /v1/pairing` and `GET /v1/pairing`. `pending`: the code waits to be claimed at the hub. */
export const PairingResponse = z.discriminatedUnion('state', [
  z.object({ state: z.literal('unpaired') }),
  z.object({
    state: z.literal('pending'),
    pairing_code: z.string(),
    expires_at: instant.describe('by the hub’s clock'),
    remaining_ms: z.number().int().nonnegative().describe('until then, when it was asked'),
  }),
  z.object({
    state: z.literal('paired'),
    bridge_id: z.string(),
    acs_system_id: z.string(),
    hub_endpoint: z.string(),
  }),
  z.object({ state: z.literal('failed'), error: Fault }),
])
export type PairingResponse = z.infer<typeof PairingResponse>

/** The query of `GET /v1/audit`, which answers JSON lines. */
export const AuditQuery = z.strictObject({ since: instant.optional() })

/** One line of `GET /v1/audit`. */
export const AuditBody = z.object({
  at: instant,
  event: z.string(),
  order_id: z.string().nullable(),
  ordered_by: z.string().nullable(),
  encoder_id: z.string().nullable(),
  card_uid: z.string().nullable().describe('Only to whoever ordered, and to installers; null to all others'),
  outcome: z.string().nullable(),
})
export type AuditBody = z.infer<typeof AuditBody>

export const DoctorCheck = z.object({
  name: z.string(),
  status: z
    .enum(['ok', 'warning', 'failed', 'skipped'])
    .describe('skipped: could not be asked, or does not concern this computer'),
  message: z.string(),
  next_step: z.string().optional(),
})
export type DoctorCheck = z.infer<typeof DoctorCheck>

/** `GET /v1/doctor` */
export const DoctorReport = z.object({ checks: z.array(DoctorCheck) })
export type DoctorReport = z.infer<typeof DoctorReport>

/** `DATA/daemon.json`: where the daemon of this data directory answers, while it runs. The token goes to no other place. */
export const DaemonFile = z.object({
  endpoint: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/),
  pid: z.number().int().positive(),
})
export type DaemonFile = z.infer<typeof DaemonFile>
