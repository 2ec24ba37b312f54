import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FindGrantsResponse, WorkListResponse } from '../../src/contract/channel-work.ts'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { createFakeClock } from './fake-clock.ts'
import { makeDirectory, openGateway } from './gateway-rig.ts'
import { demoCard, openTestHub } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'
import { openTap } from './tap.ts'

const WORK = '/bridge/v1/work/list'
const FIND = '/bridge/v1/access_grants/find'
const REVEAL = '/bridge/v1/access_methods/reveal'
const EXTEND = '/bridge/v1/access_grants/extend'
const ASSIGN = '/bridge/v1/access_methods/assign_card'

const PIN = '83924651'
const stay = { starts_at: '2026-11-23T15:00:00Z', ends_at: '2026-11-25T10:00:00Z' }

/** A grant of the upstream at these doors. */
const grantAt = async (
  seam: TestHub,
  doors: readonly string[],
  modes: readonly string[],
  more: object = {},
) => {
  const { body } = await seam.post('/access_grants/create', {
    user_identity: { full_name: 'Ada Guest' },
    name: 'Ada Guest’s stay',
    acs_entrance_ids: doors,
    ...stay,
    requested_access_methods: modes.map((mode) => (mode === 'code' ? { mode, code: PIN } : { mode })),
    ...more,
  })
  const { access_grant_id: grantId, access_method_ids: methodIds } = body.access_grant
  return { grantId: grantId as string, methodIds: methodIds as string[] }
}

/** Two houses at the upstream, and a desk of the first one at a gateway that reaches it through a tap. */
const openHouses = async () => {
  const clock = createFakeClock()
  const seam = await openTestHub(await makeDirectory(), clock)
  onTestFinished(() => seam.close())
  const tap = await openTap(seam.endpoint)
  const gateway = await openGateway(tap.endpoint, seam.apiKey, clock)
  const systems = await seam.post('/acs/systems/list')
  const systemId: string = systems.body.acs_systems[0].acs_system_id
  await seam.pair('Other House')
  const both = await seam.post('/acs/systems/list')
  const otherId: string = both.body.acs_systems.find(
    (one: { acs_system_id: string }) => one.acs_system_id !== systemId,
  ).acs_system_id
  await seam.post('/acs/systems/report_devices', {
    acs_system_id: otherId,
    acs_entrances: [{ hotek_metadata: { room_number: '900' } }],
  })
  const otherDoors = await seam.post('/acs/entrances/list', { acs_system_id: otherId })
  const { methodId: demoId, entranceIds } = await demoCard(seam)
  const token = await gateway.pair('Desk', gateway.apiKey, systemId)
  const ask = (path: string, body: object = {}, bearer = token) => gateway.post(path, body, bearer)
  return {
    ...{ clock, seam, tap, gateway, systemId, otherId, token, ask, demoId },
    doors: [entranceIds[1] ?? ''],
    otherDoors: [otherDoors.body.acs_entrances[0].acs_entrance_id as string],
    work: async (bearer = token) => WorkListResponse.parse((await ask(WORK, {}, bearer)).body).work,
    find: async (query: object, bearer = token) =>
      FindGrantsResponse.parse((await ask(FIND, query, bearer)).body).access_grants,
    /** What is kept of the upstream's answers is old. */
    later: () => clock.advance(10_000),
  }
}

