import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { Agent } from 'node:http'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { BridgeError } from '../contract/errors.ts'
import { isLoopback } from './hub-address.ts'

/** Every public authority there is would fit. */
const MAX_CA_BYTES = 1_048_576

/** How this computer's network lets a hub be reached. */
export interface HubNetwork {
  /** Certificates (PEM) of the authorities that are trusted, and no others; null for the public ones. */
  readonly ca: string | null
  /** The proxy between us and other computers; it may hold a password. */
  readonly proxy: URL | null
  /** Hosts that are reached without it: as NO_PROXY. */
  readonly noProxy: string
}

const readCertificates = (file: string, setting: string): string => {
  try {
    const { size } = statSync(file)
    if (size > MAX_CA_BYTES) throw new Error(`it is longer than ${MAX_CA_BYTES} bytes`)
    const text = readFileSync(file, 'utf8')
    const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    if (found.length === 0) throw new Error('it holds no certificate (PEM)')
    return found.map((one) => new X509Certificate(one).toString()).join('\n')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BridgeError('config_invalid', `${setting} ${file} cannot be used: ${reason}.`, { cause })
  }
}

/** The text is never quoted: it may hold a password. */
const parseProxy = (text: string): URL => {
  const spelled = text.includes('://') ? text : `http://${text}`
  const url = URL.canParse(spelled) ? new URL(spelled) : null
  if (url !== null && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '') return url
  throw new BridgeError('config_invalid', 'HTTPS_PROXY is not the http(s) address of a proxy.')
}

/**
 * Reads the file of certificates, and HTTPS_PROXY and NO_PROXY in capitals or not. Throws `config_invalid` for a file that holds none
 * and for a proxy that is none. `setting` is what has named the file.
 */
export const readHubNetwork = (
  caFile: string | null,
  env: Readonly<Record<string, string | undefined>>,
  setting: string,
): HubNetwork => {
  const variable = (name: string): string => (env[name] || env[name.toLowerCase()] || '').trim()
  const proxy = variable('HTTPS_PROXY')
  return {
    ca: caFile === null ? null : readCertificates(caFile, setting),
    proxy: proxy === '' ? null : parseProxy(proxy),
    noProxy: variable('NO_PROXY'),
  }
}

/** An entry is a host, which stands for those below it too, perhaps with a port; `*` is every host. */
const isExcepted = (url: URL, noProxy: string): boolean =>
  noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const { host = '', port } = /^(?<host>.*?)(?::(?<port>\d+))?$/.exec(entry)?.groups ?? {}
      if (port !== undefined && port !== (url.port === '' ? '443' : url.port)) return false
      const name = host.replace(/^\*?\./, '')
      return name === '*' || url.hostname === name || url.hostname.endsWith(`.${name}`)
    })

/** The proxy that a URL is reached through; null for a straight way. A hub on this computer has no proxy before it. */
const proxyFor = (url: URL, { proxy, noProxy }: HubNetwork): URL | null =>
  isLoopback(url.hostname) || isExcepted(url, noProxy) ? null : proxy

/**
 * One connection's way. A proxy's refusal is an error of the connection: replayed as the hub's own answer, as the agent would, a 403 of the
 * proxy would blame the token.
 */
const tunnelThrough = (proxy: URL): Agent => {
  const agent = new HttpsProxyAgent(proxy)
  agent.on('proxyConnect', (answer: { statusCode: number }, request: { destroy(cause: Error): void }) => {
    if (answer.statusCode === 200) return
    request.destroy(new Error(`the proxy ${proxy.host} answered ${answer.statusCode}`))
  })
  return agent
}

/** What `http.request`, `https.request` and `ws` take to go that way. */
export const connectionTo = (url: URL, network: HubNetwork): { agent?: Agent; ca?: string } => {
  const proxy = proxyFor(url, network)
  return {
    ...(proxy !== null && { agent: tunnelThrough(proxy) }),
    ...(network.ca !== null && { ca: network.ca }),
  }
}
