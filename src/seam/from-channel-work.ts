import type { z } from 'zod'
import type {
  ChannelGrant,
  ChannelSecret,
  ChannelWorkItem,
  FindGrantsRequest,
} from '../contract/channel-work.ts'
import type { DeliverableGrant, DeliverySecret, GrantQuery, WorkItem } from '../contract/desk-work.ts'

/** An item of the work, as a hub tells it. */
export const itemOf = (told: ChannelWorkItem): WorkItem => ({
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

export const toldSecrets = {
  code: 'code',
  instantKeyUrl: 'instant_key_url',
  clientSessionToken: 'client_session_token',
} as const satisfies Record<DeliverySecret, ChannelSecret>

const secretOf = {
  code: 'code',
  instant_key_url: 'instantKeyUrl',
  client_session_token: 'clientSessionToken',
} as const satisfies Record<ChannelSecret, DeliverySecret>

/** A grant to hand over, as a hub tells it. */
export const grantOf = (told: ChannelGrant): DeliverableGrant => ({
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

export const queryOf = (query: GrantQuery): z.infer<typeof FindGrantsRequest> => {
  if ('accessGrantId' in query) return { access_grant_id: query.accessGrantId }
  return 'accessMethodId' in query
    ? { access_method_id: query.accessMethodId }
    : { reservation_key: query.reservationKey }
}
