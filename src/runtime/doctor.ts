import { existsSync } from 'node:fs'
import { findControl } from '../cli/control-client.ts'
import { loadConfig } from '../config/load.ts'
import { publishedDaemon } from '../control/daemon-file.ts'
import { examine } from '../control/doctor.ts'
import type { DoctorReport, StatusResponse } from '../control/schema.ts'
import { openJournal } from '../journal/journal.ts'
import { readHubDate } from '../seam/hub-date.ts'
import { journalPath } from './data-dir.ts'
import { doctorSources, HUB_ANSWERS_WITHIN_MS } from './doctor-sources.ts'
import { encoderSettings } from './encoder-settings.ts'
import { readLayouts } from './layouts.ts'
import { networkOf } from './network.ts'
import { roomFacts } from './rooms.ts'

/** The control API's usual port. */
const CONTROL_PORT = 27_411

/** What the daemon on this data directory tells of itself; null where none runs, or none that this user may ask. */
const askDaemon = async (dataDir: string): Promise<{ port: number; status: StatusResponse } | null> => {
  const published = publishedDaemon(dataDir)
  const client = await findControl(dataDir).catch(() => null)
  const status = await client?.status().catch(() => null)
  if (published === null || status == null) return null
  return { port: Number(new URL(published.endpoint).port), status }
}

/**
 * Examines this computer by a configuration that a running daemon, if there is one, was not started with. What the daemon holds
 * alone (its journal, its links) is asked of it.
 */
export const doctor = async (options: {
  readonly dataDir: string
  readonly configPath: string | null
}): Promise<DoctorReport> => {
  const daemon = await askDaemon(options.dataDir)
  return examine({
    dataDir: options.dataDir,
    port: daemon?.port ?? CONTROL_PORT,
    encoders: () => daemon?.status.encoders ?? null,
    readConfig: async () => {
      const config = loadConfig({ dataDir: options.dataDir, path: options.configPath, env: process.env })
      await encoderSettings(config, readLayouts(config))
      return config
    },
    readJournal: () => {
      if (daemon !== null) {
        const { link, outbox } = daemon.status
        const { waiting, oldest_at: oldestAt, refused } = outbox
        return { hubEndpoint: link.hub_endpoint, outbox: { waiting, oldestAt, refused } }
      }
      const path = journalPath(options.dataDir)
      if (!existsSync(path)) return null
      const journal = openJournal({ path })
      try {
        return { hubEndpoint: journal.pairing()?.hubEndpoint ?? null, outbox: journal.outboxFigures() }
      } finally {
        journal.close()
      }
    },
    readRooms: (drivers) => roomFacts(options.dataDir, drivers),
    askHubDate: async (endpoint) => {
      const config = loadConfig({ dataDir: options.dataDir, path: options.configPath, env: process.env })
      const network = networkOf(config, process.env)
      return readHubDate(endpoint, network, AbortSignal.timeout(HUB_ANSWERS_WITHIN_MS))
    },
    ...doctorSources,
  })
}
