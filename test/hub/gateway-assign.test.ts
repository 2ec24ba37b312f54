import { randomUUID } from 'node:crypto'
import { SeamHttp } from '@seamapi/http'
import { describe, expect, test } from 'vitest'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { jsonAnswer, openGateway, openHotel, openRawServer, WORKSPACE_ID } from './gateway-rig.ts'
import { attemptOf } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const CARD = {
  kind: 'scanned',
  card_uid: '04A1B2C3',
  technology: 'mifare-classic-1k',
  card_number: null,
  record: null,
  remark: null,
} as const
/** 0x04A1B2C3. */
const CARD_NUMBER = '77705923'

const fast = { timeout: 20_000, pollingInterval: 20 }
/** Asks as an integrator does, until the attempt has ended. */
const ended = async (gateway: TestHub, action_attempt_id: string) => {
  const client = SeamHttp.fromApiKey(gateway.apiKey, { endpoint: gateway.endpoint })
  await client.actionAttempts
    .get({ action_attempt_id }, { waitForActionAttempt: fast })
    .then(undefined, () => undefined)
  return attemptOf(gateway, action_attempt_id)
}

describe('a card that Seam wants assigned', () => {
  /** Cards of the hotel are registered and assigned; a desk at Seam has registered one. */
  const openAssigning = async () => {
    const hotel = await openHotel()
    const { seam, gateway, systemId } = hotel
    const identities = await seam.post('/user_identities/list')
    const { user_identity_id } = identities.body.user_identities[0]
    const there = encoderNamed('There')
    const office = await seam.bridge([there], await seam.pair('Office', seam.apiKey, systemId))
    const { acs_encoder_id } = there
    await seam.post('/acs/encoders/scan_to_assign_credential', { acs_encoder_id, user_identity_id })
    await office.report((await office.takeOrder()).order_id, CARD)
    await seam.post('/acs/systems/simulate/card_issuing', {
      acs_system_id: systemId,
      card_issuing: 'assignment',
    })
    const entrances = await seam.post('/acs/entrances/list')
    const grant = await seam.post('/access_grants/create', {
      user_identity_id,
      acs_entrance_ids: [entrances.body.acs_entrances[1].acs_entrance_id],
      requested_access_methods: [{ mode: 'card' }],
    })
    const [access_method_id] = grant.body.access_grant.access_method_ids
    const here = encoderNamed('Here')
    const bridge = await gateway.bridge([here], await gateway.pair('Desk', gateway.apiKey, systemId))
    const encode = async (more: object = {}): Promise<string> => {
      const order = { access_method_id, acs_encoder_id: here.acs_encoder_id, ...more }
      return (await gateway.post('/access_methods/encode', order)).body.action_attempt.action_attempt_id
    }
    return { ...hotel, bridge, encode, access_method_id }
  }

  test('is read, not written, and issued when Seam says so', async () => {
    const { gateway, seam, bridge, encode, access_method_id } = await openAssigning()
    const id = await encode()
    const order = await bridge.takeOrder()
    expect([order.kind, order.encode]).toEqual(['scan_to_assign', null])
    await bridge.report(order.order_id, CARD)
    expect(await ended(gateway, id)).toMatchObject({
      action_type: 'ENCODE_CREDENTIAL',
      status: 'success',
      result: { is_issued: true, card_number: CARD_NUMBER, encoder_bridge: { seam_updated: true } },
    })
    const method = await seam.post('/access_methods/get', { access_method_id })
    expect(method.body.access_method).toMatchObject({ is_issued: true, is_assignment_required: false })
    expect((await seam.post('/action_attempts/list')).body.action_attempts).toHaveLength(2)
  })

  test('that is read too late is assigned to nobody', async () => {
    const { gateway, seam, bridge, encode, access_method_id } = await openAssigning()
    const id = await encode({ expires_in_seconds: 10 })
    const order = await bridge.takeOrder()
    await bridge.settled()
    gateway.clock.advance(16_000)
    expect(await attemptOf(gateway, id)).toMatchObject({ status: 'error' })
    await bridge.report(order.order_id, CARD)
    await bridge.settled()
    const second = await encode()
    expect((await attemptOf(gateway, second)).status).toBe('pending')
    const method = await seam.post('/access_methods/get', { access_method_id })
    expect(method.body.access_method.is_issued).toBe(false)
  })

  test('that Seam does not know ends the attempt, and may be tried again with another', async () => {
    const { gateway, bridge, encode } = await openAssigning()
    const id = await encode()
    await bridge.report((await bridge.takeOrder()).order_id, { ...CARD, card_uid: '04FFFFFF' })
    const attempt = await ended(gateway, id)
    expect(attempt).toMatchObject({ status: 'error', error: { type: 'uncategorized_error' } })
    expect(attempt.error.message).toContain('No free card of this number')
    const second = await encode()
    expect(second).not.toBe(id)
    await bridge.report((await bridge.takeOrder()).order_id, CARD)
    expect(await ended(gateway, second)).toMatchObject({ status: 'success' })
  })
})

