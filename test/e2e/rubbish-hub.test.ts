import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test as base } from 'vitest'
import { WebSocketServer } from 'ws'
import { runCommand, type RunningCommand } from '../support/command.ts'
import { openSite, poll, type Site } from '../support/site.ts'
import { runToFailure } from '../support/told.ts'

const accessMethodId = '11111111-1111-4111-8111-111111111111'

/** One paired desk for every kind of rubbish; each test runs a daemon of its own on it. */
// oxlint-disable-next-line no-empty-pattern -- vitest reads the fixtures' names from the pattern
const test = base.extend('site', { scope: 'file' }, async ({}, { onCleanup }) => {
  const site = await openSite()
  onCleanup(() => site[Symbol.asyncDispose]())
  return site
})

/** A daemon of the paired desk that asks another hub; it is gone when the test is over. */
const startDaemon = async (site: Site, endpoint: string): Promise<RunningCommand> => {
  const daemon = site.startDaemon({ BRIDGE_HUB__ENDPOINT: endpoint })
  onTestFinished(() => daemon.kill())
  await daemon.ready
  return daemon
}

/** How a server that is no hub answers a request, and an upgrade to WebSocket. */
interface Rubbish {
  request(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void
}

const raw = (text: string) => (_: IncomingMessage, socket: Socket) => void socket.end(text)

const html: Rubbish = {
  request: (_, response) =>
    void response.setHeader('content-type', 'text/html').end('<!doctype html><h1>Welcome to the Hotel Wi-Fi'),
  upgrade: raw('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<h1>'),
}

const garbage: Rubbish = {
  request: (_, response) => void response.setHeader('content-type', 'application/json').end('{"orders": [7'),
  upgrade: (request, socket, head) => {
    new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, head, (opened) => {
      opened.send('{"v":1,"type":"welcome","body":')
    })
  },
}

const closing: Rubbish = {
  request: (request) => void request.socket.destroy(),
  upgrade: (_, socket) => void socket.destroy(),
}

const answering = (status: number, headers: string): Rubbish => ({
  request: (_, response) => {
    const [name = '', value = ''] = headers.split(': ')
    void response.writeHead(status, { [name]: value }).end()
  },
  upgrade: raw(`HTTP/1.1 ${status} No\r\n${headers}\r\ncontent-length: 0\r\n\r\n`),
})

const serve = async (rubbish: Rubbish): Promise<{ endpoint: string; asked: string[] }> => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    rubbish.request(request, response)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push(request.url ?? '')
    rubbish.upgrade(request, socket, head)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked }
}

interface LinkBody {
  readonly state: string
  readonly error: { readonly code: string; readonly message: string; readonly next_step: string } | null
}

const dataDirOf = (site: Site): string => join(site.folder, 'desk')

/** What `status --json` says of the link, once it says an error. */
const linkError = (site: Site): Promise<LinkBody> =>
  poll(async () => {
    const { code, stdout } = await runCommand(['status', '--data', dataDirOf(site), '--json'])
    expect(code).toBe(0)
    const { link } = JSON.parse(stdout) as { link: LinkBody }
    return link.error === null ? null : link
  })

test.for([
  ['a web page', html, 'hub_protocol', /hub’s answer is not understood.* status 200/, 'hub_protocol'],
  ['broken JSON', garbage, 'hub_protocol', /hub’s answer is not understood.* no JSON/, 'hub_protocol'],
  [
    'a closed connection',
    closing,
    'hub_unreachable',
    /hub cannot be reached.* socket hang up/,
    'hub_unreachable',
  ],
  [
    'a refused token',
    answering(401, 'www-authenticate: Bearer'),
    'hub_unauthorized',
    /does not accept this bridge’s token/,
    'hub_unauthorized',
  ],
  ['a redirect', answering(302, 'location: /elsewhere'), 'hub_protocol', /status 302/, 'hub_protocol'],
  ['an error of its own', answering(500, 'x-a: b'), 'hub_protocol', /status 500/, 'hub_unreachable'],
] as const)(
  'a hub that answers with %s is told of by status and by encode, and the daemon lives',
  async ([, rubbish, code, message, encodeCode], { site }) => {
    const { endpoint } = await serve(rubbish)
    const daemon = await startDaemon(site, endpoint)
    const link = await linkError(site)
    expect(link.error?.code).toBe(code)
    expect(link.error?.message).toMatch(message)
    expect(link.error?.next_step).toMatch(/^(?:Check|Pair again)/)
    const told = await runToFailure(['encode', accessMethodId, '--data', dataDirOf(site)])
    expect({ exit: told.exit, code: told.code }).toEqual({ exit: 6, code: encodeCode })
    expect(link.state).toMatch(code === 'hub_unauthorized' ? 'refused' : /waiting|connecting/)
    expect(await daemon.stop()).toBe(0)
    expect(daemon.output()).not.toMatch(/"level":(?:50|60)|^\s+at /m)
  },
)

