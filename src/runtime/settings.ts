import type { ConfigSource } from '../config/load.ts'
import { loadConfig } from '../config/load.ts'
import { type Config, configJsonSchema } from '../config/schema.ts'
import {
  differencesOf,
  readSettingsFile,
  replaceSettings,
  settingsFromEnvironment,
} from '../config/settings-file.ts'
import type { BridgeError } from '../contract/errors.ts'
import type { SettingsView, UpkeepPorts } from '../control/upkeep-ports.ts'
import { readKeyFile } from '../transport/secret-file.ts'
import { encoderSettings } from './encoder-settings.ts'
import { readLayouts } from './layouts.ts'
import { networkOf } from './network.ts'

/** What a daemon runs with. */
export interface RunningConfig {
  readonly get: () => Config
  /** Takes over what can change while it runs: the log, the limits, the times of sessions. */
  readonly apply: (config: Config) => void
}

/** @param setLevel of the log */
export const createRunningConfig = (first: Config, setLevel: (level: string) => void): RunningConfig => {
  let config = first
  return {
    get: () => config,
    apply: ({ log, limits, sessions }) => {
      config = { ...config, log, limits, sessions }
      setLevel(log.level)
    },
  }
}

/** Rejects as a start with this configuration would: `config_invalid`, `driver_unknown`, `layout_unknown`. */
export const checkStart = async (config: Config, env: ConfigSource['env']): Promise<void> => {
  networkOf(config, env)
  if (config.seam !== undefined) readKeyFile(config.seam.apiKeyFile)
  await encoderSettings(config, readLayouts(config))
}

/** The configuration file as the control API has it. */
export const createSettings = (
  source: ConfigSource,
  running: RunningConfig,
  restartError: () => BridgeError | null,
): UpkeepPorts['settings'] => {
  const schema = configJsonSchema() as Readonly<Record<string, unknown>>
  /** A file that would not start at all needs one for everything that it says. */
  const restartNeeded = (values: Readonly<Record<string, unknown>>): readonly string[] => {
    try {
      return differencesOf(running.get(), loadConfig(source))
    } catch {
      return Object.keys(values)
    }
  }
  const read = (): SettingsView => {
    const { file, revision, values } = readSettingsFile(source)
    return {
      file,
      revision,
      schema,
      values,
      fromEnvironment: settingsFromEnvironment(source.env),
      restartNeeded: restartNeeded(values),
      restartError: restartError(),
    }
  }
  return {
    read,
    replace: async (revision, values) => {
      running.apply(await replaceSettings(source, revision, values, (next) => checkStart(next, source.env)))
      return read()
    },
  }
}
