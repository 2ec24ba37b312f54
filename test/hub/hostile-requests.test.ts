import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { chmod, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { createGate } from '../../src/hub/gate.ts'
import { createHttpServer } from '../../src/hub/http-server.ts'
import { createHubServer } from '../../src/hub/hub-server.ts'
import { ErrorAnswer } from '../../src/hub/refusal.ts'
import { test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'
import { openBareHub } from './bare-hub.ts'

/** Says exactly this to the hub, as no client library would. */
const say = (hub: TestHub, lines: readonly string[]): Socket => {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(hub.endpoint).port), allowHalfOpen: true })
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  return socket
}

const hear = async (socket: Socket): Promise<string> => {
  let text = ''
  for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) text += chunk
  return text
}

const bodyOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))

const upgrade = [
  'GET /bridge/v1/channel HTTP/1.1',
  'host: hub',
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version: 13',
  'authorization: Bearer seam_brg_nobody',
]

describe('a stranger', () => {
  test('whose WebSocket is refused is hung up on, though they stay on the line', async ({ hub }) => {
    const socket = say(hub, upgrade)
    socket.on('error', () => undefined)
    const gone = new Promise((resolve) => socket.once('close', resolve))
    socket.resume()
    await once(socket, 'end')
    // Only a hub that has let go of its end answers with a reset.
    const insist = (): void => {
      if (socket.destroyed) return
      socket.write('x')
      setImmediate(insist)
    }
    insist()
    await gone
  })

  test('who sends a body byte by byte is not waited for', async ({ dataDir }) => {
    await using bare = openBareHub(dataDir)
    const app = createHubServer(
      bare.hub,
      bare.channel,
      createGate(bare.hub),
      (handler) => createHttpServer(null, handler).server,
    )
    await app.ready()
    expect(app.server.requestTimeout).toBe(30_000)
  })
})

describe('a malformed request', () => {
  test('leaves no key in the log, not even as the bytes of the packet', async ({ hub }) => {
    const answer = await hear(
      say(hub, [
        'POST /access_grants/list HTTP/1.1',
        'host: hub',
        `authorization: Bearer ${hub.apiKey}`,
        'content-length: 4',
        'transfer-encoding: chunked',
      ]),
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(ErrorAnswer.parse(bodyOf(answer)).error.type).toBe('invalid_input')
    const log = hub.log.join('')
    expect(log).toContain('request not understood')
    expect(log).not.toContain(hub.apiKey)
    expect(log).not.toContain([...Buffer.from(hub.apiKey)].join(','))
  })

  test('with headers beyond all measure is answered in the same shape', async ({ hub }) => {
    const answer = await hear(say(hub, ['GET /health HTTP/1.1', 'host: hub', `x: ${'a'.repeat(70_000)}`]))
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(ErrorAnswer.parse(bodyOf(answer)).error.type).toBe('invalid_input')
  })

  test('with an address that cannot be decoded is answered like an unknown address', async ({ hub }) => {
    const response = await fetch(`${hub.endpoint}/acs/%zz`)
    expect(response.status).toBe(404)
    expect(ErrorAnswer.parse(await response.json()).error.type).toBe('route_not_found')
  })
})

describe('a web page', () => {
  const form = new URLSearchParams({
    bridge_client_name: 'Evil',
    bridge_client_time_zone: 'UTC',
    bridge_client_machine_identifier_key: 'evil',
  })
  const create = '/seam/bridge/v1/bridge_client_sessions/create'

  test.for([
    ['another origin', { origin: 'http://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['a site that a browser calls another', { 'sec-fetch-site': 'cross-site' }],
    ['a site that a browser calls a relative', { 'sec-fetch-site': 'same-site' }],
  ] as const)('of %s makes no pairing session with a form', async ([, headers], { hub }) => {
    const socket = say(hub, [
      `POST ${create} HTTP/1.1`,
      'host: hub.example',
      'connection: close',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      'content-type: application/x-www-form-urlencoded',
      `content-length: ${form.toString().length}`,
      '',
      form.toString(),
    ])
    const answer = await hear(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 403 /)
    expect(ErrorAnswer.parse(bodyOf(answer)).error.type).toBe('forbidden')
  })

  test('of the hub’s own origin is heard', async ({ hub }) => {
    const headers = { origin: hub.endpoint, 'sec-fetch-site': 'same-origin' }
    const response = await fetch(`${hub.endpoint}/health`, { headers })
    expect(response.status).toBe(200)
  })
})

test.skipIf(process.platform === 'win32')(
  'the write-ahead log and a restored key file are for the hub’s user alone (no such modes on Windows)',
  async ({ hub }) => {
    await hub.post('/access_grants/list')
    const modeOf = async (name: string) => (await stat(join(hub.dataDir, name))).mode & 0o777
    expect(await modeOf('hub.db-wal')).toBe(0o600)
    await chmod(join(hub.dataDir, 'api-key'), 0o644)
    const again = await hub.restart()
    expect(await modeOf('api-key')).toBe(0o600)
    await again.close()
  },
)
