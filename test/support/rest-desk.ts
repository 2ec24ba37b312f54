import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RunningCommand, startCommand } from './command.ts'

// What a test reads of an answer, it names where it expects it.
// oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes
type Json = any

/** Where a desk without a hub lives, and the Seam that it works with. */
export interface RestPlace {
  readonly folder: string
  readonly endpoint: string
  readonly apiKey: string
}

/** Starts the daemon of a desk that works with Seam itself: with an API key, over REST, unpaired. Again in the same place, it is the same desk. */
export const startRestDesk = async (place: RestPlace, device: object, seam: object = {}) => {
  const dataDir = join(place.folder, 'rest-desk')
  const apiKeyFile = join(place.folder, 'seam-key')
  const config = join(place.folder, 'rest.yaml')
  writeFileSync(apiKeyFile, `${place.apiKey}\n`, { mode: 0o600 })
  const { endpoint: seamEndpoint } = place
  writeFileSync(
    config,
    JSON.stringify({
      seam: { apiKeyFile, endpoint: seamEndpoint, pollSeconds: 10, ...seam },
      devices: [device],
    }),
  )
  const daemon: RunningCommand = startCommand([
    ...['run', '--data', dataDir, '--config', config],
    ...['--port', '0', '--json'],
  ])
  const { endpoint } = (await daemon.ready) as { endpoint: string }
  const token = readFileSync(join(dataDir, 'control-token'), 'utf8').trim()
  const control = async (path: string, body?: object): Promise<Json> => {
    const response = await fetch(`${endpoint}${path}`, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
    return response.json()
  }
  return {
    daemon,
    dataDir,
    config,
    apiKeyFile,
    control,
    [Symbol.asyncDispose]: async (): Promise<void> => void (await daemon.stop()),
  }
}
