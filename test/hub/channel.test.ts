import { describe, expect } from 'vitest'
import { encoded, encoderNamed, openFakeBridge } from './fake-bridge.ts'
import { attemptOf, demoCard, eventTypes, test } from './hub-fixture.ts'

describe('a bridge that connects', () => {
  test('is welcomed with its names, the site key of 32 bytes and the hub’s time', async ({ hub }) => {
    const token = await hub.pair()
    const bridge = await openFakeBridge(hub.endpoint, token)
    const welcome = await bridge.hello([])
    expect(Buffer.from(welcome.site_keys.keys['1'] ?? '', 'base64')).toHaveLength(32)
    expect(welcome).toMatchObject({ site_keys: { current: 1 }, hub_time: '2026-11-23T12:00:00.000Z' })
    const { body } = await hub.post('/bridges/list')
    expect(body.bridges.map((one: { bridge_id: string }) => one.bridge_id)).toEqual([welcome.bridge_id])
    await bridge.close()
  })

  test('brings its encoders under their names, and takes them away when it no longer lists them', async ({
    hub,
  }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { acs_encoder_id } = encoder
    const listed = await hub.post('/acs/encoders/list', { acs_encoder_ids: [acs_encoder_id] })
    expect(listed.body.acs_encoders).toMatchObject([
      { acs_encoder_id, display_name: 'Front Desk', errors: [] },
    ])
    bridge.send('encoders', { encoders: [] })
    await bridge.settled()
    const gone = await hub.post('/acs/encoders/get', { acs_encoder_id })
    expect(gone.body.acs_encoder.errors).toMatchObject([{ error_code: 'acs_encoder_removed' }])
    bridge.send('encoders', { encoders: [encoder] })
    await bridge.settled()
    expect(await eventTypes(hub, { acs_encoder_id })).toEqual([
      'acs_encoder.added',
      'acs_encoder.removed',
      'acs_encoder.added',
    ])
  })

  test('is refused an encoder of another bridge, be that connected or away', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const owner = await hub.bridge([encoder])
    const thief = await openFakeBridge(hub.endpoint, await hub.pair('Back Office'))
    thief.send('hello', { version: '0.1.0', encoders: [encoder], open_order_ids: [], takes_new_token: false })
    expect((await thief.next('goodbye')).body).toMatchObject({ code: 'hub_refused' })
    await thief.closed
    await owner.close()
    const patient = await openFakeBridge(hub.endpoint, await hub.pair('Back Office'))
    patient.send('hello', {
      version: '0.1.0',
      encoders: [encoder],
      open_order_ids: [],
      takes_new_token: false,
    })
    expect((await patient.next('goodbye')).body).toMatchObject({ code: 'hub_refused' })
    await patient.closed
  })

  test('of a computer that was paired again takes its encoders along', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const before = await hub.bridge([encoder], await hub.pair('Desk', undefined, undefined, 'machine-1'))
    await before.close()
    const after = await hub.bridge([encoder], await hub.pair('Desk', undefined, undefined, 'machine-1'))
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    expect((await after.takeOrder()).acs_encoder_ids).toEqual([encoder.acs_encoder_id])
  })

  test('twice keeps the newer connection and says goodbye to the older', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const older = await hub.bridge([encoder])
    const newer = await hub.bridge([encoder], older.token)
    expect((await older.next('goodbye')).body.code).toBe('aborted')
    await older.closed
    await newer.settled()
  })

  test('again gets every pending order again, and cancels for what the hub no longer wants', async ({
    hub,
  }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const order = await bridge.takeOrder()
    await bridge.settled()
    await bridge.close()
    const back = await openFakeBridge(hub.endpoint, bridge.token)
    await back.hello([encoder], [order.order_id, 'never-heard-of'])
    expect((await back.takeOrder()).order_id).toBe(order.order_id)
    expect((await back.next('cancel')).body.order_id).toBe('never-heard-of')
    await back.report(order.order_id, encoded)
    expect((await attemptOf(hub, order.order_id)).status).toBe('success')
    await back.close()
  })

  test('after a restart of the hub finds its order and reports it', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const order = await bridge.takeOrder()
    const again = await hub.restart()
    const back = await openFakeBridge(again.endpoint, bridge.token)
    await back.hello([encoder], [order.order_id])
    expect((await back.takeOrder()).fence).toBe(order.fence)
    await back.report(order.order_id, encoded)
    expect((await attemptOf(again, order.order_id)).status).toBe('success')
    await back.close()
    await again.close()
  })
})

describe('the channel', () => {
  test('sends an unacknowledged order again in the same envelope after ten seconds', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const first = await bridge.next('order')
    hub.clock.advance(11_000)
    const second = await bridge.next('order')
    expect(second).toEqual(first)
    bridge.send('ack', { of: first.id, accepted: true })
    await bridge.settled()
    hub.clock.advance(20_000)
    await bridge.settled()
    expect(bridge.received.filter((one) => one.type === 'order')).toHaveLength(2)
  })

  test('gives a bridge up that was silent for 45 seconds', async ({ hub }) => {
    const bridge = await hub.bridge()
    hub.clock.advance(44_000)
    await bridge.settled()
    hub.clock.advance(44_000)
    await bridge.settled()
    hub.clock.advance(46_000)
    await bridge.closed
  })

  test.for([
    ['text that is no JSON', 'rubbish', 'request_invalid'],
    ['JSON that is no message', '[1,2,3]', 'request_invalid'],
    [
      'another version',
      '{"v":2,"id":"1","type":"ping","at":"2026-11-23T12:00:00Z","body":{}}',
      'hub_protocol',
    ],
    [
      'an unknown type',
      '{"v":1,"id":"1","type":"open_door","at":"2026-11-23T12:00:00Z","body":{}}',
      'request_invalid',
    ],
    [
      'a second hello',
      '{"v":1,"id":"1","type":"hello","at":"2026-11-23T12:00:00Z","body":{"version":"1","encoders":[],"open_order_ids":[]}}',
      'request_invalid',
    ],
  ] as const)('is closed on %s, and the hub lives', async ([, text, code], { hub }) => {
    const bridge = await hub.bridge()
    bridge.sendRaw(text)
    expect((await bridge.next('goodbye')).body.code).toBe(code)
    await bridge.closed
    const next = await hub.bridge(undefined, bridge.token).catch((error: unknown) => error)
    expect(next).not.toBeInstanceOf(Error)
  })

  test('hears nothing before the hello', async ({ hub }) => {
    const bridge = await openFakeBridge(hub.endpoint, await hub.pair())
    bridge.send('ping', {})
    expect((await bridge.next('goodbye')).body.code).toBe('request_invalid')
    await bridge.closed
  })

  test('refuses a result for an order of another bridge, for good', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const owner = await hub.bridge([encoder])
    const other = await hub.bridge([], await hub.pair('Back Office'))
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const order = await owner.takeOrder()
    expect(await other.report(order.order_id, encoded)).toMatchObject({
      accepted: false,
      code: 'order_unknown',
    })
    expect((await attemptOf(hub, order.order_id)).status).toBe('pending')
  })

  test.for([
    ['a wrong token', 'seam_brg_wrong'],
    ['an API key', null],
  ] as const)('is not opened with %s', async ([, token], { hub }) => {
    await expect(openFakeBridge(hub.endpoint, token ?? hub.apiKey)).rejects.toThrow('401')
  })
})
