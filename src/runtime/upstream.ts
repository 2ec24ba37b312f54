import { readFileSync, statSync } from 'node:fs'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import { isSafeUrl } from '../contract/link-path.ts'
import type { UpstreamOptions } from '../hub/gateway/upstream.ts'
import { connectionTo, readHubNetwork } from '../seam/hub-network.ts'

/** What the command line says of the server that a hub stands in front of. */
export interface UpstreamFlags {
  readonly url: string | null
  readonly keyFile: string | null
  readonly caFile: string | null
}

const KEY = /^seam_(?!at|cst|pk)\S{1,195}$/
const FOR_OTHERS = 0o077

const readKey = (file: string): string => {
  let text: string
  let mode: number
  try {
    mode = statSync(file).mode
    text = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no reason given'
    throw new BridgeError('config_invalid', `--upstream-key-file ${file} cannot be read: ${reason}.`, {
      cause,
    })
  }
  // Windows has no such modes.
  if (process.platform !== 'win32' && (mode & FOR_OTHERS) !== 0) {
    throw new BridgeError('config_invalid', `--upstream-key-file ${file} is open to others: chmod 600 it.`)
  }
  if (KEY.test(text)) return text
  throw new BridgeError('config_invalid', `--upstream-key-file ${file} holds no API key of Seam (seam_…).`)
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
  try {
    const network = readHubNetwork(flags.caFile, env)
    return { endpoint, key, keyFile: flags.keyFile, connectionTo: (url) => connectionTo(url, network) }
  } catch (error) {
    if (!isBridgeError(error, 'config_invalid') || flags.caFile === null) throw error
    const detail = error.detail?.replace('hub.caFile', '--upstream-ca-file') ?? null
    throw detail === null ? error : new BridgeError('config_invalid', detail, { cause: error })
  }
}
