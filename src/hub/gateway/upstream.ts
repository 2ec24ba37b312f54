import { request as requestHttp } from 'node:http'
import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { z } from 'zod'
import type { HubClock } from '../clock.ts'

const MAX_ANSWER_BYTES = 8_388_608
const ANSWER_WITHIN_MS = 20_000

export interface UpstreamOptions {
  /** Where Seam is, without a slash at the end. */
  readonly endpoint: string
  /** The gateway's own API key there. A secret. */
  readonly key: string
  /** Where the key was read, for people. */
  readonly keyFile: string
  /** What `http.request` takes to go that way: a proxy's agent, certificates of a private authority. */
  connectionTo(url: URL): { readonly agent?: Agent; readonly ca?: string }
}

/**
 * How a call of ours ended. `unsent`: nothing reached the upstream, so the same may be sent again; `unsure`: it may have been carried out.
 * A reason names the fault and never a key.
 */
export type UpstreamAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'unsent' | 'unsure'; readonly reason: string }

export interface Upstream extends UpstreamOptions {
  /** Begins a request to a target (path and query) there; the headers go out as they are given. One connection for each. */
  open(method: string, target: string, headers: readonly string[]): ClientRequest
  /** POSTs JSON, with the gateway's own key or another bearer. Never throws. */
  call(path: string, body: object, bearer?: string): Promise<UpstreamAnswer>
  /** Ends every request that is under way. */
  close(): void
}

const SystemError = z.object({ code: z.string() })

/** No connection came about, so that nothing was sent. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** The name of a fault of the network, for people. */
export const faultOf = (error: unknown): string => {
  const known = SystemError.safeParse(error)
  if (known.success) return known.data.code
  return error instanceof Error ? error.message : 'no reason given'
}

const readBody = async (answer: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    if (sizeBytes > MAX_ANSWER_BYTES) throw new Error('its answer is too long')
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return null
  }
}

/** The server that the gateway stands in front of. */
export const createUpstream = (options: UpstreamOptions, clock: HubClock): Upstream => {
  const base = new URL(options.endpoint)
  const prefix = base.pathname.replace(/\/+$/, '')

  const underWay = new Set<ClientRequest>()

  const begin: Upstream['open'] = (method, target, headers) =>
    (base.protocol === 'https:' ? requestHttps : requestHttp)({
      protocol: base.protocol,
      hostname: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port,
      method,
      path: prefix + target,
      headers: ['Host', base.host, ...headers],
      // A kept connection that the other side closes meanwhile would fail a request that can't be sent again.
      agent: false,
      ...options.connectionTo(base),
    })

  const open: Upstream['open'] = (method, target, headers) => {
    const outgoing = begin(method, target, headers)
    underWay.add(outgoing)
    return outgoing.on('close', () => underWay.delete(outgoing))
  }

  const call: Upstream['call'] = async (path, body, bearer = options.key) => {
    const text = Buffer.from(JSON.stringify(body))
    const outgoing = open('POST', path, [
      'Authorization',
      `Bearer ${bearer}`,
      'Accept',
      'application/json',
      'Content-Type',
      'application/json',
      'Content-Length',
      String(text.length),
    ])
    const timer = clock.setTimeout(() => outgoing.destroy(new Error('no answer in time')), ANSWER_WITHIN_MS)
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        outgoing.on('response', resolve)
        outgoing.on('error', reject)
        outgoing.end(text)
      })
      return { kind: 'answered', status: answer.statusCode ?? 0, body: await readBody(answer) }
    } catch (error) {
      const fault = faultOf(error)
      return { kind: UNSENT.has(fault) ? 'unsent' : 'unsure', reason: `${base.origin}: ${fault}` }
    } finally {
      clock.clearTimeout(timer)
      outgoing.destroy()
    }
  }
  const close = (): void => {
    for (const outgoing of underWay) outgoing.destroy(new Error('the hub stops'))
  }
  return { ...options, open, call, close }
}
