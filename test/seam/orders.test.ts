import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { OrderId } from '../../src/contract/ids.ts'
import type { LinkOptions } from '../../src/seam/link.ts'
import {
  channelOrder,
  encoded,
  ENCODER_ID,
  endOrder,
  isConnected,
  journalOrder,
  openDesk,
  OTHER_ENCODER_ID,
} from './desk.ts'
import { openFakeHub, welcomeBody } from './fake-hub.ts'

const openHubAndDesk = async (changes: Partial<LinkOptions> = {}) => {
  const hub = await openFakeHub()
  const desk = openDesk(hub.endpoint, changes)
  await desk.until(isConnected)
  const ask = async (body: unknown) => {
    const id = hub.send({ type: 'order', body: body as never })
    const { of, ...verdict } = (await hub.next('ack')).body
    expect(of).toBe(id)
    return verdict
  }
  const close = async (): Promise<void> => {
    desk[Symbol.dispose]()
    await hub.close()
  }
  return { hub, desk, ask, [Symbol.asyncDispose]: close }
}

const orderId = OrderId.parse('order-1')

test('an order is in the journal, in the journal’s words, before it is acknowledged', async () => {
  await using rig = await openHubAndDesk()
  expect(await rig.ask(channelOrder())).toEqual({ accepted: true })
  expect(rig.desk.journal.entry(orderId)?.order).toEqual(journalOrder())
})

test('the same order again is acknowledged again, and nothing else happens', async () => {
  await using rig = await openHubAndDesk()
  let accepted = 0
  rig.desk.journal.onAccepted(() => (accepted += 1))
  await rig.ask(channelOrder())
  expect(await rig.ask(channelOrder())).toEqual({ accepted: true })
  expect(accepted).toBe(1)
})

test('an order that has ended is acknowledged again after it expired, and its result goes out again if it must', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.onResult = () => {}
  await rig.ask(channelOrder())
  desk.journal.end(orderId, ENCODER_ID, encoded)
  const first = await hub.next('result')
  // Two hours later, an hour after the order's expiry.
  hub.manners.welcome = { ...welcomeBody(), hub_time: '2026-06-01T14:00:00.000Z' }
  desk.views.skewMs = 7_200_000
  hub.drop()
  await desk.until(({ state }) => state === 'waiting')
  await desk.clock.advance(500)
  await desk.until(isConnected)
  expect(await rig.ask(channelOrder())).toEqual({ accepted: true })
  expect((await hub.next('result')).id).toBe(first.id)
})

test.each([
  ['for another bridge', { bridge_id: 'bridge-of-somebody' }, 'order_misdirected'],
  ['that has expired', { expires_at: '2026-06-01T12:00:00.000Z' }, 'order_expired'],
  ['for encoders that are not here', { acs_encoder_ids: [OTHER_ENCODER_ID] }, 'encoder_unknown'],
  ['with a malformed id', { order_id: 'no spaces please' }, 'order_invalid'],
  ['of an unknown kind', { kind: 'format' as never }, 'order_invalid'],
  ['without what to encode', { encode: null }, 'order_invalid'],
  ['to scan something it encodes', { kind: 'scan' as const }, 'order_invalid'],
  ['in a time zone that does not exist', { time_zone: 'Mars/Olympus' }, 'order_invalid'],
  ['with a label of a novel’s length', { ordered_by: 'x'.repeat(81) }, 'order_invalid'],
])('an order %s is refused for good, with the reason, and audited', async (_name, changes, code) => {
  await using rig = await openHubAndDesk()
  const verdict = await rig.ask(channelOrder(changes))
  expect(verdict).toMatchObject({ accepted: false, code })
  expect(rig.desk.journal.recent(1)).toEqual([])
  const lines = [...rig.desk.journal.audit()].filter(({ event }) => event === 'refused')
  expect(lines).toMatchObject([{ outcome: code }])
})

test.each([
  ['a letter in the card number', { card_number: '12A' }],
  ['no copies', { copies: 0 }],
  ['an end before its start', { ends_at: '2026-06-01T12:59:59.000Z' }],
  ['a start that is no instant', { starts_at: 'tomorrow' }],
])('an encode with %s is refused as invalid', async (_name, changes) => {
  await using rig = await openHubAndDesk()
  const order = channelOrder()
  const verdict = await rig.ask({ ...order, encode: { ...order.encode, ...changes } })
  expect(verdict).toMatchObject({ accepted: false, code: 'order_invalid' })
})

test('what is wrong with an order is said by its place, without its value', async () => {
  await using rig = await openHubAndDesk()
  const order = channelOrder()
  const verdict = await rig.ask({ ...order, encode: { ...order.encode, card_number: 'John Smith' } })
  expect(verdict.message).toContain('encode.cardNumber')
  expect(verdict.message).not.toContain('John Smith')
})

test('a body that is no object at all is refused under the envelope’s id', async () => {
  await using rig = await openHubAndDesk()
  expect(await rig.ask('encode a card')).toMatchObject({ accepted: false, code: 'order_invalid' })
})

test('a pool of encoders is accepted when one of them is here', async () => {
  await using rig = await openHubAndDesk()
  const order = channelOrder({ acs_encoder_ids: [OTHER_ENCODER_ID, ENCODER_ID] })
  expect(await rig.ask(order)).toEqual({ accepted: true })
})

test('the same id with another content is refused as a conflict, and noted once', async () => {
  await using rig = await openHubAndDesk()
  await rig.ask(channelOrder())
  expect(await rig.ask(channelOrder({ fence: 8 }))).toMatchObject({ accepted: false, code: 'order_conflict' })
  const refusals = [...rig.desk.journal.audit()].filter(({ event }) => event === 'refused')
  expect(refusals).toMatchObject([{ orderId: 'order-1', outcome: 'order_conflict' }])
})

