import { describe, expect } from 'vitest'
import { FindGrantsResponse, WorkListResponse } from '../../src/contract/channel-work.ts'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { demoCard, eventTypes, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const WORK = '/bridge/v1/work/list'
const FIND = '/bridge/v1/access_grants/find'
const REVEAL = '/bridge/v1/access_methods/reveal'
const EXTEND = '/bridge/v1/access_grants/extend'
const ASSIGN = '/bridge/v1/access_methods/assign_card'

/** The token of a desk at the demo's house, and of one at another house of the same workspace. */
const openDesks = async (hub: TestHub) => {
  const systems = await hub.post('/acs/systems/list')
  const { acs_system_id } = systems.body.acs_systems[0]
  const own = await hub.pair('Front Desk', hub.apiKey, acs_system_id)
  return { own, elsewhere: await hub.pair('Other House'), acs_system_id: acs_system_id as string }
}

const grantFor = async (hub: TestHub, modes: readonly string[], more: object = {}) => {
  const { entranceIds } = await demoCard(hub)
  const { body } = await hub.post('/access_grants/create', {
    user_identity: { full_name: 'Ada Guest' },
    name: 'Ada Guest’s stay',
    acs_entrance_ids: [entranceIds[1]],
    starts_at: '2026-11-23T15:00:00Z',
    ends_at: '2026-11-25T10:00:00Z',
    requested_access_methods: modes.map((mode) => ({ mode })),
    ...more,
  })
  return { grantId: body.access_grant.access_grant_id, methodIds: body.access_grant.access_method_ids }
}

const workOf = async (hub: TestHub, token: string) =>
  WorkListResponse.parse((await hub.post(WORK, {}, token)).body).work

describe('the work of a desk', () => {
  test('is the cards of its own house that can be made now, those that start first', async ({ hub }) => {
    const { own, elsewhere } = await openDesks(hub)
    const { methodId } = await demoCard(hub)
    const later = await grantFor(hub, ['card', 'code', 'mobile_key'], {
      starts_at: '2027-01-01T15:00:00Z',
      ends_at: '2027-01-02T10:00:00Z',
      reservation_key: 'R-4711',
    })
    await grantFor(hub, ['card'], { starts_at: '2026-11-22T15:00:00Z', ends_at: '2026-11-23T10:00:00Z' })
    const work = await workOf(hub, own)
    expect(work.map((item) => item.access_method_id)).toEqual([methodId, later.methodIds[0]])
    expect(work[1]).toEqual({
      access_method_id: later.methodIds[0],
      access_grant_id: later.grantId,
      action: 'encode',
      reservation_key: 'R-4711',
      acs_entrances: [{ acs_entrance_id: expect.any(String), display_name: 'Room 101' }],
      starts_at: '2027-01-01T15:00:00.000Z',
      ends_at: '2027-01-02T10:00:00.000Z',
      time_zone: 'Europe/Berlin',
      is_reissue: false,
    })
    expect(await workOf(hub, elsewhere)).toEqual([])
  })

  test('of a desk that was paired with no house is that of the houses without a desk', async ({ hub }) => {
    const { methodId } = await demoCard(hub)
    const roaming = await hub.pair('Roaming Desk')
    expect((await workOf(hub, roaming)).map((item) => item.access_method_id)).toEqual([methodId])
    const { own } = await openDesks(hub)
    expect(await workOf(hub, roaming)).toEqual([])
    expect(await workOf(hub, own)).toHaveLength(1)
  })

  test('tells no guest’s name', async ({ hub }) => {
    const { own } = await openDesks(hub)
    await grantFor(hub, ['card', 'code'], { reservation_key: 'R-1' })
    const told = [
      (await hub.post(WORK, {}, own)).body,
      (await hub.post(FIND, { reservation_key: 'R-1' }, own)).body,
    ]
    expect(JSON.stringify(told)).not.toContain('Ada')
    expect(JSON.stringify(told)).toContain('R-1')
  })

  test('loses a card that was written, and gets it back as a reissue when its times change', async ({
    hub,
  }) => {
    const { own } = await openDesks(hub)
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder], own)
    const { methodId, grantId } = await demoCard(hub)
    await hub.post('/access_methods/encode', {
      access_method_id: methodId,
      acs_encoder_id: encoder.acs_encoder_id,
    })
    const order = await bridge.takeOrder()
    await bridge.report(order.order_id, encoded)
    expect(await workOf(hub, own)).toEqual([])
    const changed = await hub.post(EXTEND, { access_grant_id: grantId, ends_at: '2099-12-24T11:00:00Z' }, own)
    expect(changed.body).toEqual({ ok: true })
    expect(await workOf(hub, own)).toMatchObject([
      { access_method_id: methodId, is_reissue: true, ends_at: '2099-12-24T11:00:00.000Z' },
    ])
  })

  test('is told to nobody without the token of a paired bridge', async ({ hub }) => {
    for (const path of [WORK, FIND, REVEAL, EXTEND, ASSIGN]) {
      expect((await hub.post(path, {}, null)).status).toBe(401)
      expect((await hub.post(path, {}, hub.apiKey)).status).toBe(401)
    }
  })

  test('has at most 200 cards', async ({ hub }) => {
    const { own } = await openDesks(hub)
    const twenty = Array.from({ length: 20 }, () => 'card')
    for (let count = 0; count < 11; count += 1) await grantFor(hub, twenty)
    expect(await workOf(hub, own)).toHaveLength(200)
  })
})

