import { readFileSync } from 'node:fs'
import type { RunningHub, StartHubOptions } from '../cli/runtime.ts'
import { ensureDataDir } from '../config/data-dir.ts'
import { startHub as startHubServer } from '../hub/hub.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import { isSafeUrl } from '../contract/link-path.ts'
import { findPortHolder } from '../control/port-holder.ts'
import { readSecretFile } from '../transport/secret-file.ts'
import { createLogger } from './logger.ts'
import { readUpstream } from './hub-upstream.ts'

/** Links that give a guest access begin with it. */
const readPublicUrl = (text: string | null): string | null => {
  if (text === null) return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !isSafeUrl(url) || url.search !== '' || url.hash !== '') {
    throw new BridgeError(
      'request_invalid',
      '--public-url: give an https address, or http on this computer, without a query.',
    )
  }
  return url.href
}

/** A chain of certificates has some thousand bytes, a key fewer. */
const MAX_PEM_BYTES = 65_536

/** Throws `config_invalid` for a file that can't be read, and for a key that others can read. */
const tlsReader = (certFile: string, keyFile: string) => () => {
  const key = readSecretFile(keyFile, MAX_PEM_BYTES)
  try {
    return { cert: readFileSync(certFile, 'utf8'), key }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BridgeError('config_invalid', `The certificate ${certFile} cannot be read: ${reason}.`, {
      cause,
    })
  }
}

/** Starts a hub of its own, in this process. */
export const startHub = async (options: StartHubOptions): Promise<RunningHub> => {
  if (options.seed !== null && options.seed !== 'demo') {
    throw new BridgeError('request_invalid', `There is no seed “${options.seed}”; there is “demo”.`)
  }
  const upstream = readUpstream(options.upstream, process.env)
  if (upstream !== null && options.seed !== null) {
    throw new BridgeError('request_invalid', '--seed fills a sandbox; a hub with --upstream has none.')
  }
  const publicUrl = readPublicUrl(options.publicUrl)
  ensureDataDir(options.dataDir)
  const logger = await createLogger('json', process.env['BRIDGE_LOG__LEVEL'] ?? 'warn')
  const { dataDir, host, port, seed, tls } = options
  const readTls = tls === null ? null : tlsReader(tls.certFile, tls.keyFile)
  try {
    return await startHubServer({ dataDir, host, port, seed, logger, publicUrl, readTls, upstream })
  } catch (error) {
    if (!isBridgeError(error, 'port_taken')) throw error
    const holder = (await findPortHolder(port)) ?? 'another program'
    throw new BridgeError('port_taken', `Port ${port} is held by ${holder}.`, { cause: error })
  }
}
