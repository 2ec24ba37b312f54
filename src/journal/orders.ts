import { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import { type CardUid, noUid, type OrderId } from '../contract/ids.ts'
import type { Intent, Journal, JournalEntry } from '../contract/journal.ts'
import type { Order } from '../contract/order.ts'
import type { Ending } from '../contract/outcome.ts'
import type { Audit } from './audit.ts'
import { createObservers } from '../contract/observers.ts'
import { canonical, Content, EntryRow } from './order-rows.ts'
import { OUTBOX_LIMIT, type Outbox } from './outbox.ts'
import { parseRow, type Store } from './store.ts'

export type Orders = Pick<
  Journal,
  'accept' | 'onAccepted' | 'highestFence' | 'entry' | 'open' | 'recent' | 'writing' | 'verified' | 'end'
> & {
  /** Inside a `write`: drops orders that ended and expired before and have no report left. */
  prune(before: string): void
}

const outcomeOf = (ending: Ending): string => {
  if ('code' in ending) return `${ending.kind} ${ending.code}`
  const keys = ending.kind === 'encoded' ? ending.keys : null
  return keys === null || keys.made === keys.wanted
    ? ending.kind
    : `${ending.kind} ${keys.made} of ${keys.wanted}`
}

const outOfTurn = (entry: JournalEntry, step: string): BridgeError =>
  new BridgeError(
    'internal_error',
    `Order ${entry.order.orderId} is ${entry.phase} and cannot become ${step}.`,
  )

/** A card without an identifier is told as none, and of a key there is none to tell. */
const toldUid = (intent: Intent): CardUid | null =>
  intent.kind === 'key' || intent.uid === noUid ? null : intent.uid

/** What is kept of an intent, after the one before it. Throws `internal_error` where the two can't be of one order. */
const following = ({ order, intent: first }: JournalEntry, intent: Intent): Intent => {
  if (first === null) return intent
  if (first.kind === 'card' && intent.kind === 'card' && first.uid === intent.uid) {
    // What the card held before the first byte of this order decides, after a resume too, whether it is untouched.
    return { ...intent, previousDigest: first.previousDigest }
  }
  if (first.kind === 'key' && intent.kind === 'key' && first.made <= intent.made) return intent
  throw new BridgeError('internal_error', `Order ${order.orderId} is being written to another card.`)
}

export const createOrders = (store: Store, audit: Audit, outbox: Outbox): Orders => {
  const insert = store.prepare(`
    INSERT INTO orders (order_id, content, access_method_id, fence, expires_at_ms, phase, accepted_at)
    VALUES (?, ?, ?, ?, ?, 'accepted', ?)`)
  const contentOf = store.prepare('SELECT content FROM orders WHERE order_id = ?')
  const maxFence = store.prepare('SELECT max(fence) AS fence FROM orders WHERE access_method_id = ?')
  const byId = store.prepare('SELECT * FROM orders WHERE order_id = ?')
  const openOnes = store.prepare("SELECT * FROM orders WHERE phase <> 'ended' ORDER BY seq")
  const newest = store.prepare('SELECT * FROM orders ORDER BY seq DESC LIMIT ?')
  const setWriting = store.prepare(
    "UPDATE orders SET phase = 'writing', encoder_id = ?, intent = ? WHERE order_id = ?",
  )
  const setVerified = store.prepare("UPDATE orders SET phase = 'verified' WHERE order_id = ?")
  const setEnded = store.prepare(`
    UPDATE orders SET phase = 'ended', encoder_id = coalesce(?, encoder_id), ending = ?, ended_at = ?
    WHERE order_id = ?`)
  const drop = store.prepare(`
    DELETE FROM orders
    WHERE ended_at < ? AND expires_at_ms < ? AND order_id NOT IN (SELECT order_id FROM outbox)`)
  const accepted = createObservers<JournalEntry>()

  const find = (orderId: OrderId): JournalEntry | null => {
    const row: unknown = byId.get(orderId)
    return row === undefined ? null : parseRow(EntryRow, row)
  }
  const mustFind = (orderId: OrderId): JournalEntry => {
    const entry = find(orderId)
    if (entry === null) throw new BridgeError('order_unknown', `No order ${orderId} was journalled.`)
    return entry
  }

  const fenceOf = (accessMethodId: string): number | null => {
    const row: unknown = maxFence.get(accessMethodId)
    return parseRow(z.object({ fence: z.number().nullable() }), row).fence
  }

  /** Why an order that is not known yet can't be taken. */
  const objection = (order: Order): BridgeError | null => {
    if (order.encode !== null) {
      const fence = fenceOf(order.encode.accessMethodId)
      if (fence !== null && order.fence <= fence) {
        return new BridgeError('order_stale', `Its fence is ${order.fence}; ${fence} was seen before.`)
      }
    }
    return order.origin === 'hub' && outbox.isFull()
      ? new BridgeError(
          'data_unwritable',
          `The outbox holds ${OUTBOX_LIMIT} results that the hub has not taken.`,
        )
      : null
  }

  const decide = (order: Order, acceptedAt: string): 'accepted' | 'repeated' | BridgeError => {
    const content = canonical(order)
    const known: unknown = contentOf.get(order.orderId)
    if (known === undefined) {
      const refusal = objection(order)
      if (refusal !== null) return refusal
      const { orderId, fence, expiresAt } = order
      insert.run(
        orderId,
        content,
        order.encode?.accessMethodId ?? null,
        fence,
        Date.parse(expiresAt),
        acceptedAt,
      )
      return 'accepted'
    }
    return canonical(parseRow(z.object({ content: Content }), known).content) === content
      ? 'repeated'
      : new BridgeError('order_conflict', `Order ${order.orderId} is known with another content.`)
  }

  return {
    accept: (order) => {
      const acceptedAt = store.now()
      const { orderId, orderedBy } = order
      const verdict = store.write(() => {
        const decided = decide(order, acceptedAt)
        if (decided === 'accepted') audit.append({ event: 'accepted', orderId, orderedBy })
        if (decided instanceof BridgeError) {
          audit.append({ event: 'refused', orderId, orderedBy, outcome: decided.code })
        }
        return decided
      })
      if (verdict instanceof BridgeError) throw verdict
      if (verdict === 'accepted') {
        accepted.tell({
          order,
          phase: 'accepted',
          acceptedAt,
          intent: null,
          ending: null,
          endedAt: null,
          encoderId: null,
        })
      }
      return verdict
    },
    onAccepted: (observer) => accepted.add(observer),
    highestFence: (accessMethodId) => store.read(() => fenceOf(accessMethodId)),
    entry: (orderId) => store.read(() => find(orderId)),
    open: () => store.read(() => parseRow(z.array(EntryRow), openOnes.all())),
    recent: (limit) => store.read(() => parseRow(z.array(EntryRow), newest.all(limit))),

    writing: (orderId, intent) =>
      store.write(() => {
        const entry = mustFind(orderId)
        const isFurther = entry.phase === 'verified' && intent.kind === 'key'
        if (entry.phase !== 'accepted' && entry.phase !== 'writing' && !isFurther) {
          throw outOfTurn(entry, 'writing')
        }
        setWriting.run(intent.encoderId, JSON.stringify(following(entry, intent)), orderId)
        const { orderedBy } = entry.order
        const uid = toldUid(intent)
        audit.append({ event: 'writing', orderId, orderedBy, encoderId: intent.encoderId, uid })
      }),
    verified: (orderId, keys) =>
      store.write(() => {
        const entry = mustFind(orderId)
        if (entry.phase === 'verified') return
        if (entry.phase !== 'writing' || entry.intent === null) throw outOfTurn(entry, 'verified')
        const { encoderId } = entry.intent
        if (entry.intent.kind === 'key' && keys !== undefined) {
          setWriting.run(encoderId, JSON.stringify(following(entry, { ...entry.intent, ...keys })), orderId)
        }
        setVerified.run(orderId)
        const uid = toldUid(entry.intent)
        audit.append({ event: 'verified', orderId, orderedBy: entry.order.orderedBy, encoderId, uid })
      }),
    end: (orderId, encoderId, ending) => {
      const reports = store.write(() => {
        const entry = mustFind(orderId)
        if (entry.phase === 'ended') return false
        setEnded.run(encoderId, JSON.stringify(ending), store.now(), orderId)
        const { orderedBy, origin } = entry.order
        audit.append({
          event: 'ended',
          orderId,
          orderedBy,
          encoderId: encoderId ?? entry.encoderId,
          uid: 'uid' in ending ? ending.uid : null,
          outcome: outcomeOf(ending),
        })
        if (origin === 'hub') outbox.add(orderId)
        return origin === 'hub'
      })
      if (reports) outbox.announce()
    },
    prune: (before) => void drop.run(before, Date.parse(before)),
  }
}
