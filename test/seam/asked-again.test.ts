import { expect, test } from 'vitest'
import { OrderId } from '../../src/contract/ids.ts'
import { channelOrder, encoded, ENCODER_ID, isConnected, openDesk } from './desk.ts'
import { openFakeHub } from './fake-hub.ts'

const orderId = OrderId.parse('order-1')

const openHubAndDesk = async () => {
  const hub = await openFakeHub()
  const desk = openDesk(hub.endpoint)
  await desk.until(isConnected)
  const order = async (): Promise<void> => {
    hub.send({ type: 'order', body: channelOrder() })
    await hub.next('ack')
  }
  const close = async (): Promise<void> => {
    desk[Symbol.dispose]()
    await hub.close()
  }
  return { hub, desk, order, [Symbol.asyncDispose]: close }
}

/** An order that ended, and whose result the hub has acknowledged. */
const openDelivered = async () => {
  const rig = await openHubAndDesk()
  await rig.order()
  rig.desk.journal.end(orderId, ENCODER_ID, encoded)
  await rig.hub.next('result')
  while (rig.desk.journal.outboxFigures().waiting > 0) await new Promise(setImmediate)
  return rig
}

test('a hub that was put back to a backup and orders again gets the result again', async () => {
  await using rig = await openDelivered()
  await rig.order()
  expect((await rig.hub.next('result')).body).toMatchObject({
    order_id: orderId,
    ending: { kind: 'encoded', card_uid: '04A1B2C3' },
  })
})

test('a hub that cancels an order whose result it had acknowledged gets the result again', async () => {
  await using rig = await openDelivered()
  rig.hub.send({ type: 'cancel', body: { order_id: orderId } })
  expect((await rig.hub.next('result')).body.order_id).toBe(orderId)
})

test('a cancel does not end the question what became of a card whose write was cut short', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await rig.order()
  desk.sessionChanged({
    orderId,
    kind: 'encode',
    state: 'recovering',
    revision: 1,
    encoderId: ENCODER_ID,
    progress: null,
    prompt: 'Place the card.',
    cancellable: true,
    ending: null,
  })
  const id = hub.send({ type: 'cancel', body: { order_id: orderId } })
  expect((await hub.next('ack')).body).toEqual({ of: id, accepted: true })
  expect(desk.cancelled).toEqual([])
})
