import { DatabaseSync } from '@photostructure/sqlite'
import { expect, test } from 'vitest'
import { OrderId } from '../../src/contract/ids.ts'
import { auditAsJsonLines } from '../../src/journal/audit.ts'
import { carryOut, encoderId, makeOrder, makeScan, noCard, uid } from './examples.ts'
import { freshJournal } from './fixtures.ts'

const orderedBy = 'api key …4f2a'

test('the trail tells who ordered what, on which encoder, which card, and how it ended', () => {
  const { journal } = freshJournal()
  carryOut(journal, makeOrder('o1', 1))
  journal.acknowledge(1)
  const at = '2026-05-01T10:00:00.000Z'
  const common = { at, orderId: 'o1', orderedBy }
  expect([...journal.audit()]).toEqual([
    { ...common, event: 'accepted', encoderId: null, uid: null, outcome: null },
    { ...common, event: 'writing', encoderId, uid, outcome: null },
    { ...common, event: 'verified', encoderId, uid, outcome: null },
    { ...common, event: 'ended', encoderId, uid, outcome: 'encoded' },
    { ...common, event: 'acknowledged', orderedBy: null, encoderId: null, uid: null, outcome: null },
  ])
})

test('a failed ending is told with its code', () => {
  const { journal } = freshJournal()
  journal.accept(makeScan('s1'))
  journal.end(OrderId.parse('s1'), encoderId, noCard)
  expect([...journal.audit()].at(-1)).toMatchObject({ event: 'ended', outcome: 'untouched card_timeout' })
})

test('lines can be noted from outside, read from an instant on, and exported as JSON lines', () => {
  const { journal, clock } = freshJournal()
  const line = {
    event: 'cancelled',
    orderId: 'o1',
    orderedBy,
    encoderId: null,
    uid: null,
    outcome: 'desk',
  } as const
  journal.noteAudit(line)
  clock.set('2026-05-02T00:00:00.000Z')
  journal.noteAudit({ ...line, orderId: 'o2' })
  expect([...journal.audit('2026-05-02T00:00:00Z')].map((each) => each.orderId)).toEqual(['o2'])
  expect([...auditAsJsonLines(journal, '2026-05-02T00:00:00Z')]).toEqual([
    '{"at":"2026-05-02T00:00:00.000Z","event":"cancelled","orderId":"o2","orderedBy":"api key …4f2a","encoderId":null,"uid":null,"outcome":"desk"}',
  ])
})

test('a long trail is read lazily, in order, and the reader may stop or write in between', () => {
  const { journal } = freshJournal()
  for (let n = 0; n < 1_201; n++) {
    journal.noteAudit({
      event: 'cancelled',
      orderId: `o${n}`,
      orderedBy,
      encoderId: null,
      uid: null,
      outcome: null,
    })
  }
  let read = 0
  for (const line of journal.audit()) {
    expect(line.orderId).toBe(`o${read++}`)
    if (read === 600) journal.accept(makeScan('s1'))
  }
  expect(read).toBe(1_201)
  const abandoned = journal.audit()[Symbol.iterator]()
  abandoned.next()
  abandoned.return?.()
  journal.accept(makeScan('s2'))
})

test('the file itself refuses to change a line or to drop one before its time', () => {
  const fixture = freshJournal()
  carryOut(fixture.journal, makeOrder('o1', 1))
  fixture.journal.close()
  const db = new DatabaseSync(fixture.path)
  expect(() => db.exec("UPDATE audit SET outcome = 'scanned'")).toThrow('append-only')
  expect(() => db.exec('DELETE FROM audit')).toThrow('append-only')
  db.close()
  expect([...fixture.reopen().audit()]).toHaveLength(4)
})

test('pruning drops old lines and acknowledged orders, and keeps what is open, waiting, refused, valid or young', () => {
  const fixture = freshJournal()
  const { journal, clock } = fixture
  carryOut(journal, makeOrder('acknowledged', 1))
  carryOut(journal, makeOrder('refused', 2))
  carryOut(journal, makeOrder('waiting', 3))
  journal.accept(makeScan('desk', 'desk'))
  journal.end(OrderId.parse('desk'), null, noCard)
  journal.accept(makeScan('open'))
  const valid = { ...makeScan('valid', 'desk'), expiresAt: '2027-01-01T00:00:00Z' }
  journal.accept(valid)
  journal.end(valid.orderId, null, noCard)
  journal.acknowledge(1)
  journal.refuse(2, 'gone')
  clock.set('2026-08-01T00:00:00.000Z')
  carryOut(journal, makeOrder('young', 4))
  journal.acknowledge(4)

  journal.prune('2026-07-01T00:00:00Z')
  expect(
    fixture
      .reopen()
      .recent(100)
      .map((entry) => entry.order.orderId),
  ).toEqual(['young', 'valid', 'open', 'waiting', 'refused'])
  expect(fixture.journal.outboxFigures()).toMatchObject({ waiting: 1, refused: 1 })
  expect([...fixture.journal.audit()].map((line) => line.orderId)).toEqual(Array(5).fill('young'))
})
