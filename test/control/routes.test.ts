import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { CardUid, OrderId } from '../../src/contract/ids.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import * as schema from '../../src/control/schema.ts'
import {
  accessMethodId,
  backOffice,
  frontDesk,
  keyCoder,
  openControl,
  waitingSession,
} from '../support/fake-control-ports.ts'
import { bearer, json, send } from './request.ts'

const uid = CardUid.parse('04AABBCC')

const scanned: Ending = {
  kind: 'scanned',
  uid,
  technology: 'mifare-classic-1k',
  cardNumber: '4711',
  record: {
    credentialId: '44444444-4444-4444-8444-444444444444',
    cardNumber: '4711',
    startsAt: '2026-11-23T10:00:00.000Z',
    endsAt: null,
  },
  remark: null,
  comparison: { kind: 'outOfSync', properties: ['ends_at'] },
}

test('health answers without a token and tells the version', async () => {
  await using control = await openControl()
  const answer = await send(control.port, 'GET', '/healthz')
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({ status: 'ok', version: '1.2.3' })
})

test('status tells of the link, the encoders, open sessions and the outbox', async () => {
  await using control = await openControl()
  control.show(waitingSession)
  control.show({ ...waitingSession, orderId: OrderId.parse('done'), state: 'ended', ending: scanned })
  const { body } = await send(control.port, 'GET', '/v1/status', bearer(control.token))
  expect(schema.StatusResponse.strict().parse(body)).toMatchObject({
    version: '1.2.3',
    link: { state: 'connected', hub_endpoint: 'http://127.0.0.1:27412', clock_skew_ms: 12 },
    encoders: [{ name: 'Front Desk', state: 'ready', model: 'PN532' }],
    sessions: [{ order_id: 'order-1', state: 'waiting_for_card' }],
    outbox: { waiting: 2, oldest_at: '2026-11-23T10:00:00.000Z', refused: 0 },
  })
})

test('an encoder that failed says why, whose it is and what to do', async () => {
  await using control = await openControl()
  control.state.encoders = [
    { ...frontDesk, state: 'absent', error: new BridgeError('device_denied', 'EACCES.') },
  ]
  const { body } = await send(control.port, 'GET', '/v1/encoders', bearer(control.token))
  expect(schema.EncodersResponse.parse(body).encoders[0]?.error).toEqual({
    code: 'device_denied',
    message: 'The operating system refuses access to the encoder. EACCES.',
    owner: 'installer',
    next_step: 'Run `encoder-bridge doctor`: it prints the one command that grants access.',
    detail: 'EACCES.',
  })
})

test('an encode is ordered through the hub, at the only encoder when none is named', async () => {
  await using control = await openControl()
  const body = JSON.stringify({ access_method_id: accessMethodId })
  const answer = await send(control.port, 'POST', '/v1/encodes', json(control.token), body)
  expect(answer.body).toEqual({ order_id: 'order-1' })
  expect(control.calls).toEqual([
    {
      encode: {
        accessMethodId,
        encoderId: frontDesk.encoderId,
        purpose: 'new',
        copies: 1,
        isConfirmed: false,
        orderedBy: 'the control token',
      },
    },
  ])
})

test('a scan is ordered at an encoder by name, in any case of letters, or by id', async () => {
  await using control = await openControl()
  control.state.encoders = [frontDesk, backOffice]
  for (const encoder of ['back office', backOffice.encoderId]) {
    const answer = await send(
      control.port,
      'POST',
      '/v1/scans',
      json(control.token),
      JSON.stringify({ encoder }),
    )
    expect(answer.body).toEqual({ order_id: 'order-1' })
  }
  expect(control.calls).toEqual([{ scan: backOffice.encoderId }, { scan: backOffice.encoderId }])
})

test('a scan makes a card somebody’s only where Seam itself reaches the encoder', async () => {
  await using control = await openControl()
  const remote = { ...keyCoder, keys: keyCoder.keys && { ...keyCoder.keys, reads: true, assigns: true } }
  control.state.encoders = [frontDesk, remote]
  const scan = (encoder: string) => {
    const body = JSON.stringify({ encoder, user_identity_id: accessMethodId })
    return send(control.port, 'POST', '/v1/scans', json(control.token), body)
  }
  expect((await scan(remote.name)).body).toEqual({ order_id: 'order-1' })
  expect(schema.ErrorBody.parse((await scan(frontDesk.name)).body).error.code).toBe('not_supported')
  expect(control.calls).toEqual([{ scan: remote.encoderId, userIdentityId: accessMethodId }])
})

test('an unnamed encoder among several is asked for by name', async () => {
  await using control = await openControl()
  control.state.encoders = [frontDesk, backOffice]
  const answer = await send(control.port, 'POST', '/v1/scans', json(control.token), '{}')
  expect(answer.status).toBe(400)
  expect(schema.ErrorBody.parse(answer.body).error.detail).toBe(
    'Several encoders are here; name one of Front Desk, Back Office.',
  )
})

