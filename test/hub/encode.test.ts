import { describe, expect } from 'vitest'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { attemptOf, demoCard, eventTypes, test } from './hub-fixture.ts'

describe('an encode order', () => {
  test('turns the flags of the access method and emits issued once the bridge reports the card', async ({
    hub,
  }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    const before = await hub.post('/access_methods/get', { access_method_id })
    expect(before.body.access_method).toMatchObject({
      is_encoding_required: true,
      is_ready_for_encoding: true,
      is_issued: false,
      issued_at: null,
    })
    const { acs_encoder_id } = encoder
    const { body } = await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    expect(body.action_attempt).toMatchObject({ action_type: 'ENCODE_CREDENTIAL', status: 'pending' })

    const order = await bridge.takeOrder()
    expect(order).toMatchObject({
      order_id: body.action_attempt.action_attempt_id,
      kind: 'encode',
      acs_encoder_ids: [acs_encoder_id],
      expires_at: '2026-11-23T12:02:00.000Z',
      time_zone: 'Europe/Berlin',
      encode: { purpose: 'new', copies: 1, access_method_id, is_confirmed: false, ends_live_key: false },
    })
    expect(await bridge.report(order.order_id, encoded)).toMatchObject({ accepted: true })

    const after = await hub.post('/access_methods/get', { access_method_id })
    expect(after.body.access_method).toMatchObject({
      is_encoding_required: false,
      is_ready_for_encoding: false,
      is_issued: true,
      issued_at: '2026-11-23T12:00:00.000Z',
    })
    const attempt = await attemptOf(hub, order.order_id)
    expect(attempt.status).toBe('success')
    expect(attempt.result).toMatchObject({
      acs_credential_id: order.encode?.acs_credential_id,
      card_number: order.encode?.card_number,
      is_issued: true,
    })
    expect(await eventTypes(hub, { access_method_id })).toEqual([
      'access_method.created',
      'access_method.card_encoding_required',
      'access_method.issued',
    ])
    expect(await eventTypes(hub, { event_type: 'acs_credential.issued' })).toHaveLength(1)
  })

  test('is applied once, however often and in whatever envelope its result comes', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const order = await bridge.takeOrder()
    expect(await bridge.report(order.order_id, encoded, 'result-1')).toMatchObject({
      of: 'result-1',
      accepted: true,
    })
    expect(await bridge.report(order.order_id, encoded, 'result-1')).toMatchObject({
      of: 'result-1',
      accepted: true,
    })
    const other = { kind: 'untouched', code: 'card_timeout', seam_code: 'no_credential_on_encoder' } as const
    const late = await bridge.report(
      order.order_id,
      { ...other, message: 'No card.', card_uid: null },
      'result-2',
    )
    expect(late.accepted).toBe(true)
    expect((await attemptOf(hub, order.order_id)).status).toBe('success')
    const issued = [
      'access_method.issued',
      'access_method.reissued',
      'acs_credential.issued',
      'acs_credential.reissued',
    ]
    expect(await eventTypes(hub, { event_types: issued })).toEqual([
      'acs_credential.issued',
      'access_method.issued',
    ])
  })

  test('counts a result that overtakes the acknowledgement of its order', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const order = await bridge.next('order')
    await bridge.report(order.body.order_id, encoded)
    bridge.send('ack', { of: order.id, accepted: false, code: 'order_expired' })
    await bridge.settled()
    expect((await attemptOf(hub, order.body.order_id)).status).toBe('success')
  })

  test('is refused with credential_cannot_be_reissued once the card is issued, and reaches no bridge', async ({
    hub,
  }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    const body = { access_method_id, acs_encoder_id: encoder.acs_encoder_id }
    await hub.post('/access_methods/encode', body)
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    const again = await hub.post('/access_methods/encode', body)
    expect(again.body.action_attempt).toMatchObject({
      status: 'error',
      error: { type: 'credential_cannot_be_reissued' },
    })
    await bridge.settled()
    expect(bridge.received.filter((one) => one.type === 'order')).toHaveLength(1)
  })

  test('of a replacement is carried for an issued card and ends in reissued', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    const body = { access_method_id, acs_encoder_id: encoder.acs_encoder_id }
    await hub.post('/access_methods/encode', body)
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    await hub.post('/access_methods/encode', { ...body, purpose: 'replacement', copies: 2 })
    const order = await bridge.takeOrder()
    expect(order.encode).toMatchObject({ purpose: 'replacement', copies: 2 })
    await bridge.report(order.order_id, encoded)
    expect((await eventTypes(hub, { access_method_id })).at(-1)).toBe('access_method.reissued')
  })

  test('beside a pending one gives the same attempt on the same encoder and 409 on another', async ({
    hub,
  }) => {
    const [one, two] = [encoderNamed('One'), encoderNamed('Two')]
    const bridge = await hub.bridge([one, two])
    const { methodId: access_method_id } = await demoCard(hub)
    const first = await hub.post('/access_methods/encode', {
      access_method_id,
      acs_encoder_id: one.acs_encoder_id,
    })
    const same = await hub.post('/access_methods/encode', {
      access_method_id,
      acs_encoder_id: one.acs_encoder_id,
    })
    expect(same.body.action_attempt.action_attempt_id).toBe(first.body.action_attempt.action_attempt_id)
    const other = await hub.post('/access_methods/encode', {
      access_method_id,
      acs_encoder_id: two.acs_encoder_id,
    })
    expect(other.status).toBe(409)
    expect(other.body.error.type).toBe('access_method_being_encoded')
    await bridge.settled()
    expect(bridge.received.filter((message) => message.type === 'order')).toHaveLength(1)
  })

  test('with a known order_id gives the same attempt, and 409 with another content', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    const body = { access_method_id, acs_encoder_id: encoder.acs_encoder_id, order_id: 'pms-4711' }
    const first = await hub.post('/access_methods/encode', body)
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    const again = await hub.post('/access_methods/encode', body)
    expect(again.body.action_attempt).toMatchObject({
      action_attempt_id: first.body.action_attempt.action_attempt_id,
      status: 'success',
    })
    const other = await hub.post('/access_methods/encode', { ...body, purpose: 'additional' })
    expect([other.status, other.body.error.type]).toEqual([409, 'order_conflict'])
  })

  test('that the bridge refuses ends the attempt with the code of the error table', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const order = await bridge.next('order')
    bridge.send('ack', { of: order.id, accepted: false, code: 'order_misdirected', message: 'Not mine.' })
    await bridge.settled()
    expect(await attemptOf(hub, order.body.order_id)).toMatchObject({
      status: 'error',
      error: { type: 'bridge_disconnected', message: 'The bridge refused the order: Not mine.' },
    })
  })

  test('that fails gives the bridge’s own Seam code and leaves the flags', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const order = await bridge.takeOrder()
    const ending = { kind: 'spoiled', code: 'card_removed', seam_code: 'encoding_interrupted' } as const
    await bridge.report(order.order_id, { ...ending, message: 'Taken away.', card_uid: '04A1B2C3' })
    expect((await attemptOf(hub, order.order_id)).error).toEqual({
      type: 'encoding_interrupted',
      message: 'Taken away.',
    })
    const { body } = await hub.post('/access_methods/get', { access_method_id })
    expect(body.access_method).toMatchObject({ is_encoding_required: true, is_issued: false })
  })

  test('for an encoder or an access method that does not exist is answered with 404', async ({ hub }) => {
    const { methodId: access_method_id } = await demoCard(hub)
    const nobody = '00000000-0000-4000-8000-000000000001'
    const encoder = await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: nobody })
    expect([encoder.status, encoder.body.error.type]).toEqual([404, 'acs_encoder_not_found'])
    const method = await hub.post('/access_methods/encode', {
      access_method_id: nobody,
      acs_encoder_id: nobody,
    })
    expect([method.status, method.body.error.type]).toEqual([404, 'access_method_not_found'])
  })
})

