import { randomUUID } from 'node:crypto'
import { encoded, encoderNamed } from './fake-bridge.ts'
import type { FakeBridge } from './fake-bridge.ts'
import { demoCard } from './hub-fixture.ts'
import type { Answer, TestHub } from './hub-fixture.ts'

/** How the walk asks; whoever walks checks the answers. Everything but `POST` is named. */
export type Ask = (path: string, parameters?: object, how?: Asking) => Promise<Answer>
export interface Asking {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly bearer?: string | null
}

/** Asks a question by POST and then by GET: both see the same. */
const read = async (ask: Ask, path: string, parameters: object = {}, bearer?: string): Promise<Answer> => {
  const how = bearer === undefined ? {} : { bearer }
  const answer = await ask(path, parameters, how)
  await ask(path, parameters, { ...how, method: 'GET' })
  return answer
}

const newGrant = async (ask: Ask, entranceIds: readonly string[], more: object = {}) => {
  const made = await ask('/access_grants/create', {
    user_identity: { full_name: 'Ada' },
    acs_entrance_ids: entranceIds.slice(2, 3),
    requested_access_methods: [{ mode: 'card' }],
    ...more,
  })
  return made.body.access_grant
}

const walkGrants = async (ask: Ask, entranceIds: readonly string[]) => {
  const user = await ask('/user_identities/create', { full_name: 'Ada', email_address: 'ada@example.com' })
  const { user_identity_id } = user.body.user_identity
  await read(ask, '/user_identities/get', { user_identity_id })
  await read(ask, '/user_identities/list')
  const made = await ask('/access_grants/create', {
    user_identity_id,
    acs_entrance_ids: entranceIds.slice(2, 3),
    starts_at: '2026-11-23T12:00:00+01:00',
    ends_at: null,
    access_grant_key: 'stay-1',
    reservation_key: 'r-1',
    requested_access_methods: [
      { mode: 'card' },
      { mode: 'code', code: '4711' },
      { mode: 'mobile_key', instant_key_max_use_count: 2 },
    ],
  })
  const { access_grant_id } = made.body.access_grant
  const grown = await ask('/access_grants/request_access_methods', {
    access_grant_id,
    requested_access_methods: [{ mode: 'cloud_key' }],
  })
  const { access_method_ids } = grown.body.access_grant
  await read(ask, '/access_grants/get', { access_grant_id })
  await read(ask, '/access_grants/list')
  await read(ask, '/access_grants/get_related', { access_grant_ids: [access_grant_id] })
  await read(ask, '/access_methods/list', { access_grant_id })
  await read(ask, '/access_methods/get_related', { access_method_ids })
  await walkKeys(ask, entranceIds, access_method_ids)
  return { user_identity_id, access_grant_id, access_method_id: access_method_ids[0] as string }
}

const walkKeys = async (ask: Ask, doors: readonly string[], methodIds: readonly string[]) => {
  const acs_entrance_id = doors[2]
  await ask('/access_methods/unlock_door', { access_method_id: methodIds[3], acs_entrance_id })
  await ask('/access_methods/unlock_door', { access_method_id: methodIds[3], acs_entrance_id: doors[1] })
  const keys = await read(ask, '/instant_keys/list')
  const { instant_key_id, client_session_id } = keys.body.instant_keys[0]
  await read(ask, '/instant_keys/get', { instant_key_id })
  await read(ask, '/client_sessions/list')
  await read(ask, '/client_sessions/get', { client_session_id })
  const ends: readonly (readonly [string, Asking, string])[] = [
    ['/instant_keys/delete', {}, 'instant_key_id'],
    ['/instant_keys/delete', { method: 'DELETE' }, 'instant_key_id'],
    ['/client_sessions/delete', {}, 'client_session_id'],
    ['/client_sessions/delete', { method: 'DELETE' }, 'client_session_id'],
    ['/client_sessions/revoke', {}, 'client_session_id'],
  ]
  for (const [path, how, name] of ends) {
    await newGrant(ask, doors, { requested_access_methods: [{ mode: 'mobile_key' }] })
    const [newest] = (await ask('/instant_keys/list')).body.instant_keys.slice(-1)
    await ask(path, { [name]: newest[name] }, how)
  }
}

