import { readFile } from 'node:fs/promises'
import { SeamHttp } from '@seamapi/http'
import { describe, expect, test } from 'vitest'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { openGateway, openHotel } from './gateway-rig.ts'
import { attemptOf, demoCard } from './hub-fixture.ts'
import type { Answer } from './hub-fixture.ts'

const fast = { waitForActionAttempt: { timeout: 20_000, pollingInterval: 20 } }

/** A desk that is paired with the gateway for the hotel's access system, and one at Seam itself. */
const openDesks = async () => {
  const hotel = await openHotel()
  const { gateway, seam, systemId } = hotel
  const here = encoderNamed('Here')
  const there = encoderNamed('There')
  const bridge = await gateway.bridge([here], await gateway.pair('Desk', gateway.apiKey, systemId))
  const remote = await seam.bridge([there], await seam.pair('Office', seam.apiKey, systemId))
  const { methodId } = await demoCard(seam)
  const encode = (more: object = {}) =>
    gateway.post('/access_methods/encode', {
      access_method_id: methodId,
      acs_encoder_id: here.acs_encoder_id,
      ...more,
    })
  const flags = async () =>
    (await seam.post('/access_methods/get', { access_method_id: methodId })).body.access_method
  return { ...hotel, here, there, bridge, remote, methodId, encode, flags }
}

describe('the official client, through a gateway', () => {
  test('lists, grants, encodes at a local encoder and waits; the flags stay as Seam has them', async () => {
    const { gateway, seam, here, there, bridge, systemId } = await openDesks()
    const client = SeamHttp.fromApiKey(gateway.apiKey, { endpoint: gateway.endpoint })
    expect((await client.workspaces.get()).workspace_id).toBe(seam.workspaceId)
    const encoders = await client.acs.encoders.list({ acs_system_ids: [systemId] })
    expect(encoders.map((one) => one.display_name)).toEqual(['There', 'Here'])
    expect(encoders.map((one) => one.workspace_id)).toEqual([seam.workspaceId, seam.workspaceId])
    const entrances = await client.acs.entrances.list()
    const identity = await client.userIdentities.create({ full_name: 'Ada Guest' })
    const grant = await client.accessGrants.create({
      user_identity_id: identity.user_identity_id,
      acs_entrance_ids: entrances.slice(2, 3).map((one) => one.acs_entrance_id),
      requested_access_methods: [{ mode: 'card' }],
    })
    const [method] = await client.accessMethods.list({ access_grant_id: grant.access_grant_id })
    const access_method_id = method?.access_method_id ?? ''

    const { acs_encoder_id } = here
    const encoding = Promise.resolve(client.accessMethods.encode({ access_method_id, acs_encoder_id }, fast))
    const order = await bridge.takeOrder()
    expect(order.encode).toMatchObject({
      access_method_id,
      acs_entrance_ids: entrances.slice(2, 3).map((one) => one.acs_entrance_id),
      starts_at: grant.starts_at,
    })
    await bridge.report(order.order_id, encoded)
    expect(await encoding).toMatchObject({
      status: 'success',
      result: {
        is_issued: false,
        issued_at: null,
        warnings: [{ warning_code: 'unknown_issue_with_acs_credential' }],
        encoder_bridge: { seam_updated: false },
      },
    })
    expect(await client.accessMethods.get({ access_method_id })).toMatchObject({
      is_issued: false,
      is_encoding_required: true,
    })
    expect(await seam.post('/access_methods/get', { access_method_id })).toMatchObject({
      body: { access_method: { is_issued: false } },
    })
    expect(there.acs_encoder_id).toBe(encoders[0]?.acs_encoder_id)
  })

  test('reaches an encoder of Seam’s own as if nothing stood between', async () => {
    const { gateway, there, remote, methodId, flags } = await openDesks()
    const client = SeamHttp.fromApiKey(gateway.apiKey, { endpoint: gateway.endpoint })
    const { acs_encoder_id } = there
    const encoding = Promise.resolve(
      client.accessMethods.encode({ access_method_id: methodId, acs_encoder_id }, fast),
    )
    await remote.report((await remote.takeOrder()).order_id, encoded)
    expect(await encoding).toMatchObject({ status: 'success', result: { is_issued: true } })
    expect(await flags()).toMatchObject({ is_issued: true })
  })
})

describe('the store of a gateway', () => {
  test('holds no name of a guest', async () => {
    const { gateway, seam, encode, bridge } = await openDesks()
    await encode()
    await bridge.takeOrder()
    const files = ['hub.db', 'hub.db-wal']
    const texts = await Promise.all(files.map((name) => readFile(`${gateway.dataDir}/${name}`, 'latin1')))
    expect(texts.join()).not.toContain('Demo Guest')
    expect(texts.join()).not.toContain('Demo stay')
    expect(texts.join()).not.toContain(seam.apiKey)
  })
})