describe('the work of a desk at a gateway', () => {
  test('is what waits at the upstream for its own house, without a guest’s name', async () => {
    const { seam, gateway, otherId, work, demoId, doors, otherDoors, later, find } = await openHouses()
    const ours = await grantAt(seam, doors, ['card', 'code'], { reservation_key: 'R-4711' })
    const theirs = await grantAt(seam, otherDoors, ['card'])
    const told = await work()
    expect(new Set(told.map((one) => one.access_method_id))).toEqual(new Set([demoId, ours.methodIds[0]]))
    expect(told).toHaveLength(2)
    expect(told.find((one) => one.access_grant_id === ours.grantId)).toEqual({
      access_method_id: ours.methodIds[0],
      access_grant_id: ours.grantId,
      action: 'encode',
      reservation_key: 'R-4711',
      acs_entrances: [{ acs_entrance_id: doors[0], display_name: 'Room 101' }],
      starts_at: '2026-11-23T15:00:00.000Z',
      ends_at: '2026-11-25T10:00:00.000Z',
      time_zone: 'Europe/Berlin',
      is_reissue: false,
    })
    expect(JSON.stringify([told, await find({ reservation_key: 'R-4711' })])).not.toContain('Ada')
    const elsewhere = await gateway.pair('Other Desk', gateway.apiKey, otherId)
    expect((await work(elsewhere)).map((one) => one.access_method_id)).toEqual(theirs.methodIds)
    const second = await grantAt(seam, doors, ['card'])
    later()
    expect((await work()).map((one) => one.access_method_id)).toContain(second.methodIds[0])
  })

  test('is asked of the upstream once, however many desks ask, and again after ten seconds', async () => {
    const { tap, work, later } = await openHouses()
    tap.asked.length = 0
    const told = await Promise.all(Array.from({ length: 10 }, () => work()))
    expect(tap.asked.filter((path) => path === '/access_grants/list')).toHaveLength(1)
    expect(told.every((list) => list.length === 1)).toBe(true)
    tap.asked.length = 0
    await work()
    expect(tap.asked).toEqual([])
    later()
    await work()
    // What happened while everything was read is asked for once more.
    tap.asked.length = 0
    later()
    await work()
    expect(tap.asked).toEqual(['/events/list'])
  })

  test('loses a card that was encoded here, and gets it back when the stay is extended', async () => {
    const { gateway, seam, token, work, ask, doors, later } = await openHouses()
    const { grantId, methodIds } = await grantAt(seam, doors, ['card'])
    const here = encoderNamed('Here')
    const bridge = await gateway.bridge([here], token)
    await gateway.post('/access_methods/encode', {
      access_method_id: methodIds[0],
      acs_encoder_id: here.acs_encoder_id,
    })
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    later()
    expect((await work()).map((one) => one.access_method_id)).not.toContain(methodIds[0])
    const ends_at = '2026-11-27T11:00:00.000Z'
    expect((await ask(EXTEND, { access_grant_id: grantId, ends_at })).body).toEqual({ ok: true })
    const there = await seam.post('/access_grants/get', { access_grant_id: grantId })
    expect(there.body.access_grant.ends_at).toBe(ends_at)
    expect((await work()).find((one) => one.access_method_id === methodIds[0])).toMatchObject({
      ends_at,
      is_reissue: true,
    })
  })

  test('is refused clearly while the upstream is down, and told again when it is back', async () => {
    const { seam, tap, ask, work, later, doors, demoId } = await openHouses()
    const { grantId, methodIds } = await grantAt(seam, doors, ['code'])
    tap.isCut = () => true
    for (const [path, body] of [
      [WORK, {}],
      [FIND, { access_grant_id: grantId }],
      [REVEAL, { access_method_id: methodIds[0], secret: 'code' }],
      [EXTEND, { access_grant_id: grantId, ends_at: '2026-11-26T10:00:00Z' }],
      [ASSIGN, { access_method_id: demoId, card_number: '4711' }],
    ] as const) {
      const answer = await ask(path, body)
      expect([path, answer.status, answer.body.error?.type]).toEqual([path, 502, 'upstream_unreachable'])
    }
    tap.isCut = () => false
    later()
    expect(await work()).toHaveLength(1)
  })

  test('is told to nobody without the token of a paired bridge', async () => {
    const { gateway, ask } = await openHouses()
    for (const path of [WORK, FIND, REVEAL, EXTEND, ASSIGN]) {
      expect((await gateway.post(path, {}, null)).status).toBe(401)
      expect((await ask(path, {}, gateway.apiKey)).status).toBe(401)
    }
  })
})

