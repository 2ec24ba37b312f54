import { describe, expect } from 'vitest'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { demoCard, eventTypes, readJson, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const SOMETHING = '00000000-0000-4000-8000-000000000009'

/** Grants of two guests to two rooms, with a card and a PIN each. */
const twoGuests = async (hub: TestHub) => {
  const { entranceIds, grantId } = await demoCard(hub)
  await hub.post('/access_grants/delete', { access_grant_id: grantId })
  const make = async (full_name: string, door: string | undefined, more: object = {}) => {
    const { body } = await hub.post('/access_grants/create', {
      user_identity: { full_name },
      acs_entrance_ids: [door],
      requested_access_methods: [{ mode: 'card' }, { mode: 'code' }],
      ...more,
    })
    return body.access_grant
  }
  const ada = await make('Ada', entranceIds[1], { access_grant_key: 'ada-1' })
  const bob = await make('Bob', entranceIds[2])
  return { ada, bob, rooms: entranceIds.slice(1, 3) }
}

describe('/access_methods/list', () => {
  test('finds by grant, by its key, by door, and nothing by what the hub has none of', async ({ hub }) => {
    const { ada, bob, rooms } = await twoGuests(hub)
    const idsBy = async (filter: object): Promise<string[]> =>
      (await hub.post('/access_methods/list', filter)).body.access_methods.map(
        (one: { access_method_id: string }) => one.access_method_id,
      )
    expect(await idsBy({ access_grant_id: ada.access_grant_id })).toEqual(ada.access_method_ids)
    expect(await idsBy({ access_grant_key: 'ada-1' })).toEqual(ada.access_method_ids)
    expect(await idsBy({ acs_entrance_id: rooms[1] })).toEqual(bob.access_method_ids)
    expect(await idsBy({ access_grant_id: ada.access_grant_id, acs_entrance_id: rooms[1] })).toEqual([])
    for (const name of ['device_id', 'space_id', 'access_code_id']) {
      expect(await idsBy({ access_grant_id: ada.access_grant_id, [name]: SOMETHING }), name).toEqual([])
    }
    expect(await idsBy({})).toEqual([...ada.access_method_ids, ...bob.access_method_ids])
  })
})

describe('/events/list', () => {
  test('finds by grant, access method, guest, door and type, and by a time on both sides', async ({
    hub,
  }) => {
    const { ada, bob } = await twoGuests(hub)
    const { access_grant_id, user_identity_id } = bob
    const [card, code] = bob.access_method_ids
    const ofBob = [
      'access_grant.created',
      'access_method.created',
      'access_method.card_encoding_required',
      'access_method.created',
      'access_method.issued',
    ]
    expect(await eventTypes(hub, { access_grant_id })).toEqual(ofBob)
    expect(await eventTypes(hub, { user_identity_id })).toEqual(ofBob)
    expect(await eventTypes(hub, { access_grant_ids: [ada.access_grant_id, access_grant_id] })).toHaveLength(
      10,
    )
    expect(await eventTypes(hub, { access_method_id: card })).toEqual(ofBob.slice(1, 3))
    expect(await eventTypes(hub, { access_method_ids: [code] })).toEqual(ofBob.slice(3))
    expect(await eventTypes(hub, { access_grant_id, event_types: ['access_method.issued'] })).toEqual([
      'access_method.issued',
    ])
    hub.clock.advance(60_000)
    const later = new Date(hub.clock.now()).toISOString()
    await hub.post('/access_grants/delete', { access_grant_id })
    expect(await eventTypes(hub, { access_grant_id, since: later })).toContain('access_grant.deleted')
    expect(await eventTypes(hub, { access_grant_id, since: later })).not.toContain('access_grant.created')
    const before = { access_grant_id, between: ['2026-11-23T00:00:00Z', '2026-11-23T12:00:30+00:00'] }
    expect(await eventTypes(hub, before)).toEqual(ofBob)
    for (const name of ['device_id', 'space_id', 'acs_user_id', 'acs_access_group_id']) {
      expect(await eventTypes(hub, { [name]: SOMETHING }), name).toEqual([])
    }
  })

  test('names the key of the grant, where it has one', async ({ hub }) => {
    const { ada, bob } = await twoGuests(hub)
    const eventsOf = async (access_grant_id: string) =>
      (await hub.post('/events/list', { access_grant_id, event_type: 'access_method.created' })).body.events
    expect(await eventsOf(ada.access_grant_id)).toMatchObject([
      { access_grant_keys: ['ada-1'] },
      { access_grant_keys: ['ada-1'] },
    ])
    for (const event of await eventsOf(bob.access_grant_id)) {
      expect(event).not.toHaveProperty('access_grant_keys')
    }
  })

  test('tells of each turn of a card and its encoder', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const { acs_encoder_id } = encoder
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id, grantId: access_grant_id } = await demoCard(hub)
    const encode = async (): Promise<void> => {
      await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
      await bridge.report((await bridge.takeOrder()).order_id, encoded)
    }
    await encode()
    const [{ acs_credential_id }] = (await hub.post('/acs/credentials/list')).body.acs_credentials
    await hub.post('/access_grants/update', { access_grant_id, ends_at: '2027-01-01T00:00:00Z' })
    await encode()
    await hub.post('/access_grants/delete', { access_grant_id })
    bridge.send('encoders', { encoders: [] })
    await bridge.settled()
    expect(await eventTypes(hub, { access_method_id })).toEqual([
      'access_method.created',
      'access_method.card_encoding_required',
      'access_method.issued',
      'access_method.card_encoding_required',
      'access_method.reissued',
      'access_method.revoked',
      'access_method.deleted',
    ])
    expect(await eventTypes(hub, { acs_credential_id })).toEqual([
      'acs_credential.issued',
      'acs_credential.reissued',
      'acs_credential.deleted',
    ])
    expect(await eventTypes(hub, { acs_encoder_id })).toEqual(['acs_encoder.added', 'acs_encoder.removed'])
  })
})

