import { describe, expect } from 'vitest'
import type { ChannelEnding } from '../../src/contract/channel.ts'
import { encoded, encoderNamed, openFakeBridge } from './fake-bridge.ts'
import { attemptOf, demoCard, eventTypes, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const flagsOf = async (hub: TestHub, access_method_id: string) =>
  (await hub.post('/access_methods/get', { access_method_id })).body.access_method

const secondCard = async (hub: TestHub): Promise<string> => {
  const { grantId, entranceIds } = await demoCard(hub)
  const grant = await hub.post('/access_grants/get', { access_grant_id: grantId })
  const made = await hub.post('/access_grants/create', {
    user_identity_id: grant.body.access_grant.user_identity_id,
    acs_entrance_ids: entranceIds.slice(1, 2),
    requested_access_methods: [{ mode: 'card' }],
  })
  return made.body.access_grant.access_method_ids[0]
}

const cardOf = (card_uid: string): ChannelEnding => ({ ...encoded, card_uid })

const spoiledCard = (card_uid: string): ChannelEnding => ({
  kind: 'spoiled',
  code: 'card_removed',
  seam_code: 'encoding_interrupted',
  message: 'Taken away.',
  card_uid,
})

describe('a computer that was paired again', () => {
  test('delivers the result of a card that it wrote before', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const before = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const order = await before.takeOrder()
    await before.settled()
    await before.close()
    const again = await hub.bridge([encoder], await hub.pair())
    expect(await again.report(order.order_id, encoded)).toMatchObject({ accepted: true })
    expect(await flagsOf(hub, access_method_id)).toMatchObject({ is_issued: true })
  })

  test('is not believed about the orders of another computer', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const before = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const order = await before.takeOrder()
    await before.settled()
    await before.close()
    const other = await hub.bridge([encoderNamed('Back Office')], await hub.pair('Back Office'))
    expect(await other.report(order.order_id, encoded)).toMatchObject({ code: 'order_unknown' })
    expect(await flagsOf(hub, access_method_id)).toMatchObject({ is_issued: false })
  })
})

test('an order that the bridge has in its journal is not sent again to a journal that lacks it', async ({
  hub,
}) => {
  const encoder = encoderNamed('Front Desk')
  const bridge = await hub.bridge([encoder])
  const { methodId: access_method_id } = await demoCard(hub)
  await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
  await bridge.takeOrder()
  await bridge.settled()
  await bridge.close()
  const back = await openFakeBridge(hub.endpoint, bridge.token)
  await back.hello([encoder], [])
  await back.settled()
  expect(back.received.map((one) => one.type)).toEqual(['welcome', 'pong'])
  await back.close()
})

test('a new key ends the keys that were live when it was ordered, not a younger one that nobody was asked about', async ({
  hub,
}) => {
  const [one, two] = [encoderNamed('One'), encoderNamed('Two')]
  const bridge = await hub.bridge([one, two])
  const { methodId: first } = await demoCard(hub)
  const second = await secondCard(hub)
  await hub.post('/access_methods/encode', { access_method_id: first, acs_encoder_id: one.acs_encoder_id })
  const older = await bridge.takeOrder()
  expect(older.encode).toMatchObject({ purpose: 'new', ends_live_key: false })
  hub.clock.advance(1_000)
  await hub.post('/access_methods/encode', { access_method_id: second, acs_encoder_id: two.acs_encoder_id })
  const younger = await bridge.takeOrder()
  await bridge.report(younger.order_id, cardOf('0A0B0C02'))
  hub.clock.advance(1_000)
  await bridge.report(older.order_id, cardOf('0A0B0C01'))
  expect(await flagsOf(hub, second)).toMatchObject({ is_issued: true })
  expect(await eventTypes(hub, { event_type: 'acs_credential.invalidated' })).toEqual([])
})

