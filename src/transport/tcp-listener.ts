import { type BlockList, createServer, isIPv6, type Server, type Socket } from 'node:net'
import { BridgeError, throwIfAborted } from '../contract/errors.ts'

/** Shorter than what opening a device may take, so that the reason is told. */
const ACCEPT_WITHIN_MS = 5_000

export interface AcceptOptions {
  readonly signal: AbortSignal
  readonly withinMs?: number | undefined
}

/**
 * A port of this computer to which one peer connects. While its connection lives, every other one is closed at once. What comes
 * before the next `accept` waits: the newest of them, because a peer that connects again has given up its earlier connection.
 */
export interface TcpListener {
  /** Who is let in from now on; null for everybody. */
  admit(peers: BlockList | null): void
  /** Rejects `device_absent` when nobody connects in time, `device_busy` while a peer is connected, `aborted`, `device_closed`. */
  accept(options: AcceptOptions): Promise<Socket>
  /** Closes the port and what is connected to it. */
  close(): Promise<void>
}

const refusalToListen = (host: string, port: number, cause: NodeJS.ErrnoException): BridgeError => {
  const { code = cause.message } = cause
  if (code === 'EADDRINUSE') {
    const detail = `Another program of this computer listens on port ${port}.`
    return new BridgeError('device_busy', detail, { cause })
  }
  const detail = `This computer can’t listen on ${host}, port ${port} (${code}): name an address that it has (0.0.0.0 stands for all), and a port above 1023.`
  return new BridgeError('config_invalid', detail, { cause })
}

const bind = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(refusalToListen(host, port, cause)))
    server.listen(port, host, resolve)
  })

/** Whether somebody of that address is let in; one that is gone already has none, and is not. */
export const isAdmitted = (peers: BlockList | null, address = ''): boolean =>
  peers === null || peers.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

/** Rejects `device_busy` for a port that another program has, `config_invalid` for an address that is not this computer's. */
export const openTcpListener = async (
  host: string,
  port: number,
  peers: BlockList | null,
): Promise<TcpListener> => {
  let admitted = peers
  let connected: Socket | undefined
  let waiting: Socket | undefined
  let claim: { take(socket: Socket): void; refuse(error: BridgeError): void } | undefined
  /** Who was turned away since somebody was let in. */
  let stranger: string | undefined
  let isOpen = true

  const absence = (): string =>
    stranger === undefined
      ? `Nobody has connected to port ${port} yet.`
      : `Only ${stranger} has connected to port ${port}, and was turned away: ?from= in the path names another.`
  const isConnected = (): boolean => connected?.destroyed === false

  const decide = (socket: Socket): void => {
    if (!isOpen || isConnected()) {
      socket.destroy()
    } else if (claim === undefined) {
      waiting?.destroy()
      waiting = socket
    } else {
      claim.take(socket)
    }
  }

  const server = createServer((socket) => {
    // It has nobody else yet who hears of its end.
    socket.on('error', () => undefined)
    if (!isAdmitted(admitted, socket.remoteAddress)) {
      stranger = socket.remoteAddress?.replace(/^::ffff:/, '') ?? stranger
      socket.destroy()
    }
    // A peer that hangs up and connects again is heard of in any order: the end of what it left is read first.
    else setImmediate(() => decide(socket))
  })
  await bind(server, host, port)
  // A connection that can't be taken (no descriptors left) is the peer's to make again.
  server.on('error', () => undefined)

  return {
    admit: (next) => {
      admitted = next
    },
    accept: async ({ signal, withinMs = ACCEPT_WITHIN_MS }) => {
      throwIfAborted(signal)
      if (isConnected() || claim !== undefined) {
        throw new BridgeError('device_busy', `Port ${port} is in use in this process.`)
      }
      if (waiting?.destroyed === false) {
        connected = waiting
        waiting = undefined
        return connected
      }
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(limit)
          signal.removeEventListener('abort', onAbort)
          claim = undefined
        }
        const refuse = (error: BridgeError): void => {
          settle()
          reject(error)
        }
        const onAbort = (): void => refuse(new BridgeError('aborted', undefined, { cause: signal.reason }))
        const limit = setTimeout(() => refuse(new BridgeError('device_absent', absence())), withinMs)
        signal.addEventListener('abort', onAbort, { once: true })
        claim = {
          refuse,
          take: (socket) => {
            settle()
            stranger = undefined
            connected = socket
            resolve(socket)
          },
        }
      })
    },
    close: () => {
      isOpen = false
      claim?.refuse(new BridgeError('device_closed', `Port ${port} was closed.`))
      waiting?.destroy()
      connected?.destroy()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  }
}
