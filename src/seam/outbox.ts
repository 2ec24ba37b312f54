import type { FromBridge } from '../contract/channel.ts'
import { toBridgeError } from '../contract/errors.ts'
import type { Journal, OutboxItem } from '../contract/journal.ts'
import type { Clock } from '../contract/transport.ts'
import type { LinkLogger } from './link-logger.ts'
import { toChannelEnding } from './to-channel.ts'

const ACK_TIMEOUT_MS = 15_000

type Result = Omit<Extract<FromBridge, { type: 'result' }>, 'v' | 'at'>
type Ack = Extract<FromBridge, { type: 'ack' }>['body']

/** Delivers the journal's reports over whatever connection there is. */
export interface Outbox {
  /** A new connection, and how to send over it: everything that waits is delivered, the oldest first. */
  attach(send: (result: Result) => void): void
  /** No connection until the next `attach`. */
  detach(): void
  /** Some envelope was acknowledged: true for the result in flight, and whatever else it is changes nothing. */
  onAck(ack: Ack): boolean
  close(): void
}

export interface OutboxSettings {
  readonly journal: Pick<Journal, 'waiting' | 'onReport' | 'entry' | 'acknowledge' | 'refuse'>
  readonly clock: Clock
  readonly logger: LinkLogger
}

const MAX_REASON_CHARACTERS = 300

const reasonOf = (ack: Ack): string =>
  `${ack.code ?? 'refused'}: ${ack.message ?? 'no reason given'}`.slice(0, MAX_REASON_CHARACTERS)

const envelopeId = (item: OutboxItem): string => `result-${item.id}`

/**
 * One result is in flight at a time: the next leaves when the one before is acknowledged, so that the order is the
 * journal's whatever a hub loses or repeats. An envelope's id belongs to its item, so that the hub knows a repeated
 * result again. Nothing is remembered here that the journal doesn't hold.
 */
export const createOutbox = ({ journal, clock, logger }: OutboxSettings): Outbox => {
  let send: ((result: Result) => void) | null = null
  let inFlight: OutboxItem | null = null
  let timer: unknown = null

  const land = (): void => {
    if (timer !== null) clock.clearTimeout(timer)
    timer = null
    inFlight = null
  }
  const warn = (error: unknown, message: string): void => {
    logger.warn({ code: toBridgeError(error).code }, message)
  }
  /** Null for what the channel has no words for: only the desk can order it, and it waits for no report. */
  const toResult = (item: OutboxItem): Result | null => {
    const kind = journal.entry(item.orderId)?.order.kind ?? 'encode'
    const { ending: ended } = item
    if (ended.kind === 'carriedOut' || ended.kind === 'assigned') return null
    if (kind === 'stay' || kind === 'assign') return null
    const ending = toChannelEnding(ended, kind)
    const body = { order_id: item.orderId, acs_encoder_id: item.encoderId, ended_at: item.createdAt, ending }
    return { id: envelopeId(item), type: 'result', body }
  }
  /** The oldest result that can be told. One that can't would hold up all that wait behind it. */
  const nextResult = (): { readonly item: OutboxItem; readonly result: Result } | null => {
    for (;;) {
      const [item] = journal.waiting(1)
      if (item === undefined) return null
      const result = toResult(item)
      if (result !== null) return { item, result }
      logger.warn({ orderId: item.orderId }, 'a result of the desk alone is not for the hub')
      journal.refuse(item.id, 'Not for the hub.')
    }
  }
  const deliver = (): void => {
    if (send === null || inFlight !== null) return
    land()
    try {
      const next = nextResult()
      if (next === null) return
      inFlight = next.item
      send(next.result)
    } catch (error) {
      warn(error, 'outbox not readable')
    }
    timer = clock.setTimeout(deliverAgain, ACK_TIMEOUT_MS)
  }
  const deliverAgain = (): void => {
    land()
    deliver()
  }
  const stopObserving = journal.onReport(deliver)

  const detach = (): void => {
    land()
    send = null
  }
  return {
    attach: (sendOver) => {
      detach()
      send = sendOver
      deliver()
    },
    detach,
    onAck: (ack) => {
      if (inFlight === null || ack.of !== envelopeId(inFlight)) return false
      try {
        if (ack.accepted) journal.acknowledge(inFlight.id)
        else journal.refuse(inFlight.id, reasonOf(ack))
      } catch (error) {
        // It stays in flight, and is sent again when its time is up.
        warn(error, 'acknowledgement not journalled')
        return false
      }
      if (!ack.accepted) logger.warn({ orderId: inFlight.orderId, code: ack.code }, 'hub refused a result')
      deliverAgain()
      return true
    },
    close: () => {
      stopObserving()
      detach()
    },
  }
}