describe('a list with pages', () => {
  test.for([
    ['/access_grants/list', 'access_grants', 2],
    ['/acs/credentials/list', 'acs_credentials', 2],
    ['/acs/entrances/list', 'acs_entrances', 6],
    ['/user_identities/list', 'user_identities', 3],
  ] as const)('of %s gives each item once, by GET and by POST', async ([path, name, count], { hub }) => {
    await twoGuests(hub)
    const whole = (await hub.post(path)).body
    expect(whole[name]).toHaveLength(count)
    expect(whole.pagination).toMatchObject({ has_next_page: false, next_page_cursor: null })
    const found: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = new URLSearchParams({ limit: '1', page_cursor: cursor })
      const response = await fetch(`${hub.endpoint}${path}?${query.toString()}`, {
        headers: { authorization: `Bearer ${hub.apiKey}` },
      })
      const byGet = await readJson(response)
      const byPost = await hub.post(path, { limit: 1, page_cursor: cursor === '' ? null : cursor })
      expect(byGet).toEqual(byPost.body)
      found.push(...byGet[name])
      cursor = byGet.pagination.next_page_cursor
    }
    expect(found).toEqual(whole[name])
    expect(await hub.post(path, { page_cursor: SOMETHING })).toMatchObject({ status: 400 })
  })
})

