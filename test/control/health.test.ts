import { expect, test } from 'vitest'
import { CardUid, OrderId } from '../../src/contract/ids.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { openControl, waitingSession } from '../support/fake-control-ports.ts'
import { atTerminal, signIn } from './page.ts'
import { send } from './request.ts'

test('a daemon that can take orders is ready, whether the hub is reached or not', async () => {
  await using control = await openControl()
  const answer = await send(control.port, 'GET', '/readyz')
  expect([answer.status, answer.body]).toEqual([200, { status: 'ready', failing: [] }])
})

test('a disk that takes no write, and devices that nothing looks after, make it unready until they are well', async () => {
  const clock = createFakeClock()
  await using control = await openControl(0, undefined, { clock })
  control.state.isDiskFull = true
  control.state.isDeviceLoopAlive = false
  const answer = await send(control.port, 'GET', '/readyz')
  expect([answer.status, answer.body]).toEqual([
    503,
    { status: 'not_ready', failing: ['journal', 'devices'] },
  ])
  control.state.isDiskFull = false
  control.state.isDeviceLoopAlive = true
  await clock.advance(5_000)
  expect((await send(control.port, 'GET', '/readyz')).status).toBe(200)
})

test('metrics count sessions by their ending once, time their writes, and tell the state of the desk', async () => {
  const clock = createFakeClock()
  await using control = await openControl(0, undefined, {
    clock,
    wallClock: () => new Date('2026-11-23T10:01:00.000Z'),
  })
  control.show({ ...waitingSession, state: 'writing' })
  await clock.advance(1_500)
  const ended = {
    ...waitingSession,
    state: 'ended' as const,
    ending: {
      kind: 'spoiled' as const,
      code: 'card_removed' as const,
      detail: null,
      uid: CardUid.parse('04AABBCC'),
    },
  }
  control.show(ended)
  control.show({ ...ended, revision: 2 })
  control.show({ ...waitingSession, orderId: OrderId.parse('order-2'), state: 'queued' })
  const { headers, text } = await atTerminal(control).get('/metrics')
  expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  expect(text.endsWith('# EOF\n')).toBe(true)
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'encoder_bridge_sessions_total{kind="encode",ending="spoiled"} 1',
      'encoder_bridge_write_seconds_sum{kind="encode"} 1.5',
      'encoder_bridge_open_sessions 1',
      'encoder_bridge_queued_sessions 1',
      'encoder_bridge_encoder_state{encoder="Front Desk",driver="pn532",state="ready"} 1',
      'encoder_bridge_outbox_results{state="waiting"} 2',
      'encoder_bridge_outbox_oldest_seconds 60',
      'encoder_bridge_link_state{state="connected"} 1',
    ]),
  )
  expect(text).toMatch(/^process_resident_memory_bytes \d+/m)
  expect(text).not.toContain('04AABBCC')
})

test('metrics want the token or a page that may look', async () => {
  await using control = await openControl()
  expect((await send(control.port, 'GET', '/metrics')).status).toBe(401)
  expect((await (await signIn(control, 'read_only')).get('/metrics')).status).toBe(200)
})
