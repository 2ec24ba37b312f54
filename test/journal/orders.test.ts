import { expect, test } from 'vitest'
import { OrderId } from '../../src/contract/ids.ts'
import type { JournalEntry } from '../../src/contract/journal.ts'
import {
  carryOut,
  encoded,
  encoderId,
  intent,
  makeOrder,
  makeScan,
  noCard,
  otherEncoderId,
  otherUid,
} from './examples.ts'
import { freshJournal } from './fixtures.ts'

const code = (expected: string): object => expect.objectContaining({ code: expected })

test('an accepted order is an open entry that survives reopening', () => {
  const fixture = freshJournal()
  const order = makeOrder('o1', 7)
  expect(fixture.journal.accept(order)).toBe('accepted')
  const expected: JournalEntry = {
    order,
    phase: 'accepted',
    acceptedAt: '2026-05-01T10:00:00.000Z',
    intent: null,
    ending: null,
    endedAt: null,
    encoderId: null,
  }
  expect(fixture.journal.entry(order.orderId)).toEqual(expected)
  expect(fixture.reopen().entry(order.orderId)).toEqual(expected)
  expect(fixture.journal.open()).toEqual([expected])
})

test('the same order again is repeated, whatever the order of its fields, and is announced once', () => {
  const { journal } = freshJournal()
  const seen: string[] = []
  journal.onAccepted((entry) => seen.push(entry.order.orderId))
  const order = makeOrder('o1', 7)
  journal.accept(order)
  const reversed = {
    ...Object.fromEntries(Object.entries(order).toReversed()),
    encode: Object.fromEntries(Object.entries(order.encode).toReversed()),
  } as typeof order
  expect(Object.keys(reversed)[0]).not.toBe(Object.keys(order)[0])
  expect(journal.accept(reversed)).toBe('repeated')
  expect(seen).toEqual(['o1'])
  expect([...journal.audit()].map((line) => line.event)).toEqual(['accepted'])
})

test('an observer that has left is not called any more', () => {
  const { journal } = freshJournal()
  const seen: string[] = []
  const leave = journal.onAccepted((entry) => seen.push(entry.order.orderId))
  journal.accept(makeOrder('o1', 1))
  leave()
  journal.accept(makeOrder('o2', 2))
  expect(seen).toEqual(['o1'])
})

test('the same order is still repeated after it has ended', () => {
  const { journal } = freshJournal()
  carryOut(journal, makeOrder('o1', 7))
  expect(journal.accept(makeOrder('o1', 7))).toBe('repeated')
  expect(journal.entry(OrderId.parse('o1'))?.phase).toBe('ended')
})

test('a known id with another content is a conflict, even one door apart', () => {
  const { journal } = freshJournal()
  const order = makeOrder('o1', 7)
  journal.accept(order)
  const other = { ...order, encode: { ...order.encode, doorIds: ['door-102'] } } as typeof order
  expect(() => journal.accept(other)).toThrow(code('order_conflict'))
  expect(journal.entry(order.orderId)?.order).toEqual(order)
})

test('an order below or at the highest fence of its access method is stale, and leaves only an audit line', () => {
  const { journal } = freshJournal()
  journal.accept(makeOrder('o1', 7))
  expect(() => journal.accept(makeOrder('o2', 6))).toThrow(code('order_stale'))
  expect(() => journal.accept(makeOrder('o3', 7))).toThrow(code('order_stale'))
  expect(journal.entry(OrderId.parse('o2'))).toBeNull()
  expect(journal.open()).toHaveLength(1)
  expect([...journal.audit()].slice(1)).toMatchObject([
    { event: 'refused', orderId: 'o2', outcome: 'order_stale' },
    { event: 'refused', orderId: 'o3', outcome: 'order_stale' },
  ])
})

test('a repeated older order is not stale: its id is known', () => {
  const { journal } = freshJournal()
  journal.accept(makeOrder('o1', 7))
  journal.accept(makeOrder('o2', 8))
  expect(journal.accept(makeOrder('o1', 7))).toBe('repeated')
})

test('fences of different access methods are independent, and scans have none', () => {
  const { journal } = freshJournal()
  journal.accept(makeOrder('o1', 7, 1))
  expect(journal.accept(makeOrder('o2', 3, 2))).toBe('accepted')
  expect(journal.accept(makeScan('s1'))).toBe('accepted')
  expect(journal.accept(makeScan('s2'))).toBe('accepted')
})

test('the highest fence is told, of each access method its own', () => {
  const { journal } = freshJournal()
  const [one, other] = [makeOrder('o1', 7, 1), makeOrder('o2', 3, 2)]
  expect(journal.highestFence(one.encode.accessMethodId)).toBeNull()
  carryOut(journal, one)
  journal.accept(other)
  expect(journal.highestFence(one.encode.accessMethodId)).toBe(7)
  expect(journal.highestFence(other.encode.accessMethodId)).toBe(3)
})

