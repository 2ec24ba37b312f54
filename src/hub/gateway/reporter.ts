import { isoAt } from '../clock.ts'
import { createObservers } from '../../contract/observers.ts'
import { nowOf } from '../context.ts'
import type { HubContext } from '../context.ts'
import { createAssignments } from './assignments.ts'
import { createRegistrations } from './registrations.ts'
import { LONGEST_PAUSE_MS } from './store-gateway.ts'
import type { Upstream } from './upstream.ts'

const IS_DUE = '(t.due_at <= ? or t.due_at > ?)'

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
    // What is due later than anything is put off was put off before the clock was put back.
    const due = [nowOf(hub), isoAt(hub.clock.now() + LONGEST_PAUSE_MS)]
    for (const row of assignments.query(`where t.state <> 'done' and ${IS_DUE} order by t.seq`, ...due)) {
      begin(row.order_id, () => assign(row))
    }
    for (const row of registrations.query(`where ${IS_DUE} order by t.seq`, ...due)) {
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
