import { expect, test } from 'vitest'
import { EncoderId, OrderId } from '../../src/contract/ids.ts'
import type { Order } from '../../src/contract/order.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import {
  channelOrder,
  encoded,
  ENCODER_ID,
  isConnected,
  journalOrder,
  METHOD_ID,
  openDesk,
  readyEncoder,
} from './desk.ts'
import { openFakeHub, welcomeBody } from './fake-hub.ts'

const keyCoder = { ...readyEncoder, kind: 'keySystem', address: '01', technologies: [] } as const
const never = new AbortController().signal

const openHubAndDesk = async (welcome: object = welcomeBody()) => {
  const hub = await openFakeHub()
  hub.manners.welcome = welcome as never
  const desk = openDesk(hub.endpoint)
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
const encode = channelOrder().encode
/** As JSON neither of them has the field. */
const oldOrder = { ...channelOrder(), assign_to: undefined }
const oldWelcome = { ...welcomeBody(), knows_key_systems: undefined }

test('a key for one opening is ordered in the channel’s words and journalled in ours', async () => {
  await using rig = await openHubAndDesk()
  rig.desk.views.encoders = [keyCoder]
  await rig.ask({ ...channelOrder(), encode: { ...encode, purpose: 'one_shot', copies: 20 } })
  expect(rig.desk.journal.entry(orderId)?.order.encode).toMatchObject({ purpose: 'oneShot', copies: 20 })
})

test.each([
  ['one_shot in our own words', { encode: { ...encode, purpose: 'oneShot' } }],
  ['21 copies', { encode: { ...encode, copies: 21 } }],
  ['somebody to assign an encode to', { assign_to: { acs_user_id: null, user_identity_id: METHOD_ID } }],
])('an order with %s is refused as invalid', async (_, changes) => {
  await using rig = await openHubAndDesk()
  expect(await rig.ask({ ...channelOrder(), ...changes })).toMatchObject({
    accepted: false,
    code: 'order_invalid',
  })
})

test('a scan to assign tells for whom', async () => {
  await using rig = await openHubAndDesk()
  const assign_to = { acs_user_id: null, user_identity_id: METHOD_ID }
  await rig.ask(channelOrder({ kind: 'scan_to_assign', encode: null, assign_to }))
  expect(rig.desk.journal.entry(orderId)?.order.assignTo).toEqual({
    acsUserId: null,
    userIdentityId: METHOD_ID,
  })
})

test('an order keeps the property’s time zone, whatever this computer’s is', async () => {
  await using rig = await openHubAndDesk()
  await rig.ask(channelOrder({ time_zone: 'Pacific/Kiritimati' }))
  expect(rig.desk.journal.entry(orderId)?.order.timeZone).toBe('Pacific/Kiritimati')
})

test('the hub is told of which kind each encoder is', async () => {
  await using rig = await openHubAndDesk()
  rig.desk.views.encoders = [keyCoder, { ...readyEncoder, kind: 'scanner' }, readyEncoder]
  rig.desk.encodersChanged()
  const { encoders } = (await rig.hub.next('encoders')).body
  expect(encoders.map(({ kind }) => kind)).toEqual(['key_system', 'scanner', 'card'])
})

test('a hub of before there were key systems orders cards as it always did', async () => {
  await using rig = await openHubAndDesk(oldWelcome)
  expect(await rig.ask(oldOrder)).toEqual({ accepted: true })
  expect(rig.desk.journal.entry(orderId)?.order).toEqual(journalOrder())
})

test('and can order nothing at a key system, because it would not understand how that ends', async () => {
  await using rig = await openHubAndDesk(oldWelcome)
  const other = EncoderId.parse('44444444-4444-4444-8444-444444444444')
  rig.desk.views.encoders = [{ ...keyCoder, encoderId: other }, readyEncoder]
  expect(await rig.ask(channelOrder({ acs_encoder_ids: [ENCODER_ID, other] }))).toMatchObject({
    accepted: false,
    code: 'hub_protocol',
  })
  expect(await rig.ask(oldOrder)).toEqual({ accepted: true })
})

const journalled = (id: string, changes: Partial<Order>): Order =>
  journalOrder({ orderId: OrderId.parse(id), kind: 'scan', encode: null, ...changes })

test('what only the desk may order reaches no hub, and holds up no result', async () => {
  await using rig = await openHubAndDesk()
  const { journal } = rig.desk
  const carriedOut: Ending = { kind: 'carriedOut', remark: null }
  const cut: Ending = { kind: 'unknown', code: 'outcome_unknown', detail: null, uid: null }
  const stay = { kind: 'stay', stay: { kind: 'cancelTask' } } as const
  for (const [order, ending] of [
    [journalled('stay-1', { ...stay, origin: 'desk' }), carriedOut],
    // No such order comes from a hub. If one were there, those behind it would still have to be told.
    [journalled('wrong-1', {}), carriedOut],
    [journalled('wrong-2', stay), cut],
    [journalled('scan-1', {}), encoded],
  ] as const) {
    journal.accept(order)
    journal.end(order.orderId, ENCODER_ID, ending)
  }
  expect((await rig.hub.next('result')).body.order_id).toBe('scan-1')
  expect(rig.hub.heard.filter(({ type }) => type === 'result')).toHaveLength(1)
  expect(journal.outboxFigures()).toMatchObject({ refused: 2 })
})

const ENTRANCES = '/bridge/v1/entrances/list'

test('the desk asks the hub for its doors', async () => {
  await using rig = await openHubAndDesk()
  rig.hub.rest.set(ENTRANCES, {
    body: { ok: true, acs_entrances: [{ acs_entrance_id: 'e1', display_name: 'Lobby', more: 1 }] },
  })
  expect(await rig.desk.link().listEntrances(never)).toEqual([{ acsEntranceId: 'e1', displayName: 'Lobby' }])
  expect(rig.hub.asked).toMatchObject([{ path: ENTRANCES, body: {} }])
})

test('a hub that has no such list says so, and without a pairing there is none to ask', async () => {
  await using rig = await openHubAndDesk()
  const notFound = { error: { type: 'route_not_found', message: 'There is no such endpoint.' }, ok: false }
  rig.hub.rest.set(ENTRANCES, { status: 404, body: notFound })
  await expect(rig.desk.link().listEntrances(never)).rejects.toMatchObject({ code: 'hub_refused' })
  rig.desk.journal.setPairing(null)
  await expect(rig.desk.link().listEntrances(never)).rejects.toMatchObject({ code: 'not_paired' })
})
