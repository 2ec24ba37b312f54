import { DatabaseSync } from '@photostructure/sqlite'
import { expect, test } from 'vitest'
import { OrderId } from '../../src/contract/ids.ts'
import { OUTBOX_LIMIT } from '../../src/journal/outbox.ts'
import { carryOut, encoded, encoderId, makeOrder, makeScan, noCard } from './examples.ts'
import { freshJournal } from './fixtures.ts'

test("a hub order's ending is a waiting report, announced after it is on disk", () => {
  const fixture = freshJournal()
  const waitingAtAnnouncement: number[] = []
  fixture.journal.onReport(() => waitingAtAnnouncement.push(fixture.journal.waiting(10).length))
  carryOut(fixture.journal, makeOrder('o1', 1))
  expect(waitingAtAnnouncement).toEqual([1])
  expect(fixture.reopen().waiting(10)).toEqual([
    { id: 1, orderId: 'o1', createdAt: '2026-05-01T10:00:00.000Z', encoderId, ending: encoded },
  ])
})

test("a desk order's ending is reported to nobody", () => {
  const { journal } = freshJournal()
  journal.onReport(() => expect.unreachable())
  journal.accept(makeScan('s1', 'desk'))
  journal.end(OrderId.parse('s1'), null, noCard)
  expect(journal.waiting(10)).toEqual([])
})

test('reports wait in the order of their endings, whatever the clock does, and ids never come back', () => {
  const fixture = freshJournal()
  const { journal, clock } = fixture
  carryOut(journal, makeOrder('o1', 1))
  clock.set('2026-04-01T00:00:00.000Z')
  carryOut(journal, makeOrder('o2', 2))
  expect(journal.waiting(10).map((item) => [item.id, item.orderId])).toEqual([
    [1, 'o1'],
    [2, 'o2'],
  ])
  expect(journal.waiting(1).map((item) => item.orderId)).toEqual(['o1'])
  journal.acknowledge(2)
  journal.acknowledge(1)
  journal.prune('2027-01-01T00:00:00.000Z')
  carryOut(fixture.reopen(), makeOrder('o3', 3))
  expect(fixture.journal.waiting(10).map((item) => item.id)).toEqual([3])
})

test('acknowledging takes a report out once; unknown and repeated ids change nothing', () => {
  const fixture = freshJournal()
  carryOut(fixture.journal, makeOrder('o1', 1))
  carryOut(fixture.journal, makeOrder('o2', 2))
  for (const id of [2, 2, 99, 1, 2]) fixture.journal.acknowledge(id)
  expect(fixture.reopen().waiting(10)).toEqual([])
  const acknowledged = [...fixture.journal.audit()].filter((line) => line.event === 'acknowledged')
  expect(acknowledged.map((line) => line.orderId)).toEqual(['o2', 'o1'])
})

test('a refused report is kept and counted but not sent, and a later acknowledgement is believed', () => {
  const fixture = freshJournal()
  carryOut(fixture.journal, makeOrder('o1', 1))
  carryOut(fixture.journal, makeOrder('o2', 2))
  fixture.journal.refuse(1, 'order_unknown')
  fixture.journal.refuse(99, 'order_unknown')
  expect(
    fixture
      .reopen()
      .waiting(10)
      .map((item) => item.id),
  ).toEqual([2])
  expect(fixture.journal.outboxFigures()).toMatchObject({ waiting: 1, refused: 1 })
  expect([...fixture.journal.audit()].at(-1)).toMatchObject({
    event: 'refused',
    orderId: 'o1',
    outcome: 'report: order_unknown',
  })
  fixture.journal.acknowledge(1)
  fixture.journal.refuse(1, 'too late')
  expect(fixture.journal.outboxFigures()).toMatchObject({ waiting: 1, refused: 0 })
})

test('the figures tell how old the oldest waiting report is', () => {
  const { journal, clock } = freshJournal()
  expect(journal.outboxFigures()).toEqual({ waiting: 0, oldestAt: null, refused: 0 })
  carryOut(journal, makeOrder('o1', 1))
  clock.set('2026-05-02T00:00:00.000Z')
  carryOut(journal, makeOrder('o2', 2))
  expect(journal.outboxFigures()).toEqual({ waiting: 2, oldestAt: '2026-05-01T10:00:00.000Z', refused: 0 })
  journal.acknowledge(1)
  expect(journal.outboxFigures().oldestAt).toBe('2026-05-02T00:00:00.000Z')
})

test('a full outbox refuses new hub orders before any card is touched, drops nothing, and still takes endings', () => {
  const fixture = freshJournal()
  carryOut(fixture.journal, makeOrder('o1', 1))
  fixture.journal.accept(makeScan('s1'))
  fixture.journal.close()
  // All but the last two places, filled behind the journal's back: one waits, one is open.
  const db = new DatabaseSync(fixture.path)
  db.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${OUTBOX_LIMIT - 2})
    INSERT INTO orders (order_id, content, fence, expires_at_ms, phase, accepted_at, ending, ended_at)
    SELECT 'x' || i, (SELECT content FROM orders WHERE order_id = 'o1'), 0, 0, 'ended', '', '{}', '' FROM n;
    INSERT INTO outbox (order_id, created_at, state)
    SELECT order_id, '', 'waiting' FROM orders WHERE order_id LIKE 'x%';
  `)
  db.close()
  const journal = fixture.reopen()
  expect(() => journal.accept(makeScan('s2'))).toThrow(
    expect.objectContaining({
      code: 'data_unwritable',
      detail: 'The outbox holds 100000 results that the hub has not taken.',
    }),
  )
  expect(journal.accept(makeScan('s3', 'desk'))).toBe('accepted')
  journal.end(OrderId.parse('s1'), null, noCard)
  expect(journal.outboxFigures().waiting).toBe(OUTBOX_LIMIT)
  journal.end(OrderId.parse('s3'), null, noCard)
  journal.acknowledge(1)
  expect(journal.accept(makeScan('s4'))).toBe('accepted')
}, 60_000)