test('a hub that is only a web page is asked by long polling too, and that is told the same way', async ({
  site,
}) => {
  const { endpoint, asked } = await serve(html)
  const daemon = await startDaemon(site, endpoint)
  await poll(async () => (asked.includes('/bridge/v1/poll') ? true : null))
  expect((await linkError(site)).error?.code).toBe('hub_protocol')
  expect(await daemon.stop()).toBe(0)
})

test('a redirect is not followed: nobody else sees the token', async ({ site }) => {
  const elsewhere = await serve(html)
  const { endpoint } = await serve(answering(302, `location: ${elsewhere.endpoint}/bridge/v1/channel`))
  const daemon = await startDaemon(site, endpoint)
  expect((await linkError(site)).error?.code).toBe('hub_protocol')
  await runToFailure(['encode', accessMethodId, '--data', dataDirOf(site)])
  expect(await daemon.stop()).toBe(0)
  expect(elsewhere.asked).toEqual([])
})

test('a hub that comes back to its senses is linked to by itself', async ({ site }) => {
  let isBroken = true
  const proxy: Rubbish = {
    ...closing,
    upgrade: (request, socket, head) => {
      if (isBroken) return garbage.upgrade(request, socket, head)
      const hub = connect(Number(new URL(site.endpoint).port), '127.0.0.1')
      hub.on('error', () => socket.destroy())
      socket.on('error', () => hub.destroy())
      hub.write(`GET ${request.url ?? ''} HTTP/1.1\r\n`)
      for (let at = 0; at < request.rawHeaders.length; at += 2) {
        hub.write(`${request.rawHeaders[at] ?? ''}: ${request.rawHeaders[at + 1] ?? ''}\r\n`)
      }
      hub.write('\r\n')
      return void hub.pipe(socket).pipe(hub)
    },
  }
  const { endpoint } = await serve(proxy)
  await startDaemon(site, endpoint)
  expect((await linkError(site)).error?.code).toBe('hub_protocol')
  isBroken = false
  await poll(async () => {
    const { link } = (await site.control('/v1/status')) as unknown as { link: LinkBody }
    return link.state === 'connected' && link.error === null ? true : null
  })
})

test('pairing is refused with one clear error, and the pairing that was there stays', async ({ site }) => {
  const daemon = await startDaemon(site, site.endpoint)
  await site.encoderId()
  const page = await serve(html)
  const pair = (hub: string) =>
    runToFailure(['pair', '--data', dataDirOf(site), '--hub', hub, '--api-key', 'seam_wrong'])
  expect(await pair(site.endpoint)).toMatchObject({
    exit: 6,
    code: 'hub_refused',
    message: expect.stringContaining('It does not accept the API key.'),
  })
  expect(await pair(page.endpoint)).toMatchObject({ exit: 6, code: 'hub_protocol', owner: 'installer' })
  expect(await pair('http://127.0.0.1:9')).toMatchObject({ exit: 6, code: 'hub_unreachable' })
  expect(await site.control('/v1/status')).toMatchObject({ link: { state: 'connected', error: null } })
  expect(await daemon.stop()).toBe(0)
})

test('orders for what does not exist are refused by name, and the daemon works on', async ({ site }) => {
  const daemon = await startDaemon(site, site.endpoint)
  await site.encoderId()
  const data = ['--data', dataDirOf(site)]
  expect(await runToFailure(['encode', accessMethodId, ...data])).toMatchObject({
    exit: 6,
    code: 'hub_refused',
    message: expect.stringContaining(`There is no access_method ${accessMethodId} in this workspace.`),
  })
  for (const command of [['encode', accessMethodId], ['scan']]) {
    expect(await runToFailure([...command, '--encoder', 'Back Desk', ...data])).toMatchObject({
      exit: 2,
      code: 'encoder_unknown',
      message: expect.stringContaining('“Back Desk” is none of: Front Desk.'),
    })
  }
  expect((await runCommand(['status', ...data])).code).toBe(0)
  expect(await daemon.stop()).toBe(0)
})

test('an emulator that is sent garbage answers line by line and lives', async ({ site }) => {
  const socket = connect(`${site.ptyLink}.sock`)
  await once(socket, 'connect')
  let heard = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  socket.write(Buffer.concat([Buffer.alloc(1_000_000, 0xa5), Buffer.from('\n{"do":"fly"}\n{"do"')]))
  await poll(async () => (heard.split('\n').length === 3 ? true : null))
  socket.destroy()
  expect(heard).toMatch(/^\{"ok":false,"error":"[^"]*is no JSON\."\}\n\{"ok":false,"error":/)
  expect(await site.emulator.ask({ do: 'baudRate' })).toEqual({ ok: true, baudRate: 115_200 })
})