describe('an encode order at a gateway', () => {
  test('that was carried out is not repeated unless a replacement is ordered', async () => {
    const { bridge, encode, gateway } = await openDesks()
    const first = await encode()
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    const id = first.body.action_attempt.action_attempt_id
    expect((await attemptOf(gateway, id)).status).toBe('success')
    const again = await encode()
    expect(again.body.action_attempt).toMatchObject({
      status: 'error',
      error: { type: 'credential_cannot_be_reissued' },
    })
    const confirmed = await encode({ purpose: 'replacement' })
    expect(confirmed.body.action_attempt.status).toBe('pending')
    expect((await bridge.takeOrder()).encode?.purpose).toBe('replacement')
  })

  test('with other times at Seam is a new one, and ends the one under way', async () => {
    const { bridge, encode, gateway, seam } = await openDesks()
    const first = await encode()
    const order = await bridge.takeOrder()
    const { grantId } = await demoCard(seam)
    const ends_at = '2026-12-24T11:00:00.000Z'
    await seam.post('/access_grants/update', { access_grant_id: grantId, ends_at })
    const second = await encode()
    expect(await attemptOf(gateway, first.body.action_attempt.action_attempt_id)).toMatchObject({
      status: 'error',
    })
    // The first card may have been written: until its bridge has said, no other is.
    expect(second.body.action_attempt).toMatchObject({
      status: 'error',
      error: { type: 'uncategorized_error' },
    })
    await bridge.report(order.order_id, {
      kind: 'untouched',
      code: 'order_cancelled',
      seam_code: 'uncategorized_error',
      message: 'It was cancelled.',
      card_uid: null,
    })
    await encode()
    expect((await bridge.takeOrder()).encode?.ends_at).toBe(ends_at)
  })

  test('that Seam does not want is not carried out: deleted, no card, unknown', async () => {
    const { encode, seam, methodId, gateway, here } = await openDesks()
    const underWay = (await encode()).body.action_attempt.action_attempt_id
    await seam.post('/access_methods/delete', { access_method_id: methodId })
    expect(await encode()).toMatchObject({
      status: 404,
      body: { error: { type: 'access_method_not_found' } },
    })
    expect((await attemptOf(gateway, underWay)).error.type).toBe('credential_deleted')
    const entrances = await seam.post('/acs/entrances/list')
    const identities = await seam.post('/user_identities/list')
    const { body } = await seam.post('/access_grants/create', {
      user_identity_id: identities.body.user_identities[0].user_identity_id,
      acs_entrance_ids: [entrances.body.acs_entrances[0].acs_entrance_id],
      requested_access_methods: [{ mode: 'code' }],
    })
    const [access_method_id] = body.access_grant.access_method_ids
    const { acs_encoder_id } = here
    expect(await gateway.post('/access_methods/encode', { access_method_id, acs_encoder_id })).toMatchObject({
      status: 400,
      body: { error: { type: 'invalid_input' } },
    })
  })

  test('of a card that Seam holds as issued ends as Seam’s own would', async () => {
    const { encode, remote, seam, there, methodId } = await openDesks()
    await seam.post('/access_methods/encode', {
      access_method_id: methodId,
      acs_encoder_id: there.acs_encoder_id,
    })
    await remote.report((await remote.takeOrder()).order_id, encoded)
    expect((await encode()).body.action_attempt.error.type).toBe('credential_cannot_be_reissued')
  })

  test('names encoders of one side', async () => {
    const { encode, here, there } = await openDesks()
    const acs_encoder_ids = [here.acs_encoder_id, there.acs_encoder_id]
    expect(await encode({ acs_encoder_id: undefined, acs_encoder_ids })).toMatchObject({
      status: 400,
      body: { error: { type: 'invalid_input' } },
    })
  })

  test('comes from the desk too', async () => {
    const { bridge, gateway, here, methodId } = await openDesks()
    const { acs_encoder_id } = here
    const answer = await gateway.post(
      '/bridge/v1/access_methods/encode',
      { access_method_id: methodId, acs_encoder_id },
      bridge.token,
    )
    expect((await bridge.takeOrder()).order_id).toBe(answer.body.order_id)
    const doors = await gateway.post('/bridge/v1/entrances/list', {}, bridge.token)
    expect(doors.body.acs_entrances.map((one: { display_name: string }) => one.display_name)).toContain(
      'Room 101',
    )
  })

  test('while Seam is away is refused with what is wrong, and nothing is sent to the desk', async () => {
    const { bridge, encode, seam } = await openDesks()
    await seam.close()
    expect(await encode()).toMatchObject({ status: 502, body: { error: { type: 'upstream_unreachable' } } })
    await bridge.settled()
    expect(bridge.received.map((one) => one.type)).not.toContain('order')
  })
})

