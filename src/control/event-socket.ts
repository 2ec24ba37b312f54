import type { IncomingMessage, Server } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { BridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
import type { Caller } from './caller.ts'
import type { Feed } from './events.ts'
import { strictHeaders, type Knock, type Refusal } from './guard.ts'
import { EventsQuery } from './schema/events.ts'
import { controlRoutes } from './schema/routes.ts'
import { errorBody } from './views.ts'

/** Each is told everything anew: more than this is a program that has lost count. */
const MAX_FOLLOWERS = 32
/** A client that reads nothing is left behind after so many bytes: several times what all encoders take. */
const MAX_UNREAD_BYTES = 250_000
/** A peer that answers no ping within this time is gone. */
const PING_EVERY_MS = 20_000

/** Codes of the closing handshake (RFC 6455, 7.4.1, and 4000 and above for applications). */
const closings = { goingAway: 1001, notHeard: 1008, signedOut: 4401 } as const

interface SocketParts {
  readonly feed: Feed
  readonly clock: Clock
  callerOf(headers: IncomingMessage['headers']): Caller
  /** The one guard, with the one limiter, of all transports. */
  guard(knock: Knock): Refusal | null
  onRefused(refusal: Refusal): void
}

export interface EventSockets {
  /** Says goodbye; from then on nothing is observed for them. */
  close(): void
  /** Hangs up on those who do not say goodbye in turn. */
  terminate(): void
}

const refuse = (socket: Duplex, { error, status = error.facts.status }: Refusal): void => {
  const body = JSON.stringify(errorBody(error))
  const headers = {
    ...strictHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  // Nothing else watches a socket that is to be upgraded: its caller might leave it open for ever.
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}

const queryOf = (url: URL): EventsQuery => {
  const parsed = EventsQuery.safeParse(Object.fromEntries(url.searchParams))
  if (parsed.success) return parsed.data
  throw new BridgeError('request_invalid', 'The query takes reveal and log, each true or false.')
}

/** Serves the events as a WebSocket beside the routes, behind the same guard. */
export const serveEventSocket = (
  server: Server,
  { feed, clock, callerOf, guard, onRefused }: SocketParts,
): EventSockets => {
  // Nothing is heard here: whoever speaks is of another mind.
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1_024 })
  const leaving = new Set<() => void>()

  const welcome = (socket: WebSocket, request: IncomingMessage, query: EventsQuery): void => {
    let isThere = true
    let timer: unknown
    const ping = (): void => {
      if (!isThere) return socket.terminate()
      isThere = false
      socket.ping()
      timer = clock.setTimeout(ping, PING_EVERY_MS)
    }
    timer = clock.setTimeout(ping, PING_EVERY_MS)
    const unfollow = feed.follow({
      caller: () => {
        const caller = callerOf(request.headers)
        if (caller.via === 'nobody') socket.close(closings.signedOut)
        return caller
      },
      isRevealing: query.reveal === 'true',
      wantsLog: query.log === 'true',
      send: (message) => {
        if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate()
        else socket.send(message)
      },
    })
    const leave = (): void => {
      leaving.delete(leave)
      clock.clearTimeout(timer)
      unfollow()
    }
    leaving.add(leave)
    socket.on('pong', () => (isThere = true))
    socket.on('message', () => socket.close(closings.notHeard))
    socket.on('error', () => socket.terminate())
    socket.on('close', leave)
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy())
    const { method = 'GET', headers } = request
    const refusal = guard({
      method,
      headers,
      caller: callerOf(headers),
      admits: controlRoutes.events.admits,
      isActing: true,
    })
    if (refusal !== null) {
      onRefused(refusal)
      return refuse(socket, refusal)
    }
    try {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1')
      if (url.pathname !== controlRoutes.events.path) throw new BridgeError('route_unknown')
      const query = queryOf(url)
      if (feed.count() >= MAX_FOLLOWERS) {
        throw new BridgeError('rate_limited', `${MAX_FOLLOWERS} programs follow the events already.`)
      }
      sockets.handleUpgrade(request, socket, head, (opened) => welcome(opened, request, query))
    } catch (error) {
      refuse(socket, { error: error instanceof BridgeError ? error : new BridgeError('request_invalid') })
    }
  }

  server.on('upgrade', onUpgrade)
  return {
    close: () => {
      server.off('upgrade', onUpgrade)
      for (const leave of leaving) leave()
      for (const socket of sockets.clients) socket.close(closings.goingAway)
    },
    terminate: () => {
      for (const socket of sockets.clients) socket.terminate()
    },
  }
}