describe('a second grant on the same room', () => {
  const orderBoth = async (hub: Parameters<typeof demoCard>[0]) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId, grantId, entranceIds } = await demoCard(hub)
    const { acs_encoder_id } = encoder
    await hub.post('/access_methods/encode', { access_method_id: methodId, acs_encoder_id })
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    const grant = await hub.post('/access_grants/get', { access_grant_id: grantId })
    const order = async (acs_entrance_ids: string[]) => {
      const made = await hub.post('/access_grants/create', {
        user_identity_id: grant.body.access_grant.user_identity_id,
        acs_entrance_ids,
        requested_access_methods: [{ mode: 'card' }],
      })
      const [access_method_id] = made.body.access_grant.access_method_ids
      await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id, is_confirmed: true })
      return bridge.takeOrder()
    }
    return { bridge, methodId, entranceIds, order }
  }

  test('tells the desk that a new key ends the live one, and ends it when the card is made', async ({
    hub,
  }) => {
    const { bridge, methodId, entranceIds, order } = await orderBoth(hub)
    const second = await order(entranceIds.slice(1, 2))
    expect(second.encode).toMatchObject({ ends_live_key: true, is_confirmed: true })
    await bridge.report(second.order_id, encoded)
    const { body } = await hub.post('/access_methods/get', { access_method_id: methodId })
    expect(body.access_method).toMatchObject({ is_issued: false, is_encoding_required: true })
    expect(await eventTypes(hub, { event_type: 'acs_credential.invalidated' })).toHaveLength(1)
  })

  test('shares the lobby without ending anybody’s key', async ({ hub }) => {
    const { entranceIds, order } = await orderBoth(hub)
    const second = await order(entranceIds.slice(0, 1))
    expect(second.encode?.ends_live_key).toBe(false)
  })
})
