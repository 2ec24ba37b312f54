import type { ChannelPurpose } from '../contract/channel.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { emitForCredential, emitForMethod } from './events.ts'
import { createMobileKey } from './mobile-keys.ts'
import type { AccessMethodRow, AcsCredentialRow } from './store-access.ts'
import type { AcsEncoderRow } from './store-acs.ts'

/** Whether a key of this purpose ends others: a lock system knows no narrower way to end a lost one. */
export const endsOthers = (purpose: ChannelPurpose, maker: 'bridge' | 'lockSystem'): boolean =>
  purpose === 'new' || (purpose === 'replacement' && maker === 'lockSystem')

/** Who makes the key at these encoders; where they differ, the one that ends more. */
export const makerOf = (encoders: readonly AcsEncoderRow[]): 'bridge' | 'lockSystem' =>
  encoders.some(({ kind }) => kind === 'key_system') ? 'lockSystem' : 'bridge'

/**
 * Credentials whose cards open a guest door of this access method now, and that a key which ends others would end. Doors that everybody
 * shares don't count. Cards that the bridge writes end those of other access grants; a lock system ends every earlier key of
 * the room, those of the same grant too.
 */
export const liveKeysBeside = (
  hub: HubContext,
  method: AccessMethodRow,
  maker: 'bridge' | 'lockSystem',
): AcsCredentialRow[] =>
  hub.store.credentials.query(
    `join access_methods m on m.access_method_id = t.access_method_id
     join access_grants g on g.access_grant_id = m.access_grant_id
     where t.workspace_id = ? and ${maker === 'bridge' ? 'g.access_grant_id' : 'm.access_method_id'} <> ? and t.is_issued = 1 and t.deleted_at is null
       and t.invalidated_at is null and (t.ends_at is null or t.ends_at > ?)
       and exists (
         select 1 from json_each(g.acs_entrance_ids) theirs
         join json_each((select acs_entrance_ids from access_grants where access_grant_id = ?)) ours
           on ours.value = theirs.value
         join acs_entrances e on e.acs_entrance_id = ours.value and e.can_belong_to_reservation = 1)
     order by t.seq`,
    method.workspace_id,
    maker === 'bridge' ? method.access_grant_id : method.access_method_id,
    nowOf(hub),
    method.access_grant_id,
  )

/** The access method is in somebody's hands: flags, and `issued` the first time, `reissued` afterwards. */
export const issueMethod = (hub: HubContext, method: AccessMethodRow): void => {
  const at = nowOf(hub)
  const again = method.times_issued > 0
  hub.store.methods.update(
    { access_method_id: method.access_method_id },
    { is_issued: true, issued_at: at, times_issued: method.times_issued + 1, trouble: null },
  )
  if (method.mode === 'mobile_key') createMobileKey(hub, method)
  const code = method.code === null ? {} : { code: method.code }
  emitForMethod(hub, method, again ? 'access_method.reissued' : 'access_method.issued', code)
}

/** The card holds the credential as Seam has it. */
export const issueCard = (hub: HubContext, method: AccessMethodRow, credential: AcsCredentialRow): void => {
  hub.store.credentials.update(
    { acs_credential_id: credential.acs_credential_id },
    { is_issued: true, issued_at: nowOf(hub), invalidated_at: null },
  )
  emitForCredential(
    hub,
    credential,
    method.times_issued > 0 ? 'acs_credential.reissued' : 'acs_credential.issued',
  )
  issueMethod(hub, method)
}

/** Takes the card's word back: it has to be encoded before it is good again. */
export const reopenCard = (hub: HubContext, method: AccessMethodRow): void => {
  hub.store.methods.update(
    { access_method_id: method.access_method_id },
    { is_issued: false, issued_at: null },
  )
  if (method.acs_credential_id === null) return
  hub.store.credentials.update(
    { acs_credential_id: method.acs_credential_id },
    { is_issued: false, issued_at: null },
  )
}

/** A `new` key has been made: the earlier ones of its doors are dead from now on. */
export const endKeys = (hub: HubContext, keys: readonly AcsCredentialRow[]): void => {
  for (const key of keys) {
    const method = hub.store.methods.find({ access_method_id: key.access_method_id ?? '' })
    if (method !== null) {
      reopenCard(hub, method)
      emitForMethod(hub, method, 'access_method.revoked')
    }
    hub.store.credentials.update({ acs_credential_id: key.acs_credential_id }, { invalidated_at: nowOf(hub) })
    emitForCredential(hub, key, 'acs_credential.invalidated')
  }
}
