import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createListeningPeer, createServerOf } from '../../test/support/network-emulators.ts'
import { connectTo, ended, freePort, listenTo, openLockSystem, turns } from '../../test/support/tcp-peers.ts'
import { BridgeError, type Emulator, type HttpRequest } from '../contract/index.ts'
import { type EmulatorWay, hostOn } from './emulator-life.ts'
import { httpServerOf, tcpClientOf, tcpServerOf } from './emulator-sockets.ts'
import { openHttp } from './http.ts'
import { openTcp } from './tcp.ts'
import { createTcpListeners } from './tcp-listeners.ts'

const idle = { signal: new AbortController().signal }
const anyPort = { host: '127.0.0.1', port: 0 }
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Runs an emulator with a control socket. */
const start = async (emulator: Emulator, openWay: () => Promise<EmulatorWay>) => {
  const folder = mkdtempSync(join(tmpdir(), 'sockets-'))
  const controlPath =
    process.platform === 'win32' ? `\\\\.\\pipe\\${folder.replaceAll('\\', '-')}` : join(folder, 'control')
  const host = await hostOn(emulator, openWay, controlPath)
  onTestFinished(() => {
    host.close()
    rmSync(folder, { recursive: true })
  })
  return {
    host,
    path: host.path ?? '',
    ask: async (request: object): Promise<unknown> => {
      const socket = connect(controlPath)
      const lines = createInterface({ input: socket })
      socket.write(`${JSON.stringify(request)}\n`)
      const [line] = (await once(lines, 'line')) as [string]
      socket.destroy()
      return JSON.parse(line)
    },
  }
}

/** A desk that is connected to a lock system. */
const openDesk = async (path: string, listeners = createTcpListeners()) => {
  const transport = await openTcp(path, { listeners, ...idle })
  onTestFinished(async () => {
    await transport.close()
    await listeners.close()
  })
  return { transport, host: listenTo(transport) }
}

test('hosts connect to an emulated lock system, which hears when they go', async () => {
  const peer = createListeningPeer({ greeting: 'LS.' })
  const { path } = await start(peer, tcpServerOf(peer, anyPort))
  expect(path).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
  const { transport, host } = await openDesk(path)
  await host.until('LS.')
  await transport.write(ascii('LA'))
  await expect.poll(() => peer.told.heard).toBe('LA')
  await transport.close()
  await expect.poll(() => peer.told.disconnections).toBe(1)
})

test('an IPv6 address is told as the configuration has it', async () => {
  const peer = createListeningPeer({ greeting: 'LS.' })
  const { path } = await start(peer, tcpServerOf(peer, { host: '::1', port: 0 }))
  expect(path).toMatch(/^tcp:\/\/\[::1\]:\d+$/)
  await (await openDesk(path)).host.until('LS.')
})

test('a lock system that hangs up is lost behind its last bytes', async () => {
  const peer = createListeningPeer({ greeting: 'LS.' })
  const { path } = await start(peer, tcpServerOf(peer, anyPort))
  const { host } = await openDesk(path)
  await host.until('LS.')
  peer.say('LE.')
  peer.hangUp()
  expect((await host.lost).code).toBe('device_lost')
  expect([host.text, peer.told.disconnections]).toEqual(['LS.LE.', 0])
})

test('all that a lock system says before it hangs up arrives', async () => {
  const peer = createListeningPeer()
  const { path } = await start(peer, tcpServerOf(peer, anyPort))
  const socket = (await connectTo({ host: '127.0.0.1', port: Number(new URL(path).port) })).pause()
  await expect.poll(() => peer.told.connections).toBe(1)
  const text = 'x'.repeat(32 * 1_048_576)
  peer.say(text)
  peer.hangUp()
  let heardBytes = 0
  socket.on('data', ({ length }: Buffer) => (heardBytes += length))
  await ended(socket.resume())
  expect(heardBytes).toBe(text.length)
})

test('a host that breaks off takes nothing with it', async () => {
  const peer = createListeningPeer()
  const { path } = await start(peer, tcpServerOf(peer, anyPort))
  const socket = await connectTo({ host: '127.0.0.1', port: Number(new URL(path).port) })
  await expect.poll(() => peer.told.connections).toBe(1)
  socket.resetAndDestroy()
  await expect.poll(() => peer.told.disconnections).toBe(1)
})

