import { BridgeError } from '../../contract/errors.ts'
import type { EncodeSubject } from '../../contract/order.ts'
import { GrantsPage, Related } from '../../seam-api/answers.ts'
import type { SeamClient } from './seam-client.ts'

/**
 * What an order to an encoder of Seam's is about: Seam knows the rest, and is told the access method alone. Rejects
 * `credential_cannot_be_reissued` for one that is issued and asks for nothing, `seam_refused` for one that is not ready, and as the client does.
 */
export const readEncodeSubject = async (
  client: SeamClient,
  accessMethodId: string,
  signal: AbortSignal,
): Promise<Pick<EncodeSubject, 'accessMethodId' | 'credentialId' | 'cardNumber' | 'startsAt' | 'endsAt'>> => {
  const include = ['access_methods', 'access_grants', 'acs_credentials']
  const body = { access_method_ids: [accessMethodId], include }
  const { batch } = await client.ask('/access_methods/get_related', body, Related, signal)
  const [method] = batch.access_methods
  const [owner] = batch.access_grants
  const [credential] = batch.acs_credentials
  if (method !== undefined && method.is_issued && !method.is_ready_for_encoding) {
    throw new BridgeError('credential_cannot_be_reissued', 'It is issued already.')
  }
  if (method?.is_ready_for_encoding !== true || owner === undefined || credential === undefined) {
    throw new BridgeError('seam_refused', 'The access method is not ready to be encoded.')
  }
  const filter = { access_grant_ids: [owner.access_grant_id] }
  const [grant] = (await client.ask('/access_grants/list', filter, GrantsPage, signal)).access_grants
  if (grant === undefined) throw new BridgeError('seam_refused', 'Its access grant is gone.')
  return {
    accessMethodId,
    credentialId: credential.acs_credential_id,
    // Some systems number a card when it is encoded.
    cardNumber: /^\d{1,20}$/.test(credential.card_number ?? '') ? (credential.card_number ?? '0') : '0',
    startsAt: grant.starts_at,
    endsAt: grant.ends_at,
  }
}
