import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { ENCODER_ID, endOrder, isConnected, openDesk } from './desk.ts'
import { openFakeHub } from './fake-hub.ts'

const openHubAndDesk = async () => {
  const hub = await openFakeHub()
  const desk = openDesk(hub.endpoint)
  await desk.until(isConnected)
  /** Everything that the hub sent has been heard: an answered cancel comes after it. */
  const heardAll = async (): Promise<void> => {
    hub.send({ type: 'cancel', body: { order_id: 'none' } })
    await hub.next('ack')
  }
  const close = async (): Promise<void> => {
    desk[Symbol.dispose]()
    await hub.close()
  }
  return { hub, desk, heardAll, [Symbol.asyncDispose]: close }
}
type Rig = Awaited<ReturnType<typeof openHubAndDesk>>

const resultsHeard = ({ hub }: Rig): string[] =>
  hub.heard.filter((message) => message.type === 'result').map(({ body }) => body.order_id)

test('a result is sent the moment it is journalled, and is done with when the hub has it', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  endOrder(desk.journal, 'order-1')
  const result = await hub.next('result')
  expect(result.body).toMatchObject({
    order_id: 'order-1',
    acs_encoder_id: ENCODER_ID,
    ending: {
      kind: 'encoded',
      card_uid: '04A1B2C3',
      technology: 'mifare-classic-1k',
      proof: 'read_back',
    },
  })
  expect(result.id).toMatch(/^result-\d+$/)
  await rig.heardAll()
  expect(desk.journal.outboxFigures()).toEqual({ waiting: 0, oldestAt: null, refused: 0 })
})

test('the next result leaves only when the one before is acknowledged', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.onResult = () => {}
  endOrder(desk.journal, 'order-1')
  endOrder(desk.journal, 'order-2')
  const first = await hub.next('result')
  await rig.heardAll()
  expect(resultsHeard(rig)).toEqual(['order-1'])
  hub.acknowledge(first.id)
  expect((await hub.next('result')).body.order_id).toBe('order-2')
})

test('a result without its acknowledgement is sent again after 15 s under the same id', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.onResult = () => {}
  endOrder(desk.journal, 'order-1')
  const first = await hub.next('result')
  await desk.clock.advance(14_999)
  await rig.heardAll()
  expect(resultsHeard(rig)).toEqual(['order-1'])
  await desk.clock.advance(1)
  expect(await hub.next('result')).toMatchObject({ id: first.id, body: first.body })
})

test('a step of the wall clock sends nothing early and holds nothing back', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.onResult = () => {}
  endOrder(desk.journal, 'order-1')
  await hub.next('result')
  desk.views.skewMs = 86_400_000
  await desk.clock.advance(14_999)
  await rig.heardAll()
  expect(resultsHeard(rig)).toHaveLength(1)
  desk.views.skewMs = -86_400_000
  await desk.clock.advance(1)
  await hub.next('result')
})

test('acknowledgements that are repeated, early, unknown or nonsense change nothing', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.onResult = () => {}
  endOrder(desk.journal, 'order-1')
  endOrder(desk.journal, 'order-2')
  const first = await hub.next('result')
  const second = first.id.replace(/\d+$/, (id) => String(Number(id) + 1))
  for (const of of [second, 'result-999', 'result-', 'result--1', '1', 'hello']) hub.acknowledge(of)
  await rig.heardAll()
  expect(desk.journal.outboxFigures().waiting).toBe(2)
  hub.acknowledge(first.id)
  hub.acknowledge(first.id)
  expect((await hub.next('result')).id).toBe(second)
  hub.acknowledge(first.id, false)
  await rig.heardAll()
  expect(desk.journal.outboxFigures()).toMatchObject({ waiting: 1, refused: 0 })
})

test('a result that the hub refuses for good is kept with its reason and makes way for the next', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.onResult = (message) => hub.acknowledge(message.id, message.body.order_id !== 'order-1')
  endOrder(desk.journal, 'order-1')
  endOrder(desk.journal, 'order-2')
  await hub.next('result')
  expect((await hub.next('result')).body.order_id).toBe('order-2')
  await rig.heardAll()
  expect(desk.journal.outboxFigures()).toEqual({ waiting: 0, oldestAt: null, refused: 1 })
  const outcomes = [...desk.journal.audit()].map(({ outcome }) => outcome)
  expect(outcomes).toContain('report: order_unknown: never heard of it')
})

test('what was in flight when the connection was cut is sent again over the next one, before anything else', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.onResult = () => {}
  endOrder(desk.journal, 'order-1')
  const first = await hub.next('result')
  hub.drop()
  await desk.until(({ state }) => state === 'waiting')
  endOrder(desk.journal, 'order-2')
  hub.manners.onResult = (message) => hub.acknowledge(message.id)
  await desk.clock.advance(500)
  expect((await hub.next('result')).id).toBe(first.id)
  expect((await hub.next('result')).body.order_id).toBe('order-2')
})

test('results that have waited for three days, through restarts of the daemon, are delivered in their order', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.webSocket = 502
  hub.manners.polling = 502
  hub.drop()
  const orders = Array.from({ length: 30 }, (_, index) => `order-${index}`)
  for (const order of orders) {
    endOrder(desk.journal, order)
    await desk.until(({ state }) => state === 'waiting')
    desk.link().close()
    await desk.clock.advance(8_640_000)
    if (order === orders.at(-1)) hub.manners.webSocket = 'accept'
    desk.restart()
  }
  for (const order of orders) expect((await hub.next('result')).body.order_id).toBe(order)
})

test('an acknowledgement that the disk does not take leaves the result waiting, and it is sent again', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  const { acknowledge } = desk.journal
  desk.journal.acknowledge = () => {
    throw new BridgeError('data_unwritable')
  }
  endOrder(desk.journal, 'order-1')
  await hub.next('result')
  await rig.heardAll()
  expect(desk.journal.outboxFigures().waiting).toBe(1)
  expect(resultsHeard(rig)).toHaveLength(1)
  desk.journal.acknowledge = acknowledge
  await desk.clock.advance(15_000)
  await hub.next('result')
  await rig.heardAll()
  expect(desk.journal.outboxFigures().waiting).toBe(0)
})

test('an outbox that cannot be read is read again after 15 s', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  const { waiting } = desk.journal
  desk.journal.waiting = () => {
    throw new BridgeError('data_unwritable')
  }
  endOrder(desk.journal, 'order-1')
  desk.journal.waiting = waiting
  await desk.clock.advance(15_000)
  expect((await hub.next('result')).body.order_id).toBe('order-1')
})
