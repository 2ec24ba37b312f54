import { connect } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { hashToken } from '../../src/hub/secrets.ts'
import { encoderNamed } from './fake-bridge.ts'
import { openGateway, openHotel, openRawServer, sayRaw, SEAM_KEY, WORKSPACE_ID } from './gateway-rig.ts'

const open = async () => {
  const server = await openRawServer()
  return { server, gateway: await openGateway(server.endpoint) }
}
const statusOf = (answer: string): number => Number(answer.split(' ')[1])
const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))

describe('an address that could be read in two ways', () => {
  test.for([
    '//access_methods/encode',
    '/access_methods//encode',
    '/x/../access_methods/encode',
    '/access_methods/./encode',
    '/..',
    '/%2e%2e/health',
    '/access_methods%2Fencode',
    '/%61ccess_methods/encode',
    '/access_methods\\encode',
    '/access_methods/encode;x',
    '/access_methods/encode#x',
    '//evil.example/devices/list',
    '/@evil.example/devices/list',
    'http://evil.example/devices/list',
    'https://evil.example:443/',
    '*',
  ])('goes nowhere: %s', async (target) => {
    const { server, gateway } = await open()
    const answer = await sayRaw(
      gateway.endpoint,
      `POST ${target} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`,
    )
    expect(statusOf(answer)).toBeGreaterThanOrEqual(400)
    expect(statusOf(answer)).toBeLessThan(500)
    expect(bodyOf(answer)).toMatchObject({ ok: false })
    expect(server.requests).toEqual([])
  })

  test('is told apart from a plain one with a query of any kind', async () => {
    const { server, gateway } = await open()
    const query = '?next=//evil.example/../%2e%2e&x=http://evil.example'
    await fetch(`${gateway.endpoint}/a.b/c_d-e~f/${query}`)
    expect(server.requests.map((one) => one.split(' ')[1])).toEqual([`/a.b/c_d-e~f/${query}`])
  })

  test('that is none of ours by its spelling is the upstream’s alone', async () => {
    const { gateway, seam, systemId } = await openHotel()
    const encoder = encoderNamed('Front Desk')
    await gateway.bridge([encoder], await gateway.pair('Desk', gateway.apiKey, systemId))
    const { acs_encoder_id } = encoder
    const here = await gateway.post('/acs/encoders/scan_credential', { acs_encoder_id })
    expect(here.body.action_attempt.status).toBe('pending')
    for (const path of ['/acs/encoders/scan_credential/', '/ACS/encoders/scan_credential']) {
      const [through, there] = await Promise.all([
        gateway.post(path, { acs_encoder_id }),
        seam.post(path, { acs_encoder_id }),
      ])
      expect(through.status).toBe(404)
      expect(through.body.error.type).toBe(there.body.error.type)
    }
  })
})

