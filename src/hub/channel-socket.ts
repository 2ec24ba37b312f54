import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import { DEAD_AFTER_MS } from '../contract/channel.ts'
import { endWithError } from './bare-answer.ts'
import { pairedBridge } from './bridge-access.ts'
import type { Channel } from './channel.ts'
import type { HubContext } from './context.ts'
import { sessionOf } from './endpoint.ts'
import type { Gate } from './gate.ts'
import { refusal, tooMany } from './refusal.ts'
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

/** One in use, one that takes its place, and what a network has lost without telling. */
const MAX_SOCKETS_OF_A_BRIDGE = 4

const carry = (hub: HubContext, channel: Channel, gate: Gate, bridge: BridgeRow, socket: WebSocket): void => {
  const connection = channel.connect(bridge, {
    send: (message) => {
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate()
      else socket.send(JSON.stringify(message))
    },
    close: () => socket.close(),
  })
  let resuming: unknown = null
  socket.on('message', (data, isBinary) => {
    connection.receive(parse(data, isBinary))
    const waitMs = gate.countMessage(bridge.bridge_id)
    if (waitMs === 0 || socket.isPaused) return
    // What it has to say waits in its own network buffers, and nothing of it is lost.
    socket.pause()
    resuming = hub.clock.setTimeout(() => socket.resume(), waitMs)
  })
  socket.on('close', () => {
    hub.clock.clearTimeout(resuming)
    connection.end()
  })
  socket.on('error', (error) => {
    hub.log.debug({ err: error, bridgeId: bridge.bridge_id }, 'socket error')
    connection.end()
  })
}

/** Serves `GET /bridge/v1/channel` as a WebSocket. The returned function closes every socket. */
export const serveSockets = (server: Server, hub: HubContext, channel: Channel, gate: Gate): (() => void) => {
  const open = new Map<string, number>()
  const enter = ({ bridge_id: bridgeId }: BridgeRow, socket: Duplex): void => {
    const count = (open.get(bridgeId) ?? 0) + 1
    if (count > MAX_SOCKETS_OF_A_BRIDGE) throw tooMany(DEAD_AFTER_MS)
    open.set(bridgeId, count)
    socket.once('close', () => {
      const left = (open.get(bridgeId) ?? 1) - 1
      if (left === 0) open.delete(bridgeId)
      else open.set(bridgeId, left)
    })
  }
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  })
  server.on('upgrade', (request, socket, head) => {
    const drop = (): void => void socket.destroy()
    socket.on('error', drop)
    try {
      gate.admit(request)
      if (request.url?.split('?')[0] !== '/bridge/v1/channel') {
        throw refusal(404, 'route_not_found', 'There is no such WebSocket.')
      }
      const bridge = pairedBridge(hub, sessionOf(hub, request).session)
      enter(bridge, socket)
      sockets.handleUpgrade(request, socket, head, (opened) => {
        socket.off('error', drop)
        carry(hub, channel, gate, bridge, opened)
      })
    } catch (error) {
      endWithError(socket, error)
    }
  })
  return () => {
    for (const socket of sockets.clients) socket.terminate()
  }
}