test('an order behind the fence of its access method is refused as stale', async () => {
  await using rig = await openHubAndDesk()
  await rig.ask(channelOrder())
  const verdict = await rig.ask(channelOrder({ order_id: 'order-0', fence: 6 }))
  expect(verdict).toMatchObject({ accepted: false, code: 'order_stale' })
})

test('a clock that is off by more than two minutes refuses new encodes, and only those', async () => {
  await using rig = await openHubAndDesk()
  const { desk } = rig
  await rig.ask(channelOrder())
  desk.views.skewMs = 120_001
  expect(await rig.ask(channelOrder({ order_id: 'order-2', fence: 8 }))).toMatchObject({
    accepted: false,
    code: 'clock_skewed',
  })
  expect(await rig.ask(channelOrder())).toEqual({ accepted: true })
  const scan = channelOrder({ order_id: 'scan-1', kind: 'scan', encode: null })
  expect(await rig.ask(scan)).toEqual({ accepted: true })
  desk.views.skewMs = 120_000
  expect(await rig.ask(channelOrder({ order_id: 'order-3', fence: 9 }))).toEqual({ accepted: true })
})

test('expiry is counted by the hub’s clock, whatever this computer’s says', async () => {
  await using rig = await openHubAndDesk()
  const { desk } = rig
  const scan = { kind: 'scan', encode: null } as const
  desk.views.skewMs = 7_200_000
  expect(await rig.ask(channelOrder({ ...scan, order_id: 'scan-1' }))).toEqual({ accepted: true })
  desk.views.skewMs = -7_200_000
  await desk.clock.advance(1_000)
  const late = channelOrder({ ...scan, order_id: 'scan-2', expires_at: '2026-06-01T12:00:01.000Z' })
  expect(await rig.ask(late)).toMatchObject({ accepted: false, code: 'order_expired' })
})

test('a disk that refuses the order refuses it to the hub, before any card is touched', async () => {
  await using rig = await openHubAndDesk()
  const { journal } = rig.desk
  const full = (): never => {
    throw new BridgeError('data_unwritable', 'No space is left.')
  }
  journal.accept = full
  journal.noteAudit = full
  expect(await rig.ask(channelOrder())).toMatchObject({ accepted: false, code: 'data_unwritable' })
  expect(journal.entry(orderId)).toBeNull()
})

test('a fault after the order was journalled does not refuse it: it will be carried out', async () => {
  await using rig = await openHubAndDesk()
  rig.desk.journal.onAccepted(() => {
    throw new TypeError('a bug in an observer')
  })
  expect(await rig.ask(channelOrder())).toEqual({ accepted: true })
})

test('a journal that cannot be read answers nothing: the link starts again, and the hub asks again', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  const { entry } = desk.journal
  desk.journal.entry = () => {
    throw new BridgeError('journal_damaged')
  }
  hub.send({ type: 'order', body: channelOrder() })
  expect((await desk.until(({ state }) => state === 'waiting')).error?.code).toBe('journal_damaged')
  expect(hub.heard.filter(({ type }) => type === 'ack')).toEqual([])
  desk.journal.entry = entry
  await desk.clock.advance(500)
  await desk.until(isConnected)
  expect(await rig.ask(channelOrder())).toEqual({ accepted: true })
})

test('an order before the welcome of its connection is not heard', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await hub.next('hello')
  hub.manners.welcome = null
  hub.drop()
  await desk.until(({ state }) => state === 'waiting')
  await desk.clock.advance(500)
  await hub.next('hello')
  hub.send({ type: 'order', body: channelOrder() })
  hub.send({ type: 'goodbye', body: { code: 'draining', message: 'later' } })
  await desk.until(({ error }) => error?.code === 'draining')
  expect(desk.journal.entry(orderId)).toBeNull()
})

test('a cancel reaches the session and is acknowledged', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await rig.ask(channelOrder())
  const id = hub.send({ type: 'cancel', body: { order_id: 'order-1' } })
  expect((await hub.next('ack')).body).toEqual({ of: id, accepted: true })
  expect(desk.cancelled).toEqual(['order-1'])
})

test('a cancel of an order that has ended is acknowledged: its result tells how', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  endOrder(desk.journal, 'order-1')
  const id = hub.send({ type: 'cancel', body: { order_id: 'order-1' } })
  expect((await hub.next('ack')).body).toEqual({ of: id, accepted: true })
})

test.each(['order-9', 'no spaces please'])(
  'a cancel of %s, which was never ordered, is refused',
  async (unknown) => {
    await using rig = await openHubAndDesk()
    const { hub, desk } = rig
    hub.send({ type: 'cancel', body: { order_id: unknown } })
    expect((await hub.next('ack')).body).toMatchObject({ accepted: false, code: 'order_unknown' })
    expect(desk.cancelled).toEqual([])
  },
)

test('a cancel of an open order that has no session yet stays unanswered, to be sent again', async () => {
  await using rig = await openHubAndDesk({
    sessions: { cancel: () => false, view: () => null, list: () => [], onChange: () => () => {} },
  })
  const { hub } = rig
  await rig.ask(channelOrder())
  hub.send({ type: 'cancel', body: { order_id: 'order-1' } })
  const id = hub.send({ type: 'cancel', body: { order_id: 'order-9' } })
  expect((await hub.next('ack')).body.of).toBe(id)
})