describe('a card that held an issued credential', () => {
  const issueFirst = async (hub: TestHub) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: first } = await demoCard(hub)
    const second = await secondCard(hub)
    const order = async (access_method_id: string, more: object = {}) => {
      await hub.post('/access_methods/encode', {
        access_method_id,
        acs_encoder_id: encoder.acs_encoder_id,
        purpose: 'additional',
        ...more,
      })
      return (await bridge.takeOrder()).order_id
    }
    await bridge.report(await order(first), cardOf('0A0B0C01'))
    return { bridge, first, second, order }
  }

  test('and was overwritten is issued no longer', async ({ hub }) => {
    const { bridge, first, second, order } = await issueFirst(hub)
    await bridge.report(await order(second), cardOf('0A0B0C01'))
    expect(await flagsOf(hub, second)).toMatchObject({ is_issued: true })
    expect(await flagsOf(hub, first)).toMatchObject({ is_issued: false, is_encoding_required: true })
    expect((await eventTypes(hub, { access_method_id: first })).at(-1)).toBe(
      'access_method.card_encoding_required',
    )
  })

  test('and was spoiled for another access method is issued no longer', async ({ hub }) => {
    const { bridge, first, second, order } = await issueFirst(hub)
    await bridge.report(await order(second), spoiledCard('0A0B0C01'))
    expect(await flagsOf(hub, first)).toMatchObject({ is_issued: false })
  })

  test('and was spoiled while it was to be replaced is issued no longer', async ({ hub }) => {
    const { bridge, first, order } = await issueFirst(hub)
    await bridge.report(await order(first, { purpose: 'replacement' }), spoiledCard('0A0B0C01'))
    expect(await flagsOf(hub, first)).toMatchObject({ is_issued: false })
  })

  test('stays issued when another card was spoiled', async ({ hub }) => {
    const { bridge, first, second, order } = await issueFirst(hub)
    await bridge.report(await order(second), spoiledCard('0A0B0C02'))
    expect(await flagsOf(hub, first)).toMatchObject({ is_issued: true })
  })

  test('stays issued when its owner has a younger card', async ({ hub }) => {
    const { bridge, first, second, order } = await issueFirst(hub)
    await bridge.report(await order(first, { purpose: 'replacement' }), cardOf('0A0B0C02'))
    await bridge.report(await order(second), cardOf('0A0B0C01'))
    expect(await flagsOf(hub, first)).toMatchObject({ is_issued: true })
  })
})

test('a card that is scanned after its assignment was given up is assigned to nobody', async ({ hub }) => {
  const encoder = encoderNamed('Front Desk')
  const bridge = await hub.bridge([encoder])
  const { grantId } = await demoCard(hub)
  const grant = await hub.post('/access_grants/get', { access_grant_id: grantId })
  const { body } = await hub.post('/acs/encoders/scan_to_assign_credential', {
    acs_encoder_id: encoder.acs_encoder_id,
    user_identity_id: grant.body.access_grant.user_identity_id,
    expires_in_seconds: 10,
  })
  const order = await bridge.takeOrder()
  await bridge.settled()
  hub.clock.advance(20_000)
  expect((await attemptOf(hub, body.action_attempt.action_attempt_id)).status).toBe('error')
  const scanned = {
    kind: 'scanned',
    card_uid: '0A0B0C01',
    technology: 'mifare-classic-1k',
    card_number: null,
    record: null,
    remark: null,
  } as const
  expect(await bridge.report(order.order_id, scanned)).toMatchObject({ accepted: true })
  expect(await eventTypes(hub, { event_type: 'acs_credential.issued' })).toEqual([])
})

test('another order id, or another purpose, beside a pending order is refused and not merged with it', async ({
  hub,
}) => {
  const encoder = encoderNamed('Front Desk')
  await hub.bridge([encoder])
  const { methodId: access_method_id } = await demoCard(hub)
  const body = { access_method_id, acs_encoder_id: encoder.acs_encoder_id }
  await hub.post('/access_methods/encode', { ...body, order_id: 'a' })
  expect((await hub.post('/access_methods/encode', { ...body, order_id: 'b' })).status).toBe(409)
  expect((await hub.post('/access_methods/encode', { ...body, purpose: 'additional' })).status).toBe(409)
  expect((await hub.post('/access_methods/encode', body)).status).toBe(200)
})
