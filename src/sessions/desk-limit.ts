import { BridgeError } from '../contract/errors.ts'
import { OrderId } from '../contract/ids.ts'
import type { Order } from '../contract/order.ts'
import type { SessionPorts } from './ports.ts'

const HOUR_MS = 3_600_000

/**
 * Holds an order against what this desk allows in an hour, in cards and keys. It is counted from the audit trail, which knows
 * when each was written, however long ago and among how many it was ordered. Throws `desk_limit`.
 */
export const checkHour = ({ limits, journal, wallClock }: SessionPorts, order: Order): void => {
  const { cardsAnHour } = limits
  if (cardsAnHour === null) return
  const written = new Map<string, number>()
  for (const { event, orderId } of journal.audit(new Date(wallClock().getTime() - HOUR_MS).toISOString())) {
    if (event !== 'writing' || orderId === null || orderId === order.orderId) continue
    written.set(orderId, cardsOf(journal.entry(OrderId.parse(orderId))?.order))
  }
  const before = [...written.values()].reduce((sum, cards) => sum + cards, 0)
  if (before + cardsOf(order) > cardsAnHour) {
    throw new BridgeError('desk_limit', `It allows ${String(cardsAnHour)} cards an hour.`)
  }
}

/** How many cards an order is about; one that is forgotten counts as one. */
const cardsOf = (order: Order | undefined): number => (order === undefined ? 1 : (order.encode?.copies ?? 0))
