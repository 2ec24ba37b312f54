import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { alignColumns } from '../table.ts'
import { untilInterrupted } from '../until-interrupted.ts'

/** `encoder-bridge hub`: the Seam-shaped server in the foreground, until it is told to stop. */
export const hub = async (
  { runtime, terminal, voice }: Context,
  options: {
    readonly data: string
    readonly port: number
    readonly seed?: string
    readonly publicUrl?: string
  },
): Promise<ExitCode> => {
  const running = await runtime.startHub({
    dataDir: options.data,
    port: options.port,
    seed: options.seed ?? null,
    publicUrl: options.publicUrl ?? null,
  })
  const { endpoint, workspaceId, apiKey } = running
  voice.give({ endpoint, workspace_id: workspaceId, api_key: apiKey })
  if (!voice.isJson) {
    voice.say(
      `The hub is ready at ${endpoint}`,
      ...alignColumns([
        ['  Workspace:', workspaceId],
        ['  API key:', apiKey],
        ['  Next:', `SEAM_API_KEY=${apiKey} encoder-bridge pair --hub ${endpoint}`],
      ]),
    )
  }
  return untilInterrupted(terminal, running)
}
