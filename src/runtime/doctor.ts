import { existsSync } from 'node:fs'
import { loadConfig } from '../config/load.ts'
import { examine } from '../control/doctor.ts'
import type { DoctorReport } from '../control/schema.ts'
import { openJournal } from '../journal/journal.ts'
import { journalPath } from './data-dir.ts'
import { doctorSources } from './doctor-sources.ts'
import { encoderSettings } from './encoder-settings.ts'
import { readLayouts } from './layouts.ts'

/** The control API's usual port, where doctor looks for a daemon. */
const CONTROL_PORT = 27_411

/** Examines this computer with no daemon running on the data directory. */
export const doctor = (options: {
  readonly dataDir: string
  readonly configPath: string | null
}): Promise<DoctorReport> =>
  examine({
    dataDir: options.dataDir,
    port: CONTROL_PORT,
    readConfig: async () => {
      const config = loadConfig({ dataDir: options.dataDir, path: options.configPath, env: process.env })
      await encoderSettings(config, readLayouts(config))
      return config
    },
    readJournal: () => {
      const path = journalPath(options.dataDir)
      if (!existsSync(path)) return null
      const journal = openJournal({ path })
      try {
        return { hubEndpoint: journal.pairing()?.hubEndpoint ?? null, outbox: journal.outboxFigures() }
      } finally {
        journal.close()
      }
    },
    ...doctorSources,
  })
