import { randomUUID } from 'node:crypto'
import type { ChannelEnding } from '../contract/channel.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { emitForCredential } from './events.ts'
import { presentCredential } from './present-access.ts'
import type { AcsCredentialRow } from './store-access.ts'
import type { OrderRow } from './store-orders.ts'

type Scanned = Extract<ChannelEnding, { kind: 'scanned' }>
type CardRecord = NonNullable<Scanned['record']>

/** Seconds are compared, not text: a bridge may write the same instant with or without milliseconds. */
const sameInstant = (one: string | null, other: string | null): boolean =>
  one === null || other === null ? one === other : Date.parse(one) === Date.parse(other)

const findCredential = (hub: HubContext, workspaceId: string, id: string): AcsCredentialRow | null =>
  hub.store.credentials.find({ workspace_id: workspaceId, acs_credential_id: id, deleted_at: null })

/** One that the upstream doesn't show is known here only. */
const isOnSeam = (hub: HubContext, { access_method_id, acs_credential_id }: AcsCredentialRow): boolean => {
  const theirs = hub.store.upstreamCards.find({ access_method_id: access_method_id ?? '' })
  return theirs === null || theirs.acs_credential_id === acs_credential_id
}

const findByNumber = (hub: HubContext, workspaceId: string, number: string | null): AcsCredentialRow | null =>
  number === null
    ? null
    : hub.store.credentials.find({ workspace_id: workspaceId, card_number: number, deleted_at: null })

const differences = (record: CardRecord, credential: AcsCredentialRow): string[] => [
  ...(record.card_number === credential.card_number ? [] : ['card_number']),
  ...(sameInstant(record.starts_at, credential.starts_at) ? [] : ['starts_at']),
  ...(sameInstant(record.ends_at, credential.ends_at) ? [] : ['ends_at']),
]

const holdsNothing = { acs_credential_on_encoder: null, acs_credential_on_seam: null, warnings: [] }

/** A card that bears no more than a number: what the credential of that number is here. */
const numberResult = (
  hub: HubContext,
  workspaceId: string,
  number: string | null,
): Record<string, unknown> => {
  if (number === null) return holdsNothing
  const found = findByNumber(hub, workspaceId, number)
  const credential = found !== null && isOnSeam(hub, found) ? found : null
  return {
    acs_credential_on_encoder: {
      card_number: number,
      created_at: null,
      starts_at: null,
      ends_at: null,
      is_issued: null,
    },
    acs_credential_on_seam: credential === null ? null : presentCredential(hub, credential),
    warnings: credential === null ? [unknownHere] : [],
  }
}

const unknownHere = {
  warning_code: 'acs_credential_on_seam_not_found',
  warning_message: 'The credential on the card does not exist in this workspace.',
}

/** The result of SCAN_CREDENTIAL: what the card holds beside what this hub has. A card without a record or a number holds nothing. */
export const scanResult = (
  hub: HubContext,
  workspaceId: string,
  { record, card_number: number }: Pick<Scanned, 'record' | 'card_number'>,
): Record<string, unknown> => {
  if (record === null) return numberResult(hub, workspaceId, number)
  const found = findCredential(hub, workspaceId, record.acs_credential_id)
  const credential = found !== null && isOnSeam(hub, found) ? found : null
  const properties = credential === null ? [] : differences(record, credential)
  const warnings =
    credential === null
      ? [unknownHere]
      : properties.length === 0
        ? []
        : [
            {
              warning_code: 'acs_credential_on_encoder_out_of_sync',
              warning_message: `The card differs from the credential: ${properties.join(', ')}.`,
            },
          ]
  return {
    acs_credential_on_encoder: {
      card_number: record.card_number,
      created_at: null,
      starts_at: record.starts_at,
      ends_at: record.ends_at,
      is_issued: true,
    },
    acs_credential_on_seam: credential === null ? null : presentCredential(hub, credential),
    warnings,
  }
}

/** The number that the card bears, else its UID read as one unsigned number, most significant byte first. */
export const cardNumberOf = ({
  card_number: number,
  card_uid: uid,
}: Pick<Scanned, 'card_number' | 'card_uid'>): string | null =>
  number ?? (uid === null ? null : BigInt(`0x${uid}`).toString())

/**
 * Assigns the scanned card to the order's user: by its record when it holds one of ours, else by its number.
 * A card of another user is not taken from them.
 */
export const assignScanned = (
  hub: HubContext,
  order: OrderRow,
  ending: Scanned,
): { kind: 'assigned'; credential: AcsCredentialRow } | { kind: 'refused'; message: string } => {
  const workspaceId = order.workspace_id
  const cardNumber = cardNumberOf(ending)
  const existing =
    ending.record === null
      ? findByNumber(hub, workspaceId, cardNumber)
      : findCredential(hub, workspaceId, ending.record.acs_credential_id)
  if (existing !== null) {
    return existing.user_identity_id === order.user_identity_id
      ? { kind: 'assigned', credential: existing }
      : { kind: 'refused', message: 'The card belongs to another user identity.' }
  }
  if (ending.record !== null) {
    return { kind: 'refused', message: 'The card holds a credential that this workspace does not know.' }
  }
  if (cardNumber === null) {
    return { kind: 'refused', message: 'The card bears nothing that it could be known by.' }
  }
  const encoder = hub.store.encoders.find({
    workspace_id: workspaceId,
    acs_encoder_id: order.body.acs_encoder_ids[0] ?? '',
  })
  if (encoder === null || order.user_identity_id === null) {
    return { kind: 'refused', message: 'The encoder or the user identity is gone.' }
  }
  const at = nowOf(hub)
  const credential: AcsCredentialRow = {
    acs_credential_id: randomUUID(),
    workspace_id: workspaceId,
    acs_system_id: encoder.acs_system_id,
    access_method_id: null,
    user_identity_id: order.user_identity_id,
    card_number: cardNumber,
    starts_at: at,
    ends_at: null,
    is_issued: true,
    issued_at: at,
    invalidated_at: null,
    created_at: at,
    deleted_at: null,
  }
  hub.store.credentials.insert(credential)
  emitForCredential(hub, credential, 'acs_credential.issued')
  return { kind: 'assigned', credential }
}
