import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { FromHub } from '../../src/contract/channel.ts'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { attemptOf, demoCard, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const message = (type: string, body: object) => ({
  v: 1,
  id: randomUUID(),
  type,
  at: '2026-11-23T12:00:00Z',
  body,
})

const poll = async (hub: TestHub, token: string, messages: object[], wait_ms = 0): Promise<FromHub[]> => {
  const { body } = await hub.post('/bridge/v1/poll', { wait_ms, messages }, token)
  return body.messages.map((one: unknown) => FromHub.parse(one))
}

describe('a bridge that polls', () => {
  test('is welcomed, holds still until there is an order, and reports its result', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const token = await hub.pair()
    const hello = message('hello', { version: '0.1.0', encoders: [encoder], open_order_ids: [] })
    expect((await poll(hub, token, [hello])).map((one) => one.type)).toEqual(['welcome'])

    const held = poll(hub, token, [], 25_000)
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const [order] = await held
    if (order?.type !== 'order') throw new Error('no order came')

    const result = message('result', {
      order_id: order.body.order_id,
      acs_encoder_id: encoder.acs_encoder_id,
      ended_at: '2026-11-23T12:00:30Z',
      ending: encoded,
    })
    const answers = await poll(hub, token, [message('ack', { of: order.id, accepted: true }), result])
    expect(answers).toMatchObject([{ type: 'ack', body: { of: result.id, accepted: true } }])
    expect((await attemptOf(hub, order.body.order_id)).status).toBe('success')
  })

  test('without a hello is told to begin again', async ({ hub }) => {
    const token = await hub.pair()
    expect(await poll(hub, token, [message('ping', {})])).toMatchObject([{ type: 'goodbye' }])
  })

  test('gets an empty answer when its waiting time is over', async ({ hub }) => {
    const token = await hub.pair()
    await poll(hub, token, [message('hello', { version: '0.1.0', encoders: [], open_order_ids: [] })])
    const held = poll(hub, token, [], 5_000)
    // A second request proves that the first has reached the hub: both are read in the order of their arrival.
    await poll(hub, token, [message('ping', {})])
    hub.clock.advance(5_000)
    expect(await Promise.race([held, hub.post('/health')])).toBeDefined()
  })

  test('with a malformed message is answered with 400 that names it', async ({ hub }) => {
    const token = await hub.pair()
    const { status, body } = await hub.post('/bridge/v1/poll', { wait_ms: 0, messages: [{ v: 1 }] }, token)
    expect(status).toBe(400)
    expect(body.error.message).toContain('messages.0')
  })
})
