import { z } from 'zod'
import { OrderId } from '../../contract/ids.ts'
import { EncoderBody, LinkBody, OutboxBody, SessionSummary } from '../schema.ts'
import { LogLineBody } from './upkeep.ts'

/** What happens at the desk, as the control API tells it. */

/** The query of `GET /v1/events`, a WebSocket that tells events for as long as the caller listens. */
export const EventsQuery = z.strictObject({
  reveal: z
    .enum(['true', 'false'])
    .default('false')
    .describe(
      'true also tells what scanners have read, which may be the number of a card; only to installers',
    ),
  log: z.enum(['true', 'false']).default('false').describe('true also tells the log; for installers'),
})

const at = { at: z.iso.datetime() }
const device = { encoder_id: z.uuid(), encoder_name: z.string() }

export type EventsQuery = z.infer<typeof EventsQuery>

/** One message of `GET /v1/events`. Each encoder comes once at the start. */
export const EventBody = z.discriminatedUnion('type', [
  z.object({ type: z.literal('device.changed'), ...at, encoder: EncoderBody }),
  z
    .object({
      type: z.literal('card.presented'),
      ...at,
      ...device,
      order_id: OrderId,
      card_uid: z.string().nullable().describe('Only to whoever ordered; null to all others'),
      technology: z.string(),
    })
    .describe('A session was shown a card'),
  z
    .object({
      type: z.literal('scanner.read'),
      ...at,
      ...device,
      technology: z.string(),
      size_bytes: z.int(),
      bit_count: z.int().nullable(),
      symbology: z.string().nullable(),
      data: z
        .string()
        .nullable()
        .describe('Hexadecimal; null for all but installers who ask for it with reveal=true'),
    })
    .describe('A read that no session had asked for'),
  z
    .object({ type: z.literal('session.changed'), ...at, session: SessionSummary })
    .describe(
      'Without what is on the card: GET /v1/sessions/:order_id tells it to whoever ordered. Another state is told at once, progress within one at most four times a second',
    ),
  z.object({ type: z.literal('work.changed'), ...at }).describe('GET /v1/work has another answer'),
  z
    .object({ type: z.literal('link.changed'), ...at, link: LinkBody, outbox: OutboxBody })
    .describe('The link to the hub, or the results that wait'),
  z.object({ type: z.literal('me.changed'), ...at }).describe('GET /v1/me has another answer'),
  z
    .object({ type: z.literal('log.line'), ...at, line: LogLineBody })
    .describe('Only to installers who ask for it with log=true'),
  z.object({ type: z.literal('alive'), ...at }).describe('Nothing has happened for a while'),
])
export type EventBody = z.infer<typeof EventBody>
