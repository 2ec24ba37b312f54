import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { request } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from './fake-clock.ts'
import { readJson } from './hub-fixture.ts'
import { openGateway, openRawServer, sayRaw, SEAM_KEY, WORKSPACE } from './gateway-rig.ts'

const headOf = (message: string): string[] => message.slice(0, message.indexOf('\r\n\r\n')).split('\r\n')
const bodyOf = (message: string): string => message.slice(message.indexOf('\r\n\r\n') + 4)
/** What the gateway adds to a request, for the connection and for RFC 9110, section 7.6.3. */
const withoutOwn = (lines: readonly string[]): string[] =>
  lines.filter((line) => !/^(?:host|via|connection): /i.test(line))

const open = async () => {
  const server = await openRawServer()
  return { server, gateway: await openGateway(server.endpoint) }
}

describe('what passes through to the upstream', () => {
  test.for([
    ['GET /access_grants/list?a=1&a=%20&b=%7e&c={}&d=\'"&e=%C3%A4?/x HTTP/1.1', ''],
    ['POST /access_grants/create HTTP/1.1', '{ "name" : "\\u00e4",\t"n": 1.0, "n": 2 }'],
    ['PATCH /access_grants/update HTTP/1.1', '\x00\x01\xfe\xff\r\n'],
    ['DELETE /access_grants/delete?access_grant_id=x HTTP/1.1', ''],
    ['DELETE /access_grants/delete HTTP/1.1', '{"a":1}'],
    ['GET /devices/list HTTP/1.1', '{"a":1}'],
    ['HEAD /health/ HTTP/1.1', ''],
    ['OPTIONS /devices/list HTTP/1.1', ''],
    ['PROPFIND /devices/list HTTP/1.1', '<a/>'],
  ] as const)('is the very line, headers and body: %s', async ([line, body]) => {
    const { server, gateway } = await open()
    const length = body === '' ? [] : [`Content-Length: ${body.length}`]
    const headers = [
      'Authorization: Bearer seam_someoneelse_key',
      'X-Twice: one',
      'x-TWICE: two',
      'Content-Type: application/json; charset="UTF-8"',
      'X-Latin: \xe4\xff',
      'Cookie: a=1; b=2',
      'Accept-Encoding: gzip, br',
      ...length,
    ]
    await sayRaw(
      gateway.endpoint,
      [line, 'Host: hub', ...headers, 'Connection: close', '', body].join('\r\n'),
    )
    const [seen = ''] = server.requests
    expect(withoutOwn(headOf(seen))).toEqual([line, ...headers])
    expect(bodyOf(seen)).toBe(body)
    expect(headOf(seen)).toContain(`Host: ${new URL(server.endpoint).host}`)
  })

  test('keeps an empty form, and says of an empty POST without a length that it is empty', async () => {
    const { server, gateway } = await open()
    const form = 'Content-Type: application/x-www-form-urlencoded'
    const say = (...lines: string[]) =>
      sayRaw(
        gateway.endpoint,
        ['POST /acs/systems/list HTTP/1.1', 'Host: hub', 'Connection: close', ...lines, '', ''].join('\r\n'),
      )
    await say(form, 'Content-Length: 0')
    await say(form)
    expect(server.requests.map((one) => withoutOwn(headOf(one)).slice(1))).toEqual([
      [form, 'Content-Length: 0'],
      [form, 'Content-Length: 0'],
    ])
  })

  test('keeps a chunked body as it is, on an address that may be answered here too', async () => {
    const { server, gateway } = await open()
    const say = (path: string) =>
      sayRaw(
        gateway.endpoint,
        `POST ${path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
          '5\r\n{"a":\r\n3\r\n 1}\r\n0\r\n\r\n',
      )
    await say('/access_grants/list')
    await say('/access_methods/encode')
    const joined = server.requests.map((one) =>
      bodyOf(one)
        .split('\r\n')
        .filter((part) => !/^[0-9a-f]*$/.test(part))
        .join(''),
    )
    expect(joined).toEqual(['{"a": 1}', '{"a": 1}'])
  })

  test.for(['/access_methods/encode', '/acs/encoders/list', '/action_attempts/get'])(
    'is as exact at %s, which is answered here only for local encoders',
    async (path) => {
      const { server, gateway } = await open()
      const body = '{"acs_encoder_id":"22222222-2222-4222-8222-222222222222" , "x":\t[]}'
      const line = `POST ${path}?q=%7e HTTP/1.1`
      const headers = ['X-A: 1', 'x-a: 2', 'Content-Type: application/json', `Content-Length: ${body.length}`]
      await sayRaw(
        gateway.endpoint,
        [line, 'Host: hub', ...headers, 'Connection: close', '', body].join('\r\n'),
      )
      expect(server.requests.map((one) => [withoutOwn(headOf(one)), bodyOf(one)])).toEqual([
        [[line, ...headers], body],
      ])
    },
  )

  test('loses the headers of the connection, and those that it names', async () => {
    const { server, gateway } = await open()
    const lines = [
      'GET /devices/list HTTP/1.1',
      'Host: hub',
      'Connection: close, X-Mine',
      'X-Mine: 1',
      'Keep-Alive: timeout=9',
      'TE: trailers',
      'Proxy-Authorization: Basic abc',
      'Proxy-Connection: keep-alive',
      'Upgrade: h2c',
      'Trailer: x',
      'X-Kept: 2',
    ]
    await sayRaw(gateway.endpoint, [...lines, '', ''].join('\r\n'))
    expect(withoutOwn(headOf(server.requests[0] ?? ''))).toEqual(['GET /devices/list HTTP/1.1', 'X-Kept: 2'])
  })
})

describe('what comes back from the upstream', () => {
  const ask = (endpoint: string, method = 'GET') =>
    sayRaw(endpoint, `${method} /devices/list HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n`)

  test.for([
    ['200 Fine by me', 'ok'],
    ['201 Created', '{ "a":1 }'],
    ['404 Not Found', '{"error":{"type":"x"},"ok":false}'],
    ['422 Unprocessable', 'x'],
    ['500 Oh', 'x'],
    ['503 Later', ''],
  ] as const)('is the very status, headers and body: %s', async ([status, body]) => {
    const { server, gateway } = await open()
    const headers = [
      'Set-Cookie: a=1; Path=/',
      'X-Other: \xe4',
      'set-cookie: b=2',
      'Date: Thu, 01 Jan 2026 00:00:00 GMT',
      'seam-request-id: theirs',
      `Content-Length: ${body.length}`,
    ]
    server.answer = [`HTTP/1.1 ${status}`, ...headers, '', body].join('\r\n')
    const answer = await ask(gateway.endpoint)
    expect(withoutOwn(headOf(answer))).toEqual([`HTTP/1.1 ${status}`, ...headers])
    expect(bodyOf(answer)).toBe(body)
  })

  test('stays compressed', async () => {
    const { server, gateway } = await open()
    const packed = gzipSync('{"ok":true}').toString('latin1')
    server.answer = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n${packed}`
    const answer = await ask(gateway.endpoint)
    expect(headOf(answer)).toContain('Content-Encoding: gzip')
    expect(bodyOf(answer)).toBe(packed)
  })

  test('has no body where there is none: HEAD, 204 and 304', async () => {
    const { server, gateway } = await open()
    server.answer = 'HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n'
    const head = await ask(gateway.endpoint, 'HEAD')
    expect([headOf(head)[1], bodyOf(head)]).toEqual(['Content-Length: 17', ''])
    for (const status of ['204 No Content', '304 Not Modified']) {
      server.answer = `HTTP/1.1 ${status}\r\nETag: "x"\r\n\r\n`
      const answer = await ask(gateway.endpoint)
      expect([headOf(answer).slice(0, 2), bodyOf(answer)]).toEqual([[`HTTP/1.1 ${status}`, 'ETag: "x"'], ''])
    }
  })

  test('loses the headers of the connection', async () => {
    const { server, gateway } = await open()
    server.answer =
      'HTTP/1.1 200 OK\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: timeout=9\r\nProxy-Authenticate: Basic\r\nX-Kept: 2\r\nContent-Length: 0\r\n\r\n'
    expect(withoutOwn(headOf(await ask(gateway.endpoint)))).toEqual([
      'HTTP/1.1 200 OK',
      'X-Kept: 2',
      'Content-Length: 0',
    ])
  })

  test('that breaks off in the middle breaks off here too', async () => {
    const { server, gateway } = await open()
    server.answer = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf'
    const answer = fetch(`${gateway.endpoint}/devices/list`).then((got) => got.text())
    await expect(answer).rejects.toThrow('terminated')
  })
})

describe('an upstream that does not answer', () => {
  const ask = async (endpoint: string) => {
    const answer = await fetch(`${endpoint}/devices/list`)
    return { status: answer.status, body: await readJson(answer) }
  }

  test('because nothing listens is 502, with the cause and without a key', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const gateway = await openGateway(`http://127.0.0.1:${port}`)
    const { status, body } = await ask(gateway.endpoint)
    expect(status).toBe(502)
    expect(body).toMatchObject({ ok: false, error: { type: 'upstream_unreachable' } })
    expect(body.error.message).toContain(`http://127.0.0.1:${port} gives no answer: ECONNREFUSED`)
    expect(gateway.log.join()).not.toContain(SEAM_KEY)
  })

  test('with HTTP is 502', async () => {
    const { server, gateway } = await open()
    server.answer = 'SSH-2.0-OpenSSH_9.2\r\n\r\n'
    expect(await ask(gateway.endpoint)).toMatchObject({
      status: 502,
      body: { error: { type: 'upstream_unreachable' } },
    })
  })

  test('at all is 504 after a minute', async () => {
    const server = await openRawServer()
    const clock = createFakeClock()
    const gateway = await openGateway(server.endpoint, SEAM_KEY, clock)
    server.answer = null
    const arrived = server.nextRequest()
    const answer = ask(gateway.endpoint)
    await arrived
    clock.advance(60_000)
    expect(await answer).toMatchObject({ status: 504, body: { error: { type: 'upstream_timeout' } } })
  })
})

