import { BridgeError } from '../../src/contract/errors.ts'
import { DriverId } from '../../src/contract/ids.ts'
import type {
  CaptureView,
  ConnectedDevice,
  LogLine,
  SettingsView,
  UpkeepPorts,
} from '../../src/control/upkeep-ports.ts'

export const oneLine: LogLine = {
  at: '2026-11-23T10:00:00.000Z',
  level: 'warn',
  component: 'link',
  message: 'no link to the hub',
  fields: { code: 'hub_unreachable' },
}

const drivers: Awaited<ReturnType<UpkeepPorts['drivers']>> = [
  {
    id: DriverId.parse('pn532'),
    name: 'NXP PN532',
    kind: 'card',
    transports: ['serial'],
    technologies: ['mifare-classic-1k'],
  },
]

/** The ports of installers and support, held in memory and steered by a test; what was asked goes into `calls`. */
export const createFakeUpkeep = (calls: unknown[]) => {
  const observers = new Set<(line: LogLine) => void>()
  const upkeep = {
    settings: {
      file: '/etc/encoder-bridge/config.yaml',
      revision: 'r1',
      schema: { type: 'object' },
      values: { log: { level: 'info' } },
      fromEnvironment: ['hub.endpoint'],
      restartNeeded: [],
      restartError: null,
    } as SettingsView,
    /** Why a restart is refused; null when it is not. */
    refusal: null as BridgeError | null,
    connected: [] as readonly ConnectedDevice[],
    lines: [oneLine] as readonly LogLine[],
    capture: null as CaptureView | null,
    bundle: new Uint8Array(0),
    /** Writes a line of the log. */
    log: (line: LogLine): void => {
      for (const observer of observers) observer(line)
    },
  }
  const ports: UpkeepPorts = {
    settings: {
      read: () => upkeep.settings,
      replace: (revision, values) => {
        calls.push({ replaceSettings: values })
        if (revision !== upkeep.settings.revision) return Promise.reject(new BridgeError('settings_changed'))
        upkeep.settings = { ...upkeep.settings, revision: 'r2', values, restartNeeded: ['devices'] }
        return Promise.resolve(upkeep.settings)
      },
    },
    restart: () => {
      calls.push('restart')
      return upkeep.refusal === null ? Promise.resolve() : Promise.reject(upkeep.refusal)
    },
    connected: () => Promise.resolve(upkeep.connected),
    drivers: () => Promise.resolve(drivers),
    log: {
      newest: (limit) => upkeep.lines.slice(-limit),
      onLine: (observer) => {
        observers.add(observer)
        return () => observers.delete(observer)
      },
    },
    diagnostics: {
      capture: () => upkeep.capture,
      start: () => {
        calls.push('start capture')
        upkeep.capture = { startedAt: oneLine.at, endsAt: '2026-11-23T10:10:00.000Z', lines: 0 }
      },
      stop: () => {
        calls.push('stop capture')
        upkeep.capture = null
      },
      bundle: () => Promise.resolve(upkeep.bundle),
    },
  }
  return { upkeep, ports }
}