test('the fence is remembered over a restart and after the order has ended', () => {
  const fixture = freshJournal()
  carryOut(fixture.journal, makeOrder('o1', 7))
  expect(() => fixture.reopen().accept(makeOrder('o2', 6))).toThrow(code('order_stale'))
})

test('an order goes accepted, writing, verified, ended, and tells its encoder and ending', () => {
  const fixture = freshJournal()
  const order = makeOrder('o1', 1)
  fixture.journal.accept(order)
  fixture.journal.writing(order.orderId, intent)
  expect(fixture.journal.entry(order.orderId)).toMatchObject({ phase: 'writing', intent, encoderId })
  fixture.journal.verified(order.orderId)
  expect(fixture.reopen().entry(order.orderId)).toMatchObject({ phase: 'verified', intent })
  fixture.clock.set('2026-05-01T10:01:00.000Z')
  fixture.journal.end(order.orderId, encoderId, encoded)
  expect(fixture.reopen().entry(order.orderId)).toMatchObject({
    phase: 'ended',
    ending: encoded,
    endedAt: '2026-05-01T10:01:00.000Z',
    encoderId,
  })
  expect(fixture.journal.open()).toEqual([])
})

test('verified before writing, and writing after verified or ended, are faults of the program', () => {
  const { journal } = freshJournal()
  const order = makeOrder('o1', 1)
  journal.accept(order)
  expect(() => journal.verified(order.orderId)).toThrow(code('internal_error'))
  journal.writing(order.orderId, intent)
  journal.verified(order.orderId)
  expect(() => journal.writing(order.orderId, intent)).toThrow(code('internal_error'))
  journal.end(order.orderId, null, encoded)
  expect(() => journal.writing(order.orderId, intent)).toThrow(code('internal_error'))
  expect(() => journal.verified(order.orderId)).toThrow(code('internal_error'))
  expect(journal.entry(order.orderId)).toMatchObject({ phase: 'ended', ending: encoded })
})

test('a resume on the same card keeps what the card held before the first byte', () => {
  const { journal } = freshJournal()
  const order = makeOrder('o1', 1)
  journal.accept(order)
  journal.writing(order.orderId, intent)
  journal.writing(order.orderId, { ...intent, encoderId: otherEncoderId, previousDigest: 'cc'.repeat(32) })
  expect(journal.entry(order.orderId)?.intent).toEqual({ ...intent, encoderId: otherEncoderId })
})

test('another card in the middle of an order is a fault of the program', () => {
  const { journal } = freshJournal()
  const order = makeOrder('o1', 1)
  journal.accept(order)
  journal.writing(order.orderId, intent)
  expect(() => journal.writing(order.orderId, { ...intent, uid: otherUid })).toThrow(code('internal_error'))
  expect(journal.entry(order.orderId)?.intent).toEqual(intent)
})

test('a step of an order that nobody ordered is order_unknown', () => {
  const { journal } = freshJournal()
  const nobody = OrderId.parse('nobody')
  expect(journal.entry(nobody)).toBeNull()
  expect(() => journal.writing(nobody, intent)).toThrow(code('order_unknown'))
  expect(() => journal.verified(nobody)).toThrow(code('order_unknown'))
  expect(() => journal.end(nobody, null, noCard)).toThrow(code('order_unknown'))
})

test('the first ending stays; a second one changes nothing and reports nothing', () => {
  const { journal } = freshJournal()
  const order = makeOrder('o1', 1)
  journal.accept(order)
  journal.end(order.orderId, encoderId, noCard)
  journal.end(order.orderId, otherEncoderId, encoded)
  expect(journal.entry(order.orderId)).toMatchObject({ ending: noCard, encoderId })
  expect(journal.waiting(10)).toHaveLength(1)
  expect([...journal.audit()].filter((line) => line.event === 'ended')).toHaveLength(1)
})

test('open tells the oldest first, recent the newest first', () => {
  const fixture = freshJournal()
  for (const n of [1, 2, 3, 4]) {
    // The clock runs backwards: the order of the entries doesn't depend on it.
    fixture.clock.set(`2026-05-01T0${9 - n}:00:00.000Z`)
    fixture.journal.accept(makeScan(`s${n}`))
  }
  fixture.journal.end(OrderId.parse('s2'), null, noCard)
  const ids = (entries: readonly JournalEntry[]): string[] => entries.map((entry) => entry.order.orderId)
  expect(ids(fixture.journal.open())).toEqual(['s1', 's3', 's4'])
  expect(ids(fixture.journal.recent(3))).toEqual(['s4', 's3', 's2'])
})