describe('what a desk at a gateway hands over', () => {
  test('is found and told of its own house alone, once it is issued, and kept nowhere', async () => {
    const { seam, gateway, otherId, ask, find, doors, otherDoors } = await openHouses()
    await seam.post('/access_methods/simulate/next_issue_will_be_delayed', { mode: 'code' })
    const delayed = await grantAt(seam, doors, ['code'])
    const { grantId, methodIds } = await grantAt(seam, doors, ['code', 'mobile_key', 'card'], {
      reservation_key: 'R-7',
    })
    const theirs = await grantAt(seam, otherDoors, ['code'], { reservation_key: 'R-7' })
    const [code, key, card] = methodIds
    const queries = [{ access_grant_id: grantId }, { access_method_id: code }, { reservation_key: 'R-7' }]
    const elsewhere = await gateway.pair('Other Desk', gateway.apiKey, otherId)
    for (const query of queries) {
      expect(await find(query)).toMatchObject([
        {
          access_grant_id: grantId,
          doors: ['Room 101'],
          access_methods: [
            { mode: 'code', is_issued: true, secrets: ['code'] },
            { mode: 'mobile_key', secrets: ['instant_key_url', 'client_session_token'] },
            { mode: 'card', is_encoding_required: true, secrets: [] },
          ],
        },
      ])
      expect((await find(query, elsewhere)).map((one) => one.access_grant_id)).not.toContain(grantId)
    }
    expect(await find({ access_grant_id: theirs.grantId })).toEqual([])
    expect(await find({ access_grant_id: gateway.workspaceId })).toEqual([])

    const there = async (id: string | undefined) =>
      (await seam.post('/access_methods/get', { access_method_id: id })).body.access_method
    const reveal = async (access_method_id: string | undefined, secret: string) =>
      (await ask(REVEAL, { access_method_id, secret })).body
    const mobile = await there(key)
    expect(await reveal(code, 'code')).toEqual({ ok: true, value: PIN, reason: null })
    expect((await reveal(key, 'instant_key_url')).value).toBe(mobile.instant_key_url)
    expect((await reveal(key, 'client_session_token')).value).toBe(mobile.client_session_token)
    expect(await reveal(delayed.methodIds[0], 'code')).toEqual({
      ok: true,
      value: null,
      reason: 'not_issued',
    })
    expect(await reveal(card, 'code')).toEqual({ ok: true, value: null, reason: 'not_supported' })
    for (const id of [theirs.methodIds[0], gateway.workspaceId]) {
      expect((await reveal(id, 'code')).error).toMatchObject({
        type: 'access_method_not_found',
        message: `There is no access_method ${id} in this workspace.`,
      })
    }
    const files = await readdir(gateway.dataDir)
    const kept = await Promise.all(files.map((name) => readFile(`${gateway.dataDir}/${name}`, 'latin1')))
    for (const text of [...kept, gateway.log.join('\n')]) {
      expect(text).not.toContain(PIN)
      expect(text).not.toContain(mobile.client_session_token)
      expect(text).not.toContain('Ada')
    }
  })

  test('can be given another end in the future, in its own house alone', async () => {
    const { seam, ask, doors, otherDoors } = await openHouses()
    const ours = await grantAt(seam, doors, ['code'])
    const theirs = await grantAt(seam, otherDoors, ['code'])
    const extend = async (access_grant_id: string, ends_at: string) =>
      (await ask(EXTEND, { access_grant_id, ends_at })).status
    expect(await extend(ours.grantId, '2026-11-23T14:00:00Z')).toBe(400)
    expect(await extend(theirs.grantId, '2026-11-26T11:00:00Z')).toBe(404)
    const untouched = await seam.post('/access_grants/get', { access_grant_id: theirs.grantId })
    expect(untouched.body.access_grant.ends_at).toBe('2026-11-25T10:00:00.000Z')
    expect(await extend(ours.grantId, '2026-11-26T11:00:00Z')).toBe(200)
  })
})