const walkCards = async (ask: Ask, bridge: FakeBridge, acs_encoder_id: string, access_method_id: string) => {
  const pending = await ask('/access_methods/encode', { access_method_id, acs_encoder_id })
  const order = await bridge.takeOrder()
  await bridge.report(order.order_id, encoded)
  const { action_attempt_id } = pending.body.action_attempt
  await read(ask, '/action_attempts/get', { action_attempt_id })
  await read(ask, '/access_methods/get', { access_method_id })
  const { acs_credential_id, card_number, starts_at, acs_entrance_ids } = order.encode ?? {}
  await ask('/acs/encoders/encode_credential', { acs_credential_id, acs_encoder_id })
  if (!acs_credential_id || !card_number || !starts_at) throw new Error('the order has no credential')
  await read(ask, '/acs/credentials/get', { acs_credential_id })
  await read(ask, '/acs/credentials/list')
  await read(ask, '/acs/credentials/list_accessible_entrances', { acs_credential_id })
  await read(ask, '/acs/entrances/list_credentials_with_access', { acs_entrance_id: acs_entrance_ids?.[0] })

  const scan = await ask('/acs/encoders/scan_credential', { acs_encoder_id })
  await bridge.report((await bridge.takeOrder()).order_id, {
    kind: 'scanned',
    card_uid: '04A1B2C3',
    technology: 'mifare-classic-1k',
    card_number: null,
    record: { acs_credential_id, card_number, starts_at, ends_at: '2030-01-01T00:00:00.000Z' },
    remark: null,
  })
  await ask('/action_attempts/get', { action_attempt_id: scan.body.action_attempt.action_attempt_id })
}

const walkAssignment = async (
  ask: Ask,
  bridge: FakeBridge,
  acs_encoder_id: string,
  ids: { user_identity_id: string; access_grant_id: string; access_method_id: string },
) => {
  const { user_identity_id, access_grant_id, access_method_id } = ids
  const assigned = await ask('/acs/encoders/scan_to_assign_credential', { acs_encoder_id, user_identity_id })
  await bridge.report((await bridge.takeOrder()).order_id, {
    kind: 'scanned',
    card_uid: '04A1B2C3',
    technology: 'mifare-classic-1k',
    card_number: null,
    record: null,
    remark: 'blank',
  })
  const { action_attempt_id } = assigned.body.action_attempt
  const attempt = await ask('/action_attempts/get', { action_attempt_id })
  await ask('/access_grants/update', { access_grant_id, ends_at: '2027-01-01T00:00:00Z', name: 'Longer' })
  await ask('/access_grants/update', { access_grant_id, name: 'Long' }, { method: 'PATCH' })
  const { card_number } = attempt.body.action_attempt.result
  await ask('/access_methods/assign_card', { access_method_id, card_number })
  await read(ask, '/action_attempts/list')
}

const walkSimulations = async (ask: Ask, acs_encoder_id: string, access_method_id: string) => {
  await ask('/acs/encoders/simulate/next_credential_encode_will_fail', { acs_encoder_id })
  await ask('/access_methods/encode', { acs_encoder_id, access_method_id })
  await ask('/acs/encoders/simulate/next_credential_encode_will_succeed', { acs_encoder_id })
  await ask('/access_methods/encode', { acs_encoder_id, access_method_id })
  await ask('/acs/encoders/simulate/next_credential_scan_will_fail', { acs_encoder_id })
  await ask('/acs/encoders/scan_credential', { acs_encoder_id })
  for (const scenario of ['credential_exists_on_seam', 'credential_on_encoder_needs_update'] as const) {
    await ask('/acs/encoders/simulate/next_credential_scan_will_succeed', { acs_encoder_id, scenario })
    await ask('/acs/encoders/scan_credential', { acs_encoder_id })
  }
}

