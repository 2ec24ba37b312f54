import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { FromBridge, type FromHub, PollRequest } from '../../src/contract/channel.ts'

export const BRIDGE_ID = '11111111-1111-4111-8111-111111111111'
export const SYSTEM_ID = '22222222-2222-4222-8222-222222222222'
export const TOKEN = 'session_token_of_the_desk'
/** 32 bytes of 0x07 and of 0x09. */
export const KEY_7 = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='
export const KEY_9 = 'CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk='
export const HUB_TIME = '2026-06-01T12:00:00.000Z'

type Sent = {
  [T in FromHub['type']]: Omit<Extract<FromHub, { type: T }>, 'v' | 'id' | 'at'> & { at?: string }
}[FromHub['type']]
type MessageOf<T extends FromBridge['type']> = Extract<FromBridge, { type: T }>
type WelcomeBody = Extract<FromHub, { type: 'welcome' }>['body']

export interface Answer {
  readonly status?: number
  readonly type?: string
  readonly headers?: Record<string, string>
  readonly body: unknown
}

/** A hub of a page's length on real sockets, which misbehaves as a test tells it. Its time stands still at HUB_TIME. */
export interface FakeHub {
  readonly endpoint: string
  /** Everything that bridges have said, oldest first. */
  readonly heard: FromBridge[]
  /** The Authorization header and the body of every request that is not of the channel, by path. */
  readonly asked: {
    readonly path: string
    readonly authorization: string | undefined
    readonly body: unknown
  }[]
  /** Requests to the channel, WebSocket and polling. */
  readonly knocks: string[]
  /** How it treats the channel; a test changes it at any time. */
  readonly manners: {
    /** Whom it lets in. */
    token: string
    /** A status refuses the WebSocket; `stall` accepts and says nothing. */
    webSocket: 'accept' | 'stall' | number
    /** A status or a page refuses polling. */
    polling: 'accept' | 'html' | number
    /** What hello gets; null is silence, text is sent as it is. */
    welcome: WelcomeBody | string | null
    /** What a result gets; the default acknowledges it once. */
    onResult: (message: MessageOf<'result'>) => void
    /** Silence on ping. */
    pongs: boolean
    /** The hub's clock, as its pongs tell it. */
    time: () => string
  }
  /** Answers of the REST endpoints by path; `hang` never answers. */
  readonly rest: Map<string, Answer | ((body: unknown) => Answer) | 'hang'>
  /** The next message of a type that was not taken before. */
  next<T extends FromBridge['type']>(type: T): Promise<MessageOf<T>>
  /** Sends to the newest connection; returns the envelope's id. */
  send(message: Sent, id?: string): string
  sendRaw(text: string): void
  acknowledge(of: string, accepted?: boolean): void
  /** Cuts every connection. */
  drop(): void
  close(): Promise<void>
}

export const welcomeBody = (): WelcomeBody => ({
  bridge_id: BRIDGE_ID,
  acs_system_id: SYSTEM_ID,
  site_keys: { current: 1, keys: { '1': KEY_7 } },
  hub_time: HUB_TIME,
  knows_key_systems: true,
})

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  let text = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk
  return text === '' ? null : JSON.parse(text)
}

const answerWith = (response: ServerResponse, answer: Answer): void => {
  response.writeHead(answer.status ?? 200, {
    'content-type': answer.type ?? 'application/json',
    date: new Date(HUB_TIME).toUTCString(),
    ...answer.headers,
  })
  response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
}

const unauthorized: Answer = {
  status: 401,
  body: { error: { type: 'unauthorized', message: 'no' }, ok: false },
}

