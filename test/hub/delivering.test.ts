import { SeamHttp } from '@seamapi/http'
import { describe, expect } from 'vitest'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { demoCard, eventTypes, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

type Mode = 'code' | 'card' | 'mobile_key' | 'cloud_key'
const stay = { starts_at: '2026-11-23T14:00:00.000Z', ends_at: '2026-11-25T10:00:00.000Z' }

const clientOf = (hub: TestHub) => SeamHttp.fromApiKey(hub.apiKey, { endpoint: hub.endpoint })
const fast = { waitForActionAttempt: { timeout: 20_000, pollingInterval: 20 } }

/** A grant to Room 103 by the official client, and its access methods. */
const grantOf = async (hub: TestHub, ...modes: Mode[]) => {
  const seam = clientOf(hub)
  const { entranceIds } = await demoCard(hub)
  const grant = await seam.accessGrants.create({
    user_identity: { full_name: 'Ada Guest' },
    acs_entrance_ids: entranceIds.slice(3, 4),
    requested_access_methods: modes.map((mode) => ({ mode })),
    ...stay,
  })
  const ids = grant.access_method_ids
  const methods = await Promise.all(ids.map((id) => seam.accessMethods.get({ access_method_id: id })))
  const [method] = methods
  if (method === undefined) throw new Error('the grant has no access method')
  return { seam, grant, methods, method, access_method_id: method.access_method_id }
}

const setCardIssuing = async (hub: TestHub, card_issuing: string) => {
  const [system] = await clientOf(hub).acs.systems.list()
  const acs_system_id = system?.acs_system_id
  const answer = await hub.post('/acs/systems/simulate/card_issuing', { acs_system_id, card_issuing })
  expect(answer.status).toBe(200)
}

// The sentences of https://docs.seam.co/use-cases/granting-access/delivering-access-methods.
describe('an access method', () => {
  test.for(['code', 'mobile_key', 'cloud_key'] as const)(
    'of mode %s tells by is_issued and by an event that it is ready to deliver',
    async (mode, { hub }) => {
      const { seam, method, access_method_id } = await grantOf(hub, mode)
      expect(method).toMatchObject({ mode, is_issued: true, issued_at: '2026-11-23T12:00:00.000Z' })
      expect(method).toMatchObject({ is_encoding_required: false, is_assignment_required: false })
      const events = await seam.events.list({
        event_type: 'access_method.issued',
        since: stay.starts_at.slice(0, 10) + 'T00:00:00Z',
      })
      expect(events).toMatchObject([{ access_method_id }])
    },
  )

  test('is found by the ids that the returned grant includes', async ({ hub }) => {
    const { grant, methods } = await grantOf(hub, 'code', 'card', 'mobile_key', 'cloud_key')
    expect(methods.map((one) => one.mode)).toEqual(['code', 'card', 'mobile_key', 'cloud_key'])
    expect(grant.requested_access_methods.flatMap((one) => one.created_access_method_ids)).toEqual(
      grant.access_method_ids,
    )
  })
})

describe('a PIN', () => {
  test('is the code of the access method, and of the event', async ({ hub }) => {
    const { seam, method, access_method_id } = await grantOf(hub, 'code')
    expect(method.code).toMatch(/^\d{6}$/)
    const [event] = await seam.events.list({ access_method_id, event_type: 'access_method.issued' })
    expect(event).toMatchObject({ code: method.code })
  })
})

describe('a plastic card', () => {
  test('whose is_encoding_required is true is encoded; then that is false and is_issued true', async ({
    hub,
  }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { seam, method, access_method_id } = await grantOf(hub, 'card')
    expect(method).toMatchObject({
      is_encoding_required: true,
      is_ready_for_encoding: true,
      is_assignment_required: false,
      is_issued: false,
      issued_at: null,
    })
    const { acs_encoder_id } = encoder
    const encoding = Promise.resolve(seam.accessMethods.encode({ access_method_id, acs_encoder_id }, fast))
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    await encoding
    expect(await seam.accessMethods.get({ access_method_id })).toMatchObject({
      is_encoding_required: false,
      is_ready_for_encoding: false,
      is_issued: true,
    })
  })

  test('whose is_assignment_required is true is assigned by its number; then that is false and is_issued true', async ({
    hub,
  }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    await setCardIssuing(hub, 'assignment')
    const { seam, grant, method, access_method_id } = await grantOf(hub, 'card')
    expect(method).toMatchObject({
      is_encoding_required: false,
      is_ready_for_encoding: false,
      is_assignment_required: true,
      is_ready_for_assignment: true,
      is_issued: false,
    })
    const { acs_encoder_id } = encoder
    const refused = await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    expect(refused.status).toBe(400)
    const { user_identity_id } = grant
    await hub.post('/acs/encoders/scan_to_assign_credential', { acs_encoder_id, user_identity_id })
    await bridge.report((await bridge.takeOrder()).order_id, {
      kind: 'scanned',
      card_uid: '04A1B2C3',
      technology: 'mifare-classic-1k',
      card_number: null,
      record: null,
      remark: 'blank',
    })
    // The UID as one number, most significant byte first.
    const assigned = await hub.post('/access_methods/assign_card', {
      access_method_id,
      card_number: String(0x04a1b2c3),
    })
    expect(assigned.body.action_attempt).toMatchObject({ status: 'success', result: { is_issued: true } })
    expect(await seam.accessMethods.get({ access_method_id })).toMatchObject({
      is_assignment_required: false,
      is_ready_for_assignment: false,
      is_issued: true,
    })
    expect(await eventTypes(hub, { access_method_id })).toEqual([
      'access_method.created',
      'access_method.issued',
    ])
  })

  test('of a system that assigns it by itself needs neither, and new times don’t ask for any', async ({
    hub,
  }) => {
    const encoder = encoderNamed('Front Desk')
    await hub.bridge([encoder])
    await setCardIssuing(hub, 'automatic')
    const { seam, grant, method, access_method_id } = await grantOf(hub, 'card')
    const issued = { is_encoding_required: false, is_assignment_required: false, is_issued: true }
    expect(method).toMatchObject(issued)
    const { acs_encoder_id } = encoder
    const purpose = 'replacement'
    const refused = await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id, purpose })
    expect(refused.status).toBe(400)
    const { access_grant_id } = grant
    await seam.accessGrants.update({ access_grant_id, ends_at: '2026-12-24T10:00:00Z' })
    expect(await seam.accessMethods.get({ access_method_id })).toMatchObject(issued)
  })

  test('has to be encoded again when its grant is updated, and is reissued then', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { seam, grant, access_method_id } = await grantOf(hub, 'card')
    const { acs_encoder_id } = encoder
    const encode = async () => {
      const encoding = Promise.resolve(seam.accessMethods.encode({ access_method_id, acs_encoder_id }, fast))
      const order = await bridge.takeOrder()
      await bridge.report(order.order_id, encoded)
      await encoding
      return order.encode?.ends_at
    }
    expect(await encode()).toBe(stay.ends_at)
    const { access_grant_id } = grant
    await seam.accessGrants.update({ access_grant_id, ends_at: '2026-11-26T10:00:00Z' })
    expect(await seam.accessMethods.get({ access_method_id })).toMatchObject({
      is_encoding_required: true,
      is_ready_for_encoding: true,
      is_issued: false,
      issued_at: null,
    })
    expect(await encode()).toBe('2026-11-26T10:00:00.000Z')
    expect(await seam.accessMethods.get({ access_method_id })).toMatchObject({
      is_encoding_required: false,
      is_issued: true,
    })
    expect(await eventTypes(hub, { access_method_id })).toEqual([
      'access_method.created',
      'access_method.card_encoding_required',
      'access_method.issued',
      'access_method.card_encoding_required',
      'access_method.reissued',
    ])
  })
})

