import { BlockList, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { connectTo, ended, freePort, listenTo, openLockSystem, turns } from '../../test/support/tcp-peers.ts'
import { isBridgeError } from '../contract/errors.ts'
import type { TcpTransport } from '../contract/transport.ts'
import { openTcp } from './tcp.ts'
import { isAdmitted } from './tcp-listener.ts'
import { createTcpListeners, type TcpListeners } from './tcp-listeners.ts'

const idle = new AbortController().signal

/** A desk that lock systems connect to. */
const createDesk = async (
  query = '',
  host = '127.0.0.1',
  find?: Parameters<typeof createTcpListeners>[0],
) => {
  const port = await freePort(host)
  const listeners: TcpListeners = createTcpListeners(find)
  onTestFinished(() => listeners.close())
  const path = `tcp-listen://${host.includes(':') ? `[${host}]` : host}:${port}${query}`
  const open = (options: { readonly signal?: AbortSignal; readonly withinMs?: number } = {}) =>
    openTcp(path, { listeners, signal: idle, ...options })
  return {
    path,
    port,
    listeners,
    open,
    /** Makes the desk listen before anybody connects. */
    listen: async () => {
      await expect(open({ withinMs: 1 })).rejects.toMatchObject({ code: 'device_absent' })
    },
    peer: (family?: { readonly host: string }) => connectTo({ port, host: '127.0.0.1', ...family }),
  }
}

/** What the transport hears when the peer says hello: proof that both are ends of one connection. */
const greet = async (transport: TcpTransport, peer: Socket): Promise<string> => {
  const host = listenTo(transport)
  peer.write('hello.')
  await host.until('hello.')
  host.stop()
  return host.text
}

test('a desk waits for its lock system, and talks with it', async () => {
  const desk = await createDesk()
  await desk.listen()
  const opening = desk.open()
  const peer = await desk.peer()
  const transport = await opening
  expect([transport.kind, transport.path]).toEqual(['tcp', desk.path])
  expect(await greet(transport, peer)).toBe('hello.')
})

test('a desk listens on an IPv6 address', async () => {
  const desk = await createDesk('', '::1')
  await desk.listen()
  const peer = await desk.peer({ host: '::1' })
  expect(await greet(await desk.open(), peer)).toBe('hello.')
})

test('a lock system that has not come is absent with the port that it is waited for on', async () => {
  const desk = await createDesk()
  await expect(desk.open({ withinMs: 1 })).rejects.toMatchObject({
    code: 'device_absent',
    detail: `Nobody has connected to port ${desk.port} yet.`,
  })
})

test('a lock system that connects between two openings is not turned away, nor what it says lost', async () => {
  const desk = await createDesk()
  await desk.listen()
  const first = await desk.peer()
  const transport = await desk.open()
  const host = listenTo(transport)
  first.end()
  await host.lost
  const second = await desk.peer()
  second.write('again, ')
  await transport.close()
  expect(await greet(await desk.open(), second)).toBe('again, hello.')
})

test('a lock system that hangs up and connects at once is let in', async () => {
  const desk = await createDesk()
  await desk.listen()
  for (let round = 0; round < 20; round++) {
    const old = await desk.peer()
    const transport = await desk.open()
    const host = listenTo(transport)
    old.end()
    const again = connect({ port: desk.port, host: '127.0.0.1' })
    await host.lost
    await transport.close()
    expect(await greet(await desk.open(), again)).toBe('hello.')
    again.destroy()
  }
})

test('of those that wait the newest is taken', async () => {
  const desk = await createDesk()
  await desk.listen()
  const given = await desk.peer()
  const taken = await desk.peer()
  await ended(given)
  expect(await greet(await desk.open(), taken)).toBe('hello.')
})

test('one that waits and breaks off is never taken for one that is there', async () => {
  const desk = await createDesk()
  await desk.listen()
  const peer = await desk.peer()
  peer.resetAndDestroy()
  await ended(peer)
  await turns()
  const end = await desk.open({ withinMs: 1 }).then(
    (transport) => listenTo(transport).lost,
    (error: unknown) => error,
  )
  expect(['device_absent', 'device_lost']).toContain(isBridgeError(end) && end.code)
})

test('a second connection is closed at once while the first lives, which goes on', async () => {
  const desk = await createDesk()
  await desk.listen()
  const first = await desk.peer()
  const transport = await desk.open()
  await ended(await desk.peer())
  expect(await greet(transport, first)).toBe('hello.')
})

test('a path is open once at a time', async () => {
  const desk = await createDesk()
  await desk.listen()
  const opening = desk.open()
  const other = desk.open()
  await expect(other).rejects.toMatchObject({ code: 'device_busy' })
  await desk.peer()
  await opening
  await expect(desk.open()).rejects.toMatchObject({ code: 'device_busy' })
})

test.each([
  ['?from=127.0.0.2', '127.0.0.1', '127.0.0.1'],
  ['?from=[::1]', '::', '127.0.0.1'],
])('with %s one that connects to %s from %s is closed at once', async (query, host, from) => {
  const desk = await createDesk(query, host)
  await desk.listen()
  await ended(await desk.peer({ host: from }))
  await expect(desk.open({ withinMs: 1 })).rejects.toMatchObject({
    code: 'device_absent',
    detail: `Only ${from} has connected to port ${desk.port}, and was turned away: ?from= in the path names another.`,
  })
})

test.each([
  ['?from=127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ['?from=127.0.0.1', '::', '127.0.0.1'],
  ['?from=[::1]', '::', '::1'],
])('with %s one that connects to %s from %s is let in', async (query, host, from) => {
  const desk = await createDesk(query, host)
  await desk.listen()
  const peer = await desk.peer({ host: from })
  expect(await greet(await desk.open(), peer)).toBe('hello.')
})

test.each([
  ['10.0.0.5', true],
  ['::ffff:10.0.0.5', true],
  ['10.0.0.6', false],
  ['fe80::1%eth0', true],
  ['fe80::2%eth0', false],
  ['fe80:0:0:0:0:0:0:1', true],
  ['', false],
  [undefined, false],
])('where 10.0.0.5 and fe80::1 may connect, %s: %s', (address, isLetIn) => {
  const peers = new BlockList()
  peers.addAddress('10.0.0.5')
  peers.addAddress('fe80::1', 'ipv6')
  expect([isAdmitted(peers, address), isAdmitted(null, address)]).toEqual([isLetIn, true])
})

test('the name behind from is looked up at each opening', async () => {
  const answers = [
    new Error('ENOTFOUND'),
    [{ address: '192.0.2.1', family: 4 }],
    [{ address: '127.0.0.1', family: 4 }],
  ]
  const asked: string[] = []
  const desk = await createDesk('?from=lock.example', '127.0.0.1', async (name) => {
    asked.push(name)
    const answer = answers.shift()
    if (Array.isArray(answer)) return answer
    throw answer ?? new Error('Nobody asks so often.')
  })
  await expect(desk.open()).rejects.toMatchObject({
    code: 'device_absent',
    detail: 'No computer is known by the name lock.example, which alone may connect: check its spelling.',
  })
  await desk.listen()
  await ended(await desk.peer())
  const opening = desk.open()
  const peer = await desk.peer()
  expect(await greet(await opening, peer)).toBe('hello.')
  expect(asked).toEqual(['lock.example', 'lock.example', 'lock.example'])
})

test('a port that another program has is busy, until that program is gone', async () => {
  const other = await openLockSystem()
  const listeners = createTcpListeners()
  onTestFinished(() => listeners.close())
  const open = () => openTcp(`tcp-listen://127.0.0.1:${other.port}`, { listeners, signal: idle, withinMs: 1 })
  await expect(open()).rejects.toMatchObject({
    code: 'device_busy',
    detail: `Another program of this computer listens on port ${other.port}.`,
  })
  await other.close()
  await expect(open()).rejects.toMatchObject({ code: 'device_absent' })
})

test('an address that this computer does not have is a fault of the configuration', async () => {
  const listeners = createTcpListeners()
  // RFC 5737: an address for documentation is nobody's.
  const opening = openTcp('tcp-listen://192.0.2.1:5010', { listeners, signal: idle })
  await expect(opening).rejects.toMatchObject({ code: 'config_invalid' })
  await expect(opening).rejects.toThrow('can’t listen on 192.0.2.1, port 5010 (EADDRNOTAVAIL)')
  await listeners.close()
})

test('an abort ends the wait, and the port stays open', async () => {
  const desk = await createDesk()
  const given = new AbortController()
  await desk.listen()
  const opening = desk.open({ signal: given.signal })
  await turns()
  given.abort()
  await expect(opening).rejects.toMatchObject({ code: 'aborted' })
  await expect(desk.open({ signal: given.signal })).rejects.toMatchObject({ code: 'aborted' })
  const peer = await desk.peer()
  expect(await greet(await desk.open(), peer)).toBe('hello.')
})

test('closing ends the port, its connections and every wait', async () => {
  const desk = await createDesk()
  await desk.listen()
  const connected = await desk.peer()
  const transport = await desk.open()
  await desk.listeners.close()
  await desk.listeners.close()
  await ended(connected)
  expect((await listenTo(transport).lost).code).toBe('device_lost')
  await expect(desk.open()).rejects.toMatchObject({ code: 'device_closed' })
  await expect(desk.peer()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('closing ends a wait, and a connection that waits', async () => {
  const [one, other] = [await createDesk(), await createDesk()]
  await one.listen()
  const opening = one.open()
  const refused = opening.catch((error: unknown) => error)
  await other.listen()
  const waiting = await other.peer()
  await turns()
  await Promise.all([one.listeners.close(), other.listeners.close()])
  expect(await refused).toMatchObject({ code: 'device_closed' })
  await ended(waiting)
})

test('a port that is being opened at the end, or was never opened, is not opened after it', async () => {
  const [one, other] = [await createDesk(), await createDesk()]
  const opening = one.open()
  const refused = opening.catch((error: unknown) => error)
  await Promise.all([one.listeners.close(), other.listeners.close()])
  expect(await refused).toMatchObject({ code: 'device_closed' })
  await expect(other.open({ withinMs: 1 })).rejects.toMatchObject({ code: 'device_closed' })
  for (const desk of [one, other]) await expect(desk.peer()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
