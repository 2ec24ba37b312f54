import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { Chance } from './chance.ts'

const MAX_DELAY_MS = 30

/** How often what was done to the traffic. */
export interface ChaosCounts {
  cut: number
  delayed: number
  duplicated: number
  reordered: number
}

/** A network between a bridge and its hub that cuts, delays, duplicates and reorders. */
export interface ChaosProxy {
  readonly endpoint: string
  readonly counts: ChaosCounts
  /** From now on everything passes as it is. */
  calm(): void
  close(): Promise<void>
}

interface Network {
  readonly chance: Chance
  readonly counts: ChaosCounts
  isCalm: boolean
}

/** Rather than arriving in turn, a message may come late, and so behind the next one, or twice. */
const carry = (network: Network, from: WebSocket, to: WebSocket): void => {
  const { chance, counts } = network
  let lateCount = 0
  const deliver = (text: string): void => {
    if (to.readyState === WebSocket.OPEN) to.send(text)
  }
  from.on('message', (data) => {
    const text = (data as Buffer).toString()
    if (network.isCalm) return deliver(text)
    if (chance.oneIn(60)) {
      counts.cut += 1
      from.terminate()
      to.terminate()
      return
    }
    const copies = chance.oneIn(8) ? 2 : 1
    counts.duplicated += copies - 1
    for (let copy = 0; copy < copies; copy += 1) {
      if (!chance.oneIn(4)) {
        if (lateCount > 0) counts.reordered += 1
        deliver(text)
        continue
      }
      counts.delayed += 1
      lateCount += 1
      setTimeout(() => {
        lateCount -= 1
        deliver(text)
      }, chance.upTo(MAX_DELAY_MS))
    }
  })
}

const serveSocket = (
  network: Network,
  hub: string,
  request: IncomingMessage,
  raw: Duplex,
  accept: (use: (socket: WebSocket) => void) => void,
): void => {
  const { authorization = '' } = request.headers
  const upstream = new WebSocket(`${hub.replace('http', 'ws')}${request.url ?? ''}`, {
    headers: { authorization },
  })
  upstream.on('error', () => raw.destroy())
  upstream.on('open', () =>
    accept((socket) => {
      carry(network, socket, upstream)
      carry(network, upstream, socket)
      socket.on('error', () => undefined)
      socket.on('close', () => upstream.terminate())
      upstream.on('close', () => socket.terminate())
    }),
  )
}

interface PollBody {
  messages: unknown[]
}

const disorder = (network: Network, text: string): string => {
  const { chance, counts } = network
  const body = JSON.parse(text) as Partial<PollBody>
  const { messages } = body
  if (messages === undefined || messages.length === 0) return text
  const doubled = messages.flatMap((message) => (chance.oneIn(8) ? [message, message] : [message]))
  counts.duplicated += doubled.length - messages.length
  const isReordered = doubled.length > 1 && chance.oneIn(3)
  if (isReordered) counts.reordered += 1
  return JSON.stringify({ ...body, messages: isReordered ? chance.shuffled(doubled) : doubled })
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const readAll = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}

/** Polls and whatever else the bridge asks. A request may be lost, or come twice; its answer may be lost. */
const serveRequest = async (
  network: Network,
  hub: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { chance, counts } = network
  const isPoll = request.url === '/bridge/v1/poll'
  const text = await readAll(request)
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const ask = async (): Promise<{ status: number; type: string; answer: string }> => {
    const { authorization = '', 'content-type': type = 'application/json' } = request.headers
    const answer = await fetch(`${hub}${request.url ?? ''}`, {
      method: request.method ?? 'POST',
      headers: { authorization, 'content-type': type },
      body: isPoll && !network.isCalm ? disorder(network, text) : text,
      signal: gone.signal,
    })
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      answer: await answer.text(),
    }
  }
  const isCut = (): boolean => {
    if (network.isCalm || !chance.oneIn(30)) return false
    counts.cut += 1
    return true
  }
  if (isCut()) return void response.destroy()
  if (!network.isCalm && chance.oneIn(4)) {
    counts.delayed += 1
    await wait(chance.upTo(MAX_DELAY_MS))
  }
  if (isPoll && !network.isCalm && (JSON.parse(text) as PollBody).messages.length > 0 && chance.oneIn(12)) {
    counts.duplicated += 1
    await ask()
  }
  const { status, type, answer } = await ask()
  if (isCut()) return void response.destroy()
  const isTold = isPoll && status === 200 && !network.isCalm
  response.writeHead(status, { 'content-type': type }).end(isTold ? disorder(network, answer) : answer)
}

const listen = (server: Server): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })

/** Stands before the hub. Without WebSockets it refuses every upgrade, as some networks do. */
export const openChaosProxy = async (
  hub: string,
  chance: Chance,
  options: { readonly hasWebSockets: boolean },
): Promise<ChaosProxy> => {
  const network: Network = {
    chance,
    counts: { cut: 0, delayed: 0, duplicated: 0, reordered: 0 },
    isCalm: false,
  }
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer((request, response) => {
    serveRequest(network, hub, request, response).catch(() => response.destroy())
  })
  server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    raw.on('error', () => raw.destroy())
    if (!options.hasWebSockets) return void raw.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    serveSocket(network, hub, request, raw, (use) => {
      sockets.handleUpgrade(request, raw, head, use)
    })
  })
  const endpoint = await listen(server)
  return {
    endpoint,
    counts: network.counts,
    calm: () => {
      network.isCalm = true
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate()
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
