import { DatabaseSync } from '@photostructure/sqlite'
import { expect, test } from 'vitest'
import type { Ending } from '../../src/contract/outcome.ts'
import { encoderId, intent, keyIntent, makeOrder, makeScan, otherEncoderId } from './examples.ts'
import { freshJournal } from './fixtures.ts'

const code = (expected: string): object => expect.objectContaining({ code: expected })

const keysOf = (made: number): Ending => ({
  kind: 'encoded',
  uid: null,
  technology: 'unknown',
  proof: 'confirmed',
  keys: {
    made,
    wanted: 2,
    serialNumbers: [],
    shortfall: made === 2 ? null : { code: 'card_timeout', detail: null },
    remark: null,
  },
})

test('a key order is journalled before each command and after each confirmation', () => {
  const fixture = freshJournal()
  const { orderId } = makeOrder('o1', 1)
  fixture.journal.accept(makeOrder('o1', 1))
  fixture.journal.writing(orderId, keyIntent)
  expect(fixture.reopen().entry(orderId)).toMatchObject({ phase: 'writing', intent: keyIntent, encoderId })
  fixture.journal.verified(orderId, { made: 1, serialNumbers: ['04A1B2C3'], remark: 'Whole hours.' })
  const confirmed = { ...keyIntent, made: 1, serialNumbers: ['04A1B2C3'], remark: 'Whole hours.' }
  expect(fixture.reopen().entry(orderId)).toMatchObject({ phase: 'verified', intent: confirmed })
  fixture.journal.writing(orderId, { ...confirmed, encoderId: otherEncoderId })
  expect(fixture.reopen().entry(orderId)).toMatchObject({
    phase: 'writing',
    intent: { ...confirmed, encoderId: otherEncoderId },
    encoderId: otherEncoderId,
  })
  fixture.journal.verified(orderId, { made: 2, serialNumbers: ['04A1B2C3', '04A1B2C4'], remark: null })
  fixture.journal.end(orderId, otherEncoderId, keysOf(2))
  expect(fixture.reopen().entry(orderId)).toMatchObject({ phase: 'ended', ending: keysOf(2) })
  expect([...fixture.journal.audit()].map(({ event }) => event)).toEqual([
    'accepted',
    'writing',
    'verified',
    'writing',
    'verified',
    'ended',
  ])
})

test('a command may be given again while none is confirmed: the lock system was busy', () => {
  const { journal } = freshJournal()
  const { orderId } = makeOrder('o1', 1)
  journal.accept(makeOrder('o1', 1))
  journal.writing(orderId, keyIntent)
  journal.writing(orderId, keyIntent)
  expect(journal.entry(orderId)).toMatchObject({ phase: 'writing', intent: keyIntent })
})

test('keys that were confirmed are not forgotten, and no card is written for a key', () => {
  const { journal } = freshJournal()
  const { orderId } = makeOrder('o1', 1)
  journal.accept(makeOrder('o1', 1))
  journal.writing(orderId, keyIntent)
  journal.verified(orderId, { made: 1, serialNumbers: [], remark: null })
  expect(() => journal.writing(orderId, keyIntent)).toThrow(code('internal_error'))
  expect(() => journal.writing(orderId, intent)).toThrow(code('internal_error'))
  expect(journal.entry(orderId)).toMatchObject({ phase: 'verified', intent: { kind: 'key', made: 1 } })
})

test('the trail tells how many of the keys were made, and that something was carried out', () => {
  const { journal } = freshJournal()
  const endings: readonly Ending[] = [keysOf(2), keysOf(1), { kind: 'carriedOut', remark: null }]
  for (const [index, ending] of endings.entries()) {
    const order = makeScan(`s${index}`)
    journal.accept(order)
    journal.end(order.orderId, encoderId, ending)
  }
  const ended = [...journal.audit()].filter(({ event }) => event === 'ended')
  expect(ended).toMatchObject([
    { outcome: 'encoded', uid: null },
    { outcome: 'encoded 1 of 2', uid: null },
    { outcome: 'carriedOut', uid: null },
  ])
})

test('what an older version journalled is of a card, and the same order is no conflict', () => {
  const fixture = freshJournal()
  const order = makeOrder('o1', 1)
  fixture.journal.accept(order)
  fixture.journal.writing(order.orderId, intent)
  fixture.journal.close()
  const older = new DatabaseSync(fixture.path)
  older.exec(`
    UPDATE orders SET
      content = json_remove(content, '$.stay', '$.assignTo'), intent = json_remove(intent, '$.kind');
    ALTER TABLE pairing DROP COLUMN machine;
    DROP TABLE clerks; DROP TABLE pages; DROP TABLE order_owners; DROP TABLE badge_key;
    PRAGMA user_version = 2`)
  older.close()
  const journal = fixture.reopen()
  expect(journal.entry(order.orderId)).toMatchObject({ order, intent })
  expect(journal.accept(order)).toBe('repeated')
  const other = { ...order, encode: { ...order.encode, doorIds: ['door-102'] } } as typeof order
  expect(() => journal.accept(other)).toThrow(code('order_conflict'))
})

test('a writing that the first version journalled is of a layout that nobody knows, and a later one keeps its own', () => {
  const fixture = freshJournal()
  const [old, young] = [makeOrder('o1', 1), makeOrder('o2', 2)]
  for (const order of [old, young]) {
    fixture.journal.accept(order)
    fixture.journal.writing(order.orderId, intent)
  }
  fixture.journal.close()
  const older = new DatabaseSync(fixture.path)
  older.exec(`
    UPDATE orders SET intent = json_remove(intent, '$.kind');
    UPDATE orders SET intent = json_remove(intent, '$.layout') WHERE order_id = '${old.orderId}';
    ALTER TABLE pairing DROP COLUMN machine;
    DROP TABLE clerks; DROP TABLE pages; DROP TABLE order_owners; DROP TABLE badge_key;
    PRAGMA user_version = 1; DROP TABLE devices`)
  older.close()
  const journal = fixture.reopen()
  expect(journal.open()).toMatchObject([
    { phase: 'writing', intent: { ...intent, layout: '' } },
    { phase: 'writing', intent },
  ])
})
