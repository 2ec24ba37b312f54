import { isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import { isLoopbackAddress } from './caller-address.ts'
import { createChannel } from './channel.ts'
import { serveSockets } from './channel-socket.ts'
import type { Channel } from './channel.ts'
import { systemClock } from './clock.ts'
import type { HubClock } from './clock.ts'
import type { HubContext } from './context.ts'
import { openDatabase } from './database.ts'
import type { HubDatabase } from './database.ts'
import { createGate } from './gate.ts'
import { createGateway } from './gateway/gateway.ts'
import type { UpstreamOptions } from './gateway/upstream.ts'
import { holdToKind } from './gateway/workspace.ts'
import { createHttpServer, watchTlsFiles } from './http-server.ts'
import type { TlsFiles } from './http-server.ts'
import { createHubServer } from './hub-server.ts'
import { openOperatorKey } from './operator-key.ts'
import { expireOrders } from './orders.ts'
import { seedDemo } from './seed.ts'
import { createCourier } from './webhook-courier.ts'
import type { Courier } from './webhook-courier.ts'
import { createStore } from './store.ts'

const TICK_MS = 1_000

export interface HubOptions {
  /** Holds `hub.db` and `api-key`; made (0700) when it is missing. */
  readonly dataDir: string
  /** The address to listen on, 127.0.0.1 when it is left out. Any but this computer's own needs `readTls`. */
  readonly host?: string
  /** 0 picks a free one. */
  readonly port: number
  /** Reads certificate and key, now and again while the hub runs; null for plain HTTP. */
  readonly readTls?: (() => TlsFiles) | null
  readonly seed: 'demo' | null
  readonly logger: FastifyBaseLogger
  /** The server that the hub stands in front of; none for a sandbox. */
  readonly upstream?: UpstreamOptions | null
  /** Where people reach the hub, for links that are handed out; null for where it listens. */
  readonly publicUrl?: string | null
  /** The wall clock, for tests. */
  readonly clock?: HubClock
}

export interface RunningHub {
  readonly endpoint: string
  readonly workspaceId: string
  /** The operator's first key. A secret. */
  readonly apiKey: string
  /** Ends every connection and closes the store. Idempotent. */
  close(): Promise<void>
}

const SystemError = z.object({ code: z.string() })

const DEFAULT_HOST = '127.0.0.1'

const isLoopbackHost = (host: string): boolean => host === 'localhost' || isLoopbackAddress(host)

/** Where it can be reached: whoever listens on every address is reached by its name. */
const endpointOf = (app: FastifyInstance, host: string, isSecure: boolean): string => {
  const [address] = app.addresses()
  const name = ['0.0.0.0', '::'].includes(host) ? hostname() : host
  const port = typeof address === 'object' ? address.port : 0
  return `${isSecure ? 'https' : 'http'}://${isIPv6(name) ? `[${name}]` : name}:${port}`
}

const listen = async (app: FastifyInstance, host: string, port: number): Promise<void> => {
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    const { data } = SystemError.safeParse(error)
    if (data?.code === 'EADDRINUSE')
      throw new BridgeError('port_taken', `The port is ${port}.`, { cause: error })
    if (data?.code === 'EADDRNOTAVAIL' || data?.code === 'ENOTFOUND')
      throw new BridgeError('request_invalid', `This computer has no address ${host}.`, { cause: error })
    throw error
  }
}

/** What the hub's parts share, and the parts that work by themselves. */
interface Parts {
  readonly hub: HubContext
  readonly channel: Channel
  readonly courier: Courier
}

const createContext = (database: HubDatabase, options: HubOptions, publicUrl: () => string): Parts => {
  const base: HubContext = {
    store: createStore(database),
    clock: options.clock ?? systemClock,
    log: options.logger,
    outbound: {
      isConnected: (bridgeId) => channel.isConnected(bridgeId),
      wake: () => {
        channel.wake()
        courier.wake()
      },
    },
    publicUrl,
  }
  const hub =
    options.upstream == null ? base : Object.assign(base, { gateway: createGateway(base, options.upstream) })
  const channel = createChannel(hub)
  const courier = createCourier(hub)
  return { hub, channel, courier }
}

/** Expiry, resends, silent bridges and webhooks that are due again, once a second. A full disk is no reason to stop: the next tick tries again. */
const startTicking = ({ hub, channel, courier }: Parts): (() => void) => {
  const tick = (): void => {
    try {
      hub.store.transaction(() => expireOrders(hub))
      channel.tick()
      courier.wake()
      hub.gateway?.tick()
    } catch (error) {
      hub.log.error({ err: error }, 'tick failed')
    }
    timer = hub.clock.setTimeout(tick, TICK_MS)
  }
  let timer = hub.clock.setTimeout(tick, TICK_MS)
  return () => hub.clock.clearTimeout(timer)
}

/** Keys and tokens would cross the network in the clear. */
const refuseOpenNetwork = (host: string): void => {
  if (isLoopbackHost(host)) return
  throw new BridgeError(
    'hub_insecure',
    `${host} is an address of the network, and there is no certificate: give --tls-cert and --tls-key, or listen on this computer alone, behind a reverse proxy with TLS.`,
  )
}

const openServer = (hub: HubContext, channel: Channel, options: HubOptions) => {
  const { readTls = null, logger } = options
  const gate = createGate(hub)
  const tls = readTls?.() ?? null
  let stopWatching = (): void => undefined
  const app = createHubServer(hub, channel, gate, (handler) => {
    const { server, secure } = createHttpServer(tls, handler)
    if (secure !== null && tls !== null && readTls !== null) {
      stopWatching = watchTlsFiles(secure, tls, readTls, hub.clock, logger)
    }
    return server
  })
  const closeSockets = serveSockets(app.server, hub, channel, gate)
  return {
    app,
    isSecure: tls !== null,
    closeSockets: () => {
      stopWatching()
      closeSockets()
    },
  }
}

/**
 * Starts the hub: the Seam-shaped endpoints and the bridge channel. Rejects `hub_insecure` for an address of the network without TLS,
 * `config_invalid` for TLS files of no use, `port_taken`, `data_unwritable`, `journal_newer`, `journal_damaged`, `journal_locked`.
 */
export const startHub = async (options: HubOptions): Promise<RunningHub> => {
  const { host = DEFAULT_HOST, readTls = null } = options
  if (readTls === null) refuseOpenNetwork(host)
  const database = openDatabase(options.dataDir)
  let publicUrl = options.publicUrl?.replace(/\/+$/, '')
  try {
    const parts = createContext(database, options, () => publicUrl ?? '')
    const { hub, channel, courier } = parts
    holdToKind(hub, options.upstream?.endpoint ?? null)
    const operator = openOperatorKey(hub, options.dataDir)
    if (options.seed === 'demo') seedDemo(hub, operator.workspaceId)
    await hub.gateway?.start()
    const { app, isSecure, closeSockets } = openServer(hub, channel, options)
    await listen(app, host, options.port)
    const endpoint = endpointOf(app, host, isSecure)
    publicUrl ??= endpoint
    const stopTicking = startTicking(parts)
    let closing: Promise<void> | null = null
    const close = async (): Promise<void> => {
      stopTicking()
      channel.close()
      closeSockets()
      await app.close()
      await courier.close()
      await hub.gateway?.close()
      database.close()
    }
    const { workspaceId } = openOperatorKey(hub, options.dataDir)
    return { endpoint, apiKey: operator.apiKey, workspaceId, close: () => (closing ??= close()) }
  } catch (error) {
    database.close()
    throw error
  }
}
