import { MAX_FOUND_GRANTS, MAX_WORK_DOORS, MAX_WORK_ITEMS } from '../contract/channel-work.ts'
import type {
  ChannelGrant,
  ChannelSecret,
  ChannelWorkItem,
  RevealResponse,
} from '../contract/channel-work.ts'
import { deliverableOf, secretIn } from '../seam-api/deliverables.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { presentAccessMethod, wholeSecond } from './present-access.ts'
import { invalidInput, notFound } from './refusal.ts'
import type { AccessGrantRow, AccessMethodRow } from './store-access.ts'
import type { BridgeRow } from './store-bridges.ts'

/**
 * The access systems that a bridge serves: the one that it was paired with. One that was paired with none, so that its system has no doors,
 * serves those that no other bridge was paired with.
 */
const systemsOf = (hub: HubContext, { workspace_id, acs_system_id, bridge_id }: BridgeRow): string[] => {
  if (hub.store.entrances.find({ workspace_id, acs_system_id }) !== null) return [acs_system_id]
  const served = hub.store.bridges
    .all({ workspace_id })
    .flatMap((other) => (other.bridge_id === bridge_id ? [] : [other.acs_system_id]))
  return hub.store.systems
    .all({ workspace_id })
    .map((system) => system.acs_system_id)
    .filter((id) => !served.includes(id))
}

const doorsOf = (hub: HubContext, grant: AccessGrantRow) =>
  grant.acs_entrance_ids.flatMap((acs_entrance_id) => {
    const door = hub.store.entrances.find({ workspace_id: grant.workspace_id, acs_entrance_id })
    return door === null ? [] : [{ acs_entrance_id, display_name: door.display_name }]
  })

/** What is told of every grant. Its name is left out: it often is a guest's. */
const stayOf = (hub: HubContext, grant: AccessGrantRow) => ({
  access_grant_id: grant.access_grant_id,
  reservation_key: grant.reservation_key,
  starts_at: grant.starts_at,
  ends_at: grant.ends_at,
  time_zone: hub.store.systems.find({ acs_system_id: grant.acs_system_id })?.time_zone ?? 'UTC',
})

/** The cards that may be encoded or assigned now at the bridge's site, those that start first. */
export const listWork = (hub: HubContext, bridge: BridgeRow): ChannelWorkItem[] => {
  const { workspace_id } = bridge
  const waiting = hub.store.methods.query(
    `join access_grants g on g.access_grant_id = t.access_grant_id
     where t.workspace_id = ? and g.acs_system_id in (select value from json_each(?)) and g.deleted_at is null and t.deleted_at is null
       and t.mode = 'card' and t.is_issued = 0 and (g.ends_at is null or g.ends_at > ?)
       and (t.card_issuing = 'assignment' or t.card_issuing = 'encoding' and t.acs_credential_id is not null)
     order by g.starts_at, t.seq limit ${MAX_WORK_ITEMS}`,
    workspace_id,
    JSON.stringify(systemsOf(hub, bridge)),
    nowOf(hub),
  )
  return waiting.flatMap((method) => {
    const grant = hub.store.grants.find({ access_grant_id: method.access_grant_id })
    if (grant === null) return []
    return [
      {
        access_method_id: method.access_method_id,
        action: method.card_issuing === 'assignment' ? ('assign' as const) : ('encode' as const),
        acs_entrances: doorsOf(hub, grant).slice(0, MAX_WORK_DOORS),
        is_reissue: method.times_issued > 0,
        ...stayOf(hub, grant),
      },
    ]
  })
}

/** An access method of the bridge's site, with its grant. */
export const methodAtSite = (
  hub: HubContext,
  bridge: BridgeRow,
  access_method_id: string,
): { method: AccessMethodRow; grant: AccessGrantRow } => {
  const { workspace_id } = bridge
  const method = hub.store.methods.find({ workspace_id, access_method_id, deleted_at: null })
  const grant = method && grantAtSite(hub, bridge, method.access_grant_id)
  if (method === null || grant === null) throw notFound('access_method', access_method_id)
  return { method, grant }
}

/** Null for one of another site, too. */
export const grantAtSite = (
  hub: HubContext,
  bridge: BridgeRow,
  access_grant_id: string,
): AccessGrantRow | null => {
  const { workspace_id } = bridge
  const grant = hub.store.grants.find({ workspace_id, access_grant_id, deleted_at: null })
  return grant !== null && systemsOf(hub, bridge).includes(grant.acs_system_id) ? grant : null
}

/** The end that a desk gives to a stay: after its start, and not over already. */
export const newEnd = (hub: HubContext, { starts_at }: { starts_at: string }, endsAt: string): string => {
  const end = wholeSecond(endsAt) ?? endsAt
  if (end <= starts_at) throw invalidInput('ends_at: must be after starts_at')
  if (end <= nowOf(hub)) throw invalidInput('ends_at: is over already')
  return end
}

export const revealSecret = (
  hub: HubContext,
  bridge: BridgeRow,
  methodId: string,
  secret: ChannelSecret,
): Omit<RevealResponse, 'ok'> =>
  secretIn(presentAccessMethod(hub, methodAtSite(hub, bridge, methodId).method), secret)

const presentForDesk = (hub: HubContext, grant: AccessGrantRow): ChannelGrant => ({
  ...stayOf(hub, grant),
  doors: doorsOf(hub, grant).map(({ display_name }) => display_name),
  access_methods: hub.store.methods
    .all({ access_grant_id: grant.access_grant_id, deleted_at: null })
    .map((method) => deliverableOf(presentAccessMethod(hub, method))),
})

export interface WantedGrant {
  readonly access_grant_id?: string | undefined
  readonly access_method_id?: string | undefined
  readonly reservation_key?: string | undefined
}

/** The grants of the bridge's site that fit; what belongs to another site does not exist here. */
export const findGrants = (hub: HubContext, bridge: BridgeRow, wanted: WantedGrant): ChannelGrant[] => {
  const { access_grant_id, access_method_id, reservation_key } = wanted
  const { workspace_id } = bridge
  const method =
    access_method_id === undefined
      ? null
      : hub.store.methods.find({ workspace_id, access_method_id, deleted_at: null })
  const found =
    reservation_key === undefined
      ? [grantAtSite(hub, bridge, access_grant_id ?? method?.access_grant_id ?? '')]
      : hub.store.grants
          .all({ workspace_id, reservation_key, deleted_at: null })
          .filter((grant) => systemsOf(hub, bridge).includes(grant.acs_system_id))
  return found
    .flatMap((grant) => (grant === null ? [] : [presentForDesk(hub, grant)]))
    .slice(0, MAX_FOUND_GRANTS)
}
