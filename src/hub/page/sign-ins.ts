import { randomBytes } from 'node:crypto'
import { findApiKey, hasEnded } from '../api-keys.ts'
import type { HubContext } from '../context.ts'
import { hashToken } from '../secrets.ts'
import type { ApiKeyRow } from '../store-workspaces.ts'

const LIFE_MS = 12 * 3_600_000
const MAX_SIGN_INS = 1_000

/** Who is signed in to the page. Kept in memory: a restart signs everybody out. */
export interface SignIns {
  /** A ticket for a key that is good; null for any other one. */
  open(apiKey: string): string | null
  /** The key behind a ticket, as long as both are good. */
  find(ticket: string): ApiKeyRow | null
  close(ticket: string): void
}

export const createSignIns = (hub: HubContext): SignIns => {
  const byHash = new Map<string, { readonly apiKeyId: string; readonly endsAtMs: number }>()
  return {
    open: (apiKey) => {
      const key = findApiKey(hub, apiKey)
      if (key === null) return null
      const [oldest] = byHash.keys()
      if (oldest !== undefined && byHash.size >= MAX_SIGN_INS) byHash.delete(oldest)
      const ticket = randomBytes(24).toString('base64url')
      byHash.set(hashToken(ticket), {
        apiKeyId: key.api_key_id,
        endsAtMs: hub.clock.now() + LIFE_MS,
      })
      return ticket
    },
    find: (ticket) => {
      const known = byHash.get(hashToken(ticket))
      if (known === undefined || known.endsAtMs <= hub.clock.now()) return null
      const key = hub.store.apiKeys.find({ api_key_id: known.apiKeyId })
      return key === null || hasEnded(hub, key) ? null : key
    },
    close: (ticket) => void byHash.delete(hashToken(ticket)),
  }
}
