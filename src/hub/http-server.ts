import { createServer } from 'node:http'
import type { RequestListener, Server, ServerOptions } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { BridgeError } from '../contract/errors.ts'
import { isLoopbackAddress } from './caller-address.ts'
import type { HubClock } from './clock.ts'

/** A certificate with its key, PEM. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

/** For the whole of a request to arrive; a poll that holds still has arrived. */
const REQUEST_WITHIN_MS = 30_000
const HEADERS_WITHIN_MS = 10_000
const HANDSHAKE_WITHIN_MS = 10_000
const LOOK_FOR_SLOW_EVERY_MS = 5_000
/** Longer than most proxies keep a connection, so that none sends a request into one that closes. */
const KEEP_ALIVE_MS = 72_000
const MAX_CONNECTIONS = 2_000
/** Of one address that is not this computer, where a reverse proxy brings everybody. */
const MAX_CONNECTIONS_EACH = 200

const options: ServerOptions = {
  requestTimeout: REQUEST_WITHIN_MS,
  headersTimeout: HEADERS_WITHIN_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: LOOK_FOR_SLOW_EVERY_MS,
}

/** So that no single address can take every place. */
export const limitConnections = (server: Server, maxEach = MAX_CONNECTIONS_EACH): void => {
  const open = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    if (isLoopbackAddress(address)) return
    const count = (open.get(address) ?? 0) + 1
    if (count > maxEach) {
      socket.destroy()
      return
    }
    open.set(address, count)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left === 0) open.delete(address)
      else open.set(address, left)
    })
  })
}

/** TLS 1.2 is the oldest that is spoken (RFC 9325, section 3.1.1). */
const openSecure = (tls: TlsFiles, handler: RequestListener): SecureServer => {
  try {
    return createSecureServer(
      { ...options, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_WITHIN_MS },
      handler,
    )
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BridgeError('config_invalid', `The TLS certificate and its key are of no use: ${reason}.`, {
      cause,
    })
  }
}

/** Without TLS files it speaks plain HTTP. Throws `config_invalid` for files that are of no use. */
export const createHttpServer = (
  tls: TlsFiles | null,
  handler: RequestListener,
): { server: Server; secure: SecureServer | null } => {
  const secure = tls === null ? null : openSecure(tls, handler)
  const server = secure ?? createServer(options, handler)
  server.maxConnections = MAX_CONNECTIONS
  limitConnections(server)
  return { server, secure }
}

const RENEWED_CHECK_EVERY_MS = 10_000

/**
 * Takes renewed files into use without a restart. A certificate and a key that don't belong together are passed over: half of a renewal
 * may be on the disk.
 */
export const watchTlsFiles = (
  secure: Pick<SecureServer, 'setSecureContext'>,
  first: TlsFiles,
  read: () => TlsFiles,
  clock: HubClock,
  log: FastifyBaseLogger,
): (() => void) => {
  let used = first
  let refused = ''
  const look = (): void => {
    try {
      const found = read()
      if (found.cert !== used.cert || found.key !== used.key) {
        secure.setSecureContext({ ...found, minVersion: 'TLSv1.2' })
        used = found
        log.info('renewed TLS certificate in use')
      }
      refused = ''
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (reason !== refused)
        log.error({ reason }, 'renewed TLS certificate not usable, the one before stays')
      refused = reason
    }
    timer = clock.setTimeout(look, RENEWED_CHECK_EVERY_MS)
  }
  let timer = clock.setTimeout(look, RENEWED_CHECK_EVERY_MS)
  return () => clock.clearTimeout(timer)
}
