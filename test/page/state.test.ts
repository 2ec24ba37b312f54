import { describe, expect, test } from 'vitest'
import { OrderId } from '../../src/contract/ids.ts'
import { lanesOf } from '../../src/page/live/lanes.ts'
import { afterEvent, firstState, type DeskState } from '../../src/page/live/state.ts'
import { matching } from '../../src/page/views/cards/matching.ts'
import { frontDesk, lockEncoder, sessionOf, startState, workItem } from '../browser/support/fake-state.ts'

const at = '2026-11-24T10:00:00.000Z'
const desk: DeskState = { ...firstState, reach: 'reached', status: startState().status }
const told = (state: DeskState, ...sessions: ReturnType<typeof sessionOf>[]): DeskState =>
  sessions.reduce(
    (before, session) =>
      afterEvent(before, { type: 'session.changed', at, session: { ...session, ending: null } }),
    state,
  )

describe('the state of the page', () => {
  test('takes no older word of a session for a newer one', () => {
    const after = told(desk, sessionOf({ revision: 5, state: 'writing' }), sessionOf({ revision: 4 }))
    expect(after.sessions.get(OrderId.parse('order-1'))?.state).toBe('writing')
  })

  test('knows a device that is plugged in later, and one that has changed', () => {
    const lost = { ...frontDesk, state: 'absent' as const }
    const third = { ...frontDesk, encoder_id: '33333333-3333-4333-8333-333333333333', name: 'Third' }
    const after = [lost, third].reduce<DeskState>(
      (state, encoder) => afterEvent(state, { type: 'device.changed', at, encoder }),
      desk,
    )
    expect(after.status?.encoders.map(({ name, state }) => [name, state])).toEqual([
      ['Front Desk', 'absent'],
      ['Night Desk', 'ready'],
      ['Third', 'ready'],
    ])
  })
})

describe('the lanes', () => {
  const ended = (id: string): ReturnType<typeof sessionOf> =>
    sessionOf({ order_id: OrderId.parse(id), state: 'ended' })

  test('show at each encoder its own session, and count those that wait', () => {
    const second = sessionOf({ order_id: OrderId.parse('order-2'), state: 'queued' })
    const other = sessionOf({ order_id: OrderId.parse('order-3'), encoder_id: lockEncoder.encoder_id })
    const [front, night] = lanesOf(told(desk, sessionOf(), second, other))
    expect([front?.session?.order_id, front?.waiting]).toEqual(['order-1', 1])
    expect([night?.session?.order_id, night?.waiting]).toEqual(['order-3', 0])
  })

  test('show an ending until it is put away, and no earlier one after it', () => {
    const both = told(desk, ended('order-1'), ended('order-2'))
    expect(lanesOf(both)[0]?.session?.order_id).toBe('order-2')
    const orders = new Map([['order-2', { title: '', isSeen: true }]])
    expect(lanesOf({ ...both, orders })[0]?.session).toBeNull()
  })

  test('leave scanners out: no card is made with one', () => {
    const status = { ...startState().status, encoders: [{ ...frontDesk, kind: 'scanner' as const }] }
    expect(lanesOf({ ...desk, status })).toEqual([])
  })
})

describe('the filter', () => {
  const items = [
    workItem('2', 'Süite 201'),
    workItem('1', 'Room 101', { reservation_key: 'ABC-7' }),
    workItem('3', 'Room 103'),
  ]

  test.each([
    ['', ['Room 101', 'Süite 201', 'Room 103']],
    ['room 3', ['Room 103']],
    ['abc', ['Room 101']],
    ['SUITE', ['Süite 201']],
    ['nothing', []],
  ])('finds by “%s”, soonest arrival first', (filter, names) => {
    expect(matching(items, filter).map(({ doors }) => doors[0]?.display_name)).toEqual(names)
  })
})