describe('a request that two servers could cut in two', () => {
  test.for([
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding : chunked',
    'Content-Length: 5\r\nContent-Length: 6',
    'Content-Length: +5',
    'X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\nX-Bare: 1',
  ])('is refused: %s', async (headers) => {
    const { server, gateway } = await open()
    const answer = await sayRaw(
      gateway.endpoint,
      `POST /devices/list HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n${headers}\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: hub\r\n\r\n`,
    )
    expect(statusOf(answer)).toBe(400)
    expect(server.requests).toEqual([])
  })

  test.for(['POST', 'GET', 'DELETE', 'OPTIONS'])(
    'keeps its length whatever its Connection header names: %s',
    async (method) => {
      const { server, gateway } = await open()
      const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: hub\r\n\r\n'
      await sayRaw(
        gateway.endpoint,
        `${method} /devices/list HTTP/1.1\r\nHost: hub\r\nConnection: close, Content-Length\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
      )
      const [seen = ''] = server.requests
      expect(seen).toContain('\r\nTransfer-Encoding: chunked\r\n')
      expect(seen.endsWith(`\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`)).toBe(true)
    },
  )
})

describe('a key', () => {
  const bearing = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })

  test('of this hub is replaced by the gateway’s own, and never leaves', async () => {
    const { server, gateway } = await open()
    await fetch(`${gateway.endpoint}/devices/list`, bearing(gateway.apiKey))
    const [seen = ''] = server.requests
    expect(seen).toContain(`\r\nAuthorization: Bearer ${SEAM_KEY}\r\n`)
    expect(seen).not.toContain(gateway.apiKey)
  })

  test('of this hub is refused wherever else it stands', async () => {
    const { server, gateway } = await open()
    const key = gateway.apiKey
    const refused = [
      `GET /devices/list HTTP/1.1\r\nHost: hub\r\nClient-Session-Token: ${key}`,
      `GET /devices/list?api_key=${key} HTTP/1.1\r\nHost: hub`,
      `GET /devices/list HTTP/1.1\r\nHost: hub\r\nAuthorization: Basic ${key}`,
      `GET /devices/list HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer seam_x\r\nAuthorization: Bearer ${key}`,
      `GET /devices/list HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${key}\r\nAuthorization: Bearer seam_x`,
      `GET /devices/list HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${key}\r\nCookie: k=${key}`,
    ]
    for (const head of refused) {
      const answer = await sayRaw(gateway.endpoint, `${head}\r\nConnection: close\r\n\r\n`)
      expect(statusOf(answer)).toBe(400)
      expect(answer).not.toContain(key)
    }
    expect(server.requests).toEqual([])
  })

  test('of a bridge, and of another hub where the upstream is none, is refused', async () => {
    const { server, gateway } = await open()
    const { body } = await gateway.post(
      '/seam/bridge/v1/bridge_client_sessions/create',
      {
        bridge_client_name: 'x',
        bridge_client_time_zone: 'Europe/Berlin',
        bridge_client_machine_identifier_key: 'x',
      },
      null,
    )
    const foreign = `seam_hub_${hashToken('another').slice(0, 48)}`
    for (const token of [body.bridge_client_session.bridge_client_session_token, foreign]) {
      expect((await fetch(`${gateway.endpoint}/devices/list`, bearing(token))).status).toBe(401)
    }
    expect(server.requests).toEqual([])
  })

  test('of enrolment goes nowhere but to the claim', async () => {
    const { gateway, seam, systemId } = await openHotel()
    const { body } = await gateway.post('/enrolment_tokens/create', { acs_system_id: systemId, count: 1 })
    const [{ token }] = body.enrolment_tokens
    expect((await fetch(`${gateway.endpoint}/devices/list`, bearing(token))).status).toBe(401)
    expect((await fetch(`${gateway.endpoint}/acs/systems/list`, bearing(token))).status).toBe(401)
    expect(seam.log.join()).not.toContain(token)
    expect(await gateway.pair('Desk', token)).toMatch(/^seam_brg_/)
  })

  test('of a bridge is good for what a gateway offers bridges, and the rest is not asked upstream', async () => {
    const { server, gateway } = await open()
    const { body } = await gateway.post('/bridge/v1/anything', {})
    expect(body.error.type).toBe('route_not_found')
    expect((await gateway.post('/seam/bridge/v1/anything', {})).status).toBe(404)
    expect(server.requests).toEqual([])
  })

  test('that Seam knows counts here only as an API key, and of this workspace', async () => {
    const { server, gateway } = await open()
    const other = '99999999-9999-4999-8999-999999999999'
    server.workspaces.set('seam_mine', WORKSPACE_ID).set('seam_theirs', other)
    for (const key of ['seam_cst_guest', 'seam_at_person', 'seam_pk_page', 'eyJhbGciOiJIUzI1NiJ9.e30.x']) {
      server.workspaces.set(key, WORKSPACE_ID)
    }
    const statuses = await Promise.all(
      [...server.workspaces.keys()].map(async (key) => [
        key,
        (await gateway.post('/bridges/overview', {}, key)).status,
      ]),
    )
    const good = [SEAM_KEY, 'seam_mine']
    expect(statuses).toEqual(
      [...server.workspaces.keys()].map((key) => [key, good.includes(key) ? 200 : 401]),
    )
  })

  test('of Seam’s is no operator’s here', async () => {
    const { gateway, seam } = await openHotel()
    expect((await gateway.post('/api_keys/list', {}, seam.apiKey)).status).toBe(403)
    expect((await gateway.post('/api_keys/list', {})).status).toBe(200)
  })

  test('named by the Connection header does not go without one', async () => {
    const { server, gateway } = await open()
    await sayRaw(
      gateway.endpoint,
      `GET /devices/list HTTP/1.1\r\nHost: hub\r\nConnection: close, Authorization\r\nAuthorization: Bearer ${gateway.apiKey}\r\n\r\n`,
    )
    expect(server.requests[0]).toContain(`\r\nAuthorization: Bearer ${SEAM_KEY}\r\n`)
  })

  test('of the gateway is in no log, no error and no answer', async () => {
    const { server, gateway } = await open()
    server.answer = 'nonsense\r\n\r\n'
    const answers = [
      await fetch(`${gateway.endpoint}/devices/list`, bearing(gateway.apiKey)),
      await fetch(`${gateway.endpoint}/bridges/claim`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.apiKey}` },
        body: JSON.stringify({
          pairing_code: 'ABCDEF',
          acs_system_id: '22222222-2222-4222-8222-222222222222',
        }),
      }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([502, 502])
    const said = await Promise.all(answers.map(async (one) => [...one.headers, await one.text()].join()))
    expect([...said, ...gateway.log].join()).not.toContain(SEAM_KEY)
  })
})

describe('a body that is too large', () => {
  test('is refused where it has to be read to know whose it is, and before it is all there', async () => {
    const { server, gateway } = await open()
    const { hostname, port } = new URL(gateway.endpoint)
    const socket = connect(Number(port), hostname)
    socket.write(
      'POST /access_methods/encode HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{',
    )
    const [bytes] = await once(socket, 'data')
    socket.destroy()
    expect(statusOf(String(bytes))).toBe(413)
    expect(server.requests).toEqual([])
  })
})

test('a hub that is its own upstream says so, and does not go in circles', async () => {
  const server = await openRawServer()
  const gateway = await openGateway(server.endpoint)
  const first = server.nextRequest()
  await fetch(`${gateway.endpoint}/devices/list`)
  const via = /^Via: (.*)$/im.exec(await first)?.[1] ?? ''
  const again = await fetch(`${gateway.endpoint}/devices/list`, { headers: { via } })
  expect([again.status, server.requests.length]).toEqual([508, 1])
})
