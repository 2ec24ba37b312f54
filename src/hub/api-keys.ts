import { randomUUID } from 'node:crypto'
import { isoAt } from './clock.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { notFound, refusal } from './refusal.ts'
import { hashToken, makeApiKey } from './secrets.ts'
import type { ApiKeyRow } from './store-workspaces.ts'

export interface MadeKey {
  readonly row: ApiKeyRow
  /** Told once. */
  readonly apiKey: string
}

/** A new key, which is stored as a hash only; the label ends with its last four characters. */
export const addApiKey = (
  hub: HubContext,
  workspaceId: string,
  { name, isOperator }: { readonly name: string; readonly isOperator: boolean },
): MadeKey => {
  const apiKey = makeApiKey()
  const row: ApiKeyRow = {
    key_hash: hashToken(apiKey),
    workspace_id: workspaceId,
    label: `${name} …${apiKey.slice(-4)}`,
    created_at: nowOf(hub),
    api_key_id: randomUUID(),
    is_operator: isOperator,
    expires_at: null,
  }
  hub.store.apiKeys.insert(row)
  return { row, apiKey }
}

/** Another one has taken its place, and the overlap is over. */
export const hasEnded = (hub: HubContext, { expires_at: end }: ApiKeyRow): boolean =>
  end !== null && end <= nowOf(hub)

/** Null for a key that nobody has, or has no longer. */
export const findApiKey = (hub: HubContext, apiKey: string): ApiKeyRow | null => {
  const row = hub.store.apiKeys.find({ key_hash: hashToken(apiKey) })
  return row === null || hasEnded(hub, row) ? null : row
}

/** Those that are good now. */
export const listApiKeys = (hub: HubContext, workspaceId: string): ApiKeyRow[] =>
  hub.store.apiKeys.all({ workspace_id: workspaceId }).filter((row) => !hasEnded(hub, row))

const keyOf = (hub: HubContext, workspaceId: string, id: string): ApiKeyRow => {
  const row = listApiKeys(hub, workspaceId).find((one) => one.api_key_id === id)
  if (row === undefined) throw notFound('api_key', id)
  return row
}

/** Nobody could make another one over the network. */
const refuseLastOperator = (hub: HubContext, row: ApiKeyRow): void => {
  const others = listApiKeys(hub, row.workspace_id).filter(
    (one) => one.is_operator && one.expires_at === null && one.api_key_id !== row.api_key_id,
  )
  if (row.is_operator && others.length === 0) {
    throw refusal(409, 'last_operator_key', 'It is the last operator’s key. Rotate it instead.')
  }
}

export const revokeApiKey = (hub: HubContext, workspaceId: string, id: string): void => {
  const row = keyOf(hub, workspaceId, id)
  refuseLastOperator(hub, row)
  hub.store.apiKeys.delete({ api_key_id: row.api_key_id })
}

/** A key in the place of another one, which stays good for the overlap. */
export const rotateApiKey = (
  hub: HubContext,
  workspaceId: string,
  id: string,
  overlapHours: number,
): MadeKey => {
  const row = keyOf(hub, workspaceId, id)
  const name = row.label.replace(/ …\w{4}$/, '')
  const made = addApiKey(hub, workspaceId, { name, isOperator: row.is_operator })
  const overlapEnd = isoAt(hub.clock.now() + overlapHours * 3_600_000)
  // A second rotation gives the key before no more time than the first one.
  const expires_at = row.expires_at !== null && row.expires_at < overlapEnd ? row.expires_at : overlapEnd
  hub.store.apiKeys.update({ api_key_id: row.api_key_id }, { expires_at })
  return made
}