const walkTroubles = async (ask: Ask, entranceIds: readonly string[], acs_system_id: string) => {
  await ask('/access_methods/simulate/next_issue_will_be_delayed', { mode: 'code' })
  const asked = { requested_access_methods: [{ mode: 'code' }] }
  const { access_method_ids } = await newGrant(ask, entranceIds, asked)
  await ask('/access_methods/simulate/issue', { access_method_id: access_method_ids[0] })
  await ask('/access_methods/simulate/next_issue_will_fail', { mode: 'code' })
  await newGrant(ask, entranceIds, asked)
  await ask('/acs/systems/simulate/card_issuing', { acs_system_id, card_issuing: 'encoding' })
}

const walkWebhooks = async (ask: Ask) => {
  const create = async () =>
    (await ask('/webhooks/create', { url: 'https://hotel.example/seam' })).body.webhook.webhook_id
  const webhook_id = await create()
  await read(ask, '/webhooks/get', { webhook_id })
  await read(ask, '/webhooks/list')
  const wanted = { webhook_id, event_types: ['access_method.issued'] }
  await ask('/webhooks/update', wanted)
  await ask('/webhooks/update', wanted, { method: 'PUT' })
  await ask('/webhooks/delete', { webhook_id })
  await ask('/webhooks/delete', { webhook_id: await create() }, { method: 'DELETE' })
}

const walkEnds = async (ask: Ask, entranceIds: readonly string[], access_grant_id: string) => {
  const made = await newGrant(ask, entranceIds, {
    requested_access_methods: [{ mode: 'card' }, { mode: 'code' }],
  })
  const [first, second] = made.access_method_ids
  await ask('/access_methods/delete', { access_method_id: first })
  await ask('/access_methods/delete', { access_method_id: second }, { method: 'DELETE' })
  await ask('/access_grants/delete', { access_grant_id: made.access_grant_id })
  await ask('/access_grants/delete', { access_grant_id }, { method: 'DELETE' })
  const events = await read(ask, '/events/list', { since: '2026-01-01T00:00:00Z' })
  await read(ask, '/events/get', { event_id: events.body.events[0].event_id })
}

const walkBridges = async (
  ask: Ask,
  bridge: FakeBridge & { readonly token: string },
  acs_system_id: string,
) => {
  const bridges = await read(ask, '/bridges/list')
  await read(ask, '/bridges/get', { bridge_id: bridges.body.bridges[0].bridge_id })
  const base = '/seam/bridge/v1/bridge_client_sessions'
  const names = { bridge_client_name: 'Desk 2', bridge_client_time_zone: 'Europe/Berlin' }
  const created = await ask(
    `${base}/create`,
    { ...names, bridge_client_machine_identifier_key: 'machine-2' },
    { bearer: null },
  )
  const { bridge_client_session_token: bearer } = created.body.bridge_client_session
  await read(ask, `${base}/get`, {}, bearer)
  const renewed = await ask(`${base}/regenerate_pairing_code`, {}, { bearer })
  const status = { is_tailscale_connected: null, tailscale_ip_v4: null }
  await ask(`${base}/report_status`, status, { bearer })
  const { pairing_code } = renewed.body.bridge_client_session
  await ask('/bridges/claim', { pairing_code, acs_system_id })
  await read(ask, '/seam/bridge/v1/bridge_connected_systems/list', {}, bridge.token)
  return bearer as string
}

const walkOperator = async (ask: Ask, acs_system_id: string) => {
  const made = await ask('/api_keys/create', { name: 'PMS' })
  const { api_key_id } = made.body.api_key
  const rotated = await ask('/api_keys/rotate', { api_key_id, overlap_hours: 1 })
  await read(ask, '/api_keys/list')
  await ask('/api_keys/revoke', { api_key_id: rotated.body.api_key.api_key_id })
  const tokens = await ask('/enrolment_tokens/create', { acs_system_id, count: 2 })
  await read(ask, '/enrolment_tokens/list')
  const [{ enrolment_token_id }] = tokens.body.enrolment_tokens
  await ask('/enrolment_tokens/revoke', { enrolment_token_id })
  const overview = await read(ask, '/bridges/overview')
  const { bridge_id } = overview.body.bridges.at(-1)
  await ask('/bridges/rotate_token', { bridge_id })
  await ask('/bridges/revoke', { bridge_id })
}