test.each([
  ['a name that nobody has', [frontDesk], '{"encoder":"Lobby"}'],
  ['no encoder at all', [], '{}'],
])('%s is encoder_unknown', async (_, encoders, body) => {
  await using control = await openControl()
  control.state.encoders = encoders
  const answer = await send(control.port, 'POST', '/v1/scans', json(control.token), body)
  expect(answer.status).toBe(404)
  expect(schema.ErrorBody.parse(answer.body).error.code).toBe('encoder_unknown')
})

test('a session shows its progress, and the whole ending to whoever knows its order', async () => {
  await using control = await openControl()
  control.show({ ...waitingSession, state: 'writing', progress: { done: 1, total: 3 }, cancellable: false })
  const writing = await send(control.port, 'GET', '/v1/sessions/order-1', bearer(control.token))
  expect(schema.SessionBody.strict().parse(writing.body)).toMatchObject({
    encoder_name: 'Front Desk',
    state: 'writing',
    progress: { done: 1, total: 3 },
    is_cancellable: false,
    ending: null,
  })
  control.show({ ...waitingSession, state: 'ended', revision: 9, ending: scanned })
  const ended = await send(control.port, 'GET', '/v1/sessions/order-1', bearer(control.token))
  expect(schema.SessionBody.parse(ended.body).ending).toEqual({
    kind: 'scanned',
    card_uid: '04AABBCC',
    technology: 'mifare-classic-1k',
    card_number: '4711',
    record: {
      acs_credential_id: '44444444-4444-4444-8444-444444444444',
      card_number: '4711',
      starts_at: '2026-11-23T10:00:00.000Z',
      ends_at: null,
    },
    remark: null,
    comparison: { kind: 'out_of_sync', properties: ['ends_at'] },
  })
})

test('a list of sessions holds no card data', async () => {
  await using control = await openControl()
  control.show({ ...waitingSession, state: 'ended', ending: scanned })
  const answer = await send(control.port, 'GET', '/v1/sessions', bearer(control.token))
  expect(schema.SessionsResponse.parse(answer.body).sessions[0]?.ending).toEqual({
    kind: 'scanned',
    code: null,
  })
  expect(answer.text).not.toContain('4711')
  expect(answer.text).not.toContain('04AABBCC')
})

test('a failed ending names the cause, whose it is and the next step', async () => {
  await using control = await openControl()
  control.show({
    ...waitingSession,
    state: 'ended',
    ending: { kind: 'spoiled', code: 'card_removed', detail: null, uid },
  })
  const { body } = await send(control.port, 'GET', '/v1/sessions/order-1', bearer(control.token))
  expect(schema.SessionBody.parse(body).ending).toEqual({
    kind: 'spoiled',
    card_uid: '04AABBCC',
    error: {
      code: 'card_removed',
      message: 'The card was taken away before the work was complete.',
      owner: 'clerk',
      next_step: 'Place the card flat and leave it until the bridge says done.',
    },
  })
})

test('a long poll is answered by the next revision', async () => {
  await using control = await openControl()
  control.show(waitingSession)
  const polled = send(
    control.port,
    'GET',
    '/v1/sessions/order-1?after=1&wait_ms=30000',
    bearer(control.token),
  )
  await expect.poll(control.state.watchers).toBe(1)
  control.show({ ...waitingSession, revision: 2, state: 'writing' })
  expect(schema.SessionBody.parse((await polled).body)).toMatchObject({ revision: 2, state: 'writing' })
})

test('a long poll waits for an order that is still on its way from the hub', async () => {
  await using control = await openControl()
  const polled = send(control.port, 'GET', '/v1/sessions/order-1?wait_ms=30000', bearer(control.token))
  await expect.poll(control.state.watchers).toBe(1)
  control.show(waitingSession)
  expect(schema.SessionBody.parse((await polled).body).state).toBe('waiting_for_card')
  expect(control.state.watchers()).toBe(0)
})

test('a long poll without news is answered with the session as it is', async () => {
  await using control = await openControl()
  control.show(waitingSession)
  const answer = await send(
    control.port,
    'GET',
    '/v1/sessions/order-1?after=1&wait_ms=20',
    bearer(control.token),
  )
  expect(schema.SessionBody.parse(answer.body).revision).toBe(1)
  expect(control.state.watchers()).toBe(0)
})

test('whoever waits is answered when the server closes', async () => {
  await using control = await openControl()
  control.show(waitingSession)
  const polled = send(
    control.port,
    'GET',
    '/v1/sessions/order-1?after=1&wait_ms=30000',
    bearer(control.token),
  )
  await expect.poll(control.state.watchers).toBe(1)
  await control.close()
  expect((await polled).status).toBe(200)
})

