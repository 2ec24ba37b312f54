import { z } from 'zod'
import { auditEvents, type AuditLine, type Journal } from '../contract/journal.ts'
import { parseRow, type Store } from './store.ts'

const PAGE_LINES = 500

export interface Audit {
  /** Inside a `write`. */
  append(line: Partial<Omit<AuditLine, 'at'>> & Pick<AuditLine, 'event'>): void
  /** In the order they were written. Lines written after the first step of the iteration are left out. */
  lines(since?: string): Iterable<AuditLine>
  /** Inside a `write`. */
  prune(before: string): void
  /** Inside a `write`: what stands there is written once more. */
  touch(): void
}

const Row = z.object({
  id: z.number(),
  at: z.string(),
  event: z.enum(auditEvents),
  order_id: z.string().nullable(),
  ordered_by: z.string().nullable(),
  encoder_id: z.string().nullable(),
  uid: z.string().nullable(),
  outcome: z.string().nullable(),
})

const toLine = (row: z.infer<typeof Row>): AuditLine => ({
  at: row.at,
  event: row.event,
  orderId: row.order_id,
  orderedBy: row.ordered_by,
  encoderId: row.encoder_id,
  uid: row.uid,
  outcome: row.outcome,
})

export const createAudit = (store: Store): Audit => {
  const insert = store.prepare(
    'INSERT INTO audit (at, event, order_id, ordered_by, encoder_id, uid, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const last = store.prepare('SELECT coalesce(max(id), 0) AS id FROM audit')
  const page = store.prepare('SELECT * FROM audit WHERE id > ? AND id <= ? AND at >= ? ORDER BY id LIMIT ?')
  const widen = store.prepare('UPDATE audit_retention SET pruned_before = max(pruned_before, ?)')
  const drop = store.prepare('DELETE FROM audit WHERE at < ?')

  return {
    append: ({ event, orderId, orderedBy, encoderId, uid, outcome }) => {
      insert.run(
        store.now(),
        event,
        orderId ?? null,
        orderedBy ?? null,
        encoderId ?? null,
        uid ?? null,
        outcome ?? null,
      )
    },
    // In pages: a statement left half-way by its reader would keep the WAL from ever starting over.
    *lines(since) {
      const from = store.read(() => (since === undefined ? '' : new Date(since).toISOString()))
      const end = store.read(() => parseRow(z.object({ id: z.number() }), last.get())).id
      for (let id = 0; ;) {
        const rows = store.read(() => parseRow(z.array(Row), page.all(id, end, from, PAGE_LINES)))
        yield* rows.map(toLine)
        const reached = rows.at(-1)
        if (reached === undefined) return
        id = reached.id
      }
    },
    touch: () => void widen.run(''),
    prune: (before) => {
      widen.run(before)
      drop.run(before)
    },
  }
}

/** The audit trail as JSON lines, one object a line without its line feed, lazily. */
export function* auditAsJsonLines(journal: Pick<Journal, 'audit'>, since?: string): Generator<string> {
  for (const line of journal.audit(since)) yield JSON.stringify(line)
}
