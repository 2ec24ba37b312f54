import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type ConnectionOptions, TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { ended, freePort, openLockSystem } from '../../test/support/tcp-peers.ts'
import { testCertificate } from '../../test/support/tls-certificate.ts'
import { isBridgeError } from '../contract/errors.ts'
import type { HttpTransport } from '../contract/transport.ts'
import { openHttp } from './http.ts'

const idle = { signal: new AbortController().signal }
const get = { method: 'GET', path: '/x' } as const

const start = async (server: Server, address = '127.0.0.1'): Promise<string> => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, address)
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const told = server.address()
  const port = typeof told === 'object' && told !== null ? told.port : ''
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

const serve = async (answer: RequestListener): Promise<string> =>
  `http://${await start(createServer(answer))}`

const open = (path: string, secretFile: string | null = null, extra = {}): HttpTransport => {
  const transport = openHttp(path, { secretFile, ...extra })
  onTestFinished(() => transport.close())
  return transport
}

const makeSecret = (text: string, mode = 0o600): string => {
  const folder = mkdtempSync(join(tmpdir(), 'http-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'key')
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const piece of request) text += String(piece)
  return text
}

const refusalOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

const code = (wanted: string) => expect.toSatisfy((error) => isBridgeError(error) && error.code === wanted)

test('a request goes out as JSON below the endpoint with the secret, and the answer comes back whatever it is', async () => {
  const asked: unknown[] = []
  const endpoint = await serve((request, response) => {
    void bodyOf(request).then((body) => {
      const { method, url, headers } = request
      asked.push([method, url, headers.authorization, headers['content-type'], headers.host, body])
      response.writeHead(422, { 'X-Request-Id': 'r1', 'Set-Cookie': ['a=1', 'b=2'] })
      response.end('{"ok":false}')
    })
  })
  const transport = open(`${endpoint}/v1/`, makeSecret(' seam_key1 \n'))
  const answer = await transport.request({ method: 'POST', path: '/scan?x=1', body: { id: 'ä' } }, idle)
  expect(asked).toEqual([
    ['POST', '/v1/scan?x=1', 'Bearer seam_key1', 'application/json', endpoint.slice(7), '{"id":"ä"}'],
  ])
  expect(answer).toMatchObject({
    status: 422,
    headers: { 'x-request-id': 'r1', 'set-cookie': 'a=1, b=2' },
    body: { ok: false },
  })
  expect([transport.kind, transport.path]).toEqual(['http', `${endpoint}/v1/`])
})

test('without a secret and a body nothing of them is sent', async () => {
  const asked: IncomingMessage[] = []
  const endpoint = await serve((request, response) => {
    asked.push(request)
    response.end()
  })
  expect(await open(endpoint).request(get, idle)).toMatchObject({ status: 200, body: null })
  expect(asked.map(({ url }) => url)).toEqual(['/x'])
  expect(asked[0]?.headers).not.toHaveProperty('authorization')
  expect(asked[0]?.headers).not.toHaveProperty('content-type')
})

test('an IPv6 address leads to its computer', async () => {
  const endpoint = await start(
    createServer((_, response) => response.end('1')),
    '::1',
  )
  expect((await open(`http://${endpoint}`).request(get, idle)).body).toBe(1)
})

test('what is no JSON has no body', async () => {
  const endpoint = await serve((_, response) => response.end('<html>'))
  expect(await open(endpoint).request(get, idle)).toMatchObject({ status: 200, body: null })
})

test('a redirect is an answer: nobody else is asked, and nobody else is told the secret', async () => {
  let strangers = 0
  const stranger = await serve((_, response) => {
    strangers += 1
    response.end()
  })
  const endpoint = await serve((_, response) => {
    response.writeHead(307, { location: `${stranger}/x` }).end()
  })
  const answer = await open(endpoint, makeSecret('seam_key1')).request(get, idle)
  expect([answer.status, answer.headers['location'], strangers]).toEqual([307, `${stranger}/x`, 0])
})

test('a secret that the server repeats is told to nobody', async () => {
  const endpoint = await serve(({ headers }, response) => {
    response.writeHead(401, { 'x-key': `not ${headers.authorization ?? ''}` })
    response.end(JSON.stringify({ error: { message: `${headers.authorization ?? ''} is no key` } }))
  })
  const answer = await open(endpoint, makeSecret('seam_key1')).request(get, idle)
  expect(answer.body).toEqual({ error: { message: 'Bearer … is no key' } })
  expect(JSON.stringify(answer)).not.toContain('seam_key1')
})

test('a secret that the server repeats in JSON’s other ways of writing is told to nobody', async () => {
  const endpoint = await serve((_, response) => response.end('["no key: \\u0073eam\\/key\\u0022"]'))
  const answer = await open(endpoint, makeSecret('seam/key"')).request(get, idle)
  expect(answer.body).toEqual(['no key: …'])
})

test('an answer nested too deep to be read is none, and the next one is read', async () => {
  const answers = ['['.repeat(100_000) + ']'.repeat(100_000), '["key"]']
  const endpoint = await serve((_, response) => response.end(answers.shift()))
  const transport = open(endpoint, makeSecret('seam_key1'))
  expect((await transport.request(get, idle)).body).toBeNull()
  expect((await transport.request(get, idle)).body).toEqual(['key'])
})

test('a server on which nobody listens has not been reached', async () => {
  const port = await freePort()
  await expect(open(`http://127.0.0.1:${port}`).request(get, idle)).rejects.toMatchObject({
    code: 'device_absent',
    detail: `127.0.0.1:${port} refuses the connection: check the port, and that the program there runs.`,
  })
})

test('each request is on its own: a server that comes back is reached', async () => {
  const port = await freePort()
  const transport = open(`http://127.0.0.1:${port}`)
  await expect(transport.request(get, idle)).rejects.toEqual(code('device_absent'))
  const server = createServer((_, response) => response.end('1')).listen(port, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  expect((await transport.request(get, idle)).body).toBe(1)
})

test.each([
  ['closes after the request', (socket: Socket) => socket.end(), 'socket hang up'],
  ['breaks off after the request', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  [
    'closes in mid-answer',
    (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"ok"'),
    'aborted',
  ],
  ['answers rubbish', (socket: Socket) => socket.end('220 mail.example ESMTP\r\n'), 'Parse Error'],
  [
    'wants another protocol',
    (socket: Socket) => socket.end('HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    'the connection was closed',
  ],
])('a server that %s may have acted', async (_, answer, reason) => {
  const server = await openLockSystem()
  const asking = open(`http://127.0.0.1:${server.port}`, makeSecret('seam_key1')).request(get, idle)
  const refused = asking.catch((error: unknown) => error)
  const peer = await server.nextPeer()
  await once(peer, 'data')
  answer(peer)
  const error = await refused
  expect(error).toEqual(code('device_lost'))
  expect(String(error)).toContain(`127.0.0.1:${server.port} gave no whole answer: `)
  expect(String(error)).toContain(reason)
  expect(String(error)).not.toContain('seam_key1')
})

test('an answer of a megabyte is taken, and one byte more is not', async () => {
  let sizeBytes = 1_048_576
  const endpoint = await serve((_, response) => response.end(`"${'x'.repeat(sizeBytes - 2)}"`))
  expect((await open(endpoint).request(get, idle)).body).toHaveLength(sizeBytes - 2)
  sizeBytes += 1
  await expect(open(endpoint).request(get, idle)).rejects.toThrow(
    'gave no whole answer: it is longer than a megabyte.',
  )
})

test('an answer without an end is given up after a megabyte', async () => {
  const server = await openLockSystem()
  const asking = open(`http://127.0.0.1:${server.port}`).request(get, idle)
  const refused = asking.catch((error: unknown) => error)
  const peer = await server.nextPeer()
  peer.write('HTTP/1.1 200 OK\r\n\r\n')
  peer.write(new Uint8Array(4 * 1_048_576))
  expect(await refused).toEqual(code('device_lost'))
  await ended(peer)
})

test.each([
  ['before it is sent', (given: AbortController) => given.abort(), 'nothing'],
  ['while the server thinks', () => undefined, ''],
  ['in mid-answer', () => undefined, 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'],
])('an abort %s ends the request, and its connection', async (_, before, answer) => {
  const server = await openLockSystem()
  const given = new AbortController()
  before(given)
  const asking = open(`http://127.0.0.1:${server.port}`).request(get, given)
  const refused = asking.catch((error: unknown) => error)
  if (!given.signal.aborted) {
    const peer = await server.nextPeer()
    await once(peer, 'data')
    peer.write(answer)
    given.abort()
    await ended(peer)
  }
  expect(await refused).toEqual(code('aborted'))
})

test('closing ends what is asked, and refuses what is asked later', async () => {
  const server = await openLockSystem()
  const transport = open(`http://127.0.0.1:${server.port}`)
  const refused = transport.request(get, idle).catch((error: unknown) => error)
  const peer = await server.nextPeer()
  await once(peer, 'data')
  await transport.close()
  await transport.close()
  expect(await refused).toEqual(code('device_closed'))
  await expect(transport.request(get, idle)).rejects.toEqual(code('device_closed'))
})

test('one listener at a time, which is never told of a loss', () => {
  const transport = open('https://lock.example')
  const listen = () => transport.listen({ onLost: () => expect.unreachable() })
  const stop = listen()
  expect(listen).toThrow(code('device_busy'))
  stop()
  listen()
  stop()
  expect(listen).toThrow(code('device_busy'))
})

const secure = { key: testCertificate.key, cert: testCertificate.cert }
const trusting = (options: ConnectionOptions) => connectTls({ ...options, ca: testCertificate.cert })

test('over https the server is who it says, by name and by address', async () => {
  const asked: unknown[] = []
  const where = await start(
    createTlsServer(secure, ({ headers, socket }, response) => {
      asked.push([headers.authorization, socket instanceof TLSSocket && socket.servername])
      response.end('true')
    }),
  )
  for (const host of [where, where.replace('127.0.0.1', 'localhost')]) {
    const transport = open(`https://${host}`, makeSecret('seam_key1'), { beginTls: trusting })
    expect((await transport.request(get, idle)).body).toBe(true)
  }
  // RFC 6066, section 3: an address is no server name.
  expect(asked).toEqual([
    ['Bearer seam_key1', false],
    ['Bearer seam_key1', 'localhost'],
  ])
})

test('a server whose certificate nobody vouches for is told nothing', async () => {
  let asked = 0
  const where = await start(createTlsServer(secure, () => (asked += 1)))
  await expect(open(`https://${where}`, makeSecret('seam_key1')).request(get, idle)).rejects.toMatchObject({
    code: 'device_absent',
    detail: expect.stringContaining('can’t be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)'),
  })
  expect(asked).toBe(0)
})

test('a server that speaks no TLS is told nothing', async () => {
  const server = await openLockSystem()
  const asking = open(`https://127.0.0.1:${server.port}`, makeSecret('seam_key1')).request(get, idle)
  const refused = asking.catch((error: unknown) => error)
  const peer = await server.nextPeer()
  const [hello] = (await once(peer, 'data')) as [Buffer]
  peer.end('220 mail.example ESMTP\r\n')
  expect(await refused).toEqual(code('device_absent'))
  expect(hello.toString('latin1')).not.toContain('seam_key1')
})

test('a server that takes the connection and says nothing has not been reached when time is up', async () => {
  const server = await openLockSystem()
  const transport = open(`https://127.0.0.1:${server.port}`, null, { withinMs: 1 })
  await expect(transport.request(get, idle)).rejects.toMatchObject({
    code: 'device_absent',
    detail: `127.0.0.1:${server.port} does not answer: check the address, and the firewalls on the way.`,
  })
})

test.each(['http://192.0.2.1', 'http://lock.example/v1', 'tcp://lock.example:80', '/dev/ttyUSB0'])(
  'the path %s is refused',
  (path) => {
    expect(() => open(path)).toThrow(code('config_invalid'))
  },
)

test('a credential in the path is refused without being told', () => {
  const error = refusalOf(() => open('https://seam_key1@lock.example'))
  expect(error).toEqual(code('config_invalid'))
  expect(String(error)).not.toContain('seam_key1')
})

test.each([
  ['is empty', 'holds no key', () => makeSecret('\n')],
  ['holds two words', 'holds no key', () => makeSecret('seam key')],
  ['holds a control character', 'holds no key', () => makeSecret('seam\u0001key')],
  ['is too long', 'is too long', () => makeSecret('x'.repeat(4_097))],
  ['is a folder', 'is no file', () => tmpdir()],
  ['is not there', 'ENOENT', () => join(tmpdir(), 'no-such-key')],
])('a secret file that %s is refused (%s) without being told', (_, reason, make) => {
  const file = make()
  const error = refusalOf(() => open('https://lock.example', file))
  expect(error).toEqual(code('config_invalid'))
  expect(String(error)).toContain(file)
  expect(String(error)).toContain(reason)
  expect(String(error)).not.toMatch(/seam.key|xxx/)
})

// Windows has no such modes: there a file is as private as its folder.
test.skipIf(process.platform === 'win32').each([0o640, 0o604, 0o620])(
  'a secret file of mode %o is refused',
  (mode) => {
    expect(() => open('https://lock.example', makeSecret('seam_key1', mode))).toThrow('chmod 600')
  },
)
