import { describe, expect } from 'vitest'
import { encoded, encoderNamed, openFakeBridge } from './fake-bridge.ts'
import { attemptOf, demoCard, eventTypes, test } from './hub-fixture.ts'

const noCard = {
  kind: 'untouched',
  code: 'card_timeout',
  seam_code: 'no_credential_on_encoder',
  message: 'No card was placed in time.',
  card_uid: null,
} as const

describe('an order that nobody answers', () => {
  test('ends as bridge_disconnected when the bridge stays away, and is not sent afterwards', async ({
    hub,
  }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    await bridge.close()
    const { methodId: access_method_id } = await demoCard(hub)
    const { body } = await hub.post('/access_methods/encode', {
      access_method_id,
      acs_encoder_id: encoder.acs_encoder_id,
    })
    const id = body.action_attempt.action_attempt_id
    hub.clock.advance(119_000)
    expect((await attemptOf(hub, id)).status).toBe('pending')
    hub.clock.advance(2_000)
    expect((await attemptOf(hub, id)).error.type).toBe('bridge_disconnected')
    const back = await hub.bridge([encoder], bridge.token)
    await back.settled()
    expect(back.received.map((one) => one.type)).toEqual(['welcome', 'pong'])
  })

  test('ends as encoder_not_online when the bridge says that the encoder is away', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk', { is_online: false })
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    const { body } = await hub.post('/access_methods/encode', {
      access_method_id,
      acs_encoder_id: encoder.acs_encoder_id,
    })
    await bridge.takeOrder()
    await bridge.settled()
    for (let second = 0; second < 126; second += 20) {
      hub.clock.advance(20_000)
      await bridge.settled()
    }
    expect((await attemptOf(hub, body.action_attempt.action_attempt_id)).error.type).toBe(
      'encoder_not_online',
    )
  })

  test('ends as action_attempt_expired and is cancelled at the bridge that has it', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', {
      access_method_id,
      acs_encoder_id: encoder.acs_encoder_id,
      expires_in_seconds: 10,
    })
    const order = await bridge.takeOrder()
    await bridge.settled()
    hub.clock.advance(12_000)
    expect((await attemptOf(hub, order.order_id)).status).toBe('pending')
    hub.clock.advance(5_000)
    expect((await attemptOf(hub, order.order_id)).error.type).toBe('action_attempt_expired')
    expect((await bridge.next('cancel')).body.order_id).toBe(order.order_id)
  })
})

describe('a success that comes after its order was given up', () => {
  const orderAndExpire = async (hub: Parameters<typeof demoCard>[0]) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id, grantId } = await demoCard(hub)
    const body = { access_method_id, acs_encoder_id: encoder.acs_encoder_id }
    await hub.post('/access_methods/encode', body)
    const order = await bridge.takeOrder()
    await bridge.settled()
    await bridge.close()
    hub.clock.advance(130_000)
    return { encoder, token: bridge.token, access_method_id, grantId, body, order }
  }

  test('turns the flags, and leaves the attempt ended', async ({ hub }) => {
    const { encoder, token, access_method_id, order } = await orderAndExpire(hub)
    expect((await attemptOf(hub, order.order_id)).error.type).toBe('bridge_disconnected')
    const back = await openFakeBridge(hub.endpoint, token)
    await back.hello([encoder])
    expect((await back.next('cancel')).body.order_id).toBe(order.order_id)
    expect((await back.report(order.order_id, encoded)).accepted).toBe(true)
    const { body } = await hub.post('/access_methods/get', { access_method_id })
    expect(body.access_method).toMatchObject({ is_issued: true, is_encoding_required: false })
    expect((await attemptOf(hub, order.order_id)).status).toBe('error')
    await back.close()
  })

  test('can’t be joined by a second card: a new order is refused until the bridge has reported', async ({
    hub,
  }) => {
    const { encoder, token, body, order } = await orderAndExpire(hub)
    const refused = await hub.post('/access_methods/encode', body)
    expect(refused.body.action_attempt.status).toBe('error')
    expect(refused.body.action_attempt.error.message).toContain('may have been written')
    const back = await openFakeBridge(hub.endpoint, token)
    await back.hello([encoder])
    await back.report(order.order_id, noCard)
    const free = await hub.post('/access_methods/encode', body)
    expect(free.body.action_attempt.status).toBe('pending')
    await back.close()
  })

  test('is settled by a bridge that never heard of the order', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    const body = { access_method_id, acs_encoder_id: encoder.acs_encoder_id }
    await hub.post('/access_methods/encode', body)
    await bridge.next('order')
    await bridge.close()
    hub.clock.advance(130_000)
    expect((await hub.post('/access_methods/encode', body)).body.action_attempt.status).toBe('error')
    const back = await hub.bridge([encoder], bridge.token)
    const cancel = await back.next('cancel')
    back.send('ack', { of: cancel.id, accepted: false, code: 'order_unknown' })
    await back.settled()
    expect((await hub.post('/access_methods/encode', body)).body.action_attempt.status).toBe('pending')
  })

  test('with times that were changed meanwhile is no issue: the card has to be encoded again', async ({
    hub,
  }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id, grantId: access_grant_id } = await demoCard(hub)
    const body = { access_method_id, acs_encoder_id: encoder.acs_encoder_id }
    await hub.post('/access_methods/encode', body)
    const order = await bridge.takeOrder()
    await bridge.settled()
    await hub.post('/access_grants/update', { access_grant_id, ends_at: '2026-12-01T10:00:00Z' })
    expect((await bridge.next('cancel')).body.order_id).toBe(order.order_id)
    await bridge.report(order.order_id, encoded)
    const after = await hub.post('/access_methods/get', { access_method_id })
    expect(after.body.access_method).toMatchObject({ is_issued: false, is_encoding_required: true })
    await hub.post('/access_methods/encode', body)
    const second = await bridge.takeOrder()
    expect(second.encode?.ends_at).toBe('2026-12-01T10:00:00.000Z')
    expect(second.fence).toBeGreaterThan(order.fence)
    await bridge.report(second.order_id, encoded)
    expect((await eventTypes(hub, { access_method_id })).at(-1)).toBe('access_method.reissued')
  })
})
