import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect } from 'vitest'
import { WebSocket } from 'ws'
import { callerAddress } from '../../src/hub/caller-address.ts'
import { createGate } from '../../src/hub/gate.ts'
import { createHttpServer, limitConnections } from '../../src/hub/http-server.ts'
import { createLimiter } from '../../src/hub/limiter.ts'
import { ErrorAnswer } from '../../src/hub/refusal.ts'
import { openBareHub } from './bare-hub.ts'
import { createFakeClock } from './fake-clock.ts'
import { test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'

const STRANGERS_BURST = 200

const from = (remoteAddress: string, forwarded?: string) =>
  callerAddress({
    socket: { remoteAddress } as never,
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  })

const upgradeStatus = (hub: TestHub, token: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${hub.endpoint.replace('http', 'ws')}/bridge/v1/channel`, {
      headers: { authorization: `Bearer ${token}` },
    })
    socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0))
    socket.on('open', () => resolve(101))
    socket.on('error', reject)
  })

const knockAs = async (hub: TestHub, bearer: string, times: number): Promise<Response> => {
  const ask = () =>
    fetch(`${hub.endpoint}/workspaces/get`, { headers: { authorization: `Bearer ${bearer}` } })
  for (let count = 1; count < times; count += 1) await (await ask()).arrayBuffer()
  return ask()
}

describe('the limit of requests', () => {
  test('sends a stranger away with 429 and when to come again, over HTTP and WebSocket alike', async ({
    hub,
  }) => {
    const last = await knockAs(hub, 'wrong', STRANGERS_BURST)
    expect(last.status).toBe(401)
    const answer = await knockAs(hub, 'wrong', 1)
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(ErrorAnswer.parse(await answer.json()).error.type).toBe('rate_limited')
    expect(await upgradeStatus(hub, 'wrong')).toBe(429)
    hub.clock.advance(1_000)
    expect((await knockAs(hub, 'wrong', 1)).status).toBe(401)
  })

  test('counts WebSockets too: whoever guesses tokens there has no second limit', async ({ hub }) => {
    for (let count = 0; count < STRANGERS_BURST; count += 1) {
      expect(await upgradeStatus(hub, `seam_brg_${count}`)).toBe(401)
    }
    expect((await fetch(`${hub.endpoint}/health`)).status).toBe(429)
  })

  test('leaves those who hold a key alone while strangers knock', async ({ hub }) => {
    const token = await hub.pair()
    await knockAs(hub, 'wrong', STRANGERS_BURST + 1)
    expect((await hub.post('/workspaces/get')).status).toBe(200)
    expect(await upgradeStatus(hub, token)).toBe(101)
  })

  test('of desks that want to pair is each address’s own: a stranger keeps nobody else out', async ({
    hub,
  }) => {
    const create = (address: string) =>
      fetch(`${hub.endpoint}/seam/bridge/v1/bridge_client_sessions/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({
          bridge_client_name: 'Desk',
          bridge_client_time_zone: 'Europe/Berlin',
          bridge_client_machine_identifier_key: 'machine',
        }),
      }).then(({ status }) => status)
    let status = 200
    for (let count = 0; count < STRANGERS_BURST && status === 200; count += 1) {
      status = await create('203.0.113.9')
    }
    expect(status).toBe(429)
    expect(await create('192.0.2.7')).toBe(200)
  })

  test('is each key’s own', async ({ dataDir }) => {
    await using bare = openBareHub(dataDir)
    const gate = createGate(bare.hub)
    const request = (bearer: string) => ({
      socket: { remoteAddress: '192.0.2.1' } as never,
      headers: { authorization: `Bearer ${bearer}` },
    })
    for (const [hash, key] of [
      // SHA-256 of the letters, from `printf a | sha256sum`.
      ['ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb', 'a'],
      ['3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d', 'b'],
    ] as const) {
      const at = '2026-11-23T12:00:00.000Z'
      bare.hub.store.apiKeys.insert({
        key_hash: hash,
        workspace_id: 'w',
        label: key,
        created_at: at,
        api_key_id: key,
        is_operator: false,
        expires_at: null,
      })
    }
    for (let count = 0; count < 1_000; count += 1) gate.admit(request('a'))
    expect(() => gate.admit(request('a'))).toThrow('Too many requests')
    expect(() => gate.admit(request('b'))).not.toThrow()
  })

  test('stays small, however many names there are', () => {
    const limiter = createLimiter(createFakeClock(), { burst: 1, perSecond: 1 })
    limiter.take('first')
    for (let count = 0; count < 9_999; count += 1) limiter.take(`name ${count}`)
    expect(limiter.waitMs('first')).toBe(1_000)
    limiter.take('one too many')
    expect(limiter.waitMs('first')).toBe(0)
  })
})

