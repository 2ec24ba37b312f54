import { describe, expect } from 'vitest'
import { ErrorAnswer } from '../../src/hub/refusal.ts'
import { encoded, encoderNamed } from './fake-bridge.ts'
import type { FakeBridge } from './fake-bridge.ts'
import { askHub, demoCard, test } from './hub-fixture.ts'
import type { Answer, TestHub } from './hub-fixture.ts'
import { successSchema } from './openapi-schema.ts'

/** Asks like `post`, and holds every success body to the published OpenAPI document. */
const createChecker = (hub: TestHub) => {
  const checked = new Set<string>()
  const ask = async (path: string, body: object = {}, bearer?: string | null): Promise<Answer> => {
    const answer = await hub.post(path, body, bearer)
    expect(answer, path).toMatchObject({ status: 200 })
    const validate = successSchema(path)
    expect(validate(answer.body), `${path}: ${JSON.stringify(validate.errors)}`).toBe(true)
    checked.add(path)
    return answer
  }
  return { ask, checked }
}

type Ask = ReturnType<typeof createChecker>['ask']

const walkGrants = async (ask: Ask, entranceIds: string[]) => {
  const user = await ask('/user_identities/create', { full_name: 'Ada', email_address: 'ada@example.com' })
  const { user_identity_id } = user.body.user_identity
  await ask('/user_identities/get', { user_identity_id })
  await ask('/user_identities/list')
  const made = await ask('/access_grants/create', {
    user_identity_id,
    acs_entrance_ids: entranceIds.slice(2, 3),
    starts_at: '2026-11-23T15:00:00+01:00',
    ends_at: null,
    access_grant_key: 'stay-1',
    reservation_key: 'r-1',
    requested_access_methods: [
      { mode: 'card' },
      { mode: 'code', code: '4711' },
      { mode: 'mobile_key', instant_key_max_use_count: 2 },
      { mode: 'cloud_key' },
    ],
  })
  const { access_grant_id, access_method_ids } = made.body.access_grant
  await ask('/access_grants/get', { access_grant_id })
  await ask('/access_grants/list')
  const methods = await ask('/access_methods/list', { access_grant_id })
  const { client_session_id } = methods.body.access_methods[2]
  await ask('/client_sessions/get', { client_session_id })
  await ask('/access_methods/get_related', { access_method_ids })
  return { user_identity_id, access_grant_id, access_method_id: access_method_ids[0] as string }
}

const walkCards = async (ask: Ask, bridge: FakeBridge, acs_encoder_id: string, access_method_id: string) => {
  const pending = await ask('/access_methods/encode', { access_method_id, acs_encoder_id })
  const order = await bridge.takeOrder()
  await bridge.report(order.order_id, encoded)
  const { action_attempt_id } = pending.body.action_attempt
  await ask('/action_attempts/get', { action_attempt_id })
  await ask('/access_methods/get', { access_method_id })
  await ask('/acs/encoders/encode_credential', {
    acs_credential_id: order.encode?.acs_credential_id,
    acs_encoder_id,
  })
  const scan = await ask('/acs/encoders/scan_credential', { acs_encoder_id })
  const scanOrder = await bridge.takeOrder()
  const { acs_credential_id, card_number, starts_at } = order.encode ?? {}
  if (!acs_credential_id || !card_number || !starts_at) throw new Error('the order has no credential')
  await bridge.report(scanOrder.order_id, {
    kind: 'scanned',
    card_uid: '04A1B2C3',
    technology: 'mifare-classic-1k',
    card_number: null,
    record: { acs_credential_id, card_number, starts_at, ends_at: '2030-01-01T00:00:00.000Z' },
    remark: null,
  })
  await ask('/action_attempts/get', { action_attempt_id: scan.body.action_attempt.action_attempt_id })
}

