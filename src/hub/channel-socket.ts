import type { Server } from 'node:http'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import { endWithError } from './bare-answer.ts'
import { pairedBridge } from './bridge-access.ts'
import type { Channel } from './channel.ts'
import type { HubContext } from './context.ts'
import { sessionOf } from './endpoint.ts'
import { refusal } from './refusal.ts'
import type { BridgeRow } from './store-bridges.ts'

const MAX_MESSAGE_BYTES = 1_048_576
/** A bridge that asks and doesn't read would fill the hub's memory with its answers. */
const MAX_UNREAD_BYTES = 4_194_304

/** Undefined is no message to any schema, so rubbish is refused like any other malformed message. */
const parse = (data: RawData, isBinary: boolean): unknown => {
  if (isBinary || !(data instanceof Uint8Array)) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(data))
  } catch {
    return undefined
  }
}

const carry = (hub: HubContext, channel: Channel, bridge: BridgeRow, socket: WebSocket): void => {
  const connection = channel.connect(bridge, {
    send: (message) => {
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate()
      else socket.send(JSON.stringify(message))
    },
    close: () => socket.close(),
  })
  socket.on('message', (data, isBinary) => connection.receive(parse(data, isBinary)))
  socket.on('close', () => connection.end())
  socket.on('error', (error) => {
    hub.log.debug({ err: error, bridgeId: bridge.bridge_id }, 'socket error')
    connection.end()
  })
}

/** Serves `GET /bridge/v1/channel` as a WebSocket. The returned function closes every socket. */
export const serveSockets = (server: Server, hub: HubContext, channel: Channel): (() => void) => {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  })
  server.on('upgrade', (request, socket, head) => {
    const drop = (): void => void socket.destroy()
    socket.on('error', drop)
    try {
      if (request.url?.split('?')[0] !== '/bridge/v1/channel') {
        throw refusal(404, 'route_not_found', 'There is no such WebSocket.')
      }
      const bridge = pairedBridge(hub, sessionOf(hub, request).session)
      sockets.handleUpgrade(request, socket, head, (open) => {
        socket.off('error', drop)
        carry(hub, channel, bridge, open)
      })
    } catch (error) {
      endWithError(socket, error)
    }
  })
  return () => {
    for (const socket of sockets.clients) socket.terminate()
  }
}
