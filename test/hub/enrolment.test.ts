import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { openFakeBridge } from './fake-bridge.ts'
import { test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const demoSystem = async (hub: TestHub): Promise<string> =>
  (await hub.post('/acs/systems/list')).body.acs_systems[0].acs_system_id

const makeToken = async (hub: TestHub, more: object = {}) => {
  const acs_system_id = await demoSystem(hub)
  const { body } = await hub.post('/enrolment_tokens/create', { acs_system_id, ...more })
  return body.enrolment_tokens[0] as { token: string; enrolment_token_id: string }
}

const newSession = async (hub: TestHub, machine = 'machine') => {
  const names = {
    bridge_client_name: 'Desk',
    bridge_client_time_zone: 'Europe/Berlin',
    bridge_client_machine_identifier_key: machine,
  }
  const { body } = await hub.post('/seam/bridge/v1/bridge_client_sessions/create', names, null)
  const { pairing_code, bridge_client_session_token: session } = body.bridge_client_session
  return { pairing_code: pairing_code as string, session: session as string }
}

const enrol = async (hub: TestHub, token: string, machine?: string, more: object = {}) => {
  const { pairing_code, session } = await newSession(hub, machine)
  const answer = await hub.post('/bridges/claim', { pairing_code, ...more }, token)
  return { ...answer, session }
}

const states = async (hub: TestHub): Promise<string[]> =>
  (await hub.post('/enrolment_tokens/list')).body.enrolment_tokens.map((one: { state: string }) => one.state)

const refusalOf = ({ status, body }: { status: number; body: { error?: { type: string } } }) => [
  status,
  body.error?.type,
]

describe('an enrolment token', () => {
  test('takes one desk into its own access system, and is used up', async ({ hub }) => {
    const { token } = await makeToken(hub)
    expect(token).toMatch(/^ebe_[0-9a-f]{48}$/)
    const { status, body, session } = await enrol(hub, token)
    expect(status).toBe(200)
    expect(body.bridge.acs_system_id).toBe(await demoSystem(hub))
    const bridge = await openFakeBridge(hub.endpoint, session)
    await bridge.hello([])
    expect(refusalOf(await enrol(hub, token))).toEqual([409, 'enrolment_token_used'])
    expect(await states(hub)).toEqual(['used'])
    await bridge.close()
  })

  test('is told once and kept as a hash', async ({ hub }) => {
    const { token } = await makeToken(hub)
    await enrol(hub, token)
    expect(JSON.stringify((await hub.post('/enrolment_tokens/list')).body)).not.toContain(token)
    expect(hub.log.join('')).not.toContain(token)
    await hub.close()
    expect((await readFile(join(hub.dataDir, 'hub.db'))).includes(token)).toBe(false)
  })

  test('serves the same desk again whose first try was never seen, and no other one', async ({ hub }) => {
    const { token } = await makeToken(hub)
    const first = await enrol(hub, token, 'desk 1')
    expect(refusalOf(await enrol(hub, token, 'desk 2'))).toEqual([409, 'enrolment_token_used'])
    const second = await enrol(hub, token, 'desk 1')
    expect(second.status).toBe(200)
    expect((await hub.post('/bridge/v1/entrances/list', {}, first.session)).status).toBe(401)
    expect((await hub.post('/bridge/v1/entrances/list', {}, second.session)).status).toBe(200)
    expect((await hub.post('/bridges/list')).body.bridges).toHaveLength(1)
  })

  test('ends after its hours, or when it is revoked', async ({ hub }) => {
    const late = await makeToken(hub, { expires_in_hours: 1 })
    const taken = await makeToken(hub)
    hub.clock.advance(3_600_000)
    expect(refusalOf(await enrol(hub, late.token))).toEqual([410, 'enrolment_token_expired'])
    const { enrolment_token_id } = taken
    await hub.post('/enrolment_tokens/revoke', { enrolment_token_id })
    expect(refusalOf(await enrol(hub, taken.token))).toEqual([410, 'enrolment_token_revoked'])
    expect(await states(hub)).toEqual(['expired', 'revoked'])
  })

  test('opens no other site and nothing else', async ({ hub }) => {
    const { token } = await makeToken(hub)
    await hub.pair('Other House')
    const [, other] = (await hub.post('/acs/systems/list')).body.acs_systems
    const strayed = await enrol(hub, token, 'm', { acs_system_id: other.acs_system_id })
    expect(refusalOf(strayed)).toEqual([409, 'enrolment_token_of_another_site'])
    for (const path of ['/access_grants/list', '/bridges/list', '/bridge/v1/poll', '/api_keys/list']) {
      expect((await hub.post(path, {}, token)).status, path).toBe(401)
    }
    expect(await states(hub)).toEqual(['unused'])
  })

  test('does not help to guess pairing codes', async ({ hub }) => {
    const { token } = await makeToken(hub)
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await hub.post('/bridges/claim', { pairing_code: 'WRONG1' }, token)).status).toBe(404)
    }
    expect((await hub.post('/bridges/claim', { pairing_code: 'WRONG1' }, token)).status).toBe(429)
    expect(await states(hub)).toEqual(['unused'])
  })

  test('that nobody made is refused', async ({ hub }) => {
    expect(refusalOf(await enrol(hub, `ebe_${'0'.repeat(48)}`))).toEqual([401, 'unauthorized'])
  })
})

test('a hundred tokens are made at once, and for no system of others', async ({ hub }) => {
  const acs_system_id = await demoSystem(hub)
  const { body } = await hub.post('/enrolment_tokens/create', { acs_system_id, count: 100 })
  expect(new Set(body.enrolment_tokens.map((one: { token: string }) => one.token)).size).toBe(100)
  const nowhere = { acs_system_id: '00000000-0000-4000-8000-000000000001' }
  expect((await hub.post('/enrolment_tokens/create', nowhere)).status).toBe(404)
})
