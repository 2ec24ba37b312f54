import { drivers } from '../../drivers/index.ts'
import type { Journal } from '../contract/journal.ts'
import type { ControlPorts } from '../control/ports.ts'
import type { UpkeepPorts } from '../control/upkeep-ports.ts'
import { listConnected } from './connected-devices.ts'
import type { DaemonHost } from './daemon.ts'
import { createDiagnostics } from './diagnostics.ts'
import { createSettings } from './settings.ts'

/** What installers and support ask the daemon for, over what the other parts of it tell. */
export const createUpkeep = (
  host: DaemonHost,
  parts: Pick<ControlPorts, 'encoders' | 'link' | 'doctor' | 'rooms' | 'sessions'> & {
    readonly dataDir: string
    readonly journal: Journal
    readonly wallClock: () => Date
  },
): UpkeepPorts => {
  const { version, source, running, lines, capture } = host
  const { dataDir, journal, wallClock } = parts
  const settings = createSettings(source, running, host.restartError)
  const connected = async () => (await listConnected()).devices
  return {
    settings,
    restart: host.restart,
    connected,
    drivers: async () => {
      const loaded = await Promise.all([...drivers.values()].map((load) => load()))
      return loaded.map(({ manifest }) => manifest)
    },
    log: { newest: lines.newest, onLine: lines.onLine },
    diagnostics: createDiagnostics(
      { version, dataDir, capture, journal, wallClock, newestLines: lines.newest, config: running.get },
      { ...parts, settings, connected },
    ),
  }
}
