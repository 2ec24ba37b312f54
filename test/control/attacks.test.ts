import { expect, test } from 'vitest'
import { openControl } from '../support/fake-control-ports.ts'
import { bearer, json, send } from './request.ts'

const order = '{"encoder":"Front Desk"}'
const errorCode = (code: string) => expect.objectContaining({ error: expect.objectContaining({ code }) })

test.each([
  ['the attacker’s own name', 'evil.example'],
  ['the attacker’s name with our port', 'evil.example:PORT'],
  ['a name that ends like ours', 'evil-localhost:PORT'],
  ['our address without the port', '127.0.0.1'],
  ['our address with another port', '127.0.0.1:1'],
  ['the wildcard address', '0.0.0.0:PORT'],
])('a Host header with %s is refused, as after DNS rebinding', async (_, host) => {
  await using control = await openControl()
  const headers = { ...bearer(control.token), host: host.replace('PORT', String(control.port)) }
  const answer = await send(control.port, 'GET', '/v1/status', headers)
  expect(answer.status).toBe(403)
  expect(answer.body).toEqual(errorCode('control_forbidden'))
})

test.each(['127.0.0.1', 'localhost', '[::1]'])('the Host %s with our port is let in', async (name) => {
  await using control = await openControl()
  const headers = { ...bearer(control.token), host: `${name}:${control.port}` }
  expect((await send(control.port, 'GET', '/v1/status', headers)).status).toBe(200)
})

test.each([
  'http://evil.example',
  'http://evil-127.0.0.1:PORT',
  'http://127.0.0.1:PORT.evil.example',
  'https://127.0.0.1:PORT',
  'http://127.0.0.1:1',
  'http://localhost:PORT',
  'null',
])('the origin %s is refused, even with the token', async (origin) => {
  await using control = await openControl()
  const headers = { ...json(control.token), origin: origin.replace('PORT', String(control.port)) }
  const answer = await send(control.port, 'POST', '/v1/scans', headers, order)
  expect(answer.status).toBe(403)
  expect(answer.body).toEqual(errorCode('control_forbidden'))
  expect(control.calls).toEqual([])
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
})

test('a request of the same origin is let in', async () => {
  await using control = await openControl()
  const headers = { ...json(control.token), origin: control.endpoint, 'sec-fetch-site': 'same-origin' }
  expect((await send(control.port, 'POST', '/v1/scans', headers, order)).status).toBe(200)
})

