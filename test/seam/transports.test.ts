import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { channelOrder, endOrder, isConnected, openDesk } from './desk.ts'
import { openFakeHub } from './fake-hub.ts'

const openHubAndDesk = async () => {
  const hub = await openFakeHub()
  const desk = openDesk(hub.endpoint)
  const close = async (): Promise<void> => {
    desk[Symbol.dispose]()
    await hub.close()
  }
  return { hub, desk, [Symbol.asyncDispose]: close }
}
type Rig = Awaited<ReturnType<typeof openHubAndDesk>>

/** A proxy that lets no WebSocket through: two are tried, then the link polls. */
const pollThroughProxy = async ({ hub, desk }: Rig, status: 426 | 502 = 426): Promise<void> => {
  hub.manners.webSocket = status
  for (let failures = 0; failures < 2; failures += 1) {
    await desk.until(({ state }) => state === 'waiting')
    const again = desk.until(({ state }) => state === 'connecting')
    await desk.clock.advance(500)
    await again
  }
  await desk.until(isConnected)
}

/** 20 s pass, and the ping of that time has its pong: the order's answer comes after it. */
const passPing = async ({ hub, desk }: Rig): Promise<void> => {
  await desk.clock.advance(20_000)
  await hub.next('ping')
  hub.send({ type: 'cancel', body: { order_id: 'none' } })
  await hub.next('ack')
}

test.each([426, 502] as const)(
  'where WebSockets are answered with %i, the link polls instead',
  async (status) => {
    await using rig = await openHubAndDesk()
    await pollThroughProxy(rig, status)
    expect(rig.desk.link().view()).toMatchObject({ state: 'connected', transport: 'polling', error: null })
    expect(rig.hub.knocks.slice(0, 3)).toEqual(['websocket', 'websocket', 'polling'])
  },
)

test('where WebSockets open and then swallow everything, the link polls instead', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  hub.manners.webSocket = 'stall'
  desk.link().pairingChanged()
  for (let failures = 0; failures < 2; failures += 1) {
    await desk.clock.advance(10_000)
    await desk.until(({ state }) => state === 'waiting')
    await desk.clock.advance(500)
  }
  expect((await desk.until(isConnected)).transport).toBe('polling')
})

test('orders, acknowledgements and results pass by polling as they do by WebSocket', async () => {
  await using rig = await openHubAndDesk()
  await pollThroughProxy(rig)
  const { hub, desk } = rig
  const id = hub.send({ type: 'order', body: channelOrder() })
  expect((await hub.next('ack')).body).toEqual({ of: id, accepted: true })
  endOrder(desk.journal, 'order-2')
  expect((await hub.next('result')).body.order_id).toBe('order-2')
})

test('a result leaves at once while a poll is held open', async () => {
  await using rig = await openHubAndDesk()
  await pollThroughProxy(rig)
  const { hub, desk } = rig
  // An answered order proves that the next poll is being held: it was the one that carried it.
  hub.send({ type: 'order', body: channelOrder() })
  await hub.next('ack')
  endOrder(desk.journal, 'order-2')
  expect((await hub.next('result')).body.order_id).toBe('order-2')
  expect(desk.clock.now()).toBe(1_000)
})

test('a WebSocket is tried beside polling after 30 s and takes over, without a gap in the state', async () => {
  await using rig = await openHubAndDesk()
  await pollThroughProxy(rig)
  const { hub, desk } = rig
  const states = new Set<string>()
  desk.link().onChange(() => states.add(desk.link().view().state))
  hub.manners.webSocket = 'accept'
  await passPing(rig)
  const upgraded = desk.until(({ transport }) => transport === 'websocket')
  await desk.clock.advance(10_000)
  await upgraded
  expect([...states]).toEqual(['connected'])
  // The polls have ended: 20 s later one ping comes, not two.
  const pings = (): number => hub.heard.filter(({ type }) => type === 'ping').length
  const before = pings()
  await passPing(rig)
  expect(pings()).toBe(before + 1)
  const id = hub.send({ type: 'order', body: channelOrder() })
  expect((await hub.next('ack')).body.of).toBe(id)
})

test('a WebSocket that still fails leaves polling as it is', async () => {
  await using rig = await openHubAndDesk()
  await pollThroughProxy(rig)
  const { hub, desk } = rig
  const before = hub.knocks.filter((knock) => knock === 'websocket').length
  await passPing(rig)
  await desk.clock.advance(10_000)
  const id = hub.send({ type: 'order', body: channelOrder() })
  expect((await hub.next('ack')).body.of).toBe(id)
  expect(hub.knocks.filter((knock) => knock === 'websocket').length).toBe(before + 1)
  expect(desk.link().view()).toMatchObject({ state: 'connected', transport: 'polling' })
})

test.each([
  ['a captive portal’s page', 'html', 'hub_protocol'],
  ['a redirect', 302, 'hub_protocol'],
  ['a gateway error', 502, 'hub_unreachable'],
  ['a refused token', 403, 'hub_unauthorized'],
] as const)('polling that meets %s says so', async (_name, polling, code) => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  hub.manners.webSocket = 502
  hub.manners.polling = polling
  desk.link().pairingChanged()
  for (let failures = 0; failures < 2; failures += 1) {
    await desk.until(({ state }) => state === 'waiting')
    const again = desk.until(({ state }) => state === 'connecting')
    await desk.clock.advance(500)
    await again
  }
  const view = await desk.until(({ state }) => state === 'waiting' || state === 'refused')
  expect(view.error?.code).toBe(code)
})

test('while both ways fail they take turns, and the first that works is used', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  hub.manners.webSocket = 502
  hub.manners.polling = 502
  hub.knocks.length = 0
  desk.link().pairingChanged()
  for (let failures = 0; failures < 5; failures += 1) {
    await desk.until(({ state }) => state === 'waiting')
    if (failures === 4) hub.manners.webSocket = 'accept'
    const again = desk.until(({ state }) => state === 'connecting')
    await desk.clock.advance(500)
    await again
  }
  expect((await desk.until(isConnected)).transport).toBe('websocket')
  expect(hub.knocks).toEqual(['websocket', 'websocket', 'polling', 'websocket', 'polling', 'websocket'])
})

test('a hub that takes the connection and never speaks HTTP is given up after 10 s', async () => {
  const held: Socket[] = []
  const server = createServer((socket) => held.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  using desk = openDesk(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  await once(server, 'connection')
  await desk.clock.advance(10_000)
  expect(desk.link().view()).toMatchObject({ state: 'waiting', error: { code: 'hub_unreachable' } })
  for (const socket of held) socket.destroy()
  server.close()
})
