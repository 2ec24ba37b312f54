import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { alignColumns } from '../table.ts'
import { untilInterrupted } from '../until-interrupted.ts'

/** `encoder-bridge run`: the daemon in the foreground, until it is told to stop. */
export const run = async (
  { runtime, terminal, voice }: Context,
  options: { readonly data: string; readonly config?: string; readonly port: number },
): Promise<ExitCode> => {
  const daemon = await runtime.startDaemon({
    dataDir: options.data,
    configPath: options.config ?? null,
    port: options.port,
    log: voice.isJson || terminal.err.isTTY !== true ? 'json' : 'pretty',
    isEmulated: false,
  })
  const { endpoint, devices } = daemon
  voice.give({ endpoint, devices })
  if (!voice.isJson) {
    const rows = devices.map(({ name, driver, path, state }) => [`  ${name}`, driver, path ?? '–', state])
    voice.say(
      `encoder-bridge ${runtime.version} is ready at ${endpoint}`,
      ...(rows.length === 0
        ? ['  No encoder is configured: `encoder-bridge open` opens the page that sets this desk up.']
        : alignColumns(rows)),
    )
  }
  return untilInterrupted(terminal, daemon)
}