describe('a request', () => {
  test('ends at the upstream when its caller has gone', async () => {
    const { server, gateway } = await open()
    server.answer = null
    const arrived = server.nextRequest()
    const closed = server.nextClosed()
    const outgoing = request(`${gateway.endpoint}/devices/list`, { method: 'POST' })
    outgoing.on('error', () => undefined)
    outgoing.end('{}')
    await arrived
    outgoing.destroy()
    await expect(closed).resolves.toBeUndefined()
  })

  test('and its answer are carried while they come, however large', async () => {
    const CHUNKS = 400
    const chunk = Buffer.alloc(65_536, 'x')
    const echo = createServer((incoming, outgoing) => {
      if (incoming.url === '/workspaces/get') return void outgoing.end(JSON.stringify(WORKSPACE))
      outgoing.writeHead(200)
      incoming.pipe(outgoing)
    })
    echo.listen(0, '127.0.0.1')
    await once(echo, 'listening')
    onTestFinished(() => void echo.close())
    const gateway = await openGateway(`http://127.0.0.1:${(echo.address() as AddressInfo).port}`)
    const outgoing = request(`${gateway.endpoint}/devices/list`, { method: 'POST' })
    outgoing.write(chunk)
    // The first of it is back before the rest is sent: nobody waits for the whole.
    const [incoming] = await once(outgoing, 'response')
    let sizeBytes = 0
    incoming.on('data', (bytes: Buffer) => void (sizeBytes += bytes.length))
    for (let sent = 1; sent < CHUNKS; sent += 1) {
      if (!outgoing.write(chunk)) await once(outgoing, 'drain')
    }
    outgoing.end()
    await once(incoming, 'end')
    expect(sizeBytes).toBe(CHUNKS * chunk.length)
  })
})
