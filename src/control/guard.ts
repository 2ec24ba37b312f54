import type { IncomingHttpHeaders } from 'node:http'
import { BridgeError } from '../contract/errors.ts'
import { turnedAway, type Caller } from './caller.ts'
import { createLimiter } from './limiter.ts'
import type { Admission } from './schema/routes.ts'

/** A request before anything of it is acted on; one for a WebSocket too. */
export interface Knock {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly caller: Caller
  /** Of the route; of no route whatever lets somebody in. */
  readonly admits: Admission
  /** Whether it acts beyond its answer: everything but a GET, and a WebSocket. */
  readonly isActing: boolean
  /** Whether it is the page itself: a link to it may stand anywhere. */
  readonly isPage?: boolean
}

/** A refusal, and the HTTP status where it says more than the error's own. */
export interface Refusal {
  readonly error: BridgeError
  readonly status?: number
}

const mediaTypeOf = (header: string | undefined): string =>
  (header ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

const forbidden = (detail: string): Refusal => ({ error: new BridgeError('control_forbidden', detail) })

/** Why a request comes from somebody else’s page, or to another name than ours; null when it does not. */
const strangenessOf = (
  { headers, caller, isActing, isPage = false }: Knock,
  hosts: readonly string[],
): Refusal | null => {
  const host = headers.host ?? ''
  if (!hosts.includes(host)) return forbidden('The Host header does not name this bridge.')
  // The whole origin is compared: a comparison of its end would let `http://evil-127.0.0.1:27411` in.
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) {
    return forbidden('The Origin header names another page.')
  }
  // Browsers send it with whatever acts (Fetch Standard, 3.2); only a page has the cookie.
  if (headers.origin === undefined && isActing && caller.via === 'page') {
    return forbidden('A page that acts says its Origin.')
  }
  const site = headers['sec-fetch-site']
  const isLink =
    isPage && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isLink) {
    return forbidden('The request comes from a page of another site.')
  }
  return null
}

/**
 * Decides who may come in, for every route and for unknown ones alike, over HTTP and WebSocket, in this order: rate, Host (DNS
 * rebinding), Origin and Sec-Fetch-Site (other pages in a browser), JSON only (a `text/plain` POST skips the browser's
 * preflight), admission.
 * @param port the port listened on, known once the server listens
 * @param now milliseconds of a clock that never goes back
 */
export const createGuard = (port: () => number, now: () => number): ((knock: Knock) => Refusal | null) => {
  const mayPass = createLimiter(now)
  return (knock) => {
    const { method, headers, caller, admits } = knock
    const strangeness = strangenessOf(knock, [
      `127.0.0.1:${port()}`,
      `localhost:${port()}`,
      `[::1]:${port()}`,
    ])
    // A page of another port has our cookie sent along: ports are of one site (RFC 6265, section 8.5).
    const isStranger = caller.via === 'nobody' || strangeness !== null
    if (!mayPass(isStranger ? 'stranger' : 'holder')) return { error: new BridgeError('rate_limited') }
    if (strangeness !== null) return strangeness
    if (caller.via === 'nobody' && admits !== 'anybody') {
      return { error: new BridgeError('control_unauthorized') }
    }
    if (
      (method === 'POST' || method === 'PUT') &&
      mediaTypeOf(headers['content-type']) !== 'application/json'
    ) {
      return {
        error: new BridgeError('request_invalid', 'A POST or PUT carries Content-Type: application/json.'),
        status: 415,
      }
    }
    const error = turnedAway(caller, admits)
    return error === null ? null : { error }
  }
}

/** What every answer tells a browser: run nothing, embed nowhere, keep nothing, share with nobody. */
export const strictHeaders = {
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
} as const
