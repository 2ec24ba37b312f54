/**
 * What an emulated Seam answers, written from the OpenAPI document of @seamapi/types 1.977.0 (`components.schemas`).
 * @module
 */

export interface Json {
  readonly [name: string]: unknown
}

/** A credential of the emulated workspace. */
export interface Credential {
  readonly acsCredentialId: string
  readonly cardNumber: string
  readonly startsAt: string
  readonly endsAt: string
  readonly issuedAt: string
}

/** Ids that tell what they are of, the same in every run. */
export const idOf = (kind: number, number: number): string =>
  `5ea0000${kind}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`

const workspaceId = idOf(0, 1)
const systemId = idOf(1, 1)
const accountId = idOf(2, 1)
export const encoderIds: readonly [string, string] = [idOf(3, 1), idOf(3, 2)]

/** `workspace` */
export const workspaceBody: Json = {
  workspace_id: workspaceId,
  name: 'Emulated hotel',
  company_name: 'Emulated hotel',
  connect_partner_name: 'Emulated hotel',
  connect_webview_customization: {},
  is_sandbox: true,
  is_suspended: false,
  is_publishable_key_auth_enabled: false,
  organization_id: null,
}

/** `acs_encoder` */
export const encoderBody = (id: string, createdAt: string): Json => ({
  acs_encoder_id: id,
  acs_system_id: systemId,
  connected_account_id: accountId,
  workspace_id: workspaceId,
  display_name: `Encoder ${encoderIds.indexOf(id) + 1}`,
  created_at: createdAt,
  errors: [],
})

/** `acs_credential` */
export const credentialBody = ({
  acsCredentialId,
  cardNumber,
  startsAt,
  endsAt,
  issuedAt,
}: Credential): Json => ({
  acs_credential_id: acsCredentialId,
  acs_system_id: systemId,
  connected_account_id: accountId,
  workspace_id: workspaceId,
  display_name: 'Guest',
  access_method: 'card',
  card_number: cardNumber,
  starts_at: startsAt,
  ends_at: endsAt,
  is_issued: true,
  issued_at: issuedAt,
  created_at: startsAt,
  is_managed: true,
  errors: [],
  warnings: [],
})

/** The credential as it is read from a card: `result.acs_credential_on_encoder` of SCAN_CREDENTIAL. */
export const onEncoderBody = ({ cardNumber, startsAt, endsAt }: Credential): Json => ({
  card_number: cardNumber,
  starts_at: startsAt,
  ends_at: endsAt,
  created_at: startsAt,
  is_issued: true,
})

export const outOfSyncWarning: Json = {
  warning_code: 'acs_credential_on_encoder_out_of_sync',
  warning_message: 'The credential on the encoder differs from the credential on Seam.',
}
export const notFoundWarning: Json = {
  warning_code: 'acs_credential_on_seam_not_found',
  warning_message: 'The credential on the encoder was not found on Seam.',
}

/** `action_attempt` */
export const attemptBody = (
  id: string,
  actionType: string,
  ending: { readonly error: string } | { readonly result: Json } | null,
): Json => ({
  action_attempt_id: id,
  action_type: actionType,
  status: ending === null ? 'pending' : 'error' in ending ? 'error' : 'success',
  result: ending !== null && 'result' in ending ? ending.result : null,
  error:
    ending !== null && 'error' in ending
      ? { type: ending.error, message: 'As the emulator was told.' }
      : null,
})