describe('lists that both sides have', () => {
  const names = (answer: Answer) =>
    answer.body.acs_encoders.map((one: { display_name: string }) => one.display_name)

  test('of encoders come page by page, never longer than they are asked for, ours last', async () => {
    const { gateway, seam, systemId } = await openHotel()
    const token = await gateway.pair('Desk', gateway.apiKey, systemId)
    await gateway.bridge(
      ['h1', 'h2', 'h3'].map((name) => encoderNamed(name)),
      token,
    )
    const there = await seam.pair('Office', seam.apiKey, systemId)
    await seam.bridge(
      ['t1', 't2', 't3'].map((name) => encoderNamed(name)),
      there,
    )
    const pages: string[][] = []
    for (let cursor: string | null = null; pages.length < 9;) {
      const answer = await gateway.post('/acs/encoders/list', {
        acs_system_id: systemId,
        limit: 2,
        ...(cursor !== null && { page_cursor: cursor }),
      })
      pages.push(names(answer))
      const { has_next_page, next_page_cursor } = answer.body.pagination
      expect(has_next_page).toBe(next_page_cursor !== null)
      cursor = next_page_cursor
      if (cursor === null) break
    }
    expect(pages).toEqual([
      ['t1', 't2'],
      ['t3', 'h1'],
      ['h2', 'h3'],
    ])
  })

  test('by ids ask Seam only for what may be Seam’s', async () => {
    const { gateway, seam, here, there } = await openDesks()
    const list = (ids: string[]) => gateway.post('/acs/encoders/list', { acs_encoder_ids: ids })
    expect(names(await list([here.acs_encoder_id, there.acs_encoder_id]))).toEqual(['There', 'Here'])
    expect(names(await list([there.acs_encoder_id]))).toEqual(['There'])
    const one = await gateway.post('/acs/encoders/get', { acs_encoder_id: here.acs_encoder_id })
    expect(one.body.acs_encoder.display_name).toBe('Here')
    await seam.close()
    expect(names(await list([here.acs_encoder_id]))).toEqual(['Here'])
    expect((await list([here.acs_encoder_id, there.acs_encoder_id])).status).toBe(502)
  })

  test('of action attempts hold ours where they are named', async () => {
    const { gateway, seam, bridge, encode, there } = await openDesks()
    const ours = (await encode()).body.action_attempt.action_attempt_id
    await bridge.takeOrder()
    const { acs_encoder_id } = there
    const theirs = (await seam.post('/acs/encoders/scan_credential', { acs_encoder_id })).body.action_attempt
    const list = await gateway.post('/action_attempts/list', {
      action_attempt_ids: [ours, theirs.action_attempt_id],
    })
    expect(
      list.body.action_attempts.map((one: { action_attempt_id: string }) => one.action_attempt_id),
    ).toEqual([theirs.action_attempt_id, ours])
    expect(await attemptOf(gateway, theirs.action_attempt_id)).toEqual(theirs)
  })
})

describe('whoever has a key of Seam’s own', () => {
  test('may use local encoders when Seam knows the key as this workspace’s', async () => {
    const { gateway, seam, here } = await openDesks()
    const { acs_encoder_id } = here
    const scan = (key: string) => gateway.post('/acs/encoders/scan_credential', { acs_encoder_id }, key)
    expect((await scan(seam.apiKey)).status).toBe(200)
    expect((await scan('seam_unknown_key')).status).toBe(401)
    expect((await scan('seam_cst_of_a_guest')).status).toBe(401)
    expect((await scan('seam_at_of_a_person')).status).toBe(401)
    // What Seam has confirmed holds for a minute, whatever becomes of Seam.
    await seam.close()
    expect((await scan(seam.apiKey)).status).toBe(200)
    gateway.clock.advance(61_000)
    expect((await scan(seam.apiKey)).status).toBe(502)
    expect((await scan(gateway.apiKey)).status).toBe(200)
  })
})

describe('a bridge at a gateway', () => {
  test('serves an access system that Seam has', async () => {
    const { gateway } = await openHotel()
    await expect(gateway.pair('Desk')).rejects.toThrow('acs_system_id')
    const unknown = '22222222-2222-4222-8222-222222222222'
    await expect(gateway.pair('Desk', gateway.apiKey, unknown)).rejects.toThrow('acs_system_not_found')
  })
})

test('a gateway starts while its upstream is away, says so, and recovers by itself', async () => {
  const { seam, clock, systemId } = await openHotel()
  const { endpoint, apiKey } = seam
  await seam.close()
  const gateway = await openGateway(endpoint, apiKey, clock)
  expect(gateway.log.join()).toContain('upstream not reached')
  const failed = gateway.pair('Desk', gateway.apiKey, systemId)
  await expect(failed).rejects.toThrow('upstream_unreachable')
  const again = await seam.restart({ port: Number(new URL(endpoint).port) })
  expect(await gateway.pair('Desk', gateway.apiKey, systemId)).toMatch(/^seam_brg_/)
  await again.close()
})
