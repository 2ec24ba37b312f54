import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { BridgeError } from '../contract/errors.ts'
import { addApiKey, findApiKey } from './api-keys.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import type { WorkspaceRow } from './store-workspaces.ts'

const addOperatorKey = (hub: HubContext, workspaceId: string): string =>
  addApiKey(hub, workspaceId, { name: 'api key', isOperator: true }).apiKey

/** A workspace with its first API key, which is returned and stored as a hash only. */
export const createWorkspace = (
  hub: HubContext,
  name: string,
): { workspace: WorkspaceRow; apiKey: string } => {
  const workspace = { workspace_id: randomUUID(), name, created_at: nowOf(hub) }
  hub.store.workspaces.insert(workspace)
  return { workspace, apiKey: addOperatorKey(hub, workspace.workspace_id) }
}

const readKey = (path: string): string | null => {
  try {
    chmodSync(path, 0o600)
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

/**
 * The operator's workspace and the key to it, which `DATA/api-key` (0600) keeps for printing again. A missing or foreign
 * file is replaced by a new key of the same workspace. Throws `data_unwritable`.
 */
export const openOperatorKey = (
  hub: HubContext,
  dataDir: string,
): { workspaceId: string; apiKey: string } => {
  const path = join(dataDir, 'api-key')
  const [first] = hub.store.workspaces.all({})
  const kept = readKey(path)
  const known = kept === null ? null : findApiKey(hub, kept)
  if (kept !== null && known !== null) return { workspaceId: known.workspace_id, apiKey: kept }
  return hub.store.transaction(() => {
    const workspaceId = first?.workspace_id
    const made =
      workspaceId === undefined
        ? createWorkspace(hub, 'Demo Hotel')
        : { workspace: { workspace_id: workspaceId }, apiKey: addOperatorKey(hub, workspaceId) }
    try {
      writeFileSync(path, `${made.apiKey}\n`, { mode: 0o600 })
    } catch (error) {
      throw new BridgeError('data_unwritable', `The key file is ${path}.`, { cause: error })
    }
    return { workspaceId: made.workspace.workspace_id, apiKey: made.apiKey }
  })
}