describe('a mobile key', () => {
  test('has a client_session_id, by which the client session and its token are found', async ({ hub }) => {
    const { seam, grant, method } = await grantOf(hub, 'mobile_key')
    const { client_session_id } = method as unknown as { client_session_id: string }
    const session = await seam.clientSessions.get({ client_session_id })
    expect(session).toMatchObject({
      client_session_id,
      token: method.client_session_token,
      user_identity_id: grant.user_identity_id,
      expires_at: stay.ends_at,
    })
    // As the official client wants it: SeamHttp.fromClientSessionToken throws on any other.
    expect(() => SeamHttp.fromClientSessionToken(session.token)).not.toThrow()
  })

  test('gives its token no access to the workspace', async ({ hub }) => {
    const { method } = await grantOf(hub, 'mobile_key')
    const answer = await hub.post('/access_grants/list', {}, method.client_session_token)
    expect(answer.status).toBe(401)
  })

  test('has no client session any more when it is deleted', async ({ hub }) => {
    const { method, access_method_id } = await grantOf(hub, 'mobile_key')
    await hub.post('/access_methods/delete', { access_method_id })
    const { client_session_id } = method as unknown as { client_session_id: string }
    expect(await hub.post('/client_sessions/get', { client_session_id })).toMatchObject({
      status: 404,
      body: { error: { type: 'client_session_not_found' } },
    })
  })

  test('includes an Instant Key, whose URL the grant and the access method share', async ({ hub }) => {
    const { grant, method } = await grantOf(hub, 'card', 'mobile_key')
    expect(method.instant_key_url).toBeUndefined()
    expect(grant.instant_key_url).toMatch(new RegExp(`^${hub.endpoint}/ik/[\\w-]{24}$`))
    const related = await hub.post('/access_methods/get', { access_method_id: grant.access_method_ids[1] })
    expect(related.body.access_method).toMatchObject({
      instant_key_url: grant.instant_key_url,
      client_session_token: grant.client_session_token,
    })
  })

  test('that is not the grant’s only one has its URL at the access method alone', async ({ hub }) => {
    const { grant, methods } = await grantOf(hub, 'mobile_key', 'mobile_key')
    expect(grant).not.toHaveProperty('instant_key_url')
    expect(grant).not.toHaveProperty('client_session_token')
    const urls = methods.map((one) => one.instant_key_url)
    expect(new Set(urls).size).toBe(2)
    expect(urls).not.toContain(undefined)
  })
})

