import { z } from 'zod'
import { json } from './table.ts'

export const WebhookRow = z.object({
  webhook_id: z.string(),
  workspace_id: z.string(),
  url: z.string(),
  /** `*` stands for all. */
  event_types: json(z.array(z.string())),
  /** `whsec_` and base64. A secret of the receiver's: it leaves in answers to an API key only. */
  secret: z.string(),
  created_at: z.string(),
})
export type WebhookRow = z.output<typeof WebhookRow>

/** An event that a webhook has not taken yet. */
export const WebhookDeliveryRow = z.object({
  webhook_id: z.string(),
  event_id: z.string(),
  attempts: z.number().int(),
  due_at: z.string(),
})
export type WebhookDeliveryRow = z.output<typeof WebhookDeliveryRow>
