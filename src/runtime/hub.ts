import type { RunningHub } from '../cli/runtime.ts'
import { startHub as startHubServer } from '../hub/hub.ts'
import { BridgeError } from '../contract/errors.ts'
import { ensureDataDir } from './data-dir.ts'
import { createLogger } from './logger.ts'

/** Starts a hub of its own, in this process. */
export const startHub = async (options: {
  readonly dataDir: string
  readonly port: number
  readonly seed: string | null
}): Promise<RunningHub> => {
  if (options.seed !== null && options.seed !== 'demo') {
    throw new BridgeError('request_invalid', `There is no seed “${options.seed}”; there is “demo”.`)
  }
  ensureDataDir(options.dataDir)
  return startHubServer({
    dataDir: options.dataDir,
    port: options.port,
    seed: options.seed,
    logger: await createLogger('json', process.env['BRIDGE_LOG__LEVEL'] ?? 'warn'),
  })
}
