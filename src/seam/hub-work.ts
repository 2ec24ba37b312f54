import type { z } from 'zod'
import {
  type ChannelGrant,
  type ChannelSecret,
  type ChannelWorkItem,
  ExtendResponse,
  FindGrantsResponse,
  RevealResponse,
  WorkListResponse,
} from '../contract/channel-work.ts'
import type {
  DeliverableGrant,
  DeliverySecret,
  DeskWork,
  GrantQuery,
  WorkItem,
} from '../contract/desk-work.ts'
import { BridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
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

const itemOf = (told: ChannelWorkItem): WorkItem => ({
  accessMethodId: told.access_method_id,
  accessGrantId: told.access_grant_id,
  action: told.action,
  reservationKey: told.reservation_key,
  doors: told.acs_entrances.map(({ acs_entrance_id: acsEntranceId, display_name: displayName }) => ({
    acsEntranceId,
    displayName,
  })),
  startsAt: told.starts_at,
  endsAt: told.ends_at,
  timeZone: told.time_zone,
  isReissue: told.is_reissue,
})

const toldSecrets = {
  code: 'code',
  instantKeyUrl: 'instant_key_url',
  clientSessionToken: 'client_session_token',
} as const satisfies Record<DeliverySecret, ChannelSecret>

const secretOf = {
  code: 'code',
  instant_key_url: 'instantKeyUrl',
  client_session_token: 'clientSessionToken',
} as const satisfies Record<ChannelSecret, DeliverySecret>

const grantOf = (told: ChannelGrant): DeliverableGrant => ({
  accessGrantId: told.access_grant_id,
  displayName: told.reservation_key ?? 'Access Grant',
  reservationKey: told.reservation_key,
  doors: told.doors,
  startsAt: told.starts_at,
  endsAt: told.ends_at,
  timeZone: told.time_zone,
  methods: told.access_methods.map((method) => ({
    accessMethodId: method.access_method_id,
    mode: method.mode,
    displayName: method.display_name,
    isIssued: method.is_issued,
    issuedAt: method.issued_at,
    isEncodingRequired: method.is_encoding_required,
    isAssignmentRequired: method.is_assignment_required,
    secrets: method.secrets.map((secret) => secretOf[secret]),
    remarks: method.remarks,
  })),
})

const queryOf = (query: GrantQuery): object => {
  if ('accessGrantId' in query) return { access_grant_id: query.accessGrantId }
  return 'accessMethodId' in query
    ? { access_method_id: query.accessMethodId }
    : { reservation_key: query.reservationKey }
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