test.each(['cross-site', 'same-site'])('a request that a browser marks %s is refused', async (site) => {
  await using control = await openControl()
  const headers = { ...bearer(control.token), 'sec-fetch-site': site }
  expect((await send(control.port, 'GET', '/v1/status', headers)).status).toBe(403)
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/json'])(
  'a POST of %s is refused, because it would skip the browser’s preflight',
  async (type) => {
    await using control = await openControl()
    const headers = { ...bearer(control.token), 'content-type': type }
    const answer = await send(control.port, 'POST', '/v1/scans', headers, order)
    expect(answer.status).toBe(415)
    expect(answer.body).toEqual(errorCode('request_invalid'))
    expect(control.calls).toEqual([])
  },
)

test.each([undefined, 'text/plain'])('a PUT of %s replaces nothing', async (type) => {
  await using control = await openControl()
  const headers = { ...bearer(control.token), ...(type !== undefined && { 'content-type': type }) }
  const answer = await send(control.port, 'PUT', '/v1/rooms', headers, type && '{"rooms":[]}')
  expect([answer.status, answer.body]).toEqual([415, errorCode('request_invalid')])
  expect(control.calls).toEqual([])
})

test('a POST without a body and without a type cancels nothing', async () => {
  await using control = await openControl()
  const answer = await send(control.port, 'POST', '/v1/sessions/order-1/cancel', bearer(control.token))
  expect(answer.status).toBe(415)
  expect(control.calls).toEqual([])
})

const tokenRoutes = [
  ['GET', '/v1/status'],
  ['GET', '/v1/encoders'],
  ['POST', '/v1/encodes'],
  ['POST', '/v1/scans'],
  ['GET', '/v1/sessions'],
  ['GET', '/v1/sessions/order-1'],
  ['POST', '/v1/sessions/order-1/cancel'],
  ['POST', '/v1/sessions/order-1/confirm'],
  ['POST', '/v1/stays'],
  ['GET', '/v1/rooms'],
  ['PUT', '/v1/rooms'],
  ['GET', '/v1/rooms/check'],
  ['GET', '/v1/audit'],
  ['GET', '/v1/pairing'],
  ['POST', '/v1/pairing'],
  ['GET', '/v1/doctor'],
  ['GET', '/v1/no-such-route'],
] as const

test.each(tokenRoutes)('%s %s wants the token', async (method, path) => {
  await using control = await openControl()
  const wrong = control.token.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
  const attempts = [
    {},
    { authorization: 'Bearer ' },
    { authorization: `Basic ${control.token}` },
    { authorization: `Bearer ${wrong}` },
    { authorization: `Bearer ${control.token.slice(0, -1)}` },
  ]
  for (const headers of attempts) {
    const type = { 'content-type': 'application/json' }
    const answer = await send(
      control.port,
      method,
      path,
      { ...type, ...headers },
      method === 'GET' ? undefined : '{}',
    )
    expect(answer.status).toBe(401)
    expect(answer.body).toEqual(errorCode('control_unauthorized'))
  }
  expect(control.calls).toEqual([])
})

test('a token in the address is no token: addresses end up in histories and logs', async () => {
  await using control = await openControl()
  const answer = await send(control.port, 'GET', `/v1/status?token=${control.token}`)
  expect(answer.status).toBe(401)
})

test.each(['/v1/encodes', '/v1/scans', '/v1/sessions/order-1/cancel', '/v1/sessions/order-1/confirm'])(
  'GET %s has no side effect',
  async (path) => {
    await using control = await openControl()
    const answer = await send(control.port, 'GET', path, bearer(control.token))
    expect(answer.status).toBe(404)
    expect(answer.body).toEqual(errorCode('route_unknown'))
    expect(control.calls).toEqual([])
  },
)

test.each(['OPTIONS', 'PUT', 'DELETE', 'PATCH'])(
  '%s is answered without any permission for other pages',
  async (method) => {
    await using control = await openControl()
    const headers = method === 'PUT' ? json(control.token) : bearer(control.token)
    const answer = await send(control.port, method, '/v1/scans', headers, method === 'PUT' ? '{}' : undefined)
    expect(answer.status).toBe(404)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  },
)

test.each([
  String.raw`/v1/sessions/..\..\control-token`,
  '/v1/sessions/..%5c..%5ccontrol-token',
  '/v1/sessions/..%2f..%2fcontrol-token',
  '/v1/../control-token',
  '/v1/sessions/%00',
  '/v1/sessions/%zz',
  '/control-token',
  `/v1/sessions/${'a'.repeat(2000)}`,
])('the path %s leads nowhere', async (path) => {
  await using control = await openControl()
  const answer = await send(control.port, 'GET', path, bearer(control.token))
  expect(answer.status).toBe(404)
  expect(answer.text).not.toContain(control.token)
})

test('strangers run into the limiter, unknown routes and failed tokens included, and the desk goes on', async () => {
  await using control = await openControl()
  const statuses: number[] = []
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const path = ['/v1/status', '/healthz', '/nowhere'][attempt % 3] ?? ''
    statuses.push((await send(control.port, 'GET', path)).status)
  }
  expect(statuses.slice(0, 3)).toEqual([401, 200, 401])
  expect(statuses.at(-1)).toBe(429)
  const desk = await send(control.port, 'GET', '/v1/status', bearer(control.token))
  expect(desk.status).toBe(200)
})

test('a body above the limit is refused', async () => {
  await using control = await openControl()
  const body = JSON.stringify({ encoder: 'x'.repeat(20_000) })
  const answer = await send(control.port, 'POST', '/v1/scans', json(control.token), body)
  expect(answer.status).toBe(413)
  expect(answer.body).toEqual(errorCode('request_invalid'))
})

test.each([
  '{',
  '',
  '[]',
  '{"__proto__":{"encoder":"x"}}',
  '{"encoder":"Front Desk","extra":1}',
  '{"encoder":7}',
])('the body %j is refused and nothing is ordered', async (body) => {
  await using control = await openControl()
  const answer = await send(control.port, 'POST', '/v1/scans', json(control.token), body)
  expect(answer.status).toBe(400)
  expect(answer.body).toEqual(errorCode('request_invalid'))
  expect(control.calls).toEqual([])
})

test('every answer forbids a browser to run, embed, share or keep it', async () => {
  await using control = await openControl()
  for (const path of ['/healthz', '/v1/status', '/nowhere', '/v1/sessions/%zz']) {
    const { headers } = await send(control.port, 'GET', path)
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    })
  }
})

test('the token is in no log line', async () => {
  await using control = await openControl()
  await send(control.port, 'GET', '/v1/status', { ...bearer(control.token), host: 'evil.example' })
  await send(control.port, 'GET', `/v1/status?token=${control.token}`)
  expect(control.log).toHaveLength(2)
  expect(JSON.stringify(control.log)).not.toContain(control.token)
})
