import type { Paired, PairOptions } from '../cli/runtime.ts'
import { ensureDataDir } from '../config/data-dir.ts'
import { loadConfig } from '../config/load.ts'
import { openJournal } from '../journal/journal.ts'
import { pairWithHub } from '../seam/pair.ts'
import { systemClock } from '../service/system-clock.ts'
import { journalPath } from './data-dir.ts'
import { networkToHub } from './network.ts'
import { deskIdentity } from './pairing.ts'

/** Pairs while no daemon runs on this data directory. */
export const pair = async (options: PairOptions): Promise<Paired> => {
  const config = loadConfig({ dataDir: options.dataDir, path: null, env: process.env })
  const network = networkToHub(config, process.env)
  ensureDataDir(options.dataDir)
  const journal = openJournal({ path: journalPath(options.dataDir) })
  try {
    const pairing = await pairWithHub({
      hubEndpoint: options.hubEndpoint,
      network,
      apiKey: options.apiKey,
      enrolmentToken: options.enrolmentToken,
      acsSystemId: options.acsSystemId,
      ...deskIdentity(journal),
      clock: systemClock,
      wallClock: () => new Date(),
      signal: options.signal,
      onCode: options.onCode,
    })
    journal.setPairing(pairing)
    return {
      bridgeId: pairing.bridgeId,
      acsSystemId: pairing.acsSystemId,
      hubEndpoint: pairing.hubEndpoint,
    }
  } finally {
    journal.close()
  }
}
