import { createObservers } from '../../contract/observers.ts'
import { nowOf } from '../context.ts'
import type { HubContext } from '../context.ts'
import { createAssignments } from './assignments.ts'
import { createRegistrations } from './registrations.ts'
import type { Upstream } from './upstream.ts'

/** Tells the upstream of cards, one step of each report at a time; what is to be told is in the store. */
export const createReporter = (hub: HubContext, upstream: Upstream) => {
  const { assignments, registrations } = hub.store
  const assign = createAssignments(hub, upstream)
  const register = createRegistrations(hub, upstream)
  const steps = createObservers<void>()
  const underWay = new Map<string, Promise<void>>()
  let isClosed = false

  const begin = (orderId: string, step: () => Promise<void>): void => {
    if (underWay.has(orderId)) return
    const work = step().then(
      () => {
        underWay.delete(orderId)
        steps.tell()
        wake()
      },
      // The next tick tries again.
      (error: unknown) => {
        underWay.delete(orderId)
        hub.log.error({ err: error, orderId }, 'report not carried on')
      },
    )
    underWay.set(orderId, work)
  }
  const wake = (): void => {
    if (isClosed) return
    const now = nowOf(hub)
    for (const row of assignments.query(`where t.state <> 'done' and t.due_at <= ? order by t.seq`, now)) {
      begin(row.order_id, () => assign(row))
    }
    for (const row of registrations.query('where t.due_at <= ? order by t.seq', now)) {
      begin(row.order_id, () => register(row))
    }
  }
  return {
    wake,
    /** Told after each step. */
    onStep: steps.add,
    /** After the upstream's calls were ended. */
    close: async (): Promise<void> => {
      isClosed = true
      await Promise.allSettled(underWay.values())
    },
  }
}
