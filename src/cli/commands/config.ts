import { stringify } from 'yaml'
import { configFileOf, type ConfigSource, loadConfig } from '../../config/load.ts'
import { redactConfig } from '../../config/redact-config.ts'
import { configJsonSchema } from '../../config/schema.ts'
import { parseSettingPath, parseSettingValue, withSetting } from '../../config/set-value.ts'
import { readSettingsFile, replaceSettings, settingsFromEnvironment } from '../../config/settings-file.ts'
import type { Context } from '../context.ts'
import { findControl } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'

interface ConfigFlags {
  readonly data: string
  readonly config?: string
}

const sourceOf = ({ data, config }: ConfigFlags): ConfigSource => ({
  dataDir: data,
  path: config ?? null,
  env: process.env,
})

/** `encoder-bridge config path`: which file it is. */
export const configPath = ({ voice }: Context, flags: ConfigFlags): Promise<ExitCode> => {
  const file = configFileOf(sourceOf(flags))
  voice.give({ file })
  if (!voice.isJson) voice.say(file)
  return Promise.resolve(0)
}

/** `encoder-bridge config schema`: for editors. */
export const configSchema = ({ terminal }: Context): Promise<ExitCode> => {
  terminal.out.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
  return Promise.resolve(0)
}

/** `encoder-bridge config show`: what a daemon would run with, without keys. */
export const configShow = ({ voice }: Context, flags: ConfigFlags): Promise<ExitCode> => {
  const source = sourceOf(flags)
  const values = redactConfig({ ...loadConfig(source) })
  const fromEnvironment = settingsFromEnvironment(source.env)
  voice.give({ file: configFileOf(source), values, from_environment: fromEnvironment })
  if (!voice.isJson) {
    voice.say(...stringify(values, { lineWidth: 0 }).trimEnd().split('\n'))
    if (fromEnvironment.length > 0) voice.say(`# From the environment: ${fromEnvironment.join(', ')}`)
  }
  return Promise.resolve(0)
}

/** `encoder-bridge config check`: whether a daemon would start with it. */
export const configCheck = async ({ voice, runtime }: Context, flags: ConfigFlags): Promise<ExitCode> => {
  const source = sourceOf(flags)
  const config = loadConfig(source)
  await runtime.checkConfig(config)
  const file = configFileOf(source)
  voice.give({ file, devices: config.devices.length })
  if (!voice.isJson) voice.say(`${file} is right: ${config.devices.length} devices.`)
  return 0
}

/** Through the daemon, where one runs on this file, so that what can counts at once; else in the file itself. */
const change = async (
  { runtime }: Context,
  flags: ConfigFlags,
  changed: (values: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Promise<readonly string[] | null> => {
  const client = flags.config === undefined ? await findControl(flags.data) : null
  if (client === null) {
    const source = sourceOf(flags)
    const { revision, values } = readSettingsFile(source)
    await replaceSettings(source, revision, changed(values), runtime.checkConfig)
    return null
  }
  const { revision, values } = await client.settings()
  const { restart_needed: needed } = await client.replaceSettings({
    revision,
    values: { ...changed(values) },
  })
  return needed
}

/** `encoder-bridge config set`: changes one setting of the file, or nothing. */
export const configSet = async (
  context: Context,
  key: string,
  text: string,
  flags: ConfigFlags,
): Promise<ExitCode> => {
  const path = parseSettingPath(key)
  const value = parseSettingValue(text)
  const restartNeeded = await change(context, flags, (values) => withSetting(values, path, value))
  const { voice } = context
  voice.give({ setting: key, restart_needed: restartNeeded })
  if (!voice.isJson) {
    voice.say(
      `Saved: ${key}.`,
      ...(restartNeeded === null || restartNeeded.length === 0
        ? []
        : [`The daemon uses it after a restart: ${restartNeeded.join(', ')}.`]),
    )
  }
  return 0
}
