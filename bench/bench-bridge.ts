import { once } from 'node:events'
import { WebSocket } from 'ws'
import { PING_EVERY_MS } from '../src/contract/channel.ts'
import type { PairedBridge } from './hub-process.ts'

/** A bridge that carries every order out at once, as a card that was read. */
export interface BenchBridge {
  readonly paired: PairedBridge
  close(): void
}

interface Told {
  readonly id: string
  readonly type: string
  readonly body: { readonly order_id: string }
}

/** Resolves at the hub's welcome. `onOrder` is told when an order has arrived. */
export const connectBridge = async (
  endpoint: string,
  paired: PairedBridge,
  onOrder: (orderId: string) => void,
): Promise<BenchBridge> => {
  const socket = new WebSocket(`${endpoint.replace('http', 'ws')}/bridge/v1/channel`, {
    headers: { authorization: `Bearer ${paired.token}` },
    perMessageDeflate: false,
  })
  let count = 0
  const send = (type: string, body: object): void => {
    count += 1
    socket.send(JSON.stringify({ v: 1, id: `m${count}`, at: new Date().toISOString(), type, body }))
  }
  const welcomed = new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', (code) => reject(new Error(`The hub closed the connection (${code}).`)))
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as Told
      if (message.type === 'welcome') resolve()
      if (message.type !== 'order') return
      onOrder(message.body.order_id)
      send('ack', { of: message.id, accepted: true })
      send('result', {
        order_id: message.body.order_id,
        acs_encoder_id: paired.encoderId,
        ended_at: new Date().toISOString(),
        ending: {
          kind: 'scanned',
          card_uid: '04A1B2C3',
          technology: 'mifare-classic-1k',
          card_number: null,
          record: null,
          remark: 'blank',
        },
      })
    })
  })
  await once(socket, 'open')
  const encoder = {
    acs_encoder_id: paired.encoderId,
    display_name: 'Front Desk',
    driver: 'virtual',
    kind: 'card',
    technologies: ['mifare-classic-1k'],
    is_online: true,
  }
  send('hello', { version: '0.0.0', encoders: [encoder], open_order_ids: [] })
  await welcomed
  const pinging = setInterval(() => send('ping', {}), PING_EVERY_MS)
  socket.on('close', () => clearInterval(pinging))
  return { paired, close: () => socket.terminate() }
}
