import { z } from 'zod'
import { ChannelEnding, ChannelOrder } from '../contract/channel.ts'
import { json } from './table.ts'

export const ActionType = z.enum([
  'ENCODE_CREDENTIAL',
  'SCAN_CREDENTIAL',
  'SCAN_TO_ASSIGN_CREDENTIAL',
  'ASSIGN_CREDENTIAL',
  'UNLOCK_DOOR',
])
export type ActionType = z.infer<typeof ActionType>

const AttemptError = z.object({ type: z.string(), message: z.string() })

export const ActionAttemptRow = z.object({
  action_attempt_id: z.string(),
  workspace_id: z.string(),
  action_type: ActionType,
  status: z.enum(['pending', 'success', 'error']),
  result: json(z.record(z.string(), z.unknown())).nullable(),
  error: json(AttemptError).nullable(),
  created_at: z.string(),
})
export type ActionAttemptRow = z.output<typeof ActionAttemptRow>

/** An order as it travels, but for its fence, which the store gives. */
export const OrderBody = ChannelOrder.omit({ fence: true })
export type OrderBody = z.infer<typeof OrderBody>

/**
 * An order to a bridge; its id is the action attempt's.
 *
 *   pending ──result, refused──────────► ended, settled
 *      └──expired, overtaken, deleted──► ended, unsettled ──result, refused──► settled
 *
 * Until it is settled a card may have been written for it, so nothing else is written for its access method.
 */
export const OrderRow = z.object({
  fence: z.number().int(),
  order_id: z.string(),
  workspace_id: z.string(),
  bridge_id: z.string(),
  kind: z.enum(['encode', 'scan', 'scan_to_assign']),
  access_method_id: z.string().nullable(),
  /** Whom a scanned card is assigned to. */
  user_identity_id: z.string().nullable(),
  idempotency_key: z.string().nullable(),
  /** What the key stands for: the same key with another content is a conflict. */
  content: z.string(),
  body: json(OrderBody),
  state: z.enum(['pending', 'ended']),
  expires_at: z.string(),
  /** Set before the first byte leaves for the bridge. */
  sent_at: z.string().nullable(),
  /** Set when the bridge has accepted it. */
  delivered_at: z.string().nullable(),
  ending: json(ChannelEnding).nullable(),
  settled_at: z.string().nullable(),
})
export type OrderRow = z.output<typeof OrderRow>