export const openFakeHub = async (
  port = 0,
  tls: { readonly key: string; readonly cert: string } | null = null,
): Promise<FakeHub> => {
  const heard: FromBridge[] = []
  const taken = new Set<FromBridge>()
  const waiting: { type: string; resolve: (message: FromBridge) => void }[] = []
  const asked: { path: string; authorization: string | undefined; body: unknown }[] = []
  const knocks: string[] = []
  const rest: FakeHub['rest'] = new Map()
  let socket: WebSocket | null = null
  let queue: string[] = []
  let release: (() => void) | null = null

  const sendRaw = (text: string): void => {
    if (socket !== null) return socket.send(text)
    queue.push(text)
    release?.()
  }
  const send = (message: Sent, id: string = randomUUID()): string => {
    sendRaw(JSON.stringify({ v: 1, id, at: HUB_TIME, ...message }))
    return id
  }
  const acknowledge = (of: string, accepted = true): void => {
    const refusal = { code: 'order_unknown', message: 'never heard of it' }
    send({ type: 'ack', body: { of, accepted, ...(accepted ? {} : refusal) } })
  }
  const manners: FakeHub['manners'] = {
    token: TOKEN,
    webSocket: 'accept',
    polling: 'accept',
    welcome: welcomeBody(),
    onResult: (message) => acknowledge(message.id),
    pongs: true,
    time: () => HUB_TIME,
  }

  const hear = (value: unknown): void => {
    const message = FromBridge.parse(value)
    heard.push(message)
    if (message.type === 'hello') {
      if (typeof manners.welcome === 'string') sendRaw(manners.welcome)
      else if (manners.welcome !== null) send({ type: 'welcome', body: manners.welcome })
    }
    if (message.type === 'ping' && manners.pongs) send({ type: 'pong', at: manners.time(), body: {} })
    if (message.type === 'result') manners.onResult(message)
    const index = waiting.findIndex(({ type }) => type === message.type)
    const [waiter] = index === -1 ? [] : waiting.splice(index, 1)
    if (waiter === undefined) return
    taken.add(message)
    waiter.resolve(message)
  }

  const poll = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    knocks.push('polling')
    if (manners.polling === 'html') {
      return answerWith(response, { type: 'text/html', body: '<html>Welcome to the hotel network</html>' })
    }
    if (manners.polling !== 'accept') return answerWith(response, { status: manners.polling, body: {} })
    const { wait_ms: waitMs, messages } = PollRequest.parse(await readBody(request))
    if (messages.some((message) => message.type === 'hello')) {
      socket = null
      queue = []
    }
    for (const message of messages) hear(message)
    if (queue.length === 0 && waitMs > 0) {
      release?.()
      await new Promise<void>((resolve) => {
        release = resolve
        response.on('close', resolve)
      })
    }
    if (response.destroyed) return
    answerWith(response, { body: { messages: queue.map((text): unknown => JSON.parse(text)), ok: true } })
    queue = []
  }

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? ''
    const { authorization } = request.headers
    if (path === '/bridge/v1/poll') {
      if (authorization !== `Bearer ${manners.token}`) return answerWith(response, unauthorized)
      return void poll(request, response).catch(() => response.destroy())
    }
    void readBody(request).then((body) => {
      asked.push({ path, authorization, body })
      const told = rest.get(path)
      if (told === 'hang') return
      if (told === undefined) return answerWith(response, { status: 404, type: 'text/html', body: '<html>' })
      answerWith(response, typeof told === 'function' ? told(body) : told)
    })
  }
  const server = tls === null ? createServer(answer) : createTlsServer(tls, answer)
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, stream, head) => {
    knocks.push('websocket')
    const isOurs =
      request.headers.authorization === `Bearer ${manners.token}` && request.url === '/bridge/v1/channel'
    const status = isOurs ? manners.webSocket : 401
    if (typeof status === 'number') {
      stream.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, stream, head, (opened) => {
      opened.on('error', () => {})
      if (status === 'stall') return
      opened.on('message', (data) => {
        // The newest hello is the connection that counts, as at a hub that a bridge comes back to.
        const value: unknown = JSON.parse((data as Buffer).toString())
        if ((value as { type?: string }).type === 'hello') socket = opened
        hear(value)
      })
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  const drop = (): void => {
    for (const client of sockets.clients) client.terminate()
    socket = null
    queue = []
    server.closeAllConnections()
  }
  return {
    endpoint: `${tls === null ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    asked,
    knocks,
    manners,
    rest,
    next: <T extends FromBridge['type']>(type: T) =>
      new Promise<MessageOf<T>>((resolve) => {
        const isWanted = (message: FromBridge): message is MessageOf<T> => message.type === type
        const before = heard.filter(isWanted).find((message) => !taken.has(message))
        if (before === undefined) {
          waiting.push({ type, resolve: (message) => isWanted(message) && resolve(message) })
          return
        }
        taken.add(before)
        resolve(before)
      }),
    send,
    sendRaw,
    acknowledge,
    drop,
    close: async () => {
      drop()
      server.close()
      await once(server, 'close')
    },
  }
}
