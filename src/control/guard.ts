import type { IncomingHttpHeaders } from 'node:http'
import { BridgeError } from '../contract/errors.ts'
import { createLimiter } from './limiter.ts'
import { isSameToken } from './token.ts'

/** A request before anything of it is acted on. */
export interface Knock {
  readonly method: string
  /** The path, without its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** A refusal, and the HTTP status where it says more than the error's own. */
export interface Refusal {
  readonly error: BridgeError
  readonly status?: number
}

/** Monitors ask it without a token; it tells nothing but the version. */
const OPEN_PATH = '/v1/health'

const mediaTypeOf = (header: string | undefined): string =>
  (header ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/**
 * Decides who may come in, for every route and for unknown ones alike, in this order: rate, Host (DNS rebinding), Origin
 * and Sec-Fetch-Site (other pages in a browser), token, JSON only (a `text/plain` POST skips the browser's preflight).
 * @param port the port listened on, known once the server listens
 * @param now milliseconds of a clock that never goes back
 */
export const createGuard = (
  token: string,
  port: () => number,
  now: () => number,
): ((knock: Knock) => Refusal | null) => {
  const mayPass = createLimiter(now)
  return ({ method, path, headers }) => {
    const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
    const isHolder = given !== undefined && isSameToken(given, token)
    if (!mayPass(isHolder ? 'holder' : 'stranger')) return { error: new BridgeError('rate_limited') }

    const hosts = [`127.0.0.1:${port()}`, `localhost:${port()}`, `[::1]:${port()}`]
    const host = headers.host ?? ''
    if (!hosts.includes(host)) {
      return { error: new BridgeError('control_forbidden', 'The Host header does not name this bridge.') }
    }
    // The whole origin is compared: a comparison of its end would let `http://evil-127.0.0.1:27411` in.
    if (headers.origin !== undefined && headers.origin !== `http://${host}`) {
      return { error: new BridgeError('control_forbidden', 'The Origin header names another page.') }
    }
    const site = headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      return { error: new BridgeError('control_forbidden', 'The request comes from a page of another site.') }
    }
    if (path !== OPEN_PATH && !isHolder) return { error: new BridgeError('control_unauthorized') }
    if (
      (method === 'POST' || method === 'PUT') &&
      mediaTypeOf(headers['content-type']) !== 'application/json'
    ) {
      return {
        error: new BridgeError('request_invalid', 'A POST or PUT carries Content-Type: application/json.'),
        status: 415,
      }
    }
    return null
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
