import { randomUUID } from 'node:crypto'
import { type EncoderId, OrderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import type { Order, StaySubject } from '../contract/order.ts'
import { findTimeZone, needTimeZone } from './time-zone.ts'

/** How long an order of the desk waits for its turn and its card. */
const DESK_ORDER_MS = 10 * 60_000

/**
 * Orders of the desk's own: they report to nobody but those who watch them here. The desk stands in the property, so that
 * its time zone is the property's. Each returns the order's id; one whose times need a zone throws `config_invalid` where
 * this computer's is not known.
 */
export const createDeskOrders = (journal: Pick<Journal, 'accept'>, wallClock: () => Date) => {
  const place = (
    encoderId: EncoderId,
    subject: Pick<Order, 'kind' | 'stay' | 'timeZone' | 'orderedBy'> & Partial<Pick<Order, 'assign'>>,
  ): OrderId => {
    const orderId = OrderId.parse(`desk-${randomUUID()}`)
    const now = wallClock().getTime()
    journal.accept({
      assign: null,
      ...subject,
      orderId,
      encoderIds: [encoderId],
      fence: 0,
      orderedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + DESK_ORDER_MS).toISOString(),
      origin: 'desk',
      encode: null,
      assignTo: null,
    })
    return orderId
  }
  return {
    scan: (encoderId: EncoderId, orderedBy: string): OrderId =>
      place(encoderId, { kind: 'scan', stay: null, timeZone: findTimeZone() ?? 'UTC', orderedBy }),
    assign: (encoderId: EncoderId, accessMethodId: string, orderedBy: string): OrderId =>
      place(encoderId, {
        kind: 'assign',
        stay: null,
        assign: { accessMethodId },
        timeZone: findTimeZone() ?? 'UTC',
        orderedBy,
      }),
    stay: (encoderId: EncoderId, stay: StaySubject, orderedBy: string): OrderId => {
      const hasTime = stay.kind === 'moveStay' && stay.endsAt !== null
      return place(encoderId, {
        kind: 'stay',
        stay,
        orderedBy,
        timeZone: hasTime ? needTimeZone() : (findTimeZone() ?? 'UTC'),
      })
    },
  }
}