describe('a card that is known by its number, at a gateway', () => {
  /** The houses assign cards; card 4711 is registered at Seam for a guest who waits for one. */
  const openDrawer = async () => {
    const houses = await openHouses()
    const { seam, systemId, doors, ask } = houses
    const { body } = await seam.post('/user_identities/create', { full_name: 'Ada Guest' })
    const { user_identity_id } = body.user_identity
    const there = encoderNamed('There')
    const office = await seam.bridge([there], await seam.pair('Office', seam.apiKey, systemId))
    await seam.post('/acs/encoders/scan_to_assign_credential', {
      acs_encoder_id: there.acs_encoder_id,
      user_identity_id,
    })
    await office.report((await office.takeOrder()).order_id, {
      kind: 'scanned',
      card_uid: null,
      technology: 'barcode',
      card_number: '4711',
      record: null,
      remark: null,
    })
    await seam.post('/acs/systems/simulate/card_issuing', {
      acs_system_id: systemId,
      card_issuing: 'assignment',
    })
    const user = { user_identity: undefined, user_identity_id }
    const { methodIds } = await grantAt(seam, doors, ['card'], user)
    const [id = ''] = methodIds
    const assign = async (card_number: string, access_method_id = id, bearer?: string) =>
      (await ask(ASSIGN, { access_method_id, card_number }, bearer)).body
    const isIssued = async () =>
      (await seam.post('/access_methods/get', { access_method_id: id })).body.access_method.is_issued
    return { ...houses, id, assign, isIssued }
  }

  test('is given at the upstream, once, and the same again is told the same', async () => {
    const { tap, work, id, assign, isIssued } = await openDrawer()
    expect(await work()).toMatchObject([{}, { access_method_id: id, action: 'assign' }])
    expect(await assign('4711')).toEqual({ ok: true, assigned: true, reason: null })
    expect(await isIssued()).toBe(true)
    expect(await assign('4711')).toEqual({ ok: true, assigned: true, reason: null })
    expect(await assign('4712')).toMatchObject({ assigned: false })
    expect(tap.asked.filter((path) => path === '/access_methods/assign_card')).toHaveLength(1)
    expect((await work()).map((one) => one.access_method_id)).not.toContain(id)
  })

  test('is not given when the upstream does not know it, nor to another house', async () => {
    const { gateway, otherId, assign, isIssued, id, tap } = await openDrawer()
    const elsewhere = await gateway.pair('Other Desk', gateway.apiKey, otherId)
    expect((await assign('4711', id, elsewhere)).error.type).toBe('access_method_not_found')
    expect(tap.asked).not.toContain('/access_methods/assign_card')
    const unknown = await assign('99')
    expect(unknown).toMatchObject({ assigned: false })
    expect(unknown.reason).toContain('No free card of this number')
    expect(await isIssued()).toBe(false)
    expect(await assign('4711')).toMatchObject({ assigned: true })
  })

  test('whose answer is lost is looked for, and not told to the upstream twice', async () => {
    const { tap, clock, assign, isIssued, gateway } = await openDrawer()
    tap.loseAnswersOf = '/access_methods/assign_card'
    const first = assign('4711')
    await tap.nextLost()
    await expect.poll(() => gateway.log.join('\n')).toContain('no clear answer to assign_card')
    clock.advance(8_000)
    expect((await first).error.type).toBe('upstream_timeout')
    expect(await isIssued()).toBe(true)
    clock.advance(1_000)
    expect(await assign('4711')).toEqual({ ok: true, assigned: true, reason: null })
    expect(tap.asked.filter((path) => path === '/access_methods/assign_card')).toHaveLength(1)
  })

  test('that may have been given is not on the list, and is given once the upstream is seen to wait', async () => {
    const { tap, clock, work, assign, isIssued, gateway, id, later } = await openDrawer()
    tap.isCut = (path) => path === '/access_methods/assign_card'
    const first = assign('4711')
    await expect.poll(() => gateway.log.join('\n')).toContain('no clear answer to assign_card')
    clock.advance(8_000)
    expect((await first).error.type).toBe('upstream_timeout')
    later()
    expect((await work()).map((one) => one.access_method_id)).not.toContain(id)
    expect((await assign('4712')).error.type).toBe('access_method_being_encoded')
    tap.isCut = () => false
    const isGiven = (): Promise<boolean> => {
      clock.advance(10_000)
      return isIssued()
    }
    await expect.poll(isGiven).toBe(true)
    expect(await assign('4711')).toEqual({ ok: true, assigned: true, reason: null })
  })
})
