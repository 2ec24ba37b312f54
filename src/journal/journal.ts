import { resolve } from 'node:path'
import type { Journal } from '../contract/journal.ts'
import { createAudit } from './audit.ts'
import { createBelonging } from './belonging.ts'
import { createOrders } from './orders.ts'
import { createOutbox } from './outbox.ts'
import { createPeople } from './people.ts'
import { openStore } from './store.ts'

/** `now` is the wall clock of every entry; the order of entries never depends on it. */
export interface JournalOptions {
  readonly path: string
  readonly now?: () => Date
}

/**
 * Opens the journal at `path`, making directory and file at first, and holds it alone until `close` or the process's end.
 * Throws `journal_locked`, `journal_newer` (the file is not touched), `journal_damaged` (it is kept), `data_unwritable`.
 */
export const openJournal = ({ path, now = () => new Date() }: JournalOptions): Journal => {
  const store = openStore(resolve(path), now)
  const audit = createAudit(store)
  const outbox = createOutbox(store, audit)
  const orders = createOrders(store, audit, outbox)
  const belonging = createBelonging(store, audit)
  const { people, prune: prunePeople } = createPeople(store)

  return {
    accept: orders.accept,
    onAccepted: orders.onAccepted,
    highestFence: orders.highestFence,
    entry: orders.entry,
    open: orders.open,
    recent: orders.recent,
    writing: orders.writing,
    verified: orders.verified,
    end: orders.end,

    waiting: outbox.waiting,
    onReport: outbox.onReport,
    acknowledge: outbox.acknowledge,
    refuse: outbox.refuse,
    reportAgain: outbox.reportAgain,
    outboxFigures: outbox.outboxFigures,

    audit: audit.lines,
    noteAudit: (line) => store.write(() => audit.append(line)),
    touch: () => store.write(() => audit.touch()),
    prune: (before) =>
      store.write(() => {
        const instant = new Date(before).toISOString()
        outbox.prune(instant)
        orders.prune(instant)
        prunePeople(instant)
        audit.prune(instant)
      }),

    ...belonging,
    people,
    close: store.close,
  }
}
