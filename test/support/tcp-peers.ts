import { once } from 'node:events'
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { BridgeError } from '../../src/contract/errors.ts'
import type { StreamTransport } from '../../src/contract/transport.ts'

const portOf = (server: Server): number => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address.port
}

/** A socket whose end, in whatever way, is an answer and no failure of the test. */
const harmless = (socket: Socket): Socket => {
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  return socket
}

/** A program of another computer that listens, on a port that the system chooses. */
export const openLockSystem = async (
  host = '127.0.0.1',
  options: { readonly allowHalfOpen?: boolean } = {},
): Promise<{ readonly port: number; nextPeer(): Promise<Socket>; close(): Promise<void> }> => {
  const server = createServer({ ...options, pauseOnConnect: true })
  const peers: Socket[] = []
  server.on('connection', (socket) => peers.push(harmless(socket)))
  server.listen(0, host)
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.close()
    for (const peer of peers) peer.destroy()
    await once(server, 'close')
  }
  onTestFinished(() => void (server.listening && close()))
  return {
    port: portOf(server),
    close,
    nextPeer: async () => {
      if (peers.length === 0) await once(server, 'connection')
      const [peer] = peers.splice(0, 1)
      if (peer === undefined) throw new Error('Nobody has connected.')
      return peer.resume()
    },
  }
}

/** A port on which nobody listens. */
export const freePort = async (host = '127.0.0.1'): Promise<number> => {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}

/** A lock system that connects; what it hears is thrown away until somebody asks for it. */
export const connectTo = async (options: NetConnectOpts): Promise<Socket> => {
  const socket = harmless(connect(options))
  await once(socket, 'connect')
  return socket.resume()
}

/** Resolves once the connection has ended, in whatever way, or has ended already. */
export const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })

/** Time for what has reached this computer to be heard of: turns of the event loop, whose poll asks the system. */
export const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
}

/** Listens to a transport and keeps what it tells, in order. */
export const listenTo = (
  transport: StreamTransport,
): {
  readonly text: string
  readonly losses: readonly BridgeError[]
  /** Resolves once what was heard ends so. */
  until(end: string): Promise<void>
  readonly lost: Promise<BridgeError>
  stop(): void
} => {
  let text = ''
  let check = (): void => undefined
  const losses: BridgeError[] = []
  let resolve = (_: BridgeError): void => undefined
  const lost = new Promise<BridgeError>((settle) => {
    resolve = settle
  })
  const stop = transport.listen({
    onBytes: (bytes) => {
      text += Buffer.from(bytes).toString('latin1')
      check()
    },
    onLost: (error) => {
      losses.push(error)
      resolve(error)
    },
  })
  return {
    get text() {
      return text
    },
    losses,
    lost,
    stop,
    until: (end) =>
      new Promise((done) => {
        check = () => {
          if (text.endsWith(end)) done()
        }
        check()
      }),
  }
}
