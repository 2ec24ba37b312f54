import { describe, expect } from 'vitest'
import { encoderNamed } from './fake-bridge.ts'
import { attemptOf, demoCard, eventTypes, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'
import { addSecondWorkspace } from './second-workspace.ts'

const createSession = async (hub: TestHub) => {
  const names = {
    bridge_client_name: 'Desk',
    bridge_client_time_zone: 'Europe/Berlin',
    bridge_client_machine_identifier_key: 'machine',
  }
  const { body } = await hub.post('/seam/bridge/v1/bridge_client_sessions/create', names, null)
  return body.bridge_client_session as { pairing_code: string; bridge_client_session_token: string }
}
const connected = async (hub: TestHub, token: string) =>
  (await hub.post('/seam/bridge/v1/bridge_connected_systems/list', {}, token)).body.bridge_connected_systems

describe('a pairing code', () => {
  test('has six unambiguous characters, lives three minutes and connects the bridge to a new system', async ({
    hub,
  }) => {
    const { pairing_code, bridge_client_session_token: token } = await createSession(hub)
    expect(pairing_code).toMatch(/^[ACDEFGHJKMNPQRTUVWXY34679]{6}$/)
    expect(await connected(hub, token)).toEqual([])
    hub.clock.advance(179_000)
    const { status, body } = await hub.post('/bridges/claim', { pairing_code: pairing_code.toLowerCase() })
    expect(status).toBe(200)
    expect(await connected(hub, token)).toMatchObject([
      { bridge_id: body.bridge.bridge_id, acs_system_display_name: 'Desk', workspace_id: hub.workspaceId },
    ])
    expect(await eventTypes(hub, { event_type: 'acs_system.added' })).toHaveLength(2)
  })

  test('is good once, and not after three minutes', async ({ hub }) => {
    const used = await createSession(hub)
    await hub.post('/bridges/claim', { pairing_code: used.pairing_code })
    expect((await hub.post('/bridges/claim', { pairing_code: used.pairing_code })).status).toBe(404)
    const old = await createSession(hub)
    hub.clock.advance(180_000)
    const late = await hub.post('/bridges/claim', { pairing_code: old.pairing_code })
    expect([late.status, late.body.error.type]).toEqual([404, 'pairing_code_not_found'])
  })

  test('can’t be guessed: ten wrong tries close the door for a minute', async ({ hub }) => {
    const { pairing_code } = await createSession(hub)
    for (let tries = 0; tries < 10; tries += 1) await hub.post('/bridges/claim', { pairing_code: 'WRONG1' })
    expect((await hub.post('/bridges/claim', { pairing_code })).status).toBe(429)
    hub.clock.advance(61_000)
    expect((await hub.post('/bridges/claim', { pairing_code })).status).toBe(200)
  })

  test('claimed for the same system again keeps the site key', async ({ hub }) => {
    const first = await hub.pair('Desk')
    const [{ acs_system_id }] = await connected(hub, first)
    const one = await hub.bridge([], first)
    const second = await hub.pair('Desk', undefined, acs_system_id)
    const two = await hub.bridge([], second)
    const keyOf = (bridge: typeof one) =>
      bridge.received.flatMap((message) => (message.type === 'welcome' ? [message.body.site_keys] : []))
    expect(keyOf(two)).toEqual(keyOf(one))
    const other = await hub.bridge([], await hub.pair('Elsewhere'))
    expect(keyOf(other)).not.toEqual(keyOf(one))
  })
})

describe('a token', () => {
  test('of a bridge opens no Seam endpoint, and an API key no bridge endpoint', async ({ hub }) => {
    const token = await hub.pair()
    for (const path of ['/workspaces/get', '/access_grants/list', '/bridges/claim', '/events/list']) {
      expect((await hub.post(path, {}, token)).status, path).toBe(401)
    }
    const bridgePaths = [
      '/seam/bridge/v1/bridge_client_sessions/get',
      '/seam/bridge/v1/bridge_connected_systems/list',
      '/bridge/v1/poll',
      '/bridge/v1/credentials/lookup',
      '/bridge/v1/access_methods/encode',
    ]
    for (const path of bridgePaths) expect((await hub.post(path, {})).status, path).toBe(401)
  })

  test('of an unclaimed session opens nothing but its own pairing', async ({ hub }) => {
    const { bridge_client_session_token: token } = await createSession(hub)
    const { status, body } = await hub.post('/bridge/v1/poll', { wait_ms: 0, messages: [] }, token)
    expect([status, body.error.type]).toEqual([409, 'bridge_not_paired'])
  })

  test('never reaches a log, nor does a key', async ({ hub }) => {
    const bridge = await hub.bridge()
    await hub.post('/events/list')
    await bridge.settled()
    const log = hub.log.join('')
    expect(log).toContain('bridge connected')
    expect(log).not.toContain(hub.apiKey)
    expect(log).not.toContain(bridge.token)
    const [welcome] = bridge.received
    expect(log).not.toContain(welcome?.type === 'welcome' ? welcome.body.site_keys.keys['1'] : 'no welcome')
  })
})

describe('two workspaces', () => {
  test('see nothing of each other', async ({ hub: first }) => {
    const { hub, apiKey } = await addSecondWorkspace(first)
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id, grantId: access_grant_id, entranceIds } = await demoCard(hub)
    const { acs_encoder_id } = encoder
    const { body } = await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    const order = await bridge.takeOrder()
    const acs_credential_id = order.encode?.acs_credential_id ?? ''
    const { action_attempt_id } = body.action_attempt

    const hidden: [string, object][] = [
      ['/access_grants/get', { access_grant_id }],
      ['/access_grants/update', { access_grant_id, name: 'Mine' }],
      ['/access_grants/delete', { access_grant_id }],
      ['/access_methods/get', { access_method_id }],
      ['/access_methods/get_related', { access_method_ids: [access_method_id] }],
      ['/access_methods/delete', { access_method_id }],
      ['/access_methods/encode', { access_method_id, acs_encoder_id }],
      ['/access_methods/assign_card', { access_method_id, card_number: '1' }],
      ['/acs/entrances/get', { acs_entrance_id: entranceIds[0] }],
      ['/acs/encoders/get', { acs_encoder_id }],
      ['/acs/encoders/encode_credential', { acs_credential_id, acs_encoder_id }],
      ['/acs/encoders/scan_credential', { acs_encoder_id }],
      ['/acs/encoders/simulate/next_credential_encode_will_succeed', { acs_encoder_id }],
      ['/action_attempts/get', { action_attempt_id }],
    ]
    for (const [path, input] of hidden) expect((await hub.post(path, input, apiKey)).status, path).toBe(404)
    const lists: [string, string, object][] = [
      ['/access_grants/list', 'access_grants', {}],
      ['/access_methods/list', 'access_methods', { access_grant_id }],
      ['/acs/systems/list', 'acs_systems', {}],
      ['/acs/entrances/list', 'acs_entrances', {}],
      ['/acs/encoders/list', 'acs_encoders', { acs_encoder_ids: [acs_encoder_id] }],
      ['/action_attempts/list', 'action_attempts', {}],
      ['/events/list', 'events', {}],
      ['/user_identities/list', 'user_identities', {}],
      ['/bridges/list', 'bridges', {}],
    ]
    for (const [path, key, input] of lists) {
      expect((await hub.post(path, input, apiKey)).body[key], path).toEqual([])
    }
    const theirs = encoderNamed('Other desk')
    const stranger = await hub.bridge([theirs], await hub.pair('Other hotel', apiKey))
    const poached = { access_method_id, acs_encoder_id: theirs.acs_encoder_id }
    expect((await hub.post('/access_methods/encode', poached, apiKey)).status).toBe(404)
    expect((await hub.post('/bridge/v1/access_methods/encode', poached, stranger.token)).status).toBe(404)
    const lookup = await hub.post('/bridge/v1/credentials/lookup', { acs_credential_id }, stranger.token)
    expect(lookup.body.acs_credential).toBeNull()
    const desk = { access_method_id, acs_encoder_id }
    expect((await hub.post('/bridge/v1/access_methods/encode', desk, stranger.token)).status).toBe(404)
    expect((await attemptOf(hub, action_attempt_id)).status).toBe('pending')
    await hub.close()
  })
})
