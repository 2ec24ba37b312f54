import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { describe, expect } from 'vitest'
import { z } from 'zod'
import { ChannelOrder } from '../../src/contract/channel.ts'
import { encoderNamed, openFakeBridge } from './fake-bridge.ts'
import { attemptOf, demoCard, pairDemoDesk, test } from './hub-fixture.ts'

describe('the doors that a desk asks for', () => {
  test('are those of its own access system, under their names', async ({ hub }) => {
    const systems = await hub.post('/acs/systems/list')
    const [system] = systems.body.acs_systems
    const own = await hub.pair('Front Desk', hub.apiKey, system.acs_system_id)
    const { body } = await hub.post('/bridge/v1/entrances/list', {}, own)
    const { entranceIds } = await demoCard(hub)
    expect(body).toEqual({
      ok: true,
      acs_entrances: ['Lobby', 'Room 101', 'Room 102', 'Room 103', 'Room 201', 'Room 202'].map(
        (display_name, index) => ({ acs_entrance_id: entranceIds[index], display_name }),
      ),
    })
    const elsewhere = await hub.pair('Other House')
    expect((await hub.post('/bridge/v1/entrances/list', {}, elsewhere)).body.acs_entrances).toEqual([])
  })

  test('are told to nobody without the token of a paired bridge', async ({ hub }) => {
    expect((await hub.post('/bridge/v1/entrances/list', {}, null)).status).toBe(401)
    expect((await hub.post('/bridge/v1/entrances/list', {}, hub.apiKey)).status).toBe(401)
    const { body } = await hub.post(
      '/seam/bridge/v1/bridge_client_sessions/create',
      {
        bridge_client_name: 'New Desk',
        bridge_client_time_zone: 'Europe/Berlin',
        bridge_client_machine_identifier_key: 'new',
      },
      null,
    )
    const { bridge_client_session_token: token } = body.bridge_client_session
    expect((await hub.post('/bridge/v1/entrances/list', {}, token)).status).toBe(409)
  })
})

describe('an order of the desk', () => {
  test('carries its purpose and its copies', async ({ hub }) => {
    const coder = encoderNamed('Key Coder', { kind: 'key_system' })
    const bridge = await hub.bridge([coder], await pairDemoDesk(hub))
    const { methodId: access_method_id } = await demoCard(hub)
    const wanted = { access_method_id, acs_encoder_id: coder.acs_encoder_id, purpose: 'one_shot', copies: 20 }
    const path = '/bridge/v1/access_methods/encode'
    expect((await hub.post(path, { ...wanted, copies: 21 }, bridge.token)).status).toBe(400)
    expect((await hub.post(path, { ...wanted, purpose: 'oneShot' }, bridge.token)).status).toBe(400)
    await hub.post(path, wanted, bridge.token)
    expect((await bridge.takeOrder()).encode).toMatchObject({ purpose: 'one_shot', copies: 20 })
  })

  test('says which clerk asked, behind the desk’s name', async ({ hub }) => {
    const card = encoderNamed('Front Desk')
    const bridge = await hub.bridge([card], await pairDemoDesk(hub))
    const { methodId: access_method_id } = await demoCard(hub)
    const wanted = { access_method_id, acs_encoder_id: card.acs_encoder_id, ordered_by: 'Ann' }
    const path = '/bridge/v1/access_methods/encode'
    expect((await hub.post(path, { ...wanted, ordered_by: 'A'.repeat(81) }, bridge.token)).status).toBe(400)
    await hub.post(path, wanted, bridge.token)
    expect((await bridge.takeOrder()).ordered_by).toMatch(/^desk .+: Ann$/)
  })

  test('of before there were copies asks for one', async ({ hub }) => {
    const card = encoderNamed('Front Desk')
    const bridge = await hub.bridge([card], await pairDemoDesk(hub))
    const { methodId: access_method_id } = await demoCard(hub)
    const wanted = { access_method_id, acs_encoder_id: card.acs_encoder_id }
    await hub.post('/bridge/v1/access_methods/encode', wanted, bridge.token)
    expect((await bridge.takeOrder()).encode).toMatchObject({ purpose: 'new', copies: 1 })
  })
})

