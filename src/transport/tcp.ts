import { connect, type Socket } from 'node:net'
import { BridgeError } from '../contract/errors.ts'
import { type LinkPath, parseLinkPath } from '../contract/link-path.ts'
import type { TcpTransport } from '../contract/transport.ts'
import { dialled } from './dial.ts'
import type { TcpListeners } from './tcp-listeners.ts'
import { createTcpTransport } from './tcp-transport.ts'

/** Where a name has several addresses, each but the last is tried for so long. */
const NEXT_ADDRESS_AFTER_MS = 1_000

interface TcpOptions {
  /** The ports that stay open from one opening to the next. */
  readonly listeners: TcpListeners
  readonly signal: AbortSignal
  /** For both ways; some seconds when left out. */
  readonly withinMs?: number
  /** Begins a connection; the system's in the daemon. */
  readonly begin?: (host: string, port: number) => Socket
}

const beginConnection = (host: string, port: number): Socket =>
  connect({ host, port, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS })

const tcpPathOf = (path: string): Extract<LinkPath, { transport: 'tcp' }> => {
  const link = parseLinkPath(path)
  if (link?.transport === 'tcp') return link
  throw new BridgeError('config_invalid', `${path} is no address like tcp://host:port.`)
}

/**
 * Connects to a lock system (`tcp://host:port`), or waits until it connects (`tcp-listen://address:port?from=host`). The transport
 * ends with the connection. Rejects `device_absent` with what to check, as TcpListeners.accept does, `config_invalid` for a path
 * that is neither, `aborted`.
 */
export const openTcp = async (
  path: string,
  { listeners, signal, withinMs, begin = beginConnection }: TcpOptions,
): Promise<TcpTransport> => {
  const link = tcpPathOf(path)
  if (link.kind === 'listen') {
    return createTcpTransport(path, await listeners.accept(link, { signal, withinMs }))
  }
  const socket = begin(link.host, link.port)
  await dialled(socket, { where: `${link.host}:${link.port}`, signal, withinMs })
  return createTcpTransport(path, socket)
}
