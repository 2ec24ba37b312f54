import { BridgeError } from '../contract/errors.ts'
import { isSafeUrl } from '../contract/link-path.ts'
import type { UpstreamOptions } from '../hub/gateway/upstream.ts'
import { connectionTo, readHubNetwork } from '../seam/hub-network.ts'
import { readSecretFile } from '../transport/secret-file.ts'

/** What the command line says of the server that a hub stands in front of. */
export interface UpstreamFlags {
  readonly url: string | null
  readonly keyFile: string | null
  readonly caFile: string | null
}

const KEY = /^seam_(?!at|cst|pk)\S{1,195}$/
const MAX_KEY_BYTES = 1_024

const readKey = (file: string): string => {
  const text = readSecretFile(file, MAX_KEY_BYTES)
  if (KEY.test(text)) return text
  throw new BridgeError('config_invalid', `${file} holds no API key of Seam (seam_…).`)
}

const readEndpoint = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new BridgeError('config_invalid', '--upstream: give an address like https://connect.getseam.com.')
  }
  if (!isSafeUrl(url)) throw new BridgeError('hub_insecure', `${url.origin} is not on this computer.`)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new BridgeError('config_invalid', '--upstream: leave user, password, query and fragment out.')
  }
  return url.href.replace(/\/+$/, '')
}

/**
 * Reads the flags, the key, and the way there (HTTPS_PROXY, NO_PROXY, the file of certificates). Null without any. Throws
 * `config_invalid` and `hub_insecure`; no message holds the key.
 */
export const readUpstream = (
  flags: UpstreamFlags | null,
  env: Readonly<Record<string, string | undefined>>,
): UpstreamOptions | null => {
  if (flags === null) return null
  if (flags.url === null) {
    throw new BridgeError('config_invalid', '--upstream-key-file and --upstream-ca-file go with --upstream.')
  }
  if (flags.keyFile === null) throw new BridgeError('config_invalid', '--upstream wants --upstream-key-file.')
  const endpoint = readEndpoint(flags.url)
  const key = readKey(flags.keyFile)
  const network = readHubNetwork(flags.caFile, env, '--upstream-ca-file')
  return { endpoint, key, keyFile: flags.keyFile, connectionTo: (url) => connectionTo(url, network) }
}