test('closing tells the lock system that its host is gone, and ends it and its control socket', async () => {
  let closings = 0
  const peer = { ...createListeningPeer(), close: () => (closings += 1) }
  const { path, host, ask } = await start(peer, tcpServerOf(peer, anyPort))
  const desk = await openDesk(path)
  await expect.poll(() => peer.told.connections).toBe(1)
  host.close()
  expect([peer.told.disconnections, closings, host.path]).toEqual([1, 1, undefined])
  await desk.host.lost
  await expect(ask({ do: 'plug' })).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a lock system that refuses a rival goes on with the first', async () => {
  const peer = createListeningPeer({ isFaithful: true })
  const { path } = await start(peer, tcpServerOf(peer, anyPort))
  const { transport, host } = await openDesk(path)
  await expect.poll(() => peer.told.connections).toBe(1)
  const rival = await openDesk(path)
  await rival.host.lost
  await transport.write(ascii('still'))
  await expect.poll(() => peer.told.heard).toBe('still')
  peer.say('here.')
  await host.until('here.')
})

test('unplugged it is gone without its power, and plugged in it is back on its port', async () => {
  const peer = createListeningPeer({ greeting: 'LS.' })
  const { path, host, ask } = await start(peer, tcpServerOf(peer, anyPort))
  const desk = await openDesk(path)
  await desk.host.until('LS.')
  expect(await ask({ do: 'unplug' })).toEqual({ ok: true })
  await desk.host.lost
  expect([host.path, peer.powerCycles, peer.told.disconnections]).toEqual([undefined, 1, 1])
  await expect(openDesk(path)).rejects.toMatchObject({ code: 'device_absent' })
  expect(await ask({ do: 'plug' })).toEqual({ ok: true })
  expect(await ask({ do: 'plug' })).toEqual({ ok: true })
  expect(host.path).toBe(path)
  await (await openDesk(path)).host.until('LS.')
})

test('a port that another program has is taken', async () => {
  const { port } = await openLockSystem()
  const peer = createListeningPeer()
  const starting = hostOn(peer, tcpServerOf(peer, { host: '127.0.0.1', port }), undefined)
  await expect(starting).rejects.toMatchObject({ code: 'port_taken' })
  await expect(starting).rejects.toThrow(`Nobody can listen on 127.0.0.1:${port}: `)
})

test('a lock system that connects by itself finds its desk when it comes, and again after each end', async () => {
  const port = await freePort()
  const peer = createListeningPeer({ greeting: 'LS.' })
  const { path } = await start(peer, tcpClientOf(peer, { host: '127.0.0.1', port }, 1))
  expect(path).toBe(`tcp-listen://127.0.0.1:${port}`)
  const listeners = createTcpListeners()
  for (let round = 1; round < 4; round++) {
    const { transport, host } = await openDesk(path, listeners)
    await host.until('LS.')
    await transport.close()
    await expect.poll(() => peer.told.disconnections).toBe(round)
  }
})

test('a lock system that connects by itself stops when it is unplugged, and goes on when it is plugged in', async () => {
  const system = await openLockSystem()
  const peer = createListeningPeer()
  const { host, ask } = await start(peer, tcpClientOf(peer, { host: '127.0.0.1', port: system.port }, 1))
  const desk = await system.nextPeer()
  expect(await ask({ do: 'unplug' })).toEqual({ ok: true })
  await ended(desk)
  await turns()
  expect([host.path, peer.told]).toEqual([undefined, { heard: '', connections: 1, disconnections: 1 }])
  expect(await ask({ do: 'plug' })).toEqual({ ok: true })
  await system.nextPeer()
  expect(host.path).toBe(`tcp-listen://127.0.0.1:${system.port}`)
})

