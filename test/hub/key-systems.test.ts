import { SeamHttp } from '@seamapi/http'
import { describe, expect } from 'vitest'
import type { ChannelEnding } from '../../src/contract/channel.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'
import { toChannelEnding } from '../../src/seam/to-channel.ts'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { attemptOf, demoCard, eventTypes, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'
import { successSchema } from './openapi-schema.ts'

type Encoded = Extract<ChannelEnding, { kind: 'encoded' }>
type Keys = NonNullable<Encoded['keys']>

const confirmed = (keys: Partial<Keys> = {}): Encoded => ({
  kind: 'encoded',
  card_uid: null,
  technology: 'unknown',
  proof: 'confirmed',
  keys: { made: 1, wanted: 1, serial_numbers: [], shortfall: null, remark: null, ...keys },
})

/** A desk with an encoder of a lock system, and an access method that waits for its key. */
const openDesk = async (hub: TestHub) => {
  const coder = encoderNamed('Key Coder', { driver: 'fias', kind: 'key_system', technologies: [] })
  const card = encoderNamed('Front Desk')
  const bridge = await hub.bridge([coder, card])
  const { methodId, grantId, entranceIds } = await demoCard(hub)
  const encode = async (access_method_id: string, more: object = {}, encoder = coder) => {
    const { body } = await hub.post('/access_methods/encode', {
      access_method_id,
      acs_encoder_id: encoder.acs_encoder_id,
      ...more,
    })
    return body.action_attempt
  }
  const make = async (access_method_id: string, more: object = {}, ending: ChannelEnding = confirmed()) => {
    await encode(access_method_id, more)
    const order = await bridge.takeOrder()
    await bridge.report(order.order_id, ending)
    return { order, attempt: await attemptOf(hub, order.order_id) }
  }
  const method = async (access_method_id = methodId) =>
    (await hub.post('/access_methods/get', { access_method_id })).body.access_method
  return { bridge, coder, card, methodId, grantId, entranceIds, encode, make, method }
}

describe('a key of a lock system', () => {
  test('issues the access method exactly as a card that was read back does', async ({ hub }) => {
    const { make, method, methodId } = await openDesk(hub)
    const { attempt } = await make(methodId, { copies: 3 }, confirmed({ made: 3, wanted: 3 }))
    expect(attempt).toMatchObject({ status: 'success', result: { is_issued: true, warnings: [] } })
    expect(await method()).toMatchObject({ is_issued: true, is_encoding_required: false })
    expect(await eventTypes(hub, { access_method_id: methodId })).toEqual([
      'access_method.created',
      'access_method.card_encoding_required',
      'access_method.issued',
    ])
  })

  test('of an order with several tells the attempt when fewer were made, in words that Seam’s document allows', async ({
    hub,
  }) => {
    const { make, methodId } = await openDesk(hub)
    const shortfall = { code: 'card_timeout', message: 'No card was placed in time.' }
    const { attempt } = await make(methodId, { copies: 3 }, confirmed({ made: 2, wanted: 3, shortfall }))
    expect(attempt.result.warnings).toEqual([
      {
        warning_code: 'unknown_issue_with_acs_credential',
        message: '2 of 3 keys were made. No card was placed in time.',
        created_at: '2026-11-23T12:00:00.000Z',
      },
    ])
    const { body } = await hub.post('/action_attempts/get', {
      action_attempt_id: attempt.action_attempt_id,
    })
    const check = successSchema('/action_attempts/get')
    expect(check(body), JSON.stringify(check.errors)).toBe(true)
  })

  test('is ordered by the official client, with purpose and copies as the channel has them', async ({
    hub,
  }) => {
    const { bridge, coder, methodId: access_method_id } = await openDesk(hub)
    const seam = SeamHttp.fromApiKey(hub.apiKey, { endpoint: hub.endpoint })
    const wanted = { access_method_id, acs_encoder_id: coder.acs_encoder_id, purpose: 'one_shot', copies: 2 }
    const wait = { waitForActionAttempt: { timeout: 20_000, pollingInterval: 20 } }
    const encoding = Promise.resolve(seam.accessMethods.encode(wanted, wait))
    const order = await bridge.takeOrder()
    expect(order.encode).toMatchObject({ purpose: 'one_shot', copies: 2, ends_live_key: false })
    await bridge.report(order.order_id, confirmed({ made: 2, wanted: 2 }))
    expect(await encoding).toMatchObject({ status: 'success' })
  })

  test('for one opening leaves the access method as it is: the guest’s own key can still be made', async ({
    hub,
  }) => {
    const { make, method, methodId } = await openDesk(hub)
    const once = await make(methodId, { purpose: 'one_shot' })
    expect(once.attempt).toMatchObject({ status: 'success', result: { is_issued: false } })
    expect(await method()).toMatchObject({ is_issued: false, is_encoding_required: true })
    await make(methodId)
    expect(await method()).toMatchObject({ is_issued: true })
    expect(await eventTypes(hub, { access_method_id: methodId })).not.toContain('access_method.reissued')
  })

  test('may be a further one for a guest who has one, where a card of ours may not', async ({ hub }) => {
    const { make, encode, methodId, card } = await openDesk(hub)
    await make(methodId)
    for (const purpose of ['additional', 'one_shot']) {
      expect((await encode(methodId, { purpose }, card)).error.type).toBe('credential_cannot_be_reissued')
      expect((await make(methodId, { purpose })).attempt.status).toBe('success')
    }
    expect((await encode(methodId)).error.type).toBe('credential_cannot_be_reissued')
    expect((await eventTypes(hub, { access_method_id: methodId })).at(-1)).toBe('access_method.reissued')
  })

  test('that is new ends every earlier key of the room, those of the same grant too', async ({ hub }) => {
    const { bridge, make, encode, method, methodId, entranceIds, card } = await openDesk(hub)
    const { body } = await hub.post('/access_grants/create', {
      user_identity: { full_name: 'Ada Guest' },
      acs_entrance_ids: entranceIds.slice(2, 3),
      requested_access_methods: [{ mode: 'card' }, { mode: 'card' }],
    })
    const [first = '', second = ''] = body.access_grant.access_method_ids
    expect((await make(first)).order.encode?.ends_live_key).toBe(false)
    // A card of ours opens by its own record, and ends no key of its own grant.
    await encode(second, {}, card)
    const onCard = await bridge.takeOrder()
    expect(onCard.encode?.ends_live_key).toBe(false)
    await bridge.report(onCard.order_id, {
      kind: 'untouched',
      code: 'order_cancelled',
      seam_code: 'uncategorized_error',
      message: 'Cancelled.',
      card_uid: null,
    })
    const { order } = await make(second, { is_confirmed: true })
    expect(order.encode).toMatchObject({ ends_live_key: true, is_confirmed: true })
    expect(await method(first)).toMatchObject({ is_issued: false, is_encoding_required: true })
    expect(await method(second)).toMatchObject({ is_issued: true })
    expect(await method(methodId)).toMatchObject({ is_issued: false })
    expect(await eventTypes(hub, { event_type: 'acs_credential.invalidated' })).toHaveLength(1)
  })

  test('in place of a lost one ends the others of the room, for lock systems know no narrower way', async ({
    hub,
  }) => {
    const { make, encode, method, methodId, entranceIds, bridge, card } = await openDesk(hub)
    await make(methodId)
    const { body } = await hub.post('/access_grants/create', {
      user_identity: { full_name: 'Ada Guest' },
      acs_entrance_ids: entranceIds.slice(1, 2),
      requested_access_methods: [{ mode: 'card' }],
    })
    const [other = ''] = body.access_grant.access_method_ids
    expect((await make(other, { purpose: 'additional' })).order.encode?.ends_live_key).toBe(false)
    await encode(methodId, { purpose: 'replacement' }, card)
    const onCard = await bridge.takeOrder()
    expect(onCard.encode?.ends_live_key).toBe(false)
    await bridge.report(onCard.order_id, encoded)
    expect(await method(other)).toMatchObject({ is_issued: true })
    hub.clock.advance(1_000)
    const { order } = await make(methodId, { purpose: 'replacement' })
    expect(order.encode?.ends_live_key).toBe(true)
    expect(await method(other)).toMatchObject({ is_issued: false })
    expect(await method(methodId)).toMatchObject({ is_issued: true })
  })

  test('for one opening on the card of an issued method takes its word back', async ({ hub }) => {
    const { bridge, make, encode, method, methodId, card } = await openDesk(hub)
    await encode(methodId, {}, card)
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    expect(await method()).toMatchObject({ is_issued: true })
    await make(methodId, { purpose: 'one_shot' }, { ...confirmed(), card_uid: '04A1B2C3' })
    expect(await method()).toMatchObject({ is_issued: false, is_encoding_required: true })
  })

  test.for<[ErrorCode, string]>([
    ['card_misplaced', 'no_credential_on_encoder'],
    ['card_foreign', 'incompatible_card_format'],
    ['card_staff', 'incompatible_card_format'],
    ['card_stuck', 'encoding_interrupted'],
    ['room_unmapped', 'uncategorized_error'],
    ['room_unknown', 'uncategorized_error'],
    ['room_checked_out', 'credential_cannot_be_reissued'],
    ['room_out_of_service', 'uncategorized_error'],
    ['key_encoder_busy', 'encoder_communication_timeout'],
    ['key_encoder_unknown', 'encoder_not_online'],
    ['key_encoder_offline', 'encoder_not_online'],
    ['one_shot_used_up', 'uncategorized_error'],
    ['key_order_refused', 'uncategorized_error'],
    ['lock_system_fault', 'uncategorized_error'],
    ['credential_deleted', 'credential_deleted'],
    ['credential_cannot_be_reissued', 'credential_cannot_be_reissued'],
    ['seam_unauthorized', 'uncategorized_error'],
  ])('that is refused by %s fails the attempt with %s', async ([code, type], { hub }) => {
    const { make, methodId } = await openDesk(hub)
    const ending = toChannelEnding({ kind: 'untouched', code, detail: null, uid: null }, 'encode')
    const { attempt } = await make(methodId, {}, ending)
    expect(attempt).toMatchObject({ status: 'error', error: { type } })
    const { body } = await hub.post('/action_attempts/get', {
      action_attempt_id: attempt.action_attempt_id,
    })
    expect(successSchema('/action_attempts/get')(body)).toBe(true)
  })
})

describe('an order’s time zone is the property’s', () => {
  const pairAbroad = async (hub: TestHub, acs_system_id: string | undefined) => {
    const { body } = await hub.post(
      '/seam/bridge/v1/bridge_client_sessions/create',
      {
        bridge_client_name: 'Desk abroad',
        bridge_client_time_zone: 'America/New_York',
        bridge_client_machine_identifier_key: 'abroad',
      },
      null,
    )
    const { pairing_code, bridge_client_session_token } = body.bridge_client_session
    await hub.post('/bridges/claim', { pairing_code, ...(acs_system_id !== undefined && { acs_system_id }) })
    return bridge_client_session_token as string
  }

  test('and not that of a bridge that joins it with another one', async ({ hub }) => {
    const systems = await hub.post('/acs/systems/list')
    const [system] = systems.body.acs_systems
    expect(system.location.time_zone).toBe('Europe/Berlin')
    const coder = encoderNamed('Key Coder', { kind: 'key_system' })
    const bridge = await hub.bridge([coder], await pairAbroad(hub, system.acs_system_id))
    const { methodId: access_method_id } = await demoCard(hub)
    const { acs_encoder_id } = coder
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    expect((await bridge.takeOrder()).time_zone).toBe('Europe/Berlin')
    await hub.post('/acs/encoders/scan_credential', { acs_encoder_id })
    expect((await bridge.takeOrder()).time_zone).toBe('Europe/Berlin')
  })

  test('which is that of its first bridge where the bridge brings the system', async ({ hub }) => {
    const coder = encoderNamed('Key Coder', { kind: 'key_system' })
    const bridge = await hub.bridge([coder], await pairAbroad(hub, undefined))
    await hub.post('/acs/encoders/scan_credential', { acs_encoder_id: coder.acs_encoder_id })
    expect((await bridge.takeOrder()).time_zone).toBe('America/New_York')
  })
})