const IDS = { method: randomUUID(), grant: randomUUID(), system: randomUUID(), door: randomUUID() }

const CREDENTIAL = {
  acs_credential_id: randomUUID(),
  acs_system_id: IDS.system,
  access_method: 'card',
  card_number: CARD_NUMBER,
}

/** A Seam that wants cards encoded and assigned, and writes down what it is asked. */
const openScriptedSeam = async () => {
  const server = await openRawServer()
  const seam = {
    door: IDS.door,
    isIssued: false,
    hasCard: false,
    assign: null as string | null,
    follow: [] as object[],
  }
  const method = () => ({
    access_method_id: IDS.method,
    mode: 'card',
    is_issued: seam.isIssued,
    issued_at: seam.isIssued ? '2026-11-23T12:01:00Z' : null,
    is_encoding_required: !seam.isIssued,
    is_ready_for_encoding: !seam.isIssued,
    is_assignment_required: !seam.isIssued,
    is_ready_for_assignment: !seam.isIssued,
    pending_mutations: [],
  })
  const answers: Record<string, () => string | null> = {
    '/acs/systems/get': () =>
      jsonAnswer({
        acs_system: {
          acs_system_id: IDS.system,
          workspace_id: WORKSPACE_ID,
          name: 'Doors',
          connected_account_id: randomUUID(),
          location: { time_zone: 'Europe/Berlin' },
        },
      }),
    '/access_methods/get_related': () =>
      jsonAnswer({
        batch: {
          access_methods: [method()],
          access_grants: [
            {
              access_grant_id: IDS.grant,
              user_identity_id: randomUUID(),
              starts_at: '2026-11-23T12:00:00Z',
              ends_at: null,
            },
          ],
          acs_entrances: [{ acs_entrance_id: seam.door, acs_system_id: IDS.system, display_name: 'Room 1' }],
          acs_credentials: seam.hasCard ? [CREDENTIAL] : [],
        },
      }),
    '/access_methods/assign_card': () => seam.assign,
    '/action_attempts/get': () => jsonAnswer({ action_attempt: seam.follow.shift() ?? {} }),
  }
  server.answer = null
  server.answerTo = (request) => answers[request.split(' ')[1] ?? '']?.() ?? null
  /** Resolves with the body of the next `assign_card`. */
  const nextCall = async (): Promise<object> => {
    for (;;) {
      const [head = '', body = ''] = (await server.nextRequest()).split('\r\n\r\n')
      if (head.startsWith('POST /access_methods/assign_card ')) return JSON.parse(body)
    }
  }
  const calls = () => server.requests.filter((one) => one.startsWith('POST /access_methods/assign_card '))
  const gateway = await openGateway(server.endpoint)
  const encoder = encoderNamed('Here')
  const bridge = await gateway.bridge([encoder], await gateway.pair('Desk', gateway.apiKey, IDS.system))
  const encode = async (): Promise<string> => {
    const order = { access_method_id: IDS.method, acs_encoder_id: encoder.acs_encoder_id }
    return (await gateway.post('/access_methods/encode', order)).body.action_attempt.action_attempt_id
  }
  return { server, seam, gateway, bridge, encode, calls, nextCall, encoder }
}