describe('every answer', () => {
  test('of a Seam-shaped endpoint is valid against the OpenAPI document', async ({ hub }) => {
    const { ask, checked } = createChecker(hub)
    const encoder = encoderNamed('Front Desk')
    const { acs_encoder_id } = encoder
    const bridge = await hub.bridge([encoder])
    const { entranceIds, methodId } = await demoCard(hub)

    await ask('/workspaces/get')
    const systems = await ask('/acs/systems/list')
    const acs_system_ids = systems.body.acs_systems.map((one: { acs_system_id: string }) => one.acs_system_id)
    await ask('/acs/systems/get', { acs_system_id: acs_system_ids[0] })
    await ask('/acs/entrances/list')
    await ask('/acs/entrances/get', { acs_entrance_id: entranceIds[0] })
    await ask('/acs/encoders/list', { acs_system_ids })
    await ask('/acs/encoders/get', { acs_encoder_id })
    const bridges = await ask('/bridges/list')
    await ask('/bridges/get', { bridge_id: bridges.body.bridges[0].bridge_id })

    const { user_identity_id, access_grant_id, access_method_id } = await walkGrants(ask, entranceIds)
    await walkCards(ask, bridge, acs_encoder_id, access_method_id)

    await ask('/acs/encoders/simulate/next_credential_encode_will_fail', { acs_encoder_id })
    await ask('/access_methods/encode', { acs_encoder_id, access_method_id: methodId })
    await ask('/acs/encoders/simulate/next_credential_encode_will_succeed', { acs_encoder_id })
    await ask('/access_methods/encode', { acs_encoder_id, access_method_id: methodId })
    await ask('/acs/encoders/simulate/next_credential_scan_will_fail', { acs_encoder_id })
    await ask('/acs/encoders/scan_credential', { acs_encoder_id })
    for (const scenario of ['credential_exists_on_seam', 'credential_on_encoder_needs_update'] as const) {
      await ask('/acs/encoders/simulate/next_credential_scan_will_succeed', { acs_encoder_id, scenario })
      await ask('/acs/encoders/scan_credential', { acs_encoder_id })
    }

    const assigned = await ask('/acs/encoders/scan_to_assign_credential', {
      acs_encoder_id,
      user_identity_id,
    })
    const scanned = {
      kind: 'scanned',
      card_uid: '04A1B2C3',
      technology: 'mifare-classic-1k',
      card_number: null,
    } as const
    await bridge.report((await bridge.takeOrder()).order_id, { ...scanned, record: null, remark: 'blank' })
    const { action_attempt_id } = assigned.body.action_attempt
    const attempt = await ask('/action_attempts/get', { action_attempt_id })
    await ask('/access_grants/update', { access_grant_id, ends_at: '2027-01-01T00:00:00Z', name: 'Longer' })
    await ask('/access_methods/assign_card', {
      access_method_id,
      card_number: attempt.body.action_attempt.result.card_number,
    })
    await ask('/action_attempts/list')

    const { webhook } = (await ask('/webhooks/create', { url: 'https://hotel.example/seam' })).body
    const { webhook_id } = webhook
    await ask('/webhooks/get', { webhook_id })
    await ask('/webhooks/list')
    await ask('/webhooks/update', { webhook_id, event_types: ['access_method.issued'] })
    await ask('/webhooks/delete', { webhook_id })

    await ask('/access_methods/delete', { access_method_id })
    await ask('/access_grants/delete', { access_grant_id })
    const events = await ask('/events/list', { since: '2026-01-01T00:00:00Z' })
    await ask('/events/get', { event_id: events.body.events[0].event_id })
    expect(events.body.events.length).toBeGreaterThan(20)

    bridge.send('encoders', { encoders: [] })
    await bridge.settled()
    await bridge.close()
    await ask('/acs/encoders/get', { acs_encoder_id })
    await ask('/acs/systems/list')
    await ask('/events/list', { acs_encoder_id })

    const base = '/seam/bridge/v1/bridge_client_sessions'
    const created = await ask(
      `${base}/create`,
      {
        bridge_client_name: 'Desk 2',
        bridge_client_time_zone: 'Europe/Berlin',
        bridge_client_machine_identifier_key: 'machine-2',
      },
      null,
    )
    const token = created.body.bridge_client_session.bridge_client_session_token
    await ask(`${base}/get`, {}, token)
    await ask(`${base}/regenerate_pairing_code`, {}, token)
    await ask(`${base}/report_status`, { is_tailscale_connected: null, tailscale_ip_v4: null }, token)
    await ask('/seam/bridge/v1/bridge_connected_systems/list', {}, bridge.token)
    expect(checked.size).toBe(45)
  })

  test.for([
    ['/access_grants/create', { requested_access_methods: [{ mode: 'tattoo' }] }, 400, 'invalid_input'],
    ['/access_grants/get', { access_grant_id: 'no-uuid' }, 400, 'invalid_input'],
    [
      '/access_grants/get',
      { access_grant_id: '00000000-0000-4000-8000-000000000001' },
      404,
      'access_grant_not_found',
    ],
    ['/acs/encoders/list', { acs_system_id: 'no uuid' }, 400, 'invalid_input'],
    ['/acs/encoders/simulate/next_credential_encode_will_fail', { scenario: 'x' }, 400, 'invalid_input'],
    ['/no/such/endpoint', {}, 404, 'route_not_found'],
  ] as const)('of %s that refuses has Seam’s error shape', async ([path, body, status, type], { hub }) => {
    const answer = await hub.post(path, body)
    expect(answer.status).toBe(status)
    expect(ErrorAnswer.parse(answer.body).error.type).toBe(type)
  })

  test('to a request without a key, or with a wrong one, is 401', async ({ hub }) => {
    for (const bearer of [null, 'seam_wrong', 'Basic']) {
      const answer = await askHub(hub.endpoint, '/workspaces/get', {}, bearer)
      expect(answer.status).toBe(401)
      expect(ErrorAnswer.parse(answer.body).error.type).toBe('unauthorized')
    }
  })
})
