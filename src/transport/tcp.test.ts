import { once } from 'node:events'
import { connect, Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ended, freePort, listenTo, openLockSystem, turns } from '../../test/support/tcp-peers.ts'
import type { TcpTransport } from '../contract/transport.ts'
import { openTcp } from './tcp.ts'
import { createTcpListeners } from './tcp-listeners.ts'

const listeners = createTcpListeners()
const idle = new AbortController().signal
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

type Extra = Partial<Parameters<typeof openTcp>[1]>

const open = async (path: string, extra: Extra = {}): Promise<TcpTransport> => {
  const transport = await openTcp(path, { listeners, signal: idle, ...extra })
  onTestFinished(() => transport.close())
  return transport
}

/** Both ends of one connection. */
const openPair = async (options: { readonly allowHalfOpen?: boolean } = {}) => {
  const system = await openLockSystem('127.0.0.1', options)
  const transport = await open(`tcp://127.0.0.1:${system.port}`)
  return { transport, peer: await system.nextPeer() }
}

test('bytes go both ways in order, and what comes before anybody listens waits', async () => {
  const { transport, peer } = await openPair()
  peer.write('first ')
  peer.write('and second.')
  await transport.write(ascii('one '))
  await transport.write(ascii('two'))
  const [heard] = (await once(peer, 'data')) as [Buffer]
  expect('one two'.startsWith(heard.toString())).toBe(true)
  const host = listenTo(transport)
  await host.until('.')
  expect(host.text).toBe('first and second.')
})

test('what is heard is the listener’s to keep, and no Buffer, whose slices are not copies', async () => {
  const { transport, peer } = await openPair()
  const heard = new Promise<Uint8Array>((resolve) => {
    transport.listen({ onBytes: resolve, onLost: () => undefined })
  })
  peer.write('x')
  expect(Buffer.isBuffer(await heard)).toBe(false)
})

test('an IPv6 address leads to its computer', async () => {
  const system = await openLockSystem('::1')
  const transport = await open(`tcp://[::1]:${system.port}`)
  const peer = await system.nextPeer()
  peer.write('hello.')
  const host = listenTo(transport)
  await host.until('hello.')
  expect([transport.kind, transport.path]).toEqual(['tcp', `tcp://[::1]:${system.port}`])
})