describe('issuing', () => {
  const secrets = ['code', 'client_session_id', 'client_session_token', 'instant_key_url']
  test.for([
    [
      'next_issue_will_be_delayed',
      'access_method.delay_in_issuing',
      { warnings: [{ warning_code: 'delay_in_issuing' }], errors: [] },
    ],
    [
      'next_issue_will_fail',
      'access_method.failed_to_issue',
      { warnings: [], errors: [{ error_code: 'failed_to_issue' }] },
    ],
  ] as const)(
    'that %s says so, offers nothing, and may come later',
    async ([simulation, event, shown], { hub }) => {
      for (const mode of ['code', 'mobile_key', 'cloud_key'] as const) {
        await hub.post(`/access_methods/simulate/${simulation}`, { mode })
        const { seam, grant, method, access_method_id } = await grantOf(hub, mode)
        expect(method).toMatchObject({ is_issued: false, issued_at: null, ...shown })
        for (const name of secrets) {
          expect(method).not.toHaveProperty(name)
          expect(grant).not.toHaveProperty(name)
        }
        expect(await eventTypes(hub, { access_method_id })).toEqual(['access_method.created', event])
        await hub.post('/access_methods/simulate/issue', { access_method_id })
        expect(await seam.accessMethods.get({ access_method_id })).toMatchObject({
          is_issued: true,
          warnings: [],
          errors: [],
        })
        expect((await eventTypes(hub, { access_method_id })).at(-1)).toBe('access_method.issued')
        expect((await grantOf(hub, mode)).method.is_issued).toBe(true)
      }
    },
  )

  test('that was not held up can’t be simulated again', async ({ hub }) => {
    const { access_method_id } = await grantOf(hub, 'code')
    expect((await hub.post('/access_methods/simulate/issue', { access_method_id })).status).toBe(400)
  })
})
