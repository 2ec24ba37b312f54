import { request as sendRequest, type IncomingMessage } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { BridgeError, throwIfAborted } from '../contract/errors.ts'
import { parseLinkPath } from '../contract/link-path.ts'
import type { HttpRequest, HttpResponse, HttpTransport, LossListener } from '../contract/transport.ts'
import { dialled } from './dial.ts'
import { readKeyFile } from './secret-file.ts'

const MAX_ANSWER_BYTES = 1_048_576

interface HttpOptions {
  /** Holds the bearer token; null for an endpoint that wants none. */
  readonly secretFile: string | null
  /** For each connection; some seconds when left out. What comes after it has the caller's time. */
  readonly withinMs?: number
  /** Begins a connection under TLS; the system's in the daemon. */
  readonly beginTls?: (options: ConnectionOptions) => Socket
}

/** The path is not repeated in a refusal: it may hold what it must not. */
const endpointOf = (path: string): URL => {
  const link = parseLinkPath(path)
  if (link?.kind !== 'request') {
    throw new BridgeError('config_invalid', 'The path of this device is no address like https://host.')
  }
  return new URL(link.url)
}

/** Null for what is no JSON. `hide` sees each text as it will be used: JSON has several ways to write one. */
const parseJson = (text: string, hide: (told: string) => string): unknown => {
  try {
    return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? hide(value) : value))
  } catch {
    return null
  }
}

/** The answer without the secret: a server that repeats it in a refusal would bring it into errors and logs. */
const readAnswer = async (answer: IncomingMessage, secret: string | null): Promise<HttpResponse> => {
  const hide = (told: string): string => (secret === null ? told : told.replaceAll(secret, '…'))
  const pieces: Buffer[] = []
  let sizeBytes = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    sizeBytes += piece.length
    if (sizeBytes > MAX_ANSWER_BYTES) throw new Error('it is longer than a megabyte')
    pieces.push(piece)
  }
  const text = Buffer.concat(pieces).toString('utf8')
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value = '']) => [name, hide([value].flat().join(', '))]),
    ),
    body: parseJson(text, hide),
  }
}

/** A request as it goes out. */
interface Sending {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly text: string | undefined
}

/** Sends a request over a connection of its own. From here on the server may have acted. */
const exchange = (socket: Socket, { method, path, headers, text }: Sending): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const content = text !== undefined && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    }
    sendRequest({ createConnection: () => socket, method, path, headers: { ...headers, ...content } })
      .on('response', resolve)
      .on('error', reject)
      .on('close', () => reject(new Error('the connection was closed')))
      .end(text)
  })

/**
 * An HTTP endpoint: https, or http on this computer, with a path below which requests go. Each request has a connection of its own,
 * so that it is known for certain whether anything was sent. Redirects are not followed: they are answers, and the secret goes
 * nowhere else. An answer has at most 1 MB. Throws `config_invalid` for another endpoint, and for a secret that can't be read.
 */
export const openHttp = (
  path: string,
  { secretFile, withinMs, beginTls = connectTls }: HttpOptions,
): HttpTransport => {
  const endpoint = endpointOf(path)
  const secret = secretFile === null ? null : readKeyFile(secretFile)
  const isTls = endpoint.protocol === 'https:'
  const host = endpoint.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(endpoint.port || (isTls ? 443 : 80))
  const prefix = endpoint.pathname.replace(/\/$/, '')
  const closing = new AbortController()
  let listener: LossListener | undefined

  const begin = (): Socket =>
    isTls
      ? beginTls({ host, port, ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 && { servername: host }) })
      : connect({ host, port })

  const ask = async (request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> => {
    const text = request.body === undefined ? undefined : JSON.stringify(request.body)
    const stop = AbortSignal.any([closing.signal, signal])
    const socket = begin()
    const cut = (): void => void socket.destroy()
    try {
      const readyEvent = isTls ? 'secureConnect' : 'connect'
      await dialled(socket, { where: endpoint.host, readyEvent, signal: stop, withinMs })
      stop.addEventListener('abort', cut, { once: true })
      const headers = {
        host: endpoint.host,
        accept: 'application/json',
        ...(secret !== null && { authorization: `Bearer ${secret}` }),
      }
      const { method, path: below } = request
      return await readAnswer(await exchange(socket, { method, path: prefix + below, headers, text }), secret)
    } catch (cause) {
      throwIfAborted(stop)
      if (cause instanceof BridgeError) throw cause
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new BridgeError('device_lost', `${endpoint.host} gave no whole answer: ${reason}.`, { cause })
    } finally {
      stop.removeEventListener('abort', cut)
    }
  }

  return {
    kind: 'http',
    path,
    listen: (next) => {
      if (listener !== undefined) throw new BridgeError('device_busy', `${path} has a listener already.`)
      listener = next
      return () => {
        if (listener === next) listener = undefined
      }
    },
    request: async (request, { signal }) => {
      try {
        return await ask(request, signal)
      } catch (error) {
        throw closing.signal.aborted ? new BridgeError('device_closed', `${path} was closed.`) : error
      }
    },
    close: async () => closing.abort(),
  }
}
