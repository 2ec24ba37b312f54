import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import { readOverrides } from './environment.ts'
import { checkConfig, configFileOf, type ConfigSource, MAX_FILE_BYTES, readText, readYaml } from './load.ts'
import { mergeValues } from './merge-values.ts'
import { replaceFile } from './replace-file.ts'
import { type Config, settingPaths } from './schema.ts'

/** The configuration file as it is written. */
export interface SettingsFile {
  readonly file: string
  /** Of the text: another text has another one. */
  readonly revision: string
  readonly text: string
  /** Without defaults, and without what the environment decides. */
  readonly values: Readonly<Record<string, unknown>>
}

const revisionOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** Reads the file, whatever it sets. Throws `config_invalid` for what is no map of settings. */
export const readSettingsFile = (source: ConfigSource): SettingsFile => {
  const file = configFileOf(source)
  const text = readText(file, source.path === null)
  const { root } = readYaml(text, file)
  if (typeof root !== 'object' || root === null || Array.isArray(root)) {
    throw new BridgeError('config_invalid', `${file} is no map of settings.`)
  }
  return { file, revision: revisionOf(text), text, values: root as Readonly<Record<string, unknown>> }
}

/** A mistake in what was sent is the sender's: the file is as good as it was. */
const asRequest = (thrown: unknown): BridgeError => {
  const { code, detail, cause } = toBridgeError(thrown)
  const isInput = ['config_invalid', 'driver_unknown', 'layout_unknown'].includes(code)
  return new BridgeError(isInput ? 'request_invalid' : code, detail, { cause })
}

/**
 * Saves these values as the file, and resolves with the configuration that it then is. Comments stay where they can. Nothing is
 * saved that would not start: rejects `request_invalid`, and `settings_changed` where the file is another one than was read.
 * @param check what the schema can't know: drivers, layouts, files
 */
export const replaceSettings = async (
  source: ConfigSource,
  revision: string,
  values: Readonly<Record<string, unknown>>,
  check: (config: Config) => Promise<unknown>,
): Promise<Config> => {
  const config = checked(source, values)
  await check(config).catch((thrown: unknown) => {
    throw asRequest(thrown)
  })
  const now = readSettingsFile(source)
  if (now.revision !== revision) throw new BridgeError('settings_changed')
  if (isDeepStrictEqual(now.values, values)) return config
  const text = mergeValues(now.text, values)
  // No start would read it again.
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) {
    throw new BridgeError('request_invalid', `The file would be longer than ${MAX_FILE_BYTES} bytes.`)
  }
  replaceFile(now.file, text)
  return config
}

const checked = (source: ConfigSource, values: Readonly<Record<string, unknown>>): Config => {
  try {
    return checkConfig(structuredClone(values), readOverrides(source.env), () => '')
  } catch (thrown) {
    throw asRequest(thrown)
  }
}

/** Settings that the environment decides, as paths like `hub.endpoint`. */
export const settingsFromEnvironment = (env: ConfigSource['env']): readonly string[] =>
  readOverrides(env).map(({ path }) => path.join('.'))

const valueIn = (config: Config, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    config,
  )

/** Where two configurations differ, as paths like `hub.endpoint`. */
export const differencesOf = (one: Config, other: Config): readonly string[] =>
  settingPaths()
    .filter((path) => !isDeepStrictEqual(valueIn(one, path), valueIn(other, path)))
    .map((path) => path.join('.'))