describe('a caller is told from others by', () => {
  test.for([
    ['an address', '192.0.2.7', undefined, '192.0.2.7'],
    ['an address in IPv6 clothes', '::ffff:192.0.2.7', undefined, '192.0.2.7'],
    ['the network of an IPv6 address', '2001:db8:1:2:a:b:c:d', undefined, '2001:db8:1:2'],
    ['the network of a short one', '2001:db8::1', undefined, '2001:db8:0:0'],
    ['what the proxy on this computer has added', '127.0.0.1', '203.0.113.9, 192.0.2.7', '192.0.2.7'],
    ['its own address, whatever it says', '192.0.2.7', '203.0.113.9', '192.0.2.7'],
    ['its own address where the proxy says none', '127.0.0.1', 'unknown', '127.0.0.1'],
  ] as const)('%s', ([, address, forwarded, told]) => {
    expect(from(address, forwarded)).toBe(told)
  })
})

describe('connections', () => {
  test('that never finish a request are given up in bounded time', () => {
    const { server } = createHttpServer(null, () => undefined)
    expect([server.headersTimeout, server.requestTimeout, server.maxConnections]).toEqual([
      10_000, 30_000, 2_000,
    ])
  })

  test('of one address of the network are counted, and one too many is hung up on', async () => {
    const server = createServer()
    // The peer's address is a getter of the socket: the test stands in for a network.
    server.on('connection', (socket) => {
      Object.defineProperty(socket, 'remoteAddress', { value: '192.0.2.7' })
    })
    limitConnections(server, 2)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const open = () => connect({ port, host: '127.0.0.1' })
    const kept = [open(), open()]
    for (const socket of kept) await once(socket, 'connect')
    const refused = open()
    refused.on('error', () => undefined)
    await once(refused, 'close')
    expect(kept.map(({ destroyed }) => destroyed)).toEqual([false, false])
    for (const socket of kept) socket.destroy()
    server.close()
  })

  test('of one bridge are four at most', async ({ hub }) => {
    const token = await hub.pair()
    for (let count = 0; count < 4; count += 1) expect(await upgradeStatus(hub, token)).toBe(101)
    expect(await upgradeStatus(hub, token)).toBe(429)
  })
})

describe('messages of a bridge', () => {
  test('that come too fast wait, and none is lost', async ({ hub }) => {
    const bridge = await hub.bridge()
    for (let count = 0; count < 5_000; count += 1) bridge.send('ping', {})
    const heard = () => bridge.received.filter(({ type }) => type === 'pong').length
    while (heard() < 1_000) await bridge.next('pong')
    for (let count = 0; count < 20; count += 1) await hub.post('/workspaces/get')
    // What had come in one piece with the last one is heard yet.
    expect(heard()).toBeLessThan(2_500)
    const passing = setInterval(() => hub.clock.advance(50), 1)
    while (heard() < 5_000) await bridge.next('pong')
    clearInterval(passing)
    expect(heard()).toBe(5_000)
  })
})
