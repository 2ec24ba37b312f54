import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBridgeError } from '../../src/contract/errors.ts'
import { OrderId } from '../../src/contract/ids.ts'
import type { Journal, JournalPhase } from '../../src/contract/journal.ts'
import { encoded, encoderId, intent, makeOrder, makeScan, noCard } from './examples.ts'
import { freshJournal } from './fixtures.ts'

/** What the journal must remember, kept as simply as possible. */
interface Model {
  readonly orders: Map<string, { content: string; accessMethod: number; fence: number; phase: JournalPhase }>
  /** Reports by id, in the order of the endings. */
  readonly reports: { id: number; orderId: string; state: 'waiting' | 'acknowledged' | 'refused' }[]
}

interface Step {
  readonly name: string
  /** What the journal must answer: a value, or the code of its error. */
  readonly expected: (model: Model) => string | undefined
  readonly run: (journal: Journal, reopen: () => void) => string | undefined | void
}

const accept = (id: string, accessMethod: number, fence: number, door: string): Step => {
  const plain = makeOrder(id, fence, accessMethod)
  const order = { ...plain, encode: { ...plain.encode, doorIds: [door] } } as typeof plain
  return {
    name: `accept ${id} of ${accessMethod} at ${fence} for ${door}`,
    expected: ({ orders }) => {
      const content = `${accessMethod} ${fence} ${door}`
      const known = orders.get(id)
      if (known !== undefined) return known.content === content ? 'repeated' : 'order_conflict'
      const rivals = [...orders.values()].filter((other) => other.accessMethod === accessMethod)
      if (rivals.some((other) => other.fence >= fence)) return 'order_stale'
      orders.set(id, { content, accessMethod, fence, phase: 'accepted' })
      return 'accepted'
    },
    run: (journal) => journal.accept(order),
  }
}

const acceptScan = (id: string): Step => ({
  name: `accept scan ${id}`,
  expected: ({ orders }) => {
    const known = orders.get(id)
    if (known !== undefined) return known.content === 'scan' ? 'repeated' : 'order_conflict'
    orders.set(id, { content: 'scan', accessMethod: -1, fence: 0, phase: 'accepted' })
    return 'accepted'
  },
  run: (journal) => journal.accept(makeScan(id)),
})

const moveOn = (
  id: string,
  to: JournalPhase,
  from: readonly JournalPhase[],
  run: (journal: Journal, orderId: OrderId) => void,
): Step => ({
  name: `${to} ${id}`,
  expected: ({ orders, reports }) => {
    const known = orders.get(id)
    if (known === undefined) return 'order_unknown'
    if (known.phase === to && to !== 'writing') return undefined
    if (!from.includes(known.phase)) return 'internal_error'
    known.phase = to
    if (to === 'ended') reports.push({ id: reports.length + 1, orderId: id, state: 'waiting' })
    return undefined
  },
  run: (journal) => run(journal, OrderId.parse(id)),
})

const settle = (id: number, state: 'acknowledged' | 'refused'): Step => ({
  name: `${state} ${id}`,
  expected: ({ reports }) => {
    const report = reports.find((each) => each.id === id)
    if (report !== undefined && report.state !== 'acknowledged') report.state = state
    return undefined
  },
  run: (journal) => (state === 'refused' ? journal.refuse(id, 'no') : journal.acknowledge(id)),
})

const reopening: Step = {
  name: 'reopen',
  expected: () => undefined,
  run: (_journal, reopen) => reopen(),
}

const ids = fc.constantFrom('o1', 'o2', 'o3', 'o4', 'o5')
const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(ids, fc.nat(1), fc.nat(4), fc.constantFrom('a', 'b')).map((args) => accept(...args)),
  },
  ids.map(acceptScan),
  {
    weight: 2,
    arbitrary: ids.map((id) =>
      moveOn(id, 'writing', ['accepted', 'writing'], (j, o) => j.writing(o, intent)),
    ),
  },
  { weight: 2, arbitrary: ids.map((id) => moveOn(id, 'verified', ['writing'], (j, o) => j.verified(o))) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(ids, fc.constantFrom(encoded, noCard))
      .map(([id, ending]) =>
        moveOn(id, 'ended', ['accepted', 'writing', 'verified'], (j, o) => j.end(o, encoderId, ending)),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom('acknowledged', 'refused'))
      .map(([id, state]) => settle(id, state)),
  },
  fc.constant(reopening),
)

const answerOf = (step: Step, journal: Journal, reopen: () => void): string | undefined => {
  try {
    return step.run(journal, reopen) ?? undefined
  } catch (thrown) {
    if (isBridgeError(thrown)) return thrown.code
    throw thrown
  }
}

const expectSame = (journal: Journal, { orders, reports }: Model): void => {
  const entries = journal.recent(100).toReversed()
  expect(entries.map((entry) => [entry.order.orderId, entry.phase])).toEqual(
    [...orders].map(([id, order]) => [id, order.phase]),
  )
  expect(journal.open()).toEqual(entries.filter((entry) => entry.phase !== 'ended'))
  for (const entry of entries) {
    expect(entry.ending !== null).toBe(entry.phase === 'ended')
    expect(entry.endedAt !== null).toBe(entry.phase === 'ended')
  }
  const waiting = reports.filter((report) => report.state === 'waiting')
  expect(journal.waiting(100).map((item) => [item.id, item.orderId])).toEqual(
    waiting.map((report) => [report.id, report.orderId]),
  )
  expect(journal.outboxFigures()).toMatchObject({
    waiting: waiting.length,
    refused: reports.filter((report) => report.state === 'refused').length,
  })
}

test('whatever is asked in whatever order, over restarts: ids, fences, phases, endings and reports hold', () => {
  const fixture = freshJournal()
  let run = 0
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 40 }), (sequence) => {
      const model: Model = { orders: new Map(), reports: [] }
      fixture.startOver(`run-${run++}`)
      for (const step of sequence) {
        expect(
          answerOf(step, fixture.journal, () => void fixture.reopen()),
          step.name,
        ).toBe(step.expected(model))
      }
      expectSame(fixture.journal, model)
      expectSame(fixture.reopen(), model)
    }),
    { numRuns: 100 },
  )
}, 60_000)