test('a lock system that is unplugged while it finds no desk looks for none', async () => {
  const port = await freePort()
  const peer = createListeningPeer()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const host = await hostOn(peer, tcpClientOf(peer, { host: '127.0.0.1', port }), undefined)
  while (vi.getTimerCount() === 0) await new Promise(setImmediate)
  host.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('hosts ask an emulated server as they ask a real one', async () => {
  const asked: HttpRequest[] = []
  const server = createServerOf((request) => {
    asked.push(request)
    return { status: 422, headers: { 'x-id': '1' }, body: { ok: false } }
  })
  const { path } = await start(server, httpServerOf(server, anyPort))
  const transport = openHttp(`${path}/v1`, { secretFile: null })
  expect(await transport.request({ method: 'POST', path: '/scan', body: { id: 'ä' } }, idle)).toMatchObject({
    status: 422,
    headers: { 'x-id': '1', 'content-type': 'application/json' },
    body: { ok: false },
  })
  await transport.request({ method: 'GET', path: '/?a=b' }, idle)
  expect(asked).toEqual([
    { method: 'POST', path: '/v1/scan', body: { id: 'ä' } },
    { method: 'GET', path: '/v1/?a=b' },
  ])
})

test('an emulated server breaks connections, and hears when its host goes', async () => {
  let heard: AbortSignal | undefined
  const server = createServerOf(({ path }, signal) => {
    heard = signal
    if (path === '/cut') throw new BridgeError('device_lost')
    return new Promise(() => undefined)
  })
  const { path } = await start(server, httpServerOf(server, anyPort))
  const transport = openHttp(path, { secretFile: null })
  await expect(transport.request({ method: 'GET', path: '/cut' }, idle)).rejects.toMatchObject({
    code: 'device_lost',
  })
  const given = new AbortController()
  const asking = transport.request({ method: 'GET', path: '/wait' }, given)
  const refused = asking.catch((error: unknown) => error)
  await expect.poll(() => heard?.aborted).toBe(false)
  given.abort()
  expect(await refused).toMatchObject({ code: 'aborted' })
  await expect.poll(() => heard?.aborted).toBe(true)
})

test.each([
  ['another method', 'PUT / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['no JSON', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n{'],
  [
    'more than a megabyte',
    `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n"${'x'.repeat(1_048_575)}"`,
  ],
])('an emulated server breaks off at %s', async (_, text) => {
  let asked = 0
  const server = createServerOf(() => {
    asked += 1
    return { status: 200, headers: { connection: 'close' }, body: null }
  })
  const { path } = await start(server, httpServerOf(server, anyPort))
  const socket = await connectTo({ host: '127.0.0.1', port: Number(new URL(path).port) })
  socket.write(text)
  await ended(socket)
  expect(asked).toBe(0)
})

test('an emulated server that is unplugged ends what it is asked', async () => {
  let asked = 0
  const server = createServerOf(() => {
    asked += 1
    return new Promise(() => undefined)
  })
  const { path, ask } = await start(server, httpServerOf(server, anyPort))
  const asking = openHttp(path, { secretFile: null }).request({ method: 'GET', path: '/' }, idle)
  const refused = asking.catch((error: unknown) => error)
  await expect.poll(() => asked).toBe(1)
  await ask({ do: 'unplug' })
  expect(await refused).toMatchObject({ code: 'device_lost' })
})

test('an emulated server that is unplugged is not reached, and is back on its port', async () => {
  const server = createServerOf(() => ({ status: 200, headers: {}, body: 1 }))
  const { path, ask } = await start(server, httpServerOf(server, anyPort))
  const transport = openHttp(path, { secretFile: null })
  await ask({ do: 'unplug' })
  await expect(transport.request({ method: 'GET', path: '/' }, idle)).rejects.toMatchObject({
    code: 'device_absent',
  })
  await ask({ do: 'plug' })
  expect((await transport.request({ method: 'GET', path: '/' }, idle)).body).toBe(1)
})

test('the control socket puts a key on an encoder of a lock system, which has no line speed', async () => {
  const placed: unknown[] = []
  const peer = { ...createListeningPeer(), placeCard: (card: unknown) => placed.push(card) }
  const { ask } = await start(peer, tcpServerOf(peer, anyPort))
  expect(await ask({ do: 'place', type: 'key', uid: '04AABBCC', encoder: '2' })).toEqual({ ok: true })
  expect(placed).toEqual([{ type: 'key', uid: '04AABBCC', encoder: '2' }])
  expect(await ask({ do: 'baudRate' })).toMatchObject({
    ok: false,
    error: expect.stringContaining('Only a serial line has a speed.'),
  })
})
