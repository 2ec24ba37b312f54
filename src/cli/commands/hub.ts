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