test('other doors at Seam want a new card', async () => {
  const { seam, gateway, bridge, encode } = await openScriptedSeam()
  const attempt = { action_attempt_id: 'theirs', status: 'error', error: { type: 'x', message: 'No.' } }
  seam.assign = jsonAnswer({ action_attempt: attempt })
  seam.follow.push(attempt)
  const first = await encode()
  await bridge.report((await bridge.takeOrder()).order_id, encoded)
  expect(await ended(gateway, first)).toMatchObject({ status: 'error' })
  const again = await attemptOf(gateway, await encode())
  expect(again.error.type).toBe('credential_cannot_be_reissued')
  seam.door = randomUUID()
  await encode()
  expect((await bridge.takeOrder()).encode?.acs_entrance_ids).toEqual([seam.door])
})

describe('a card that was encoded and is to be assigned', () => {
  test('is told by its number, and the attempt waits for Seam’s word', async () => {
    const { seam, gateway, bridge, encode, calls, nextCall } = await openScriptedSeam()
    const attempt = { action_attempt_id: 'theirs', status: 'pending' }
    seam.assign = jsonAnswer({ action_attempt: attempt })
    const id = await encode()
    const order = await bridge.takeOrder()
    expect(order.kind).toBe('encode')
    const told = nextCall()
    await bridge.report(order.order_id, encoded)
    expect(await told).toEqual({
      access_method_id: IDS.method,
      card_number: CARD_NUMBER,
    })
    expect((await attemptOf(gateway, id)).status).toBe('pending')
    seam.isIssued = seam.hasCard = true
    seam.follow.push({ ...attempt, status: 'success' })
    expect(await ended(gateway, id)).toMatchObject({
      status: 'success',
      result: { is_issued: true, issued_at: '2026-11-23T12:01:00Z', encoder_bridge: { seam_updated: true } },
    })
    expect(calls()).toHaveLength(1)
  })

  test('is not told of when Seam has other doors by then, and is wanted anew', async () => {
    const { seam, gateway, bridge, encode, calls } = await openScriptedSeam()
    seam.assign = jsonAnswer({ action_attempt: { action_attempt_id: 'theirs', status: 'success' } })
    const id = await encode()
    const order = await bridge.takeOrder()
    seam.door = randomUUID()
    await bridge.report(order.order_id, encoded)
    expect(await ended(gateway, id)).toMatchObject({
      status: 'error',
      error: { type: 'uncategorized_error', message: expect.stringContaining('other times or doors') },
    })
    expect(calls()).toEqual([])
    await encode()
    expect((await bridge.takeOrder()).encode?.acs_entrance_ids).toEqual([seam.door])
  })

  test('is another card than before: Seam hears its number, not that of the card before', async () => {
    const { seam, gateway, bridge, encode, nextCall } = await openScriptedSeam()
    const attempt = { action_attempt_id: 'theirs', status: 'success' }
    seam.assign = jsonAnswer({ action_attempt: attempt })
    const first = await encode()
    const firstCall = nextCall()
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    expect(await firstCall).toMatchObject({ card_number: CARD_NUMBER })
    seam.isIssued = seam.hasCard = true
    seam.follow.push(attempt)
    expect(await ended(gateway, first)).toMatchObject({ status: 'success' })
    // Other doors: it waits again, and still shows the card that it had.
    seam.door = randomUUID()
    seam.isIssued = false
    await encode()
    const secondCall = nextCall()
    await bridge.report((await bridge.takeOrder()).order_id, { ...encoded, card_uid: '04FFFFFF' })
    // 0x04FFFFFF
    expect(await secondCall).toMatchObject({ card_number: '83886079' })
  })

  test('is not told twice when the gateway is stopped in the middle', async () => {
    const { seam, gateway, bridge, encode, calls, nextCall, encoder } = await openScriptedSeam()
    const id = await encode()
    const told = nextCall()
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    await told
    // Seam carries it out, and nobody is left to hear of it.
    seam.isIssued = seam.hasCard = true
    const again = await gateway.restart()
    expect((await attemptOf(again, id)).status).toBe('pending')
    const order = { access_method_id: IDS.method, acs_encoder_id: encoder.acs_encoder_id }
    expect((await again.post('/access_methods/encode', order)).status).toBe(409)
    again.clock.advance(2_000)
    expect(await ended(again, id)).toMatchObject({ status: 'success', result: { is_issued: true } })
    expect(calls()).toHaveLength(1)
    await again.close()
  })
})
