import type { ChannelEnding, FromBridge } from '../contract/channel.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { CardUid } from '../contract/ids.ts'
import { failAttempt, succeedAttempt } from './attempts.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { mayTakeOver } from './bridge-encoders.ts'
import { endKeys, endsOthers, issueCard, liveKeysBeside } from './issuing.ts'
import { noteCardMade, noteCardRead } from './gateway/card-notes.ts'
import { noteCardToRegister } from './gateway/registrations.ts'
import { attemptOf } from './orders.ts'
import { isOverwritten, reopenOverwritten } from './overwritten-cards.ts'
import { presentCredential } from './present-access.ts'
import { assignScanned, scanResult } from './scan-results.ts'
import type { BridgeRow } from './store-bridges.ts'
import type { OrderRow } from './store-orders.ts'

export type BridgeResult = Extract<FromBridge, { type: 'result' }>['body']

export type Acknowledgement =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly code: ErrorCode; readonly message: string }

type Encoded = Extract<ChannelEnding, { kind: 'encoded' }>

/** Seam's warnings have no word for it: fewer keys than were ordered. */
const shortfallWarnings = (hub: HubContext, { keys }: Encoded): object[] =>
  keys?.shortfall == null
    ? []
    : [
        {
          warning_code: 'unknown_issue_with_acs_credential',
          message: `${keys.made} of ${keys.wanted} keys were made. ${keys.shortfall.message}`,
          created_at: nowOf(hub),
        },
      ]

/** The card holds what the order said. The flags follow only where Seam still says the same. */
const applyEncoded = (hub: HubContext, order: OrderRow, ending: Encoded): void => {
  const { encode } = order.body
  if (encode === null) return
  const method = hub.store.methods.find({ access_method_id: encode.access_method_id, deleted_at: null })
  const credential = hub.store.credentials.find({ acs_credential_id: encode.acs_credential_id })
  if (method === null || credential === null) return
  const succeed = (): void => {
    const card = hub.store.credentials.find({ acs_credential_id: credential.acs_credential_id })
    if (card === null) return
    const result = presentCredential(hub, card)
    const warned = { ...result, warnings: [...result.warnings, ...shortfallWarnings(hub, ending)] }
    if (hub.gateway === undefined) succeedAttempt(hub, attemptOf(hub, order), warned)
    else noteCardMade(hub, order, ending, warned)
  }
  // It opens once: the guest's own key is still to be made, or is made already.
  if (encode.purpose === 'one_shot') return succeed()
  const isCurrent =
    credential.starts_at === encode.starts_at &&
    credential.ends_at === encode.ends_at &&
    !isOverwritten(hub, order, ending)
  if (!isCurrent || method.acs_credential_id !== credential.acs_credential_id) {
    hub.store.methods.update(
      { access_method_id: method.access_method_id },
      { times_issued: method.times_issued + 1 },
    )
    return
  }
  const maker = ending.keys === null ? 'bridge' : 'lockSystem'
  if (endsOthers(encode.purpose, maker)) {
    // Those that were live when it was ordered: nobody was asked about a younger one.
    const earlier = ({ issued_at }: { issued_at: string | null }): boolean =>
      issued_at !== null && issued_at <= order.body.ordered_at
    endKeys(hub, liveKeysBeside(hub, method, maker).filter(earlier))
  }
  issueCard(hub, method, credential)
  succeed()
}

const applyScanned = (
  hub: HubContext,
  order: OrderRow,
  ending: Extract<ChannelEnding, { kind: 'scanned' }>,
): void => {
  const attempt = attemptOf(hub, order)
  if (hub.gateway !== undefined && order.kind === 'scan_to_assign') {
    return order.access_method_id === null
      ? noteCardToRegister(hub, order, ending)
      : noteCardRead(hub, order, order.access_method_id, ending)
  }
  if (order.kind === 'scan') {
    succeedAttempt(hub, attempt, scanResult(hub, order.workspace_id, ending))
    return
  }
  // Who ordered was told that it failed, and may have taken another card.
  if (attempt.status !== 'pending') return
  const assigned = assignScanned(hub, order, ending)
  if (assigned.kind === 'assigned') succeedAttempt(hub, attempt, presentCredential(hub, assigned.credential))
  else failAttempt(hub, attempt, 'uncategorized_error', assigned.message)
}

const fits = (order: OrderRow, ending: ChannelEnding): boolean => {
  if (ending.kind === 'encoded') return order.kind === 'encode'
  if (ending.kind === 'scanned') return order.kind !== 'encode'
  return true
}

/**
 * Applies how an order ended: flags, events and the attempt in one transaction, once for each order. A result that comes
 * after the hub gave the order up still tells the truth about the card: its attempt stays ended, the flags follow.
 */
export const applyResult = (hub: HubContext, bridge: BridgeRow, result: BridgeResult): Acknowledgement =>
  hub.store.transaction(() => {
    const order = hub.store.orders.find({ order_id: result.order_id, workspace_id: bridge.workspace_id })
    if (
      order === null ||
      (order.bridge_id !== bridge.bridge_id && !mayTakeOver(hub, bridge, order.bridge_id))
    ) {
      return {
        accepted: false,
        code: 'order_unknown',
        message: `This bridge has no order ${result.order_id}.`,
      }
    }
    if (order.ending !== null) return { accepted: true }
    const { ending } = result
    if (!fits(order, ending)) {
      return {
        accepted: false,
        code: 'request_invalid',
        message: `A ${order.kind} order can't end as ${ending.kind}.`,
      }
    }
    if (ending.card_uid !== null && !CardUid.safeParse(ending.card_uid).success) {
      return { accepted: false, code: 'request_invalid', message: 'ending.card_uid: no UID of a card.' }
    }
    hub.store.orders.update({ order_id: order.order_id }, { state: 'ended', ending, settled_at: nowOf(hub) })
    if (ending.kind === 'encoded') applyEncoded(hub, order, ending)
    else if (ending.kind === 'scanned') applyScanned(hub, order, ending)
    else failAttempt(hub, attemptOf(hub, order), ending.seam_code, ending.message)
    reopenOverwritten(hub, order, ending)
    return { accepted: true }
  })
