import { z } from 'zod'
import { EncoderId, OrderId } from '../contract/ids.ts'
import type { Journal, OutboxItem } from '../contract/journal.ts'
import { Ending } from '../contract/outcome.ts'
import type { Audit } from './audit.ts'
import { createObservers } from '../contract/observers.ts'
import { json, parseRow, type Store } from './store.ts'

/**
 * How many reports the outbox holds, refused ones and those that open orders will become included. Then new orders of the hub
 * are refused: a result is never dropped to make room. At a busy desk it is years of hub outage and some 200 MB.
 */
export const OUTBOX_LIMIT = 100_000

export type Outbox = Pick<
  Journal,
  'waiting' | 'onReport' | 'acknowledge' | 'refuse' | 'reportAgain' | 'outboxFigures'
> & {
  /** Inside a `write`: the order's ending becomes a report. */
  add(orderId: OrderId): void
  /** Inside a `write`: drops acknowledged reports of orders that ended and expired before. */
  prune(before: string): void
  isFull(): boolean
  announce(): void
}

const Item = z.object({
  id: z.number(),
  order_id: OrderId,
  created_at: z.string(),
  encoder_id: EncoderId.nullable(),
  ending: json(Ending),
})

const Figures = z.object({ waiting: z.number(), oldestAt: z.string().nullable(), refused: z.number() })

const toItem = (row: z.infer<typeof Item>): OutboxItem => ({
  id: row.id,
  orderId: row.order_id,
  createdAt: row.created_at,
  encoderId: row.encoder_id,
  ending: row.ending,
})

export const createOutbox = (store: Store, audit: Audit): Outbox => {
  const insert = store.prepare("INSERT INTO outbox (order_id, created_at, state) VALUES (?, ?, 'waiting')")
  const oldest = store.prepare(`
    SELECT id, order_id, outbox.created_at, orders.encoder_id, orders.ending
    FROM outbox JOIN orders USING (order_id) WHERE state = 'waiting' ORDER BY id LIMIT ?`)
  const settle = store.prepare(`
    UPDATE outbox SET state = ?, reason = ? WHERE id = ? AND state IN ('waiting', ?) RETURNING order_id`)
  const reopen = store.prepare(`
    UPDATE outbox SET state = 'waiting', reason = NULL WHERE order_id = ? AND state <> 'waiting' RETURNING order_id`)
  const figures = store.prepare(`
    SELECT
      (SELECT count(*) FROM outbox WHERE state = 'waiting') AS waiting,
      (SELECT created_at FROM outbox WHERE state = 'waiting' ORDER BY id LIMIT 1) AS oldestAt,
      (SELECT count(*) FROM outbox WHERE state = 'refused') AS refused`)
  const load = store.prepare(`
    SELECT (SELECT count(*) FROM outbox WHERE state <> 'acknowledged')
      + (SELECT count(*) FROM orders WHERE phase <> 'ended') AS load`)
  const drop = store.prepare(`
    DELETE FROM outbox WHERE state = 'acknowledged'
      AND order_id IN (SELECT order_id FROM orders WHERE ended_at < ? AND expires_at_ms < ?)`)
  const reports = createObservers<void>()

  const settled = (row: unknown): OrderId | undefined =>
    row === undefined ? undefined : parseRow(z.object({ order_id: OrderId }), row).order_id

  return {
    add: (orderId) => void insert.run(orderId, store.now()),
    isFull: () => parseRow(z.object({ load: z.number() }), load.get()).load >= OUTBOX_LIMIT,
    announce: () => reports.tell(),
    prune: (before) => void drop.run(before, Date.parse(before)),

    waiting: (limit) => store.read(() => parseRow(z.array(Item), oldest.all(limit)).map(toItem)),
    onReport: (observer) => reports.add(observer),
    acknowledge: (id) =>
      store.write(() => {
        // A hub that refused and has it after all is believed.
        const orderId = settled(settle.get('acknowledged', null, id, 'refused'))
        if (orderId !== undefined) audit.append({ event: 'acknowledged', orderId })
      }),
    refuse: (id, reason) =>
      store.write(() => {
        const orderId = settled(settle.get('refused', reason, id, 'waiting'))
        if (orderId !== undefined) audit.append({ event: 'refused', orderId, outcome: `report: ${reason}` })
      }),
    reportAgain: (orderId) => {
      const reopened = store.write(() => settled(reopen.get(orderId)))
      if (reopened !== undefined) reports.tell()
    },
    outboxFigures: () => store.read(() => parseRow(Figures, figures.get())),
  }
}
