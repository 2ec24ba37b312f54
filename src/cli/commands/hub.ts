import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { alignColumns } from '../table.ts'
import { untilInterrupted } from '../until-interrupted.ts'

export interface HubFlags {
  readonly data: string
  readonly port: number
  readonly seed?: string
  readonly publicUrl?: string
  readonly upstream?: string
  readonly upstreamKeyFile?: string
  readonly upstreamCaFile?: string
}

const upstreamOf = (flags: HubFlags) => {
  const { upstream: url, upstreamKeyFile: keyFile, upstreamCaFile: caFile } = flags
  if (url === undefined && keyFile === undefined && caFile === undefined) return null
  return { url: url ?? null, keyFile: keyFile ?? null, caFile: caFile ?? null }
}

/** `encoder-bridge hub`: the Seam-shaped server in the foreground, until it is told to stop. */
export const hub = async ({ runtime, terminal, voice }: Context, options: HubFlags): Promise<ExitCode> => {
  const running = await runtime.startHub({
    dataDir: options.data,
    port: options.port,
    seed: options.seed ?? null,
    publicUrl: options.publicUrl ?? null,
    upstream: upstreamOf(options),
  })
  const { endpoint, workspaceId, apiKey } = running
  voice.give({ endpoint, workspace_id: workspaceId, api_key: apiKey })
  if (!voice.isJson) {
    voice.say(
      `The hub is ready at ${endpoint}${options.upstream === undefined ? '' : `, in front of ${options.upstream}`}`,
      ...alignColumns([
        ['  Workspace:', workspaceId],
        ['  API key:', apiKey],
        ['  Next:', `SEAM_API_KEY=${apiKey} encoder-bridge pair --hub ${endpoint}`],
      ]),
    )
  }
  return untilInterrupted(terminal, running)
}
