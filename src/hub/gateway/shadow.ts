import { randomUUID } from 'node:crypto'
import { nowOf } from '../context.ts'
import type { HubContext } from '../context.ts'
import { changeTimes } from '../grants.ts'
import { reopenCard } from '../issuing.ts'
import { endOrdersOfMethod } from '../orders.ts'
import { wholeSecond } from '../present-access.ts'
import { invalidInput, refusal } from '../refusal.ts'
import { makeCardNumber } from '../secrets.ts'
import type { AccessGrantRow } from '../store-access.ts'
import { isCardNumber } from './card-number.ts'
import type { OrderBody } from '../store-orders.ts'
import type { Related } from './related.ts'

export const keepEntrances = (
  hub: HubContext,
  workspaceId: string,
  entrances: Related['entrances'],
): void => {
  for (const told of entrances) {
    const { acs_entrance_id, display_name, can_belong_to_reservation } = told
    const row = { display_name, can_belong_to_reservation, acs_system_id: told.acs_system_id }
    if (hub.store.entrances.find({ acs_entrance_id }) !== null) {
      hub.store.entrances.update({ acs_entrance_id }, row)
      continue
    }
    hub.store.entrances.insert({ acs_entrance_id, workspace_id: workspaceId, ...row, created_at: nowOf(hub) })
  }
}

const timesOf = ({ grant }: Related): { starts_at: string; ends_at: string | null } => {
  const starts_at = wholeSecond(grant.starts_at)
  const ends_at = grant.ends_at === null ? null : wholeSecond(grant.ends_at)
  if (starts_at === null || (ends_at === null && grant.ends_at !== null)) {
    throw refusal(502, 'upstream_unreachable', 'The upstream’s access times are no instants.')
  }
  return { starts_at, ends_at }
}

/** The doors of the encoder's access system: a card opens no others. */
const doorsOf = ({ entrances }: Related, systemId: string): string[] =>
  entrances.flatMap((one) => (one.acs_system_id === systemId ? [one.acs_entrance_id] : []))

const isSameDoors = (some: readonly string[], others: readonly string[]): boolean =>
  [...some].toSorted().join() === [...others].toSorted().join()

/** Whether a card that was made for this order holds what the upstream has now. */
export const isStillOrdered = (
  encode: NonNullable<OrderBody['encode']>,
  systemId: string,
  related: Related,
): boolean => {
  const { starts_at, ends_at } = timesOf(related)
  return (
    encode.starts_at === starts_at &&
    encode.ends_at === ends_at &&
    isSameDoors(encode.acs_entrance_ids, doorsOf(related, systemId))
  )
}

/** Other doors: a card that holds the old ones has to be made again, as with other times. */
const changeDoors = (hub: HubContext, grant: AccessGrantRow, doors: readonly string[]): void => {
  if (isSameDoors(grant.acs_entrance_ids, doors)) return
  hub.store.grants.update({ access_grant_id: grant.access_grant_id }, { acs_entrance_ids: [...doors] })
  for (const method of hub.store.methods.all({ access_grant_id: grant.access_grant_id, deleted_at: null })) {
    endOrdersOfMethod(
      hub,
      method.access_method_id,
      'uncategorized_error',
      'The doors were changed meanwhile.',
    )
    reopenCard(hub, method)
  }
}

const keepGrant = (hub: HubContext, workspaceId: string, systemId: string, related: Related): void => {
  const { access_grant_id, user_identity_id } = related.grant
  const acs_entrance_ids = doorsOf(related, systemId)
  if (acs_entrance_ids.length === 0) {
    throw invalidInput('access_method_id: it opens no door of the encoder’s access system')
  }
  const known = hub.store.grants.find({ access_grant_id })
  if (known !== null) {
    changeTimes(hub, known, timesOf(related))
    return changeDoors(hub, known, acs_entrance_ids)
  }
  hub.store.grants.insert({
    access_grant_id,
    workspace_id: workspaceId,
    access_grant_key: null,
    reservation_key: null,
    user_identity_id,
    name: null,
    acs_system_id: systemId,
    acs_entrance_ids,
    ...timesOf(related),
    created_at: nowOf(hub),
    deleted_at: null,
  })
}

const keepCard = (hub: HubContext, workspaceId: string, systemId: string, related: Related): void => {
  const { access_method_id } = related.method
  const known = hub.store.methods.find({ access_method_id })
  const theirs = related.credentials.find(
    (one) => one.acs_system_id === systemId && one.access_method === 'card',
  )
  if (known === null) {
    const acs_credential_id = theirs?.acs_credential_id ?? randomUUID()
    const number = theirs?.card_number
    hub.store.credentials.insert({
      acs_credential_id,
      workspace_id: workspaceId,
      acs_system_id: systemId,
      access_method_id,
      user_identity_id: related.grant.user_identity_id,
      card_number: isCardNumber(number) ? number : makeCardNumber(),
      ...timesOf(related),
      is_issued: false,
      issued_at: null,
      invalidated_at: null,
      created_at: nowOf(hub),
      deleted_at: null,
    })
    hub.store.methods.insert({
      access_method_id,
      workspace_id: workspaceId,
      access_grant_id: related.grant.access_grant_id,
      mode: 'card',
      requested_code: null,
      code: null,
      card_issuing: 'encoding',
      trouble: null,
      instant_key_max_use_count: null,
      acs_credential_id,
      is_issued: false,
      issued_at: null,
      times_issued: 0,
      created_at: nowOf(hub),
      deleted_at: null,
    })
  }
  hub.store.upstreamCards.delete({ access_method_id })
  hub.store.upstreamCards.insert({
    ...related.method,
    acs_credential_id: theirs?.acs_credential_id ?? null,
    card_number: theirs?.card_number ?? null,
  })
}

/**
 * Keeps of the upstream's access method what an order needs. `is_issued` of the row that is kept says that a card was made here, and is
 * shown to nobody: what is issued is the upstream's to say.
 */
export const keepShadow = (
  hub: HubContext,
  workspaceId: string,
  systemId: string,
  related: Related,
): void => {
  keepEntrances(hub, workspaceId, related.entrances)
  keepGrant(hub, workspaceId, systemId, related)
  keepCard(hub, workspaceId, systemId, related)
}
