import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BridgeError } from '../contract/errors.ts'
import { hubUrl } from './hub-address.ts'
import { connectionTo, type HubNetwork } from './hub-network.ts'

/**
 * The Date header of whatever a hub answers to anybody, null where it sends none: the way there works. Rejects `hub_unreachable`,
 * `hub_insecure`, `config_invalid`.
 */
export const readHubDate = async (
  endpoint: string,
  network: HubNetwork,
  signal: AbortSignal,
): Promise<string | null> => {
  const url = hubUrl(endpoint, '/')
  const start = url.protocol === 'https:' ? requestHttps : requestHttp
  const way = { agent: false as const, ...connectionTo(url, network) }
  return new Promise((resolve, reject) => {
    const outgoing = start(url, { ...way, signal }, (response) => {
      resolve(response.headers.date ?? null)
      response.destroy()
    })
    outgoing.on('error', (cause) => {
      reject(new BridgeError('hub_unreachable', `${url.origin}: ${cause.message}.`, { cause }))
    })
    outgoing.end()
  })
}
