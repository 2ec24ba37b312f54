import type { ReliedOn } from './compare.ts'

const attempt = (type: string): readonly string[] => [
  ...['action_attempt_id', 'status', 'status=pending', 'status=success', 'status=error'].map(
    (field) => `response.action_attempt<${type}>.${field}`,
  ),
  ...['error.type', 'error.message'].map((field) => `response.action_attempt<${type}>.${field}`),
]
const withErrors = (type: string, ...codes: readonly string[]): readonly string[] => [
  ...attempt(type),
  ...codes.map((code) => `response.action_attempt<${type}>.error.type=${code}`),
]

const encodeAttempt = withErrors(
  'ENCODE_CREDENTIAL',
  'uncategorized_error',
  'action_attempt_expired',
  'no_credential_on_encoder',
  'incompatible_card_format',
  'credential_cannot_be_reissued',
  'credential_deleted',
  'encoding_interrupted',
  'encoder_not_online',
  'encoder_communication_timeout',
  'bridge_disconnected',
)
const scanAttempt = withErrors(
  'SCAN_CREDENTIAL',
  'no_credential_on_encoder',
  'encoder_not_online',
  'encoder_communication_timeout',
  'bridge_disconnected',
)

/** The flags of https://docs.seam.co/use-cases/granting-access/delivering-access-methods, wherever an access method stands. */
const accessMethod = (place: string): readonly string[] =>
  [
    'access_method_id',
    'mode',
    'mode=card',
    'mode=code',
    'mode=mobile_key',
    'mode=cloud_key',
    'is_encoding_required',
    'is_ready_for_encoding',
    'is_assignment_required',
    'is_ready_for_assignment',
    'is_issued',
    'issued_at',
    'code',
    'instant_key_url',
    'client_session_token',
  ].map((field) => `${place}.${field}`)

const eventFields = (type: string, ...fields: readonly string[]): readonly string[] =>
  ['event_id', 'created_at', ...fields].map((field) => `response.events[]<${type}>.${field}`)

/**
 * What the hub's promise and the bridge's ways to work with Seam rest on: a newest document without one of these, or that
 * makes it something else, needs a decision. A test holds the list against the pinned document.
 */
export const reliedOn: ReliedOn = {
  '/access_grants/get': [
    'response.access_grant.access_method_ids',
    'response.access_grant.access_method_ids[]',
  ],
  '/access_methods/get': ['request.access_method_id', ...accessMethod('response.access_method')],
  '/access_methods/list': ['request.access_grant_id', ...accessMethod('response.access_methods[]')],
  '/access_methods/encode': ['request.access_method_id', 'request.acs_encoder_id', ...encodeAttempt],
  '/access_methods/assign_card': [
    'request.access_method_id',
    'request.card_number',
    ...withErrors('ASSIGN_CREDENTIAL', 'credential_not_found'),
  ],
  '/acs/encoders/list': [
    'request.acs_system_ids',
    'request.acs_encoder_ids',
    'response.acs_encoders[].acs_encoder_id',
    'response.acs_encoders[].display_name',
    'response.acs_encoders[].errors[].error_code=acs_encoder_removed',
  ],
  '/acs/encoders/encode_credential': [
    'request.acs_encoder_id',
    'request.access_method_id',
    'request.acs_credential_id',
    ...encodeAttempt,
  ],
  '/acs/encoders/scan_credential': ['request.acs_encoder_id', ...scanAttempt],
  '/acs/encoders/scan_to_assign_credential': [
    'request.acs_encoder_id',
    'request.user_identity_id',
    ...withErrors('SCAN_TO_ASSIGN_CREDENTIAL', 'no_credential_on_encoder'),
  ],
  '/action_attempts/get': ['request.action_attempt_id', ...encodeAttempt, ...scanAttempt],
  '/events/list': [
    'request.since',
    'request.event_types',
    'request.event_types[]=access_method.card_encoding_required',
    ...eventFields('access_method.card_encoding_required', 'access_method_id', 'access_grant_ids'),
    ...eventFields('access_method.issued', 'access_method_id', 'access_grant_ids'),
    ...eventFields('access_method.reissued', 'access_method_id', 'access_grant_ids'),
    ...eventFields('acs_encoder.added', 'acs_encoder_id'),
    ...eventFields('acs_encoder.removed', 'acs_encoder_id'),
  ],
  '/seam/bridge/v1/bridge_client_sessions/create': [
    'request.bridge_client_name',
    'request.bridge_client_time_zone',
    'request.bridge_client_machine_identifier_key',
    'response.bridge_client_session.bridge_client_session_token',
    'response.bridge_client_session.pairing_code',
    'response.bridge_client_session.pairing_code_expires_at',
  ],
  '/seam/bridge/v1/bridge_connected_systems/list': [
    'response.bridge_connected_systems[].bridge_id',
    'response.bridge_connected_systems[].acs_system_id',
  ],
}
