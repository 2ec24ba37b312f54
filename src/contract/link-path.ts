import { BridgeError } from './errors.ts'

/** Where a link to a lock system leads. Hosts are names or addresses; an IPv6 address stands without its brackets. */
export type LinkPath =
  /** `tcp://host:port`: we connect. */
  | { readonly kind: 'connect'; readonly transport: 'tcp'; readonly host: string; readonly port: number }
  /** `tcp-listen://address:port?from=host`: the peer connects; nobody but `from`, where it is named, is let in. */
  | {
      readonly kind: 'listen'
      readonly transport: 'tcp'
      readonly host: string
      readonly port: number
      readonly from: string | null
    }
  /** `https://…`: we ask. */
  | { readonly kind: 'request'; readonly transport: 'http'; readonly url: string }

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i

const fault = (sentence: string): BridgeError => new BridgeError('config_invalid', sentence)

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

/** A name, or an address. Another alphabet's name is written as DNS has it (`xn--…`). */
const HOST = /^[\w.:-]+$/

const fromOf = (url: URL): string | null => {
  const [from, another] = [...url.searchParams]
  if (from === undefined) return null
  const host = withoutBrackets(from[1])
  if (another === undefined && from[0] === 'from' && HOST.test(host)) return host
  throw fault('may end with ?from=host, once, and with nothing else')
}

const parseTcp = (scheme: 'tcp' | 'tcp-listen', path: string): LinkPath => {
  const form = `write ${scheme}://${scheme === 'tcp' ? 'host' : 'address'}:port, with a port from 1 to 65535`
  if (!URL.canParse(path)) throw fault(`is no address; ${form}`)
  const url = new URL(path)
  const host = withoutBrackets(url.hostname)
  const port = Number(url.port)
  // The parser lets port 0 pass, and it means any port.
  if (port === 0) throw fault(`has no port; ${form}`)
  const isBare = url.username === '' && ['', '/'].includes(url.pathname) && url.hash === ''
  if (!isBare || !HOST.test(host)) throw fault(`is no address; ${form}`)
  if (scheme === 'tcp-listen') return { kind: 'listen', transport: 'tcp', host, port, from: fromOf(url) }
  if (url.search !== '') throw fault('takes nothing behind its port; ?from= is for tcp-listen://')
  return { kind: 'connect', transport: 'tcp', host, port }
}

const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** True for https, and for http on this computer: nothing secret crosses a network in the clear. */
export const isSafeUrl = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && loopbackHosts.has(hostname))

const parseHttp = (path: string): LinkPath => {
  if (!URL.canParse(path)) throw fault('is no address; write https://host')
  const url = new URL(path)
  if (!isSafeUrl(url))
    throw fault('goes over http, and a credential goes with it; write https://, except to this computer')
  if (url.username !== '' || url.password !== '')
    throw fault('holds a credential; that belongs into the secretFile')
  if (url.search !== '' || url.hash !== '') throw fault('takes nothing behind its path')
  return { kind: 'request', transport: 'http', url: url.href.replace(/\/$/, '') }
}

/**
 * Reads a path that leads over the network; null for any other one: a port of this computer, a reader's name. Throws
 * `config_invalid` with what is wrong, as a predicate ("has no port …").
 */
export const parseLinkPath = (path: string): LinkPath | null => {
  const scheme = SCHEME.exec(path)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined:
      return null
    case 'tcp':
    case 'tcp-listen':
      return parseTcp(scheme, path)
    case 'http':
    case 'https':
      return parseHttp(path)
    default:
      throw fault(`begins with ${scheme}://; links begin with tcp://, tcp-listen:// or https://`)
  }
}