test('a port on which nobody listens is absent, with what to check', async () => {
  const port = await freePort()
  await expect(open(`tcp://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: 'device_absent',
    detail: `127.0.0.1:${port} refuses the connection: check the port, and that the program there runs.`,
  })
})

test.each([
  ['ENOTFOUND', 'No computer is known by the name in lock.example:8090: check its spelling.'],
  [
    'EAI_AGAIN',
    'The name in lock.example:8090 can’t be looked up at the moment: check the network and its name server.',
  ],
  ['EHOSTUNREACH', 'No way leads to lock.example:8090: check the address, the cable and the network.'],
  ['ETIMEDOUT', 'lock.example:8090 does not answer: check the address, and the firewalls on the way.'],
  ['ECONNRESET', 'lock.example:8090 breaks the connection off before it is made: check the port.'],
  ['EOTHER', 'No connection to lock.example:8090 can be made (EOTHER).'],
])('a connection that fails by %s is absent, with what to check', async (code, detail) => {
  const begin = (host: string, port: number): Socket =>
    connect({
      host,
      port,
      lookup: (_name, _options, done) => done(Object.assign(new Error(code), { code }), []),
    })
  await expect(open('tcp://lock.example:8090', { begin })).rejects.toMatchObject({
    code: 'device_absent',
    detail,
  })
})

test('a computer that never answers is absent when time is up', async () => {
  const socket = new Socket()
  await expect(open('tcp://lock.example:8090', { begin: () => socket, withinMs: 1 })).rejects.toMatchObject({
    code: 'device_absent',
    detail: 'lock.example:8090 does not answer: check the address, and the firewalls on the way.',
  })
  expect(socket.destroyed).toBe(true)
})

test.each(['before', 'while'])('an abort %s it connects ends the connection', async (moment) => {
  const socket = new Socket()
  const given = new AbortController()
  if (moment === 'before') given.abort()
  const opening = open('tcp://lock.example:8090', { begin: () => socket, signal: given.signal })
  given.abort()
  await expect(opening).rejects.toMatchObject({ code: 'aborted' })
  expect(socket.destroyed).toBe(true)
  // A connection that was given up may still complain.
  socket.emit('error', new Error('late'))
})

test('a path that leads elsewhere is refused', async () => {
  await expect(open('/dev/ttyUSB0')).rejects.toMatchObject({ code: 'config_invalid' })
  await expect(open('https://lock.example')).rejects.toMatchObject({ code: 'config_invalid' })
})

test('a connection sends at once, and is asked after when it is silent', async () => {
  const { port } = await openLockSystem()
  const socket = connect(port, '127.0.0.1')
  const [noDelay, keepAlive] = [vi.spyOn(socket, 'setNoDelay'), vi.spyOn(socket, 'setKeepAlive')]
  await open(`tcp://127.0.0.1:${port}`, { begin: () => socket })
  expect([noDelay.mock.calls, keepAlive.mock.calls]).toEqual([[[true]], [[true, 10_000]]])
})

test('a peer that closes in mid-answer is lost behind its last bytes, once', async () => {
  const { transport, peer } = await openPair()
  const host = listenTo(transport)
  peer.end('half an ans')
  const error = await host.lost
  expect(host.text).toBe('half an ans')
  expect(error).toMatchObject({ code: 'device_lost' })
  expect(error.detail).toContain('the other end has closed the connection')
  await expect(transport.write(ascii('x'))).rejects.toBe(error)
  await ended(peer)
  await transport.close()
  expect(host.losses).toEqual([error])
})

test('a peer that closes only its half is lost, and sees the other half closed', async () => {
  const { transport, peer } = await openPair({ allowHalfOpen: true })
  const host = listenTo(transport)
  peer.end()
  expect(await host.lost).toMatchObject({ code: 'device_lost' })
  await once(peer, 'end')
})

/** More than the buffers of a connection hold. */
const tooMuch = new Uint8Array(64 * 1_048_576)

test('a peer that breaks off in mid-write is lost to the write and to the listener', async () => {
  const { transport, peer } = await openPair()
  peer.pause()
  const host = listenTo(transport)
  const writing = transport.write(tooMuch)
  peer.resetAndDestroy()
  await expect(writing).rejects.toMatchObject({ code: 'device_lost' })
  expect(await host.lost).toMatchObject({ code: 'device_lost' })
  expect(host.losses).toHaveLength(1)
})

test('closing in mid-write waits for no peer, and is no loss', async () => {
  const { transport, peer } = await openPair()
  peer.pause()
  const host = listenTo(transport)
  const writing = transport.write(tooMuch)
  const refused = writing.catch((error: unknown) => error)
  await transport.close()
  expect(await refused).toMatchObject({ code: 'device_closed' })
  peer.destroy()
  await transport.close()
  await expect(transport.write(ascii('x'))).rejects.toMatchObject({ code: 'device_closed' })
  expect(host.losses).toEqual([])
})

test('what was written before closing reaches the peer', async () => {
  const { transport, peer } = await openPair()
  let heard = ''
  peer.on('data', (bytes: Buffer) => {
    heard += bytes.toString()
  })
  await transport.write(ascii('goodbye'))
  await transport.close()
  await ended(peer)
  expect(heard).toBe('goodbye')
})

test('a peer that floods while nobody listens is held back', async () => {
  const { transport, peer } = await openPair()
  peer.write(tooMuch)
  // Far more turns than reading all of it takes.
  for (let turn = 0; turn < 20_000 && peer.writableLength > 0; turn++) await new Promise(setImmediate)
  expect(peer.writableLength).toBeGreaterThan(0)
  await new Promise<void>((resolve) => {
    let heardBytes = 0
    const onBytes = ({ length }: Uint8Array): void => {
      heardBytes += length
      if (heardBytes === tooMuch.length) resolve()
    }
    transport.listen({ onBytes, onLost: () => undefined })
  })
})

test('one listener at a time; what comes between two of them waits', async () => {
  const { transport, peer } = await openPair()
  const first = listenTo(transport)
  expect(() => listenTo(transport)).toThrow(expect.objectContaining({ code: 'device_busy' }))
  peer.write('a')
  await first.until('a')
  first.stop()
  peer.write('b')
  await turns()
  const second = listenTo(transport)
  first.stop()
  await second.until('b')
  expect([first.text, second.text]).toEqual(['a', 'b'])
})

test('a loss that came before anybody listened is told to who listens then', async () => {
  const { transport, peer } = await openPair()
  const host = listenTo(transport)
  peer.resetAndDestroy()
  await host.lost
  host.stop()
  expect((await listenTo(transport).lost).code).toBe('device_lost')
})
