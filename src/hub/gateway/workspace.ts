import { z } from 'zod'
import { BridgeError } from '../../contract/errors.ts'
import type { HubContext } from '../context.ts'
import { refusal } from '../refusal.ts'
import type { Upstream } from './upstream.ts'

const WorkspaceAnswer = z.object({
  workspace: z.object({ workspace_id: z.string().min(1), name: z.string() }),
})

/** The workspace that the gateway works in: the one of its own key at the upstream. */
export interface GatewayWorkspace {
  /** Throws 502 while the upstream has never told it, or says something else than before. */
  id(): string
  /** The same, having asked once more where it is not known. */
  ensure(this: void): Promise<string>
  /**
   * Asks the upstream. True when it has confirmed the key; false when it can't be reached. Rejects `config_invalid` for a key that it
   * refuses, for the key of another workspace than this store's, and for a server that isn't Seam's.
   */
  confirm(): Promise<boolean>
}

/** The key of this hub was made before its workspace was known. */
const adopt = (hub: HubContext, { workspace_id, name }: { workspace_id: string; name: string }): void =>
  hub.store.transaction(() => {
    hub.store.workspaces.update({}, { workspace_id, name })
    hub.store.apiKeys.update({}, { workspace_id })
    hub.store.gateways.update({}, { workspace_id })
  })

/**
 * Holds the store to what it is: a sandbox's never stands in front of an upstream, nor a gateway's alone. Both would show cards of the one
 * as if they were the other's. Throws `config_invalid`.
 */
export const holdToKind = (hub: HubContext, endpoint: string | null): void => {
  const [known] = hub.store.gateways.all({})
  if (endpoint === null) {
    if (known === undefined) return
    throw new BridgeError(
      'config_invalid',
      `This data directory is a gateway’s, in front of ${known.endpoint}. Give --upstream, or another --data.`,
    )
  }
  if (known !== undefined) return hub.store.gateways.update({}, { endpoint })
  if (hub.store.systems.all({}).length > 0) {
    throw new BridgeError(
      'config_invalid',
      'This data directory is a sandbox’s. A hub with --upstream needs one of its own: give another --data.',
    )
  }
  hub.store.gateways.insert({ endpoint, workspace_id: null })
}

export const createWorkspace = (hub: HubContext, upstream: Upstream): GatewayWorkspace => {
  let trouble: BridgeError | null = null
  const known = (): string | null => hub.store.gateways.all({})[0]?.workspace_id ?? null

  const check = async (): Promise<boolean> => {
    const answer = await upstream.call('/workspaces/get', {})
    if (answer.kind !== 'answered' || answer.status >= 500 || answer.status === 429) return false
    const { data } = WorkspaceAnswer.safeParse(answer.body)
    if (answer.status === 401 || answer.status === 403) {
      const detail = `${upstream.endpoint} refuses the key of ${upstream.keyFile} (${answer.status}).`
      throw new BridgeError('config_invalid', detail)
    }
    if (answer.status !== 200 || data === undefined) {
      throw new BridgeError(
        'config_invalid',
        `${upstream.endpoint} answers ${answer.status}, not as Seam does.`,
      )
    }
    const before = known()
    if (before === null) adopt(hub, data.workspace)
    else if (before !== data.workspace.workspace_id) {
      throw new BridgeError(
        'config_invalid',
        `The key of ${upstream.keyFile} is of another workspace than this data directory: give another --data.`,
      )
    }
    return true
  }

  const id = (): string => {
    if (trouble !== null) throw refusal(502, 'upstream_refused', trouble.message)
    const found = known()
    if (found !== null) return found
    throw refusal(502, 'upstream_unreachable', 'The upstream was not reached yet since this hub was set up.')
  }
  const confirm = async (): Promise<boolean> => {
    try {
      const isConfirmed = await check()
      trouble = null
      return isConfirmed
    } catch (error) {
      if (error instanceof BridgeError) trouble = error
      throw error
    }
  }
  return {
    id,
    confirm,
    ensure: async () => {
      // What is wrong with the key or the address is kept, and told by `id`.
      if (trouble !== null || known() === null) await confirm().catch(() => undefined)
      return id()
    },
  }
}
