import { nowOf } from '../context.ts'
import type { HubContext } from '../context.ts'
import { createAssignments } from './assignments.ts'
import type { Upstream } from './upstream.ts'

/** Tells the upstream of cards, one step of each report at a time; what is to be told is in the store. */
export const createReporter = (hub: HubContext, upstream: Upstream) => {
  const step = createAssignments(hub, upstream)
  const underWay = new Map<string, Promise<void>>()
  let isClosed = false

  const wake = (): void => {
    if (isClosed) return
    const due = hub.store.assignments.query(
      `where t.state <> 'done' and t.due_at <= ? order by t.seq`,
      nowOf(hub),
    )
    for (const row of due) {
      if (underWay.has(row.order_id)) continue
      const work = step(row).then(
        () => {
          underWay.delete(row.order_id)
          wake()
        },
        // The next tick tries again.
        (error: unknown) => {
          underWay.delete(row.order_id)
          hub.log.error({ err: error, orderId: row.order_id }, 'report not carried on')
        },
      )
      underWay.set(row.order_id, work)
    }
  }
  return {
    wake,
    /** After the upstream's calls were ended. */
    close: async (): Promise<void> => {
      isClosed = true
      await Promise.allSettled(underWay.values())
    },
  }
}