const walkDesk = async (ask: Ask, bearer: string, entranceIds: readonly string[]) => {
  const encoder = encoderNamed('Desk 2')
  const hello = {
    ...{ v: 1, id: randomUUID(), at: '2026-11-23T12:00:00Z', type: 'hello' },
    body: { version: '0.1.0', encoders: [encoder], open_order_ids: [] },
  }
  await ask('/bridge/v1/poll', { wait_ms: 0, messages: [hello] }, { bearer })
  const { access_method_ids } = await newGrant(ask, entranceIds)
  const wanted = { access_method_id: access_method_ids[0], acs_encoder_id: encoder.acs_encoder_id }
  await ask('/bridge/v1/access_methods/encode', wanted, { bearer })
  const lookup = { acs_credential_id: randomUUID() }
  await ask('/bridge/v1/credentials/lookup', lookup, { bearer })
  await ask('/bridge/v1/entrances/list', {}, { bearer })
}

const walkDeskWork = async (ask: Ask, bearer: string, entranceIds: readonly string[]) => {
  const grant = await newGrant(ask, entranceIds, {
    requested_access_methods: [{ mode: 'code' }, { mode: 'card' }],
    reservation_key: 'r-2',
  })
  const { access_grant_id, access_method_ids } = grant
  const [code, card] = access_method_ids
  const list = await ask('/bridge/v1/work/list', {}, { bearer })
  if (list.body.work.length === 0) throw new Error('a card waits, and the desk is not told')
  await ask('/bridge/v1/access_grants/find', { reservation_key: 'r-2' }, { bearer })
  for (const access_method_id of [code, card]) {
    await ask('/bridge/v1/access_methods/reveal', { access_method_id, secret: 'code' }, { bearer })
  }
  const longer = { access_grant_id, ends_at: '2027-01-01T00:00:00Z' }
  await ask('/bridge/v1/access_grants/extend', longer, { bearer })
  const assigned = { access_method_id: card, card_number: '4711' }
  await ask('/bridge/v1/access_methods/assign_card', assigned, { bearer })
}

/** Uses every endpoint of the hub by every method, each so that it succeeds. */
export const walkEveryEndpoint = async (hub: TestHub, ask: Ask): Promise<void> => {
  const encoder = encoderNamed('Front Desk')
  const { acs_encoder_id } = encoder
  const bridge = await hub.bridge([encoder])
  const { entranceIds, methodId } = await demoCard(hub)
  await ask('/health', {}, { method: 'GET', bearer: null })
  await read(ask, '/workspaces/get')
  await read(ask, '/workspaces/list')
  const systems = await read(ask, '/acs/systems/list')
  const acs_system_ids = systems.body.acs_systems.map((one: { acs_system_id: string }) => one.acs_system_id)
  const [acs_system_id] = acs_system_ids
  await read(ask, '/acs/systems/get', { acs_system_id })
  const reported = { hotek_metadata: { room_number: '301' } }
  await ask('/acs/systems/report_devices', { acs_system_id, acs_entrances: [reported] })
  await read(ask, '/acs/entrances/list')
  await read(ask, '/acs/entrances/get', { acs_entrance_id: entranceIds[0] })
  await read(ask, '/acs/encoders/list', { acs_system_ids })
  await read(ask, '/acs/encoders/get', { acs_encoder_id })

  const ids = await walkGrants(ask, entranceIds)
  await walkCards(ask, bridge, acs_encoder_id, ids.access_method_id)
  await walkSimulations(ask, acs_encoder_id, methodId)
  await walkAssignment(ask, bridge, acs_encoder_id, ids)
  await walkTroubles(ask, entranceIds, acs_system_id)
  await walkWebhooks(ask)
  const bearer = await walkBridges(ask, bridge, acs_system_id)
  await walkDesk(ask, bearer, entranceIds)
  await walkDeskWork(ask, bearer, entranceIds)
  await walkOperator(ask, acs_system_id)
  await walkEnds(ask, entranceIds, ids.access_grant_id)

  bridge.send('encoders', { encoders: [] })
  await bridge.settled()
  await bridge.close()
  await ask('/acs/encoders/get', { acs_encoder_id })
  await ask('/acs/systems/list')
  await ask('/events/list', { acs_encoder_id })
}
