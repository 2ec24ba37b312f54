import { BridgeError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { alignColumns } from '../table.ts'
import { untilInterrupted } from '../until-interrupted.ts'

export interface HubFlags {
  readonly data: string
  readonly host: string
  readonly port: number
  readonly tlsCert?: string
  readonly tlsKey?: string
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

const tlsOf = ({ tlsCert, tlsKey }: HubFlags) => {
  if (tlsCert !== undefined && tlsKey !== undefined) return { certFile: tlsCert, keyFile: tlsKey }
  if (tlsCert === undefined && tlsKey === undefined) return null
  throw new BridgeError('request_invalid', '--tls-cert and --tls-key belong together.')
}

/** `encoder-bridge hub`: the Seam-shaped server in the foreground, until it is told to stop. */
export const hub = async ({ runtime, terminal, voice }: Context, options: HubFlags): Promise<ExitCode> => {
  const running = await runtime.startHub({
    dataDir: options.data,
    host: options.host,
    port: options.port,
    tls: tlsOf(options),
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
