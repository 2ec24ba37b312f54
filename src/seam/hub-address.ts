import { BridgeError } from '../contract/errors.ts'
import type { HubNetwork } from './hub-network.ts'

/** Where a hub listens and whom it takes us for. The token is a secret and never leaves this folder but to the hub. */
export interface HubAddress {
  readonly endpoint: string
  /** Null for the one call that needs none: the first of a pairing. */
  readonly token: string | null
  readonly network: HubNetwork
}

/** Whether a URL's host is this computer. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)

/**
 * The URL of a path at the hub. Throws `config_invalid` for an address that is none or holds a password, `hub_insecure` for plain http to
 * another computer: a token and the site's keys would cross the network in the clear.
 */
export const hubUrl = (endpoint: string, path: string): URL => {
  const base = URL.canParse(endpoint) ? new URL(endpoint) : null
  if (base === null || !['http:', 'https:'].includes(base.protocol)) {
    throw new BridgeError('config_invalid', `"${endpoint}" is not the http(s) address of a hub.`)
  }
  if (base.protocol === 'http:' && !isLoopback(base.hostname)) {
    throw new BridgeError('hub_insecure', `${base.origin} is not on this computer.`)
  }
  if (base.username !== '' || base.password !== '') {
    throw new BridgeError(
      'config_invalid',
      `The address of ${base.host} holds a user or a password; leave them out.`,
    )
  }
  base.pathname = base.pathname.replace(/\/+$/, '') + path
  base.search = ''
  base.hash = ''
  return base
}

/** The headers that say who calls. */
export const authorization = (address: HubAddress): Record<string, string> =>
  address.token === null ? {} : { authorization: `Bearer ${address.token}` }
