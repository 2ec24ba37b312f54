import { isoAt } from './clock.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { presentEvent } from './present-acs.ts'
import type { EventRow } from './store-events.ts'
import type { WebhookDeliveryRow, WebhookRow } from './store-webhooks.ts'
import { signedHeaders } from './webhooks.ts'

/** Of one webhook, so that a slow one holds up nobody else's. */
const AT_ONCE = 4
const ANSWER_WITHIN_MS = 15_000
/** After each failed attempt, as Svix does it (https://docs.svix.com/retries); then the event is given up. */
const RETRY_AFTER_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]

export interface Courier {
  /** Sends what is due, and returns at once. Never throws. */
  wake(): void
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>
  /** Breaks off what is on its way: it is sent again after the next start. */
  close(): Promise<void>
}

/** Whether the receiver took it: any answer of 2xx in time. A redirection is none, for it would carry a PIN elsewhere. */
const post = async (
  hub: HubContext,
  webhook: WebhookRow,
  event: EventRow,
  closing: AbortSignal,
): Promise<boolean> => {
  const late = new AbortController()
  const timer = hub.clock.setTimeout(() => late.abort(), ANSWER_WITHIN_MS)
  const body = JSON.stringify(presentEvent(event))
  const at = Math.floor(hub.clock.now() / 1000)
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        ...signedHeaders(webhook, `msg_${event.event_id}`, at, body),
      },
      body,
      signal: AbortSignal.any([closing, late.signal]),
    })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  } finally {
    hub.clock.clearTimeout(timer)
  }
}

/** Delivers what the store holds for webhooks, at least once, and again after a failure. */
export const createCourier = (hub: HubContext): Courier => {
  const { deliveries, events, webhooks } = hub.store
  const closing = new AbortController()
  const underway = new Map<string, Promise<void>>()

  const failed = ({ webhook_id, event_id, attempts }: WebhookDeliveryRow): void => {
    const waitSeconds = RETRY_AFTER_SECONDS[attempts]
    hub.log.warn({ webhook_id, event_id, attempts: attempts + 1, waitSeconds }, 'webhook not delivered')
    if (waitSeconds === undefined) return deliveries.delete({ webhook_id, event_id })
    const due_at = isoAt(hub.clock.now() + waitSeconds * 1000)
    deliveries.update({ webhook_id, event_id }, { attempts: attempts + 1, due_at })
  }

  const carry = async (webhook: WebhookRow, delivery: WebhookDeliveryRow): Promise<void> => {
    const { webhook_id, event_id } = delivery
    const event = events.find({ event_id })
    const isTaken = event === null || (await post(hub, webhook, event, closing.signal))
    if (!isTaken && closing.signal.aborted) return
    hub.store.transaction(() => (isTaken ? deliveries.delete({ webhook_id, event_id }) : failed(delivery)))
  }

  const start = (webhook: WebhookRow, delivery: WebhookDeliveryRow): void => {
    const id = `${delivery.webhook_id} ${delivery.event_id}`
    if (underway.has(id)) return
    const run = carry(webhook, delivery).then(
      () => {
        underway.delete(id)
        wake()
      },
      // What the store did not take is still due: the next tick sends it again.
      (error: unknown) => {
        underway.delete(id)
        hub.log.error({ err: error }, 'webhook not settled')
      },
    )
    underway.set(id, run)
  }

  const wake = (): void => {
    if (closing.signal.aborted) return
    try {
      for (const webhook of webhooks.all({})) {
        const due = deliveries.query(
          'where t.webhook_id = ? and t.due_at <= ? order by t.seq limit ?',
          webhook.webhook_id,
          nowOf(hub),
          AT_ONCE,
        )
        for (const delivery of due) start(webhook, delivery)
      }
    } catch (error) {
      hub.log.error({ err: error }, 'webhooks not read')
    }
  }

  const idle = async (): Promise<void> => {
    while (underway.size > 0) await Promise.all(underway.values())
  }

  return {
    wake,
    idle,
    close: () => {
      closing.abort()
      return idle()
    },
  }
}