test('a scan to assign tells the bridge whom the card is for, and no other order does', async ({ hub }) => {
  const encoder = encoderNamed('Front Desk')
  const { acs_encoder_id } = encoder
  const bridge = await hub.bridge([encoder])
  const { body } = await hub.post('/user_identities/create', { full_name: 'Ada Guest' })
  const { user_identity_id } = body.user_identity
  await hub.post('/acs/encoders/scan_to_assign_credential', { acs_encoder_id, user_identity_id })
  expect((await bridge.takeOrder()).assign_to).toEqual({ acs_user_id: null, user_identity_id })
  await hub.post('/acs/encoders/scan_credential', { acs_encoder_id })
  expect((await bridge.takeOrder()).assign_to).toBeNull()
})

describe('a bridge of before there were key systems', () => {
  test('lists its encoders, takes orders and reports cards as it always did', async ({ hub }) => {
    const acs_encoder_id = randomUUID()
    const bridge = await openFakeBridge(hub.endpoint, await hub.pair())
    const say = (type: string, body: object) =>
      bridge.sendRaw(JSON.stringify({ v: 1, id: type, type, at: '2026-11-23T12:00:00.000Z', body }))
    const told = {
      acs_encoder_id,
      display_name: 'Old Desk',
      driver: 'pn532',
      technologies: [],
      is_online: true,
    }
    say('hello', { version: '0.1.0', encoders: [told], open_order_ids: [] })
    expect((await bridge.next('welcome')).body.knows_key_systems).toBe(true)
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    const { order_id } = await bridge.takeOrder()
    const ending = {
      kind: 'encoded',
      card_uid: '04A1B2C3',
      technology: 'mifare-classic-1k',
      proof: 'read_back',
    }
    say('result', { order_id, acs_encoder_id, ended_at: '2026-11-23T12:00:30.000Z', ending })
    expect((await bridge.next('ack')).body).toEqual({ of: 'result', accepted: true })
    expect((await attemptOf(hub, order_id)).status).toBe('success')
    await bridge.close()
  })

  test('left a store that is brought up to date, its encoders and orders with it', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const { token } = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    const { acs_encoder_id } = encoder
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    await hub.close()
    const store = new DatabaseSync(join(hub.dataDir, 'hub.db'))
    store.exec(`alter table acs_encoders drop column kind;
      alter table acs_systems drop column card_issuing; alter table access_methods drop column card_issuing;
      alter table access_methods drop column trouble;
      alter table access_methods drop column instant_key_max_use_count;
      drop table mobile_keys; drop table issue_simulations;
      drop table webhooks; drop table webhook_deliveries; drop table enrolment_tokens;
      alter table api_keys drop column api_key_id; alter table api_keys drop column is_operator;
      alter table api_keys drop column expires_at;
      alter table bridge_client_sessions drop column next_token;
      alter table bridge_client_sessions drop column next_token_hash;
      alter table bridges drop column revoked_at; alter table bridges drop column clock_skew_ms;
      drop table gateways; drop table upstream_cards; drop table assignments;
      drop table registrations;
      update orders set body = json_remove(body, '$.assign_to'); pragma user_version = 1`)
    store.close()
    const again = await hub.restart()
    const bridge = await again.bridge([{ ...encoder, kind: 'key_system' }], token)
    expect(ChannelOrder.parse((await bridge.next('order')).body)).toMatchObject({
      assign_to: null,
      encode: { access_method_id },
    })
    const keys = (await again.post('/api_keys/list')).body.api_keys
    expect(keys).toMatchObject([{ is_operator: true, expires_at: null }])
    expect(z.uuid().safeParse(keys[0].api_key_id).success).toBe(true)
    const twice = await again.restart()
    expect((await twice.post('/acs/encoders/list')).body.acs_encoders).toMatchObject([{ acs_encoder_id }])
    await twice.close()
  })
})