describe('what a desk hands over', () => {
  test('is found by grant, access method or reservation, of its own house alone', async ({ hub }) => {
    const { own, elsewhere } = await openDesks(hub)
    const { grantId, methodIds } = await grantFor(hub, ['code', 'card'], { reservation_key: 'R-7' })
    const queries = [
      { access_grant_id: grantId },
      { access_method_id: methodIds[0] },
      { reservation_key: 'R-7' },
    ]
    for (const query of queries) {
      const found = FindGrantsResponse.parse((await hub.post(FIND, query, own)).body)
      expect(found.access_grants).toMatchObject([
        {
          access_grant_id: grantId,
          doors: ['Room 101'],
          access_methods: [
            { mode: 'code', is_issued: true, secrets: ['code'] },
            { mode: 'card', is_issued: false, is_encoding_required: true, secrets: [] },
          ],
        },
      ])
      expect((await hub.post(FIND, query, elsewhere)).body.access_grants).toEqual([])
    }
    expect((await hub.post(FIND, {}, own)).status).toBe(400)
    expect((await hub.post(FIND, { reservation_key: 'R-7', access_grant_id: grantId }, own)).status).toBe(400)
  })

  test('is told secret by secret, once it is issued, and leaves no event', async ({ hub }) => {
    const { own, elsewhere } = await openDesks(hub)
    await hub.post('/access_methods/simulate/next_issue_will_be_delayed', { mode: 'code' })
    const delayed = (await grantFor(hub, ['code'])).methodIds[0]
    const [code, key, card] = (await grantFor(hub, ['code', 'mobile_key', 'card'])).methodIds
    const before = await eventTypes(hub)
    const reveal = async (access_method_id: string, secret: string, token = own) =>
      (await hub.post(REVEAL, { access_method_id, secret }, token)).body
    const seen = (await hub.post('/access_methods/get', { access_method_id: code })).body.access_method
    const mobile = (await hub.post('/access_methods/get', { access_method_id: key })).body.access_method
    expect(await reveal(code, 'code')).toEqual({ ok: true, value: seen.code, reason: null })
    expect((await reveal(key, 'instant_key_url')).value).toBe(mobile.instant_key_url)
    expect((await reveal(key, 'client_session_token')).value).toBe(mobile.client_session_token)
    expect(await reveal(delayed, 'code')).toEqual({ ok: true, value: null, reason: 'not_issued' })
    expect(await reveal(card, 'code')).toEqual({ ok: true, value: null, reason: 'not_supported' })
    expect((await reveal(code, 'code', elsewhere)).error.type).toBe('access_method_not_found')
    expect(await eventTypes(hub)).toEqual(before)
    expect(hub.log.join('\n')).not.toContain(seen.code)
    expect(hub.log.join('\n')).not.toContain(mobile.client_session_token)
  })

  test('can be given another end in the future alone', async ({ hub }) => {
    const { own, elsewhere } = await openDesks(hub)
    const { grantId: access_grant_id } = await grantFor(hub, ['code'])
    const extend = async (ends_at: string, token = own) =>
      (await hub.post(EXTEND, { access_grant_id, ends_at }, token)).status
    expect(await extend('2026-11-23T14:00:00Z')).toBe(400)
    expect(await extend('2026-11-26T11:00:00Z', elsewhere)).toBe(404)
    expect(await extend('2026-11-26T11:00:00Z')).toBe(200)
    const { body } = await hub.post('/access_grants/get', { access_grant_id })
    expect(body.access_grant.ends_at).toBe('2026-11-26T11:00:00.000Z')
  })
})

