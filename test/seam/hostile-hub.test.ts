import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { OrderId } from '../../src/contract/ids.ts'
import type { SessionView } from '../../src/contract/session-view.ts'
import { hubUrl } from '../../src/seam/hub-address.ts'
import { openPollingLine } from '../../src/seam/polling-line.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { channelOrder, endOrder, isConnected, openDesk, straight } from './desk.ts'
import { openFakeHub } from './fake-hub.ts'

const openHubAndDesk = async () => {
  const hub = await openFakeHub()
  const desk = openDesk(hub.endpoint)
  await desk.until(isConnected)
  const close = async (): Promise<void> => {
    desk[Symbol.dispose]()
    await hub.close()
  }
  return { hub, desk, [Symbol.asyncDispose]: close }
}

/** A hub whose every poll is answered at once and with nothing; it keeps how long each poll was willing to wait. */
const openHastyHub = async () => {
  const waits: number[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
    request.on('end', () => {
      waits.push((JSON.parse(text) as { wait_ms: number }).wait_ms)
      server.emit('polled')
      response.setHeader('content-type', 'application/json').end('{"messages":[],"ok":true}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const until = async (isEnough: () => boolean): Promise<void> => {
    while (!isEnough()) await once(server, 'polled')
  }
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waits,
    until,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

test('a hub that holds no poll still is asked once a second, not as fast as it answers', async () => {
  await using hub = await openHastyHub()
  const clock = createFakeClock()
  const listener = { onOpen: () => {}, onMessage: () => {}, onClosed: () => {} }
  const line = openPollingLine({ endpoint: hub.endpoint, token: 'token', network: straight }, clock, listener)
  const listens = (): number => hub.waits.filter((waitMs) => waitMs > 0).length
  const send = async (): Promise<void> => {
    const before = hub.waits.length - listens()
    line.send({ v: 1, id: 'p', type: 'ping', at: '2026-06-01T12:00:00.000Z', body: {} })
    await hub.until(() => hub.waits.length - listens() > before)
  }
  await send()
  await hub.until(() => listens() === 1)
  for (let turn = 0; turn < 20; turn += 1) await send()
  expect(listens()).toBe(1)
  await clock.advance(1_000)
  await hub.until(() => listens() === 2)
  line.close()
})

test('a hub that floods the desk with orders is hung up on, and the journal keeps what was accepted', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  const body = { ...channelOrder(), acs_encoder_ids: ['not an encoder'] }
  for (let count = 0; count < 3_001; count += 1) hub.send({ type: 'order', body })
  const view = await desk.until(({ state }) => state !== 'connected')
  expect(view.error).toMatchObject({
    code: 'hub_protocol',
    message: expect.stringContaining('3000 messages'),
  })
})

test('a desk with two thousand open orders takes no further one', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  for (let count = 0; count < 2_000; count += 1) {
    const view: SessionView = {
      orderId: OrderId.parse(`open-${count}`),
      kind: 'scan',
      state: 'queued',
      revision: 1,
      encoderId: null,
      progress: null,
      prompt: '',
      cancellable: true,
      ending: null,
    }
    desk.sessionChanged(view)
  }
  hub.send({ type: 'order', body: channelOrder() })
  expect((await hub.next('ack')).body).toMatchObject({ accepted: false, code: 'desk_limit' })
  expect(desk.journal.entry(OrderId.parse('order-1'))).toBeNull()
})

test('the reason of a refused result is kept to a sentence', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.onResult = () => {}
  endOrder(desk.journal, 'order-1')
  const { id } = await hub.next('result')
  hub.send({ type: 'ack', body: { of: id, accepted: false, code: 'x', message: 'y'.repeat(100_000) } })
  hub.send({ type: 'cancel', body: { order_id: 'none' } })
  await hub.next('ack')
  const outcomes = [...desk.journal.audit()].map(({ outcome }) => outcome ?? '')
  expect(Math.max(...outcomes.map(({ length }) => length))).toBeLessThan(400)
})

test.each(['http://user:password@127.0.0.1:1', 'https://:password@hub.example'])(
  'the address %s is refused, because addresses are logged and shown',
  (endpoint) => {
    expect(() => hubUrl(endpoint, '/')).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.not.stringContaining('password@') }),
    )
  },
)
