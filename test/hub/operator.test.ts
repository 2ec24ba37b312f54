import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { WebSocket } from 'ws'
import { encoderNamed, openFakeBridge } from './fake-bridge.ts'
import { askHub, pairDemoDesk, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const OPERATOR_PATHS = [
  '/api_keys/list',
  '/api_keys/create',
  '/api_keys/rotate',
  '/api_keys/revoke',
  '/bridges/revoke',
  '/bridges/rotate_token',
  '/enrolment_tokens/create',
  '/enrolment_tokens/list',
  '/enrolment_tokens/revoke',
]

const makeKey = async (hub: TestHub, more: object = {}) => {
  const { body } = await hub.post('/api_keys/create', { name: 'PMS', ...more })
  return body.api_key as { api_key_id: string; key: string; label: string }
}

const onlyBridge = async (hub: TestHub) => (await hub.post('/bridges/overview')).body.bridges[0]

describe('a key of a client', () => {
  test('works for grants, is labelled, and makes no keys and withdraws no desks', async ({ hub }) => {
    const { key, label } = await makeKey(hub)
    expect(label).toBe(`PMS …${key.slice(-4)}`)
    expect((await hub.post('/access_grants/list', {}, key)).status).toBe(200)
    for (const path of OPERATOR_PATHS) expect((await hub.post(path, {}, key)).status, path).toBe(403)
  })

  test('is told once, and kept as a hash', async ({ hub }) => {
    const { key } = await makeKey(hub)
    const listed = await hub.post('/api_keys/list')
    expect(listed.body.api_keys).toHaveLength(2)
    expect(JSON.stringify(listed.body)).not.toContain(key)
    expect(hub.log.join('')).not.toContain(key)
    await hub.close()
    expect((await readFile(join(hub.dataDir, 'hub.db'))).includes(key)).toBe(false)
  })

  test('that is revoked ends at once', async ({ hub }) => {
    const { api_key_id, key } = await makeKey(hub)
    expect((await hub.post('/api_keys/revoke', { api_key_id })).status).toBe(200)
    expect((await hub.post('/access_grants/list', {}, key)).status).toBe(401)
    expect((await hub.post('/api_keys/revoke', { api_key_id })).status).toBe(404)
  })

  test('that is rotated ends at once, or when the overlap is over', async ({ hub }) => {
    const status = async (key: string) => (await hub.post('/workspaces/get', {}, key)).status
    const first = await makeKey(hub)
    const second = (await hub.post('/api_keys/rotate', { api_key_id: first.api_key_id })).body.api_key
    expect([await status(first.key), await status(second.key)]).toEqual([401, 200])
    const { api_key_id } = second
    const third = (await hub.post('/api_keys/rotate', { api_key_id, overlap_hours: 2 })).body.api_key
    expect(third.label).toBe(`PMS …${third.key.slice(-4)}`)
    hub.clock.advance(2 * 3_600_000 - 1)
    expect([await status(second.key), await status(third.key)]).toEqual([200, 200])
    hub.clock.advance(1)
    expect([await status(second.key), await status(third.key)]).toEqual([401, 200])
  })

  test('that is rotated twice ends when the first of its overlaps is over', async ({ hub }) => {
    const { api_key_id, key } = await makeKey(hub)
    await hub.post('/api_keys/rotate', { api_key_id, overlap_hours: 2 })
    await hub.post('/api_keys/rotate', { api_key_id, overlap_hours: 72 })
    hub.clock.advance(2 * 3_600_000)
    expect((await hub.post('/workspaces/get', {}, key)).status).toBe(401)
  })
})

describe('the last operator’s key', () => {
  test('is not revoked, also not while another one runs out', async ({ hub }) => {
    const [{ api_key_id }] = (await hub.post('/api_keys/list')).body.api_keys
    const refused = await hub.post('/api_keys/revoke', { api_key_id })
    expect([refused.status, refused.body.error.type]).toEqual([409, 'last_operator_key'])
    const made = (await hub.post('/api_keys/rotate', { api_key_id, overlap_hours: 1 })).body.api_key
    const last = await hub.post('/api_keys/revoke', { api_key_id: made.api_key_id })
    expect(last.body.error.type).toBe('last_operator_key')
    expect((await hub.post('/api_keys/list', {}, made.key)).status).toBe(200)
  })
})

describe('a bridge that is revoked', () => {
  test('is told so on its open channel, and its token opens nothing', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { bridge_id } = await onlyBridge(hub)
    await hub.post('/bridges/revoke', { bridge_id })
    expect((await bridge.next('goodbye')).body.code).toBe('hub_unauthorized')
    await bridge.closed
    for (const path of ['/bridge/v1/entrances/list', '/bridge/v1/poll', '/bridge/v1/credentials/lookup']) {
      expect((await hub.post(path, {}, bridge.token)).status, path).toBe(401)
    }
    await expect(openFakeBridge(hub.endpoint, bridge.token)).rejects.toThrow('401')
    const { body } = await hub.post('/acs/encoders/get', { acs_encoder_id: encoder.acs_encoder_id })
    expect(body.acs_encoder.errors).toMatchObject([{ error_code: 'acs_encoder_removed' }])
    expect((await hub.post('/bridges/list')).body.bridges).toEqual([])
    expect((await hub.post('/bridges/revoke', { bridge_id })).status).toBe(404)
  })

  test('before its hello hears nothing of the site', async ({ hub }) => {
    const token = await hub.pair()
    const socket = new WebSocket(`${hub.endpoint.replace('http', 'ws')}/bridge/v1/channel`, {
      headers: { authorization: `Bearer ${token}` },
    })
    await new Promise((resolve) => socket.once('open', resolve))
    const { bridge_id } = await onlyBridge(hub)
    await hub.post('/bridges/revoke', { bridge_id })
    const hello = { version: '1', encoders: [], open_order_ids: [] }
    const heard = new Promise<string>((resolve) => {
      socket.once('message', (data) => resolve((data as Buffer).toString()))
    })
    socket.send(JSON.stringify({ v: 1, id: 'h', type: 'hello', at: '2026-11-23T12:00:00.000Z', body: hello }))
    expect(JSON.parse(await heard)).toMatchObject({ type: 'goodbye', body: { code: 'hub_unauthorized' } })
  })

  test('while it polls is told at once', async ({ hub }) => {
    const token = await hub.pair()
    const hello = { version: '1', encoders: [], open_order_ids: [] }
    const message = { v: 1, id: 'h', type: 'hello', at: '2026-11-23T12:00:00.000Z', body: hello }
    const poll = (wait_ms: number, messages: object[]) =>
      askHub(hub.endpoint, '/bridge/v1/poll', { wait_ms, messages }, token)
    expect((await poll(0, [message])).body.messages).toMatchObject([{ type: 'welcome' }])
    const held = poll(30_000, [])
    const { bridge_id } = await onlyBridge(hub)
    await hub.post('/bridges/revoke', { bridge_id })
    const answer = await held
    // The poll that holds still is answered, or comes after the end: whichever the hub has heard first.
    const told = answer.body.error?.type ?? answer.body.messages[0].body.code
    expect(told).toMatch(/unauthorized$/)
    expect((await poll(0, [])).status).toBe(401)
  })
})