describe('a card that is known by its number', () => {
  const openDrawer = async (hub: TestHub) => {
    const desks = await openDesks(hub)
    const { acs_system_id } = desks
    await hub.post('/acs/systems/simulate/card_issuing', { acs_system_id, card_issuing: 'assignment' })
    const assign = async (access_method_id: string, card_number: string, token = desks.own) =>
      (await hub.post(ASSIGN, { access_method_id, card_number }, token)).body
    const flagsOf = async (access_method_id: string) =>
      (await hub.post('/access_methods/get', { access_method_id })).body.access_method
    return { ...desks, assign, flagsOf }
  }

  test('is given to the access method that waits for it, and the same again changes nothing', async ({
    hub,
  }) => {
    const { own, assign, flagsOf } = await openDrawer(hub)
    const [id] = (await grantFor(hub, ['card'])).methodIds
    expect(await workOf(hub, own)).toMatchObject([{}, { access_method_id: id, action: 'assign' }])
    expect(await assign(id, '4711')).toEqual({ ok: true, assigned: true, reason: null })
    const issued = await flagsOf(id)
    expect(issued).toMatchObject({ is_issued: true, is_assignment_required: false })
    const events = await eventTypes(hub)
    expect(await assign(id, '4711')).toEqual({ ok: true, assigned: true, reason: null })
    expect(await eventTypes(hub)).toEqual(events)
    expect(await assign(id, '4712')).toMatchObject({ assigned: false })
    expect(await flagsOf(id)).toEqual(issued)
  })

  test('is not taken from another guest before that one’s stay is over', async ({ hub }) => {
    const { assign, flagsOf } = await openDrawer(hub)
    const [first] = (await grantFor(hub, ['card'])).methodIds
    const next = { starts_at: '2026-11-26T15:00:00Z', ends_at: '2026-11-28T10:00:00Z' }
    const [second] = (await grantFor(hub, ['card'], { user_identity: { full_name: 'Bob' }, ...next }))
      .methodIds
    await assign(first, '4711')
    expect(await assign(second, '4711')).toEqual({
      ok: true,
      assigned: false,
      reason: 'The card is another guest’s, and still valid.',
    })
    expect((await flagsOf(second)).is_issued).toBe(false)
    hub.clock.advance(3 * 86_400_000)
    expect(await assign(second, '4711')).toMatchObject({ assigned: true })
    expect((await flagsOf(second)).is_issued).toBe(true)
  })

  test('that went to the next guest is no longer the first one’s, whose stay is given another end', async ({
    hub,
  }) => {
    const { own, assign, flagsOf } = await openDrawer(hub)
    const { grantId, methodIds } = await grantFor(hub, ['card'])
    const [first] = methodIds
    const next = { starts_at: '2026-11-26T15:00:00Z', ends_at: '2026-11-28T10:00:00Z' }
    const [second] = (await grantFor(hub, ['card'], { user_identity: { full_name: 'Bob' }, ...next }))
      .methodIds
    await assign(first, '4711')
    hub.clock.advance(3 * 86_400_000)
    await assign(second, '4711')
    await hub.post(EXTEND, { access_grant_id: grantId, ends_at: '2026-11-29T10:00:00Z' }, own)
    expect(await flagsOf(first)).toMatchObject({ is_issued: false, is_ready_for_assignment: true })
    expect((await flagsOf(second)).is_issued).toBe(true)
    expect(await assign(first, '4711')).toMatchObject({ assigned: false })
    expect(await assign(first, '4712')).toMatchObject({ assigned: true })
  })

  test('goes to no access method of another house, nor to one that is encoded', async ({ hub }) => {
    const { methodId } = await demoCard(hub)
    const { assign, elsewhere } = await openDrawer(hub)
    const [id] = (await grantFor(hub, ['card'])).methodIds
    expect((await assign(id, '4711', elsewhere)).error.type).toBe('access_method_not_found')
    expect(await assign(methodId, '4711')).toMatchObject({ assigned: false })
  })
})