describe('what belongs together', () => {
  test('comes with a grant, and only what is asked for', async ({ hub }) => {
    const { ada } = await twoGuests(hub)
    const ask = async (more: object) =>
      (await hub.post('/access_grants/get_related', { access_grant_keys: ['ada-1'], ...more })).body.batch
    const all = await ask({})
    expect(Object.keys(all).toSorted()).toEqual([
      'access_methods',
      'acs_entrances',
      'acs_systems',
      'user_identities',
    ])
    expect(all.access_methods).toHaveLength(2)
    expect(all.user_identities).toMatchObject([{ user_identity_id: ada.user_identity_id }])
    expect(Object.keys(await ask({ include: ['acs_entrances', 'devices'] }))).toEqual(['acs_entrances'])
    expect(await ask({ exclude: ['acs_systems'] })).not.toHaveProperty('acs_systems')
  })

  test('a card, its doors, and who has access by it', async ({ hub }) => {
    const { ada, rooms } = await twoGuests(hub)
    const { user_identity_id } = ada
    const [credential] = (await hub.post('/acs/credentials/list', { user_identity_id })).body.acs_credentials
    const { acs_credential_id } = credential
    const doors = await hub.post('/acs/credentials/list_accessible_entrances', { acs_credential_id })
    expect(doors.body.acs_entrances).toMatchObject([{ acs_entrance_id: rooms[0] }])
    const holders = await hub.post('/acs/entrances/list_credentials_with_access', {
      acs_entrance_id: rooms[0],
    })
    expect(holders.body.acs_credentials).toEqual([credential])
    expect((await hub.post('/acs/credentials/get', { acs_credential_id })).body.acs_credential).toEqual(
      credential,
    )
    await hub.post('/access_grants/delete', { access_grant_id: ada.access_grant_id })
    expect(await hub.post('/acs/credentials/get', { acs_credential_id })).toMatchObject({ status: 404 })
  })
})

describe('/access_grants/request_access_methods', () => {
  test('adds access methods that are issued, or wait, like those of a new grant', async ({ hub }) => {
    const { ada } = await twoGuests(hub)
    const { access_grant_id } = ada
    const requested_access_methods = [{ mode: 'mobile_key' }]
    const { body } = await hub.post('/access_grants/request_access_methods', {
      access_grant_id,
      requested_access_methods,
    })
    expect(body.access_grant.access_method_ids).toHaveLength(3)
    expect(body.access_grant.instant_key_url).toContain('/ik/')
    const [, , access_method_id] = body.access_grant.access_method_ids
    expect((await hub.post('/access_methods/get', { access_method_id })).body.access_method).toMatchObject({
      mode: 'mobile_key',
      is_issued: true,
    })
    expect(await eventTypes(hub, { access_method_id })).toEqual([
      'access_method.created',
      'access_method.issued',
    ])
  })
})

describe('/acs/systems/report_devices', () => {
  test('adds doors once, takes them away, and keeps no encoder', async ({ hub }) => {
    const [system] = (await hub.post('/acs/systems/list')).body.acs_systems
    const { acs_system_id } = system
    const report = (is_removed: boolean) =>
      hub.post('/acs/systems/report_devices', {
        acs_system_id,
        acs_entrances: [
          { hotek_metadata: { room_number: '301' }, is_removed },
          { hotek_metadata: { common_area_name: 'Sauna' }, is_removed },
        ],
        acs_encoders: [{ hotek_metadata: { encoder_number: '1' }, is_removed }],
      })
    const doors = async () =>
      (await hub.post('/acs/entrances/list', { acs_system_id })).body.acs_entrances.slice(6)
    expect(await report(false)).toMatchObject({ status: 200 })
    expect(await report(false)).toMatchObject({ status: 200 })
    const added = await doors()
    expect(added).toMatchObject([
      { display_name: 'Room 301', can_belong_to_reservation: true },
      { display_name: 'Sauna', can_belong_to_reservation: false },
    ])
    const acs_entrance_id = added[0].acs_entrance_id
    expect((await hub.post('/acs/encoders/list')).body.acs_encoders).toEqual([])
    await report(true)
    expect(await doors()).toEqual([])
    expect(await eventTypes(hub, { acs_entrance_id })).toEqual(['acs_entrance.added', 'acs_entrance.removed'])
    const nothing = { acs_system_id, acs_entrances: [{ hotek_metadata: {} }] }
    expect(await hub.post('/acs/systems/report_devices', nothing)).toMatchObject({ status: 400 })
  })
})
