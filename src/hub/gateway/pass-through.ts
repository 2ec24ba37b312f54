import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { randomBytes } from 'node:crypto'
import type { HubClock } from '../clock.ts'
import { answerTo, invalidInput, refusal } from '../refusal.ts'
import { endToEnd, pairsOf, valuesOf, withoutHeaders } from './forwarded-headers.ts'
import { faultOf } from './upstream.ts'
import type { Upstream } from './upstream.ts'

/** Neither side may be silent for longer. */
const SILENT_AFTER_MS = 60_000

export interface Passage {
  /** Of an error that is answered here. */
  readonly requestId: string
  /** What was read of the body already; null for a body that is still to come. */
  readonly body: Buffer | null
  /** The Authorization header in the place of the caller's; null leaves theirs. */
  readonly authorization: string | null
}

/** A message without a body says so where its method usually has one (RFC 9110 §8.6); node would send an empty chunked one. */
const USUALLY_BARE = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/**
 * How the body's length is told is each connection's own; the length is the message's. One that the Connection header takes away must be
 * told anew, whatever the method: a body without it would be read as the next request (RFC 9112 §11.2).
 */
const framingOf = (request: IncomingMessage, sent: ReturnType<typeof endToEnd>): readonly string[] => {
  const codings = valuesOf(pairsOf(request.rawHeaders), 'transfer-encoding')
  if (codings.some((coding) => coding.trim().toLowerCase() !== 'chunked')) {
    throw invalidInput('transfer-encoding: only chunked is understood')
  }
  const isTold = request.headers['content-length'] !== undefined
  const isTakenAway = isTold && valuesOf(sent, 'content-length').length === 0
  if (codings.length > 0 || isTakenAway) return ['Transfer-Encoding', 'chunked']
  return !isTold && !USUALLY_BARE.has(request.method ?? '') ? ['Content-Length', '0'] : []
}

/**
 * Carries one request to the upstream and its answer back: path, query, bodies, status and headers as they are, but for the headers of the
 * connection. Written with node:http, since @fastify/reply-from 12 is not exact: it rewrites path and query by way of a URL object, joins
 * repeated headers, drops the body of a GET, leaves the upstream's request running when its caller has gone, and checks no
 * certificate unless it is told to.
 */
export const createPassThrough = (upstream: Upstream, clock: HubClock) => {
  /** RFC 9110 §7.6.3: who has carried it. One that comes again has gone in a circle. */
  const pseudonym = `encoder-bridge-${randomBytes(6).toString('hex')}`

  const headersOf = (request: IncomingMessage, authorization: string | null): string[] => {
    const pairs = pairsOf(request.rawHeaders)
    if (valuesOf(pairs, 'via').some((value) => value.includes(pseudonym))) {
      throw refusal(508, 'upstream_loop', 'The upstream of this hub leads back to it.')
    }
    // The expectation was met by our own server already.
    const kept = withoutHeaders(endToEnd(pairs), 'host', 'expect')
    const sent = authorization === null ? kept : withoutHeaders(kept, 'authorization')
    return [
      ...sent.flat(),
      ...(authorization === null ? [] : ['Authorization', authorization]),
      ...framingOf(request, sent),
      'Via',
      `1.1 ${pseudonym}`,
    ]
  }

  return (request: IncomingMessage, response: ServerResponse, passage: Passage): void => {
    const refuse = (error: unknown): void => {
      if (response.headersSent) return void response.destroy()
      const { status, body } = answerTo(error, passage.requestId)
      const text = JSON.stringify(body)
      response.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        ...(request.complete ? {} : { connection: 'close' }),
      })
      response.end(text)
    }
    let outgoing: ReturnType<Upstream['open']>
    try {
      const headers = headersOf(request, passage.authorization)
      outgoing = upstream.open(request.method ?? 'GET', request.url ?? '/', headers)
    } catch (error) {
      return refuse(error)
    }
    let isSilent = false
    const giveUp = (): void => {
      isSilent = true
      outgoing.destroy(new Error('it was silent for too long'))
    }
    let timer = clock.setTimeout(giveUp, SILENT_AFTER_MS)
    const heard = (): void => {
      clock.clearTimeout(timer)
      timer = clock.setTimeout(giveUp, SILENT_AFTER_MS)
    }
    response.on('close', () => {
      clock.clearTimeout(timer)
      outgoing.destroy()
    })
    let isAnswered = false
    outgoing.on('error', (error) => {
      // An answer may come before the end of what was sent; what is left of that is heard to its end and dropped.
      if (isAnswered) return void request.resume()
      const reason = `The upstream ${new URL(upstream.endpoint).origin} gives no answer: ${faultOf(error)}.`
      refuse(
        isSilent ? refusal(504, 'upstream_timeout', reason) : refusal(502, 'upstream_unreachable', reason),
      )
    })
    outgoing.on('response', (answer) => {
      isAnswered = true
      heard()
      answer.on('data', heard)
      const pairs = endToEnd(pairsOf(answer.rawHeaders)).flat()
      response.sendDate = false
      try {
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, [
          ...pairs,
          ...(request.complete ? [] : ['Connection', 'close']),
        ])
      } catch {
        answer.destroy()
        isAnswered = false
        return refuse(refusal(502, 'upstream_unreachable', 'The upstream’s answer is no HTTP.'))
      }
      pipeline(answer, response, () => undefined)
    })
    if (passage.body !== null) return void outgoing.end(passage.body)
    request.on('data', heard)
    request.pipe(outgoing)
  }
}
export type PassThrough = ReturnType<typeof createPassThrough>
