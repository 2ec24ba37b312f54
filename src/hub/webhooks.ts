import { createHmac } from 'node:crypto'
import type { HubContext } from './context.ts'
import type { EventRow } from './store-events.ts'
import type { WebhookRow } from './store-webhooks.ts'

/** As many events may wait for one webhook; the oldest is given up for one more. */
const MAX_WAITING = 10_000

const makeRoom = (hub: HubContext, { webhook_id }: WebhookRow): void => {
  const { deliveries } = hub.store
  const [full] = deliveries.query(
    'where t.webhook_id = ? order by t.seq limit 1 offset ?',
    webhook_id,
    MAX_WAITING - 1,
  )
  if (full === undefined) return
  const [oldest] = deliveries.query('where t.webhook_id = ? order by t.seq limit 1', webhook_id)
  if (oldest === undefined) return
  deliveries.delete({ webhook_id, event_id: oldest.event_id })
  hub.log.warn({ webhook_id, event_id: oldest.event_id }, 'webhook given up: too many events wait')
}

/** The event goes to whoever asked for its type. In the event's own transaction: neither is kept without the other. */
export const queueDeliveries = (hub: HubContext, event: EventRow): void => {
  for (const webhook of hub.store.webhooks.all({ workspace_id: event.workspace_id })) {
    const { webhook_id, event_types } = webhook
    if (!event_types.includes('*') && !event_types.includes(event.event_type)) continue
    makeRoom(hub, webhook)
    const { event_id, created_at } = event
    hub.store.deliveries.insert({ webhook_id, event_id, attempts: 0, due_at: created_at })
  }
}

/** The headers of one delivery, as Svix signs them (https://docs.svix.com/receiving/verifying-payloads/how-manual). */
export const signedHeaders = (
  { secret }: WebhookRow,
  id: string,
  epochSeconds: number,
  body: string,
): Record<string, string> => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${epochSeconds}.${body}`).digest('base64')
  return { 'svix-id': id, 'svix-timestamp': String(epochSeconds), 'svix-signature': `v1,${signature}` }
}
