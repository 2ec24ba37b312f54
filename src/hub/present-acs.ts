import type { HubContext } from './context.ts'
import type { AcsEncoderRow, AcsEntranceRow, AcsSystemRow } from './store-acs.ts'
import type { EventRow } from './store-events.ts'
import type { ActionAttemptRow } from './store-orders.ts'
import type { UserIdentityRow, WorkspaceRow } from './store-workspaces.ts'

export const presentWorkspace = (workspace: WorkspaceRow) => ({
  workspace_id: workspace.workspace_id,
  name: workspace.name,
  company_name: workspace.name,
  connect_partner_name: null,
  connect_webview_customization: {},
  is_publishable_key_auth_enabled: false,
  is_sandbox: true,
  is_suspended: false,
  organization_id: null,
})

const bridgeErrors = (hub: HubContext, system: AcsSystemRow) => {
  const bridges = hub.store.bridges.all({ acs_system_id: system.acs_system_id, revoked_at: null })
  const newest = bridges.at(-1)
  if (newest === undefined || bridges.some((one) => hub.outbound.isConnected(one.bridge_id))) return []
  return [
    {
      error_code: 'bridge_disconnected',
      message: 'No bridge of this access system is connected. Start the daemon at the front desk.',
      is_bridge_error: true,
      created_at: newest.last_seen_at ?? newest.created_at,
    },
  ]
}

export const presentSystem = (hub: HubContext, system: AcsSystemRow) => ({
  acs_system_id: system.acs_system_id,
  workspace_id: system.workspace_id,
  connected_account_id: system.connected_account_id,
  connected_account_ids: [system.connected_account_id],
  name: system.name,
  location: { time_zone: system.time_zone },
  image_url: '',
  image_alt_text: '',
  is_credential_manager: false,
  created_at: system.created_at,
  errors: bridgeErrors(hub, system),
  warnings: [],
})

export const presentEntrance = (hub: HubContext, entrance: AcsEntranceRow) => ({
  acs_entrance_id: entrance.acs_entrance_id,
  acs_system_id: entrance.acs_system_id,
  connected_account_id: hub.store.systems.find({ acs_system_id: entrance.acs_system_id })
    ?.connected_account_id,
  display_name: entrance.display_name,
  can_belong_to_reservation: entrance.can_belong_to_reservation,
  can_unlock_with_card: true,
  can_unlock_with_code: true,
  can_unlock_with_mobile_key: true,
  can_unlock_with_cloud_key: true,
  space_ids: [],
  created_at: entrance.created_at,
  errors: [],
  warnings: [],
})

export const presentEncoder = (hub: HubContext, encoder: AcsEncoderRow) => ({
  acs_encoder_id: encoder.acs_encoder_id,
  acs_system_id: encoder.acs_system_id,
  connected_account_id: hub.store.systems.find({ acs_system_id: encoder.acs_system_id })
    ?.connected_account_id,
  workspace_id: encoder.workspace_id,
  display_name: encoder.display_name,
  created_at: encoder.created_at,
  errors:
    encoder.removed_at === null
      ? []
      : [
          {
            error_code: 'acs_encoder_removed',
            message: 'The bridge no longer has this encoder.',
            created_at: encoder.removed_at,
          },
        ],
})

export const presentUserIdentity = (identity: UserIdentityRow) => ({
  user_identity_id: identity.user_identity_id,
  workspace_id: identity.workspace_id,
  user_identity_key: identity.user_identity_key,
  full_name: identity.full_name,
  email_address: identity.email_address,
  phone_number: identity.phone_number,
  display_name: identity.full_name ?? identity.email_address ?? identity.phone_number ?? 'User Identity',
  acs_user_ids: [],
  created_at: identity.created_at,
  errors: [],
  warnings: [],
})

export const presentAttempt = (attempt: ActionAttemptRow) => ({
  action_attempt_id: attempt.action_attempt_id,
  action_type: attempt.action_type,
  status: attempt.status,
  result: attempt.result,
  error: attempt.error,
})

export const presentEvent = (event: EventRow) => ({
  event_id: event.event_id,
  event_type: event.event_type,
  workspace_id: event.workspace_id,
  created_at: event.created_at,
  occurred_at: event.created_at,
  ...event.subject,
})
