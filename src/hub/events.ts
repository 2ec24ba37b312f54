import { randomUUID } from 'node:crypto'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import type { AccessMethodRow, AcsCredentialRow } from './store-access.ts'
import type { EventRow, EventType } from './store-events.ts'
import { queueDeliveries } from './webhooks.ts'

type Subject = EventRow['subject']

export const emit = (hub: HubContext, workspaceId: string, type: EventType, subject: Subject): void => {
  // In front of an upstream the events are the upstream's: those of here would be told to nobody.
  if (hub.gateway !== undefined) return
  const event = {
    event_id: randomUUID(),
    workspace_id: workspaceId,
    event_type: type,
    subject,
    created_at: nowOf(hub),
  }
  hub.store.events.insert(event)
  queueDeliveries(hub, event)
}

export const emitForMethod = (
  hub: HubContext,
  method: AccessMethodRow,
  type: EventType,
  more: Subject = {},
): void => {
  const grantKey =
    hub.store.grants.find({ access_grant_id: method.access_grant_id })?.access_grant_key ?? null
  emit(hub, method.workspace_id, type, {
    access_method_id: method.access_method_id,
    access_grant_ids: [method.access_grant_id],
    ...(grantKey === null ? {} : { access_grant_keys: [grantKey] }),
    ...more,
  })
}

export const emitForCredential = (hub: HubContext, credential: AcsCredentialRow, type: EventType): void => {
  const system = hub.store.systems.find({ acs_system_id: credential.acs_system_id })
  emit(hub, credential.workspace_id, type, {
    acs_credential_id: credential.acs_credential_id,
    acs_system_id: credential.acs_system_id,
    ...(system === null ? {} : { connected_account_id: system.connected_account_id }),
  })
}
