import type { ChannelEnding } from '../contract/channel.ts'
import type { HubContext } from './context.ts'
import { emitForMethod } from './events.ts'
import { reopenCard } from './issuing.ts'
import type { OrderRow } from './store-orders.ts'

/** The UID of a card that the order changed, or may have changed. */
const changedUid = (ending: ChannelEnding): string | null =>
  ending.kind === 'untouched' || ending.kind === 'scanned' ? null : ending.card_uid

/** Encode orders of this card that ended, the youngest first. */
const ordersOfCard = (hub: HubContext, order: OrderRow, uid: string): OrderRow[] =>
  hub.store.orders.query(
    `where t.workspace_id = ? and json_extract(t.ending, '$.card_uid') = ? and t.kind = 'encode' order by t.fence desc`,
    order.workspace_id,
    uid,
  )

/** Whether a younger order has changed the card since: a result that comes late tells of a card that is no more. */
export const isOverwritten = (hub: HubContext, order: OrderRow, ending: ChannelEnding): boolean => {
  const uid = changedUid(ending)
  if (uid === null) return false
  const last = ordersOfCard(hub, order, uid).find(
    (one) => one.ending !== null && changedUid(one.ending) !== null,
  )
  return last !== undefined && last.fence > order.fence
}

/**
 * The order changed a card that held an issued credential: that one has no card any more, unless a younger card was made
 * for it, and has to be encoded again.
 */
export const reopenOverwritten = (hub: HubContext, order: OrderRow, ending: ChannelEnding): void => {
  const uid = changedUid(ending)
  if (uid === null) return
  const before = ordersOfCard(hub, order, uid).find(
    (one) => one.fence < order.fence && one.ending?.kind === 'encoded',
  )
  const method = hub.store.methods.find({
    access_method_id: before?.access_method_id ?? '',
    acs_credential_id: before?.body.encode?.acs_credential_id ?? '',
    deleted_at: null,
  })
  if (before === undefined || method === null || !method.is_issued) return
  const made = hub.store.orders.all({ access_method_id: method.access_method_id, state: 'ended' })
  const isKey = ({ ending: end, body }: OrderRow): boolean =>
    end?.kind === 'encoded' && body.encode?.purpose !== 'one_shot'
  if (made.findLast(isKey)?.order_id !== before.order_id) return
  reopenCard(hub, method)
  emitForMethod(hub, method, 'access_method.card_encoding_required')
}
