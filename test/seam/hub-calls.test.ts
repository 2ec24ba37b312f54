import { expect, test } from 'vitest'
import { CREDENTIAL_ID, ENCODER_ID, METHOD_ID, openDesk } from './desk.ts'
import { type Answer, openFakeHub, TOKEN } from './fake-hub.ts'

const LOOKUP = '/bridge/v1/credentials/lookup'
const ENCODE = '/bridge/v1/access_methods/encode'
const ATTEMPT_ID = '77777777-7777-4777-8777-777777777777'
const never = new AbortController().signal

const openHubAndDesk = async () => {
  const hub = await openFakeHub()
  const desk = openDesk(hub.endpoint)
  const close = async (): Promise<void> => {
    desk[Symbol.dispose]()
    await hub.close()
  }
  return { hub, desk, [Symbol.asyncDispose]: close }
}

const credential = {
  acs_credential_id: CREDENTIAL_ID,
  card_number: '1234567',
  starts_at: '2026-06-01T13:00:00.000Z',
  ends_at: null,
  is_valid: false,
}
const wanted = {
  accessMethodId: METHOD_ID,
  encoderId: ENCODER_ID,
  purpose: 'replacement' as const,
  copies: 3,
  confirmed: true,
  orderedBy: 'Ann',
}

test('a lookup asks with the session’s token and gives the credential in the daemon’s words', async () => {
  await using rig = await openHubAndDesk()
  rig.hub.rest.set(LOOKUP, { body: { ok: true, acs_credential: credential } })
  expect(await rig.desk.link().lookup(CREDENTIAL_ID, never)).toEqual({
    kind: 'found',
    credential: {
      credentialId: CREDENTIAL_ID,
      cardNumber: '1234567',
      startsAt: '2026-06-01T13:00:00.000Z',
      endsAt: null,
      isValid: false,
    },
  })
  const authorization = `Bearer ${TOKEN}`
  expect(rig.hub.asked).toEqual([{ path: LOOKUP, authorization, body: { acs_credential_id: CREDENTIAL_ID } }])
})

test('a credential that the hub does not know is not found', async () => {
  await using rig = await openHubAndDesk()
  rig.hub.rest.set(LOOKUP, { body: { ok: true, acs_credential: null } })
  expect(await rig.desk.link().lookup(CREDENTIAL_ID, never)).toEqual({ kind: 'notFound' })
})

test('an encode from the desk is ordered at the hub, which names the order and its attempt', async () => {
  await using rig = await openHubAndDesk()
  rig.hub.rest.set(ENCODE, { body: { ok: true, order_id: 'order-5', action_attempt_id: ATTEMPT_ID } })
  const ordered = await rig.desk.link().requestEncode(wanted, never)
  expect(ordered).toEqual({ orderId: 'order-5', actionAttemptId: ATTEMPT_ID })
  const body = {
    access_method_id: METHOD_ID,
    acs_encoder_id: ENCODER_ID,
    purpose: 'replacement',
    copies: 3,
    is_confirmed: true,
    ordered_by: 'Ann',
  }
  expect(rig.hub.asked[0]?.body).toEqual(body)
})

const page: Answer = { type: 'text/html', body: '<html>Sign in to the hotel network</html>' }
const seamError = { error: { type: 'not_ready', message: 'The access method is not ready.' }, ok: false }

test.each<[string, Answer, string, string]>([
  ['401', { status: 401, body: seamError }, 'hub_unauthorized', '401'],
  ['403', { status: 403, body: seamError }, 'hub_unauthorized', '403'],
  ['a refusal', { status: 400, body: seamError }, 'hub_refused', 'The access method is not ready.'],
  ['a page of HTML', page, 'hub_protocol', 'text/html'],
  ['a page that is not found', { ...page, status: 404 }, 'hub_protocol', '404 with text/html'],
  [
    'a redirect',
    { ...page, status: 302, headers: { location: 'http://portal.example/' } },
    'hub_protocol',
    '302',
  ],
  ['JSON of another shape', { body: { ok: true } }, 'hub_protocol', 'order_id'],
  [
    'a malformed order id',
    { body: { ok: true, order_id: 'a b', action_attempt_id: ATTEMPT_ID } },
    'hub_protocol',
    'id',
  ],
  ['a megabyte and more', { body: 'x'.repeat(1_100_000) }, 'hub_protocol', 'longer'],
  ['500', { status: 500, body: seamError }, 'hub_unreachable', '500'],
  ['a gateway’s 504', { ...page, status: 504 }, 'hub_unreachable', '504'],
])(
  'a hub that answers with %s rejects with a code that names the cause',
  async (_name, answer, code, detail) => {
    await using rig = await openHubAndDesk()
    rig.hub.rest.set(ENCODE, answer)
    const asking = rig.desk.link().requestEncode(wanted, never)
    await expect(asking).rejects.toMatchObject({ code, detail: expect.stringContaining(detail) })
  },
)

test('a hub that refuses a lookup speaks another version of the channel', async () => {
  await using rig = await openHubAndDesk()
  rig.hub.rest.set(LOOKUP, { status: 400, body: seamError })
  await expect(rig.desk.link().lookup(CREDENTIAL_ID, never)).rejects.toMatchObject({ code: 'hub_protocol' })
})

test('a hub that is gone rejects as unreachable', async () => {
  const hub = await openFakeHub()
  await hub.close()
  using desk = openDesk(hub.endpoint)
  await expect(desk.link().lookup(CREDENTIAL_ID, never)).rejects.toMatchObject({ code: 'hub_unreachable' })
})

test('a hub that does not answer is given up after 10 s', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.rest.set(LOOKUP, 'hang')
  const asking = desk.link().lookup(CREDENTIAL_ID, never)
  const [[refused]] = await Promise.all([Promise.allSettled([asking]), desk.clock.advance(10_000)])
  expect(refused).toMatchObject({
    reason: { code: 'hub_unreachable', detail: expect.stringContaining('10 s') },
  })
})

test('a question that is taken back rejects as aborted', async () => {
  await using rig = await openHubAndDesk()
  rig.hub.rest.set(LOOKUP, 'hang')
  const asker = new AbortController()
  const asking = rig.desk.link().lookup(CREDENTIAL_ID, asker.signal)
  asker.abort()
  await expect(asking).rejects.toMatchObject({ code: 'aborted' })
  await expect(rig.desk.link().lookup(CREDENTIAL_ID, asker.signal)).rejects.toMatchObject({ code: 'aborted' })
})

test('closing the link takes back what it still asks', async () => {
  await using rig = await openHubAndDesk()
  rig.hub.rest.set(LOOKUP, 'hang')
  const asking = rig.desk.link().lookup(CREDENTIAL_ID, never)
  rig.desk.link().close()
  await expect(asking).rejects.toMatchObject({ code: 'aborted' })
})

test('without a pairing there is nobody to ask', async () => {
  await using rig = await openHubAndDesk()
  rig.desk.journal.setPairing(null)
  await expect(rig.desk.link().lookup(CREDENTIAL_ID, never)).rejects.toMatchObject({ code: 'not_paired' })
  await expect(rig.desk.link().requestEncode(wanted, never)).rejects.toMatchObject({ code: 'not_paired' })
})
