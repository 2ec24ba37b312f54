import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { z } from 'zod'
import { BridgeError, throwIfAborted } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
import { sayIssue } from '../contract/wrong-input.ts'
import { type HubAddress, authorization, hubUrl } from './hub-address.ts'
import { connectionTo, type HubNetwork } from './hub-network.ts'

const MAX_BODY_CHARACTERS = 1_048_576
const DEADLINE_MS = 10_000

export interface HubCall<T extends z.ZodType> {
  readonly address: HubAddress
  readonly path: string
  readonly body: unknown
  readonly answer: T
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly deadlineMs?: number
}

export interface HubAnswer<T> {
  readonly body: T
  /** The hub's own clock, from the Date header, in milliseconds since 1970; null when it sent none. */
  readonly hubTimeMs: number | null
}

/** An answer as it came. */
export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly date: string | undefined
  readonly retryAfter: string | undefined
  readonly text: string
}

const SeamError = z.object({ error: z.object({ message: z.string() }) })

/** The first thing wrong, with its place. No value is quoted, so nothing secret is in it. */
export const firstIssue = (error: z.ZodError): string => {
  const issue = error.issues[0]
  return issue === undefined ? 'no reason' : `${issue.path.join('.') || 'the message'}: ${sayIssue(issue)}`
}

const readText = async (response: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (text.length <= MAX_BODY_CHARACTERS) continue
    response.destroy()
    throw new BridgeError('hub_protocol', `The answer is longer than ${MAX_BODY_CHARACTERS} characters.`)
  }
  return text
}

/** One connection per call: a kept socket that the hub closes meanwhile would fail a call for nothing. */
const exchange = (
  url: URL,
  network: HubNetwork,
  headers: Record<string, string>,
  text: string,
  signal: AbortSignal,
) =>
  new Promise<Reply>((resolve, reject) => {
    const start = url.protocol === 'https:' ? requestHttps : requestHttp
    const way = { agent: false as const, ...connectionTo(url, network) }
    const outgoing = start(url, { method: 'POST', headers, ...way, signal }, (response) => {
      readText(response).then(
        (body) =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? 'no content type',
            date: response.headers.date,
            retryAfter: response.headers['retry-after'],
            text: body,
          }),
        reject,
      )
    })
    outgoing.on('error', reject)
    outgoing.end(text)
  })

/** Undefined for what is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a status other than 200 means to the caller. */
const refusal = (reply: Reply, path: string): BridgeError => {
  const { status } = reply
  if (status === 401 || status === 403) return new BridgeError('hub_unauthorized', `It answered ${status}.`)
  // Too many ask at the moment.
  if (status >= 500 || status === 429)
    return new BridgeError('hub_unreachable', `${path} answered ${status}.`)
  const said = SeamError.safeParse(parseJson(reply.text))
  if (status >= 400 && said.success) {
    return new BridgeError('hub_refused', `The hub says: ${said.data.error.message.slice(0, 300)}`)
  }
  return new BridgeError('hub_protocol', `${path} answered ${status} with ${reply.contentType}.`)
}

const understand = <T extends z.ZodType>(call: HubCall<T>, reply: Reply): z.infer<T> => {
  if (reply.status !== 200) throw refusal(reply, call.path)
  const value = parseJson(reply.text)
  if (value === undefined) {
    throw new BridgeError('hub_protocol', `${call.path} answered ${reply.contentType} that is not JSON.`)
  }
  const parsed = call.answer.safeParse(value)
  if (parsed.success) return parsed.data
  throw new BridgeError(
    'hub_protocol',
    `${call.path} answered JSON of another shape: ${firstIssue(parsed.error)}.`,
  )
}

/** One POST, bounded in time. Rejects `hub_unreachable`, `hub_protocol` for an answer without end, `aborted`, and as `hubUrl` throws. */
export const sendToHub = async (
  call: Pick<HubCall<z.ZodType>, 'address' | 'path' | 'body' | 'clock' | 'signal' | 'deadlineMs'>,
): Promise<Reply> => {
  throwIfAborted(call.signal)
  const { address, path, clock, signal, deadlineMs = DEADLINE_MS } = call
  const url = hubUrl(address.endpoint, path)
  const headers = {
    ...authorization(address),
    accept: 'application/json',
    'content-type': 'application/json',
  }
  const deadline = new AbortController()
  const timer = clock.setTimeout(() => deadline.abort(), deadlineMs)
  try {
    const either = AbortSignal.any([signal, deadline.signal])
    return await exchange(url, address.network, headers, JSON.stringify(call.body), either)
  } catch (cause) {
    if (cause instanceof BridgeError) throw cause
    throwIfAborted(signal)
    const reason = deadline.signal.aborted
      ? `${url.origin} gave no answer within ${deadlineMs / 1000} s.`
      : `${url.origin}: ${cause instanceof Error ? cause.message : String(cause)}.`
    throw new BridgeError('hub_unreachable', reason, { cause })
  } finally {
    clock.clearTimeout(timer)
  }
}

/**
 * POSTs JSON to the hub and checks the answer. Redirects are not followed: a captive portal must not see the token.
 * Rejects `hub_unreachable` (no network, no answer in time, 429, 5xx), `hub_unauthorized` (401, 403), `hub_refused` (another
 * 4xx with Seam's error body), `hub_protocol` (anything else), `hub_insecure`, `config_invalid`, `aborted`.
 */
export const postToHub = async <T extends z.ZodType>(call: HubCall<T>): Promise<HubAnswer<z.infer<T>>> => {
  const reply = await sendToHub(call)
  const hubTimeMs = Date.parse(reply.date ?? '')
  return { body: understand(call, reply), hubTimeMs: Number.isNaN(hubTimeMs) ? null : hubTimeMs }
}
