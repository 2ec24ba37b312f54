import { describe, expect } from 'vitest'
import { askHub, demoCard, eventTypes, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'
import { addSecondWorkspace } from './second-workspace.ts'

const stay = { starts_at: '2026-11-23T11:00:00.000Z', ends_at: '2026-11-25T10:00:00.000Z' }

/** A grant to one room with one access method, and the room beside it. */
const grantOf = async (hub: TestHub, mode: string, more: object = {}) => {
  const { entranceIds } = await demoCard(hub)
  const { body } = await hub.post('/access_grants/create', {
    user_identity: { full_name: 'Ada Guest' },
    acs_entrance_ids: [entranceIds[2]],
    requested_access_methods: [{ mode }],
    ...stay,
    ...more,
  })
  const { access_grant_id, user_identity_id, access_method_ids } = body.access_grant
  const [access_method_id] = access_method_ids
  return { access_grant_id, user_identity_id, access_method_id, room: entranceIds[2], other: entranceIds[3] }
}

const unlock = async (hub: TestHub, access_method_id: string, acs_entrance_id: string | undefined) =>
  (await hub.post('/access_methods/unlock_door', { access_method_id, acs_entrance_id })).body.action_attempt

describe('/access_methods/unlock_door', () => {
  test.for(['cloud_key', 'mobile_key'])(
    'with a %s that is good succeeds, and says that no device has confirmed it',
    async (mode, { hub }) => {
      const { access_method_id, room } = await grantOf(hub, mode)
      expect(await unlock(hub, access_method_id, room)).toMatchObject({
        action_type: 'UNLOCK_DOOR',
        status: 'success',
        result: { was_confirmed_by_device: false },
        error: null,
      })
    },
  )

  test('fails for a door of somebody else, before the stay, after it, and before the key is issued', async ({
    hub,
  }) => {
    const messageOf = async (id: string, door: string | undefined): Promise<string> => {
      const attempt = await unlock(hub, id, door)
      expect(attempt).toMatchObject({ status: 'error', error: { type: 'uncategorized_error' }, result: null })
      return attempt.error.message
    }
    const now = await grantOf(hub, 'cloud_key')
    expect(await messageOf(now.access_method_id, now.other)).toContain('not for this door')
    const later = await grantOf(hub, 'cloud_key', { starts_at: '2026-11-24T00:00:00Z' })
    expect(await messageOf(later.access_method_id, later.room)).toContain('not begun')
    const over = await grantOf(hub, 'cloud_key', { ends_at: '2026-11-23T11:30:00Z' })
    expect(await messageOf(over.access_method_id, over.room)).toContain('ended')
    await hub.post('/access_methods/simulate/next_issue_will_be_delayed', { mode: 'cloud_key' })
    const delayed = await grantOf(hub, 'cloud_key')
    expect(await messageOf(delayed.access_method_id, delayed.room)).toContain('not issued')
  })

  test('refuses a card and a PIN, and a door that is not there', async ({ hub }) => {
    for (const mode of ['card', 'code']) {
      const { access_method_id, room } = await grantOf(hub, mode)
      const body = { access_method_id, acs_entrance_id: room }
      expect(await hub.post('/access_methods/unlock_door', body)).toMatchObject({ status: 400 })
    }
    const { access_method_id } = await grantOf(hub, 'cloud_key')
    const nowhere = { access_method_id, acs_entrance_id: '00000000-0000-4000-8000-000000000009' }
    expect(await hub.post('/access_methods/unlock_door', nowhere)).toMatchObject({ status: 404 })
  })
})

describe('an Instant Key', () => {
  test('is found by its id, by its address and by its guest, and is the one that the access method has', async ({
    hub,
  }) => {
    const { access_method_id, user_identity_id } = await grantOf(hub, 'mobile_key')
    await grantOf(hub, 'mobile_key')
    const { access_method: method } = (await hub.post('/access_methods/get', { access_method_id })).body
    const listed = await hub.post('/instant_keys/list', { user_identity_id })
    const [key, second] = listed.body.instant_keys
    expect(second).toBeUndefined()
    expect(key).toMatchObject({
      user_identity_id,
      instant_key_url: method.instant_key_url,
      client_session_id: method.client_session_id,
      expires_at: stay.ends_at,
    })
    const { instant_key_id, instant_key_url } = key
    for (const which of [{ instant_key_id }, { instant_key_url }]) {
      expect((await hub.post('/instant_keys/get', which)).body.instant_key).toEqual(key)
    }
    expect((await hub.post('/instant_keys/list')).body.instant_keys).toHaveLength(2)
  })

  test.for([
    ['/instant_keys/delete', 'instant_key_id'],
    ['/client_sessions/delete', 'client_session_id'],
    ['/client_sessions/revoke', 'client_session_id'],
  ] as const)('that %s takes back is offered nowhere', async ([path, name], { hub }) => {
    const { access_method_id, access_grant_id } = await grantOf(hub, 'mobile_key')
    const [key] = (await hub.post('/instant_keys/list')).body.instant_keys
    expect((await fetch(key.instant_key_url)).status).toBe(200)
    expect(await hub.post(path, { [name]: key[name] })).toMatchObject({ status: 200 })
    expect((await fetch(key.instant_key_url)).status).toBe(404)
    const { access_method } = (await hub.post('/access_methods/get', { access_method_id })).body
    expect(access_method).toMatchObject({ is_issued: true })
    expect(access_method).not.toHaveProperty('instant_key_url')
    expect(access_method).not.toHaveProperty('client_session_token')
    const { access_grant } = (await hub.post('/access_grants/get', { access_grant_id })).body
    expect(access_grant).not.toHaveProperty('instant_key_url')
    expect((await hub.post('/client_sessions/list')).body.client_sessions).toEqual([])
    expect(await hub.post(path, { [name]: key[name] })).toMatchObject({ status: 404 })
    expect(await eventTypes(hub)).toContain('client_session.deleted')
  })

  test('of another workspace is found by nothing, and its address is not repeated', async ({
    hub: first,
  }) => {
    const { hub, apiKey: other } = await addSecondWorkspace(first)
    const { access_method_id, room } = await grantOf(hub, 'mobile_key')
    const [key] = (await hub.post('/instant_keys/list')).body.instant_keys
    const { instant_key_url, instant_key_id, client_session_id } = key
    for (const [path, body] of [
      ['/instant_keys/get', { instant_key_url }],
      ['/instant_keys/get', { instant_key_id }],
      ['/instant_keys/delete', { instant_key_id }],
      ['/client_sessions/get', { client_session_id }],
      ['/client_sessions/revoke', { client_session_id }],
      ['/access_methods/unlock_door', { access_method_id, acs_entrance_id: room }],
    ] as const) {
      const answer = await askHub(hub.endpoint, path, body, other)
      expect(answer.status, path).toBe(404)
      expect(JSON.stringify(answer.body)).not.toContain(instant_key_url)
    }
    expect((await fetch(instant_key_url)).status).toBe(200)
    await hub.close()
  })
})

describe('/client_sessions/list', () => {
  test('finds by session and by guest, and none by what no session here has', async ({ hub }) => {
    const { user_identity_id } = await grantOf(hub, 'mobile_key')
    await grantOf(hub, 'mobile_key')
    const list = async (filter: object) =>
      (await hub.post('/client_sessions/list', filter)).body.client_sessions as {
        client_session_id: string
      }[]
    const [own] = await list({ user_identity_id })
    expect(own).toMatchObject({ user_identity_ids: [user_identity_id] })
    expect(await list({})).toHaveLength(2)
    expect(await list({ client_session_id: own?.client_session_id })).toEqual([own])
    expect(await list({ user_identifier_key: 'mine' })).toEqual([])
    expect(await list({ connect_webview_id: '00000000-0000-4000-8000-000000000009' })).toEqual([])
  })
})
