import { isoAt } from './clock.ts'
import type { HubContext } from './context.ts'
import { tokensOf } from './mobile-keys.ts'
import type {
  AccessGrantRow,
  AccessMethodMode,
  AccessMethodRow,
  AcsCredentialRow,
  IssuingTrouble,
} from './store-access.ts'

const SIMULATED = 'Simulated in the sandbox.'

const modeNames: Record<AccessMethodMode, string> = {
  card: 'Card',
  code: 'PIN Code',
  mobile_key: 'Mobile Key',
  cloud_key: 'Cloud Key',
}

/** Seconds are what a card's record holds. Null when the text is no instant. */
export const wholeSecond = (text: string): string | null => {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : isoAt(Math.floor(ms / 1000) * 1000)
}

const troubles = (method: AccessMethodRow, trouble: IssuingTrouble) => {
  const { created_at } = method
  return trouble === 'delayed'
    ? {
        warnings: [
          { warning_code: 'delay_in_issuing', message: `It is not issued yet. ${SIMULATED}`, created_at },
        ],
        errors: [],
      }
    : {
        warnings: [],
        errors: [
          { error_code: 'failed_to_issue', message: `It could not be issued. ${SIMULATED}`, created_at },
        ],
      }
}

/** What an access method is delivered by, and nothing of it before it is issued. */
const deliverables = (hub: HubContext, method: AccessMethodRow) => {
  if (!method.is_issued) return {}
  if (method.mode === 'code') return { code: method.code }
  const key = hub.store.mobileKeys.find({ access_method_id: method.access_method_id })
  return key === null ? {} : { client_session_id: key.client_session_id, ...tokensOf(hub, key) }
}

export const presentAccessMethod = (hub: HubContext, method: AccessMethodRow) => {
  const waitsForCard = method.mode === 'card' && !method.is_issued
  const waitsForEncoding = waitsForCard && method.card_issuing === 'encoding'
  const waitsForAssignment = waitsForCard && method.card_issuing === 'assignment'
  return {
    access_method_id: method.access_method_id,
    workspace_id: method.workspace_id,
    display_name: modeNames[method.mode],
    mode: method.mode,
    ...deliverables(hub, method),
    is_encoding_required: waitsForEncoding,
    is_ready_for_encoding: waitsForEncoding && method.acs_credential_id !== null,
    is_assignment_required: waitsForAssignment,
    is_ready_for_assignment: waitsForAssignment,
    is_issued: method.is_issued,
    issued_at: method.issued_at,
    created_at: method.created_at,
    ...(method.trouble === null ? { warnings: [], errors: [] } : troubles(method, method.trouble)),
    pending_mutations: [],
  }
}

/** Of a grant with a single mobile key, so that nobody need fetch the access method. */
const soleMobileKey = (hub: HubContext, live: readonly AccessMethodRow[]) => {
  const [method, second] = live.filter((one) => one.mode === 'mobile_key')
  if (method === undefined || second !== undefined || !method.is_issued) return {}
  const key = hub.store.mobileKeys.find({ access_method_id: method.access_method_id })
  return key === null ? {} : tokensOf(hub, key)
}

export const presentAccessGrant = (hub: HubContext, grant: AccessGrantRow) => {
  const methods = hub.store.methods.all({ access_grant_id: grant.access_grant_id })
  const live = methods.filter((one) => one.deleted_at === null)
  return {
    access_grant_id: grant.access_grant_id,
    workspace_id: grant.workspace_id,
    ...(grant.access_grant_key === null ? {} : { access_grant_key: grant.access_grant_key }),
    ...(grant.reservation_key === null ? {} : { reservation_key: grant.reservation_key }),
    user_identity_id: grant.user_identity_id,
    name: grant.name,
    display_name: grant.name ?? 'Access Grant',
    starts_at: grant.starts_at,
    ends_at: grant.ends_at,
    ...soleMobileKey(hub, live),
    access_method_ids: live.map((one) => one.access_method_id),
    requested_access_methods: methods.map((one) => ({
      mode: one.mode,
      display_name: modeNames[one.mode],
      ...(one.requested_code === null ? {} : { code: one.requested_code }),
      ...(one.instant_key_max_use_count === null
        ? {}
        : { instant_key_max_use_count: one.instant_key_max_use_count }),
      created_access_method_ids: [one.access_method_id],
      created_at: one.created_at,
    })),
    location_ids: [],
    space_ids: [],
    created_at: grant.created_at,
    errors: [],
    warnings: [],
    pending_mutations: [],
  }
}

export const presentCredential = (hub: HubContext, credential: AcsCredentialRow) => {
  const system = hub.store.systems.find({ acs_system_id: credential.acs_system_id })
  // Behind a gateway it is issued when the upstream says so, whatever card was made here.
  const theirs = hub.store.upstreamCards.find({ access_method_id: credential.access_method_id ?? '' })
  const { is_issued, issued_at } = theirs ?? credential
  const warning = (warning_code: string, message: string) => [
    { warning_code, message, created_at: credential.invalidated_at ?? credential.created_at },
  ]
  return {
    acs_credential_id: credential.acs_credential_id,
    workspace_id: credential.workspace_id,
    acs_system_id: credential.acs_system_id,
    connected_account_id: system?.connected_account_id,
    user_identity_id: credential.user_identity_id,
    access_method: 'card',
    display_name: `Card ${credential.card_number}`,
    card_number: credential.card_number,
    starts_at: credential.starts_at,
    ...(credential.ends_at === null ? {} : { ends_at: credential.ends_at }),
    is_issued,
    issued_at,
    is_managed: true,
    created_at: credential.created_at,
    errors: [],
    warnings:
      is_issued || theirs !== null
        ? []
        : credential.invalidated_at === null
          ? warning('waiting_to_be_issued', 'The card is not encoded yet.')
          : warning('needs_to_be_reissued', 'A newer key of the same door has ended this card.'),
  }
}
