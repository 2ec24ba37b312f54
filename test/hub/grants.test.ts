import { describe, expect } from 'vitest'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { attemptOf, demoCard, eventTypes, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const create = async (hub: TestHub, more: object) => {
  const { entranceIds } = await demoCard(hub)
  return hub.post('/access_grants/create', {
    user_identity: { full_name: 'Ada Guest' },
    acs_entrance_ids: entranceIds.slice(2, 3),
    requested_access_methods: [{ mode: 'card' }],
    ...more,
  })
}

describe('an access grant', () => {
  test('issues a code at once, with the code in the event', async ({ hub }) => {
    const { body } = await create(hub, {
      requested_access_methods: [{ mode: 'code', code: '4711' }, { mode: 'code' }],
    })
    const { access_grant_id } = body.access_grant
    const methods = await hub.post('/access_methods/list', { access_grant_id })
    expect(methods.body.access_methods).toMatchObject([
      { mode: 'code', code: '4711', is_issued: true, is_encoding_required: false },
      { mode: 'code', code: expect.stringMatching(/^\d{6}$/), is_issued: true },
    ])
    const events = await hub.post('/events/list', { access_grant_id, event_type: 'access_method.issued' })
    expect(events.body.events[0]).toMatchObject({ code: '4711' })
  })

  test('gives each card its own number below 2^53, and whole seconds', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { body } = await create(hub, { starts_at: '2026-11-23T15:00:00.789+01:00', ends_at: null })
    const [access_method_id] = body.access_grant.access_method_ids
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const { encode } = await bridge.takeOrder()
    expect(encode).toMatchObject({ starts_at: '2026-11-23T14:00:00.000Z', ends_at: null })
    expect(Number(encode?.card_number)).toBeLessThan(Number.MAX_SAFE_INTEGER)
    expect(encode?.card_number).toMatch(/^\d+$/)
  })

  test('with new times re-opens its issued card, and the same times change nothing', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id, grantId: access_grant_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    const { body } = await hub.post('/access_grants/get', { access_grant_id })
    await hub.post('/access_grants/update', {
      access_grant_id,
      ends_at: body.access_grant.ends_at,
      name: 'Renamed',
    })
    const same = await hub.post('/access_methods/get', { access_method_id })
    expect(same.body.access_method.is_issued).toBe(true)
    await hub.post('/access_grants/update', { access_grant_id, ends_at: '2026-12-24T10:00:00Z' })
    const opened = await hub.post('/access_methods/get', { access_method_id })
    expect(opened.body.access_method).toMatchObject({
      is_issued: false,
      issued_at: null,
      is_encoding_required: true,
      is_ready_for_encoding: true,
    })
    expect((await eventTypes(hub, { access_method_id })).at(-1)).toBe('access_method.card_encoding_required')
  })

  test('that is deleted ends the order of its card as credential_deleted and cancels it at the bridge', async ({
    hub,
  }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id, grantId: access_grant_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    const order = await bridge.takeOrder()
    await bridge.settled()
    await hub.post('/access_grants/delete', { access_grant_id })
    expect((await bridge.next('cancel')).body.order_id).toBe(order.order_id)
    expect((await attemptOf(hub, order.order_id)).error.type).toBe('credential_deleted')
    expect((await bridge.report(order.order_id, encoded)).accepted).toBe(true)
    expect((await hub.post('/access_methods/get', { access_method_id })).status).toBe(404)
    expect(await eventTypes(hub, { access_grant_ids: [access_grant_id] })).toEqual([
      'access_grant.created',
      'access_method.created',
      'access_method.card_encoding_required',
      'access_method.deleted',
      'access_grant.deleted',
    ])
  })

  test.for([
    ['no doors', { acs_entrance_ids: [] }, 400],
    ['a door of nobody', { acs_entrance_ids: ['00000000-0000-4000-8000-000000000001'] }, 404],
    ['an end before its start', { starts_at: '2026-12-02T00:00:00Z', ends_at: '2026-12-01T00:00:00Z' }, 400],
    ['no such day', { starts_at: '2026-02-31T00:00:00Z' }, 400],
    ['a code of letters', { requested_access_methods: [{ mode: 'code', code: 'abcd' }] }, 400],
    ['nothing asked for', { requested_access_methods: [] }, 400],
    ['two guests', { user_identity_id: '00000000-0000-4000-8000-000000000001' }, 400],
  ] as const)('with %s is refused and leaves nothing behind', async ([, more, status], { hub }) => {
    const answer = await create(hub, more)
    expect(answer.status).toBe(status)
    expect((await hub.post('/access_grants/list')).body.access_grants).toHaveLength(1)
    expect((await hub.post('/user_identities/list')).body.user_identities).toHaveLength(1)
  })

  test('keeps its key to itself', async ({ hub }) => {
    expect((await create(hub, { access_grant_key: 'stay-1' })).status).toBe(200)
    expect((await create(hub, { access_grant_key: 'stay-1' })).status).toBe(409)
    const found = await hub.post('/access_grants/get', { access_grant_key: 'stay-1' })
    expect(found.body.access_grant.access_grant_key).toBe('stay-1')
  })
})