test('an encoder is taken over from the order that is believed to hold it, and from no other', async () => {
  await using control = await openControl()
  const ask = (from: string) =>
    send(
      control.port,
      'POST',
      '/v1/encoders/take_over',
      json(control.token),
      JSON.stringify({ encoder: frontDesk.name, order_id: from }),
    )
  const refused = await ask('order-of-somebody-else')
  expect(refused.status).toBe(409)
  expect(schema.ErrorBody.parse(refused.body).error.code).toBe('device_busy')
  expect((await ask('order-1')).status).toBe(200)
  expect(control.calls).toEqual([
    { takeOver: { encoderId: frontDesk.encoderId, from: 'order-of-somebody-else' } },
    { takeOver: { encoderId: frontDesk.encoderId, from: 'order-1' } },
  ])
})

test.each([
  ['cancel', {}, { cancel: 'order-1' }],
  ['confirm', { revision: 3 }, { confirm: 'order-1', revision: 3 }],
])('%s reaches the session and answers with it', async (verb, body, call) => {
  await using control = await openControl()
  control.show(waitingSession)
  const path = `/v1/sessions/order-1/${verb}`
  const answer = await send(control.port, 'POST', path, json(control.token), JSON.stringify(body))
  expect(schema.SessionBody.parse(answer.body).order_id).toBe('order-1')
  expect(control.calls).toEqual([call])
})

test('a confirmation that names no question is refused', async () => {
  await using control = await openControl()
  control.show(waitingSession)
  const answer = await send(control.port, 'POST', '/v1/sessions/order-1/confirm', json(control.token), '{}')
  expect(schema.ErrorBody.parse(answer.body).error.code).toBe('request_invalid')
  expect(control.calls).toEqual([])
})

test.each(['GET', 'POST'])(
  '%s of a session that nobody ordered is order_unknown and names it',
  async (method) => {
    await using control = await openControl()
    const path = method === 'GET' ? '/v1/sessions/order-7' : '/v1/sessions/order-7/cancel'
    const answer = await send(
      control.port,
      method,
      path,
      json(control.token),
      method === 'GET' ? undefined : '{}',
    )
    expect(answer.status).toBe(404)
    expect(schema.ErrorBody.parse(answer.body).error).toMatchObject({
      code: 'order_unknown',
      order_id: 'order-7',
    })
  },
)

test('the audit trail leaves as JSON lines, from an instant on', async () => {
  await using control = await openControl()
  const line = {
    event: 'ended',
    orderId: 'order-1',
    orderedBy: 'desk',
    encoderId: null,
    uid,
    outcome: 'encoded',
  }
  control.state.audit = [
    { ...line, at: '2026-11-22T10:00:00.000Z', event: 'ended' },
    { ...line, at: '2026-11-23T10:00:00.000Z', event: 'ended' },
  ]
  const path = '/v1/audit?since=2026-11-23T00:00:00.000Z'
  const answer = await send(control.port, 'GET', path, bearer(control.token))
  expect(answer.headers['content-type']).toMatch(/^application\/x-ndjson/)
  const lines = answer.text.trimEnd().split('\n')
  expect(lines.map((text) => schema.AuditBody.strict().parse(JSON.parse(text)))).toEqual([
    {
      at: '2026-11-23T10:00:00.000Z',
      event: 'ended',
      order_id: 'order-1',
      ordered_by: 'desk',
      encoder_id: null,
      card_uid: '04AABBCC',
      outcome: 'encoded',
    },
  ])
})

test('pairing without a key gives the code to show, and later who we are', async () => {
  await using control = await openControl()
  control.state.pairing = {
    state: 'pending',
    code: 'AB12CD',
    expiresAt: '2026-11-23T10:03:00.000Z',
    remainingMs: 179_000,
  }
  const body = JSON.stringify({ hub_endpoint: 'http://127.0.0.1:27412' })
  const pending = await send(control.port, 'POST', '/v1/pairing', json(control.token), body)
  expect(schema.PairingResponse.parse(pending.body)).toEqual({
    state: 'pending',
    pairing_code: 'AB12CD',
    expires_at: '2026-11-23T10:03:00.000Z',
    remaining_ms: 179_000,
  })
  expect(control.calls).toEqual([
    {
      pair: { hubEndpoint: 'http://127.0.0.1:27412', apiKey: null, enrolmentToken: null, acsSystemId: null },
    },
  ])
  control.state.pairing = {
    state: 'paired',
    bridgeId: 'b',
    acsSystemId: 's',
    hubEndpoint: 'http://127.0.0.1:27412',
  }
  const paired = await send(control.port, 'GET', '/v1/pairing', bearer(control.token))
  expect(schema.PairingResponse.parse(paired.body)).toMatchObject({ state: 'paired', acs_system_id: 's' })
})

test('the doctor reports through the API', async () => {
  await using control = await openControl()
  const answer = await send(control.port, 'GET', '/v1/doctor', bearer(control.token))
  expect(schema.DoctorReport.parse(answer.body).checks[0]?.name).toBe('node')
})

test('a fault of our own is logged and tells the caller nothing of the inside', async () => {
  await using control = await openControl()
  const view = (): never => {
    throw new Error('secret inside')
  }
  Object.assign(control.ports.pairing, { view })
  const answer = await send(control.port, 'GET', '/v1/pairing', bearer(control.token))
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('secret inside')
  expect(control.log).toMatchObject([{ level: 'error' }])
})
