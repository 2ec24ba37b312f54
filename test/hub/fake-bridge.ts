import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { ChannelOrder, FromHub } from '../../src/contract/channel.ts'
import type { ChannelEncoder, ChannelEnding, FromBridge } from '../../src/contract/channel.ts'

type BodyOf<T extends FromBridge['type']> = Extract<FromBridge, { type: T }>['body']
type HubMessage<T extends FromHub['type']> = Extract<FromHub, { type: T }>

/** A bridge that speaks the channel's messages by hand: what it answers is the test's to say. */
export interface FakeBridge {
  /** Everything that the hub has sent, each checked against the channel's schema. */
  readonly received: FromHub[]
  readonly closed: Promise<number>
  send<T extends FromBridge['type']>(type: T, body: BodyOf<T>, id?: string): string
  sendRaw(text: string): void
  /** The next message of this type that nobody has taken yet. */
  next<T extends FromHub['type']>(type: T): Promise<HubMessage<T>>
  /** The hub has worked through everything that was sent before this. */
  settled(): Promise<void>
  hello(
    encoders: ChannelEncoder[],
    openOrderIds?: string[],
    takesNewToken?: boolean,
  ): Promise<HubMessage<'welcome'>['body']>
  /** Acknowledges the next order, which is returned. */
  takeOrder(): Promise<ChannelOrder>
  /** Sends a result and returns the hub's acknowledgement. */
  report(orderId: string, ending: ChannelEnding, id?: string): Promise<HubMessage<'ack'>['body']>
  close(): Promise<void>
}

export const encoderNamed = (display_name: string, more: Partial<ChannelEncoder> = {}): ChannelEncoder => ({
  acs_encoder_id: randomUUID(),
  display_name,
  driver: 'pn532',
  kind: 'card',
  technologies: ['mifare-classic-1k'],
  is_online: true,
  ...more,
})

export const encoded: ChannelEnding = {
  kind: 'encoded',
  card_uid: '04A1B2C3',
  technology: 'mifare-classic-1k',
  proof: 'read_back',
  keys: null,
}

export const openFakeBridge = async (endpoint: string, token: string): Promise<FakeBridge> => {
  const socket = new WebSocket(`${endpoint.replace('http', 'ws')}/bridge/v1/channel`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const received: FromHub[] = []
  const untaken: FromHub[] = []
  const waiting: (() => void)[] = []
  socket.on('message', (data) => {
    const message = FromHub.parse(JSON.parse((data as Buffer).toString()))
    received.push(message)
    untaken.push(message)
    for (const wake of waiting.splice(0)) wake()
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })

  const take = async <T extends FromHub['type']>(
    matches: (message: FromHub) => boolean,
  ): Promise<HubMessage<T>> => {
    for (;;) {
      const index = untaken.findIndex(matches)
      if (index >= 0) return untaken.splice(index, 1)[0] as HubMessage<T>
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }
  const next = <T extends FromHub['type']>(type: T) => take<T>((message) => message.type === type)
  const send: FakeBridge['send'] = (type, body, id = randomUUID()) => {
    socket.send(JSON.stringify({ v: 1, id, type, at: '2026-11-23T12:00:00.000Z', body }))
    return id
  }

  return {
    received,
    closed,
    send,
    sendRaw: (text) => socket.send(text),
    next,
    settled: async () => {
      send('ping', {})
      await next('pong')
    },
    hello: async (encoders, open_order_ids = [], takes_new_token = false) => {
      send('hello', { version: '0.1.0', encoders, open_order_ids, takes_new_token })
      return (await next('welcome')).body
    },
    takeOrder: async () => {
      const order = await next('order')
      send('ack', { of: order.id, accepted: true })
      return ChannelOrder.parse(order.body)
    },
    report: async (order_id, ending, id) => {
      const sent = send(
        'result',
        { order_id, acs_encoder_id: null, ended_at: '2026-11-23T12:00:30.000Z', ending },
        id,
      )
      const ack = await take<'ack'>((message) => message.type === 'ack' && message.body.of === sent)
      return ack.body
    },
    close: async () => {
      socket.close()
      await closed
    },
  }
}
