import { WebSocket, type RawData } from 'ws'
import { BridgeError } from '../contract/errors.ts'
import { authorization, hubUrl } from './hub-address.ts'
import { connectionTo } from './hub-network.ts'
import type { OpenLine } from './line.ts'

const MAX_MESSAGE_BYTES = 1_048_576

/** `ws` hands text over as one Buffer as long as its binaryType is left alone. */
const parse = (data: RawData, isBinary: boolean): unknown => {
  try {
    return isBinary || !(data instanceof Uint8Array) ? undefined : JSON.parse(new TextDecoder().decode(data))
  } catch {
    return undefined
  }
}

const statusError = (status: number): BridgeError =>
  status === 401 || status === 403
    ? new BridgeError('hub_unauthorized', `It answered ${status}.`)
    : new BridgeError('hub_protocol', `The WebSocket was answered with status ${status}.`)

/** The fast way: `GET /bridge/v1/channel` as a WebSocket. */
export const openWebSocketLine: OpenLine = (address, _clock, listener) => {
  const url = hubUrl(address.endpoint, '/bridge/v1/channel')
  const { origin } = url
  const way = connectionTo(url, address.network)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url, {
    ...way,
    headers: authorization(address),
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  })
  socket.on('open', () => listener.onOpen())
  socket.on('message', (data, isBinary) => listener.onMessage(parse(data, isBinary)))
  socket.on('unexpected-response', (request, response) => {
    listener.onClosed(statusError(response.statusCode ?? 0))
    request.destroy()
  })
  socket.on('error', (cause) => {
    listener.onClosed(new BridgeError('hub_unreachable', `${origin}: ${cause.message}.`, { cause }))
  })
  socket.on('close', (code) => {
    listener.onClosed(new BridgeError('hub_unreachable', `${origin} closed the connection (${code}).`))
  })
  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
    },
    close: () => {
      // A hub that is gone never answers the close frame, and `ws` would wait 30 s for it.
      socket.close(1000)
      socket.terminate()
    },
  }
}
