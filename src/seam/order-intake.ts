import type { FromBridge } from '../contract/channel.ts'
import type { Encoders } from '../contract/encoders.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import { OrderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import type { Order } from '../contract/order.ts'
import type { Sessions } from '../contract/session-view.ts'
import type { HubTime } from './hub-time.ts'
import type { LinkLogger } from './link-logger.ts'
import { orderFromChannel } from './order-from-channel.ts'

/** The answer to an order or a cancel; null leaves it unanswered, and the hub sends it again. */
export type Verdict = Omit<Extract<FromBridge, { type: 'ack' }>['body'], 'of'> | null

export interface IntakeSettings {
  readonly journal: Journal
  readonly encoders: Pick<Encoders, 'list'>
  readonly sessions: Pick<Sessions, 'cancel' | 'list' | 'view'>
  readonly maxSkewMs: number
  readonly logger: LinkLogger
}

/** No desk has so many cards before it; a hub gone wrong would fill the memory and the disk. */
const MAX_OPEN_ORDERS = 2_000

/** What is known of the hub that asks. */
export interface Asker {
  /** As whom it takes us. */
  readonly bridgeId: string
  readonly time: HubTime
  /** Where not, it would break the connection over the ending of such an order, again and again. */
  readonly knowsKeySystems: boolean
}

/** Why an order that is not known yet may not enter the journal. */
const objectionTo = (
  settings: IntakeSettings,
  order: Order,
  { time, knowsKeySystems }: Asker,
): BridgeError | null => {
  const lateMs = time.nowMs() - Date.parse(order.expiresAt)
  if (lateMs >= 0) return new BridgeError('order_expired', `It expired ${Math.round(lateMs / 1000)} s ago.`)
  const skewMs = time.skewMs()
  if (order.kind === 'encode' && Math.abs(skewMs) > settings.maxSkewMs) {
    return new BridgeError('clock_skewed', `It is ${Math.round(Math.abs(skewMs) / 1000)} s off.`)
  }
  const ordered = settings.encoders.list().filter(({ encoderId }) => order.encoderIds.includes(encoderId))
  if (ordered.length === 0) {
    return new BridgeError('encoder_unknown', 'None of the ordered encoders is configured at this bridge.')
  }
  if (!knowsKeySystems && ordered.some(({ kind }) => kind === 'keySystem')) {
    return new BridgeError('hub_protocol', 'This hub is too old for the encoders of key systems.')
  }
  const open = settings.sessions.list().filter(({ state }) => state !== 'ended')
  return open.length < MAX_OPEN_ORDERS
    ? null
    : new BridgeError('desk_limit', `${open.length} orders are open here already.`)
}

const accepted: Verdict = { accepted: true }

/** The id that a refused order is audited under, if it has one. */
const idIn = (body: unknown): OrderId | null => {
  const id = typeof body === 'object' && body !== null && 'order_id' in body ? body.order_id : null
  return OrderId.safeParse(id).data ?? null
}

const labelIn = (body: unknown): string | null =>
  typeof body === 'object' && body !== null && 'ordered_by' in body && typeof body.ordered_by === 'string'
    ? body.ordered_by.slice(0, 80)
    : null

/**
 * Takes orders and cancels of the hub to the journal and the sessions, and says what became of them. Throws when the
 * journal can't be read: then nothing true can be answered.
 */
export const createOrderIntake = (settings: IntakeSettings) => {
  const { journal, sessions, logger } = settings

  const isKnown = (orderId: OrderId): boolean => journal.entry(orderId) !== null

  const refuse = (orderId: OrderId | null, error: BridgeError): Verdict => {
    logger.warn({ orderId, code: error.code, detail: error.detail }, 'refused what the hub asked')
    return { accepted: false, code: error.code, message: error.message }
  }
  /** For refusals that the journal has not seen, and so has not noted. */
  const refuseOnRecord = (body: unknown, error: BridgeError): Verdict => {
    const orderId = idIn(body)
    try {
      const about = { orderId, orderedBy: labelIn(body), encoderId: null, uid: null }
      journal.noteAudit({ event: 'refused', ...about, outcome: error.code })
    } catch (cause) {
      logger.warn({ orderId, code: toBridgeError(cause).code }, 'refusal not audited')
    }
    return refuse(orderId, error)
  }

  const readOrder = (body: unknown, bridgeId: string): Order | BridgeError => {
    try {
      const addressed = orderFromChannel(body)
      return addressed.bridgeId === bridgeId ? addressed.order : new BridgeError('order_misdirected')
    } catch (error) {
      return toBridgeError(error)
    }
  }

  return {
    order: (body: unknown, asker: Asker): Verdict => {
      const order = readOrder(body, asker.bridgeId)
      if (order instanceof BridgeError) return refuseOnRecord(body, order)
      // A repeated order is the journal's to answer: by now it may have expired, or its encoder may be gone.
      const objection = isKnown(order.orderId) ? null : objectionTo(settings, order, asker)
      if (objection !== null) return refuseOnRecord(body, objection)
      try {
        if (journal.accept(order) === 'repeated') journal.reportAgain(order.orderId)
        return accepted
      } catch (thrown) {
        const error = toBridgeError(thrown)
        // A fault after the commit, in an observer, doesn't undo it: what the journal holds will be carried out.
        if (error.code !== 'order_conflict' && isKnown(order.orderId)) return accepted
        return refuse(order.orderId, error)
      }
    },
    cancel: (rawOrderId: string): Verdict => {
      const orderId = OrderId.safeParse(rawOrderId).data ?? null
      const entry = orderId === null ? null : journal.entry(orderId)
      if (orderId === null || entry === null) return refuse(orderId, new BridgeError('order_unknown'))
      if (entry.phase === 'ended') {
        journal.reportAgain(orderId)
        return accepted
      }
      // Nothing is written any more, and the hub wants to know what became of the card. It is the desk's to give that up.
      if (sessions.view(orderId)?.state === 'recovering') return accepted
      if (sessions.cancel(orderId)) return accepted
      logger.warn({ orderId }, 'cancel left unanswered: the order is open and has no session')
      return null
    },
  }
}