describe('a new token', () => {
  test('is offered on the channel, and only its use ends the one before', async ({ hub }) => {
    const token = await hub.pair()
    const bridge = await openFakeBridge(hub.endpoint, token)
    await bridge.hello([], [], true)
    const { bridge_id } = await onlyBridge(hub)
    await hub.post('/bridges/rotate_token', { bridge_id })
    const offered = (await bridge.next('new_token')).body.token
    expect(offered).not.toBe(token)
    expect((await onlyBridge(hub)).is_token_rotation_pending).toBe(true)
    await bridge.close()

    // The offer was lost with the connection: the same one comes again, and again after a restart.
    const again = await hub.restart()
    const second = await openFakeBridge(again.endpoint, token)
    await second.hello([], [], true)
    expect((await second.next('new_token')).body.token).toBe(offered)
    await second.close()

    const third = await openFakeBridge(again.endpoint, offered)
    await third.hello([], [], true)
    await expect(openFakeBridge(again.endpoint, token)).rejects.toThrow('401')
    expect((await onlyBridge(again)).is_token_rotation_pending).toBe(false)
    await third.close()
    expect(again.log.join('')).not.toContain(offered)
    await again.close()
  })

  test('is not offered to a bridge that does not know the message', async ({ hub }) => {
    const bridge = await hub.bridge([])
    const { bridge_id } = await onlyBridge(hub)
    await hub.post('/bridges/rotate_token', { bridge_id })
    await bridge.settled()
    expect(bridge.received.map(({ type }) => type)).not.toContain('new_token')
    expect((await onlyBridge(hub)).is_token_rotation_pending).toBe(true)
  })
})

describe('the overview of bridges', () => {
  test('tells name, site, connection and clock', async ({ hub }) => {
    const bridge = await hub.bridge([], await pairDemoDesk(hub))
    const [system] = (await hub.post('/acs/systems/list')).body.acs_systems
    expect(await onlyBridge(hub)).toMatchObject({
      name: 'Front Desk',
      acs_system_id: system.acs_system_id,
      is_connected: true,
      clock_skew_ms: 0,
    })
    // The fake bridge goes on saying 12:00:00.
    hub.clock.advance(7_000)
    await bridge.settled()
    expect((await onlyBridge(hub)).clock_skew_ms).toBe(-7_000)
  })
})
