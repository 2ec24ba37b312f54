import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { startHub } from '../../src/hub/hub.ts'
import { collectRoutes } from './collect-routes.ts'

/** The hub's addresses, each with its methods as `GET, POST`. A hub is started for it, and ends. */
export const hubRoutes = async (): Promise<ReadonlyMap<string, string>> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hub-routes-'))
  try {
    const lines = await collectRoutes(async () => {
      const hub = await startHub({ dataDir, port: 0, seed: null, logger: pino({ level: 'silent' }) })
      await hub.close()
    })
    const routes = new Map<string, string>()
    for (const line of lines) {
      const [, methods = '', path = ''] = /^(.*) (\S+)$/.exec(line) ?? []
      const known = routes.get(path)
      routes.set(path, known === undefined ? methods : `${known}, ${methods}`)
    }
    return routes
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
