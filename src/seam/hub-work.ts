import type { z } from 'zod'
import {
  ExtendResponse,
  FindGrantsResponse,
  RevealResponse,
  WorkListResponse,
} from '../contract/channel-work.ts'
import type { DeskWork } from '../contract/desk-work.ts'
import { BridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
import { grantOf, itemOf, queryOf, toldSecrets } from './from-channel-work.ts'
import type { Link } from './link.ts'
import { createWorkList } from './work-list.ts'

/** How often a hub is asked while somebody watches the list, and at the most. */
const POLL_MS = 30_000
const AT_LEAST_MS = 1_000

export interface HubWorkSettings {
  readonly link: Pick<Link, 'ask' | 'view' | 'onChange' | 'onDelivered'>
  readonly clock: Clock
  readonly wallClock: () => Date
}

/**
 * What the hub says of the work of this desk: asked when the link comes up, when the hub has taken a result, and every 30 s, all of it only
 * while somebody listens.
 */
export const createHubWork = ({ link, clock, wallClock }: HubWorkSettings): DeskWork & { close(): void } => {
  const ask = <T extends z.ZodType>(path: string, body: object, answer: T, signal: AbortSignal) =>
    link.ask(path, body, answer, signal)
  const kept = createWorkList({
    ask: async (signal) => (await ask('/bridge/v1/work/list', {}, WorkListResponse, signal)).work.map(itemOf),
    clock,
    wallClock,
    pollMs: POLL_MS,
    atLeastMs: AT_LEAST_MS,
  })
  let wasConnected = false
  const stopLink = link.onChange(() => {
    const isConnected = link.view().state === 'connected'
    if (isConnected && !wasConnected) kept.hint()
    wasConnected = isConnected
  })
  const stopDelivered = link.onDelivered(kept.hint)

  return {
    list: kept.list,
    onChange: kept.onChange,
    refresh: kept.refresh,
    grants: async (query, signal) => {
      const path = '/bridge/v1/access_grants/find'
      return (await ask(path, queryOf(query), FindGrantsResponse, signal)).access_grants.map(grantOf)
    },
    reveal: async (accessMethodId, secret, signal) => {
      const body = { access_method_id: accessMethodId, secret: toldSecrets[secret] }
      const told = await ask('/bridge/v1/access_methods/reveal', body, RevealResponse, signal)
      if (told.reason !== null) throw new BridgeError(told.reason)
      if (told.value === null) throw new BridgeError('hub_protocol', 'It told neither a secret nor why not.')
      return told.value
    },
    extend: async (accessGrantId, endsAt, signal) => {
      const body = { access_grant_id: accessGrantId, ends_at: endsAt }
      await ask('/bridge/v1/access_grants/extend', body, ExtendResponse, signal)
      kept.hint()
    },
    close: () => {
      stopLink()
      stopDelivered()
      kept.close()
    },
  }
}
