import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer, isIPv6, type Server, type Socket } from 'node:net'
import { BridgeError, type HttpEmulator, type TcpEmulator } from '../contract/index.ts'
import type { EmulatorWay } from './emulator-life.ts'
import { connectPeer } from './tcp-emulator-line.ts'

/** Where to listen, or whom to call. */
export interface SocketAddress {
  readonly host: string
  /** 0 lets the system choose one to listen on. */
  readonly port: number
}

/** A lock system tries again for ever, like the desk that it looks for. */
const CALL_AGAIN_AFTER_MS = 1_000
const MAX_REQUEST_BYTES = 1_048_576

const authority = ({ host, port }: SocketAddress): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`

/** Resolves with the port. */
const listen = (server: Server, { host, port }: SocketAddress): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new BridgeError(
          'port_taken',
          `Nobody can listen on ${authority({ host, port })}: ${cause.message}.`,
          {
            cause,
          },
        ),
      ),
    )
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

/** Makes a connection the peer's; returns what ends it. */
const carry = (emulator: TcpEmulator, socket: Socket): (() => void) => {
  socket.setNoDelay(true)
  const peer = connectPeer(
    emulator,
    (bytes) => void socket.write(bytes),
    () => socket.destroySoon(),
  )
  socket.on('data', (bytes: Buffer) => peer.receive(new Uint8Array(bytes)))
  socket.on('error', () => undefined)
  socket.on('close', () => peer.end())
  return () => {
    peer.end()
    socket.destroy()
  }
}

/** A way by which hosts connect to an emulated lock system. Its port is the same after every plug. */
export const tcpServerOf = (emulator: TcpEmulator, address: SocketAddress): (() => Promise<EmulatorWay>) => {
  let { port } = address
  return async () => {
    const ends = new Set<() => void>()
    const server = createServer((socket) => {
      const end = carry(emulator, socket)
      ends.add(end)
      socket.on('close', () => ends.delete(end))
    })
    port = await listen(server, { ...address, port })
    return {
      path: `tcp://${authority({ ...address, port })}`,
      close: () => {
        server.close()
        for (const end of ends) end()
      },
    }
  }
}

/** A way by which an emulated lock system connects to its host, and connects again for as long as it is plugged in. */
export const tcpClientOf =
  (
    emulator: TcpEmulator,
    address: SocketAddress,
    callAgainAfterMs = CALL_AGAIN_AFTER_MS,
  ): (() => Promise<EmulatorWay>) =>
  () => {
    let isOpen = true
    let timer: NodeJS.Timeout | undefined
    let end = (): void => undefined
    const call = (): void => {
      const socket = connect(address)
      end = () => socket.destroy()
      socket.once('connect', () => {
        end = carry(emulator, socket)
      })
      socket.on('error', () => undefined)
      socket.once('close', () => {
        if (isOpen) timer = setTimeout(call, callAgainAfterMs)
      })
    }
    call()
    return Promise.resolve({
      path: `tcp-listen://${authority(address)}`,
      close: () => {
        isOpen = false
        clearTimeout(timer)
        end()
      },
    })
  }

const readText = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  let sizeBytes = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    sizeBytes += piece.length
    if (sizeBytes > MAX_REQUEST_BYTES) throw new BridgeError('request_invalid')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** Rejects where the emulator breaks the connection, and for what no host of it sends. */
const answer = async (
  emulator: HttpEmulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const { method, url: path = '/' } = request
  if (method !== 'GET' && method !== 'POST') throw new BridgeError('request_invalid')
  const text = await readText(request)
  const body = text === '' ? {} : { body: JSON.parse(text) as unknown }
  const told = await emulator.handle({ method, path, ...body }, { signal: gone.signal })
  response.writeHead(told.status, { 'content-type': 'application/json', ...told.headers })
  response.end(JSON.stringify(told.body))
}

/** An emulated server. A connection that is not made to it is one that breaks: it is made before the emulator is asked. */
export const httpServerOf = (
  emulator: HttpEmulator,
  address: SocketAddress,
): (() => Promise<EmulatorWay>) => {
  let { port } = address
  return async () => {
    const server = createHttpServer((request, response) => {
      const { socket } = request
      answer(emulator, request, response).catch(() => socket.destroy())
    })
    port = await listen(server, { ...address, port })
    return {
      path: `http://${authority({ ...address, port })}`,
      close: () => {
        server.close()
        server.closeAllConnections()
      },
    }
  }
}
