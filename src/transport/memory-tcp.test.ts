import { expect, test } from 'vitest'
import { createListeningPeer } from '../../test/support/network-emulators.ts'
import type { TcpTransport } from '../contract/index.ts'
import { connectTcp } from './memory-tcp.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Everything that a transport tells, in order. */
const listenTo = (transport: TcpTransport): string[] => {
  const told: string[] = []
  transport.listen({
    onBytes: (bytes) => told.push(new TextDecoder().decode(bytes)),
    onLost: ({ code }) => told.push(code),
  })
  return told
}

test('bytes go both ways, cut as asked', async () => {
  const peer = createListeningPeer()
  const transport = connectTcp(peer, { chunk: 2 })
  const told = listenTo(transport)
  await transport.write(ascii('hello'))
  peer.say('there')
  expect(told).toEqual([])
  await settled()
  expect([peer.told.heard, told]).toEqual(['hello', ['th', 'er', 'e']])
  expect(transport.bytesCrossed).toBe(10)
})

test('what the peer says before anybody listens waits, its end too', async () => {
  const peer = createListeningPeer({ greeting: 'LS' })
  const transport = connectTcp(peer, { chunk: 1 })
  await settled()
  peer.say('LA')
  peer.hangUp()
  await settled()
  const told = listenTo(transport)
  await settled()
  expect(told).toEqual(['L', 'S', 'L', 'A', 'device_lost'])
})

test('a peer that hangs up is lost behind its last bytes, once, and is not told of it', async () => {
  const peer = createListeningPeer()
  const transport = connectTcp(peer)
  const told = listenTo(transport)
  peer.say('bye')
  peer.hangUp()
  peer.hangUp()
  await settled()
  expect([told, peer.told.disconnections]).toEqual([['bye', 'device_lost'], 0])
  await expect(transport.write(ascii('x'))).rejects.toMatchObject({ code: 'device_lost' })
  expect(peer.told.heard).toBe('')
})

test.each([
  ['close', (transport: TcpTransport) => transport.close(), []],
  ['unplug', (transport: ReturnType<typeof connectTcp>) => transport.unplug(), ['device_lost']],
] as const)('%s ends the connection for the peer, once', async (_, end, losses) => {
  const peer = createListeningPeer()
  const transport = connectTcp(peer)
  const told = listenTo(transport)
  await end(transport)
  await end(transport)
  peer.say('unheard')
  await settled()
  expect([told, peer.told.disconnections, peer.powerCycles]).toEqual([losses, 1, 0])
})

test('the cable goes at the byte that is asked for', async () => {
  const peer = createListeningPeer()
  const transport = connectTcp(peer)
  const told = listenTo(transport)
  transport.unplugAfterBytes(5)
  await transport.write(ascii('abc'))
  await settled()
  peer.say('defg')
  await settled()
  expect([peer.told.heard, told, transport.bytesCrossed]).toEqual(['abc', ['de', 'device_lost'], 5])
})

test('a peer that goes over to a rival hears the rival alone', async () => {
  const peer = createListeningPeer()
  const [first, second] = [connectTcp(peer), connectTcp(peer)]
  const told = [listenTo(first), listenTo(second)]
  await first.write(ascii('old '))
  await second.write(ascii('new'))
  await first.close()
  peer.say('x')
  await settled()
  expect([peer.told.heard, told, peer.told.disconnections]).toEqual(['new', [[], ['x']], 0])
})

test('a peer that refuses a rival goes on with the first', async () => {
  const peer = createListeningPeer({ isFaithful: true })
  const [first, second] = [connectTcp(peer), connectTcp(peer)]
  const told = [listenTo(first), listenTo(second)]
  await first.write(ascii('old'))
  peer.say('x')
  await settled()
  await expect(second.write(ascii('new'))).rejects.toMatchObject({ code: 'device_lost' })
  expect([peer.told.heard, told]).toEqual(['old', [['x'], ['device_lost']]])
})
