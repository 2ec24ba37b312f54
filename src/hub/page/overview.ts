import { nowOf } from '../context.ts'
import type { HubContext } from '../context.ts'
import { describeBridges } from '../bridge-overview.ts'
import type { OrderRow } from '../store-orders.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'

const LAST_ORDERS = 50
/** Beyond this a bridge refuses to encode. */
const SKEW_WORTH_A_COLOUR_MS = 120_000

const time = (instant: string | null): Html =>
  instant === null
    ? html`–`
    : html`<time datetime="${instant}">${instant.slice(0, 19).replace('T', ' ')}</time>`

const marked = (tone: 'good' | 'bad' | 'soft', text: string): Html =>
  html`<span class="${tone}">${text}</span>`

const table = (title: string, columns: readonly string[], rows: readonly (readonly Html[])[]): Html =>
  rows.length === 0
    ? html`<h2>${title}</h2>
        <p class="soft">None.</p>`
    : html`<h2>${title}</h2>
        <table>
          <thead>
            <tr>
              ${columns.map((column) => html`<th scope="col">${column}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (cells) =>
                html`<tr>
                  ${cells.map((cell, index) => html`<td data-label="${columns[index] ?? ''}"><span>${cell}</span></td>`)}
                </tr> `,
            )}
          </tbody>
        </table>`

const clockOf = (skewMs: number | null): Html => {
  if (skewMs === null) return html`–`
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  if (seconds === 0) return html`agrees`
  const text = `${seconds} s ${skewMs > 0 ? 'ahead' : 'behind'}`
  return Math.abs(skewMs) > SKEW_WORTH_A_COLOUR_MS
    ? marked('bad', `${text}: it refuses to encode`)
    : html`${text}`
}

const bridgesOf = (hub: HubContext, workspaceId: string): Html => {
  const nameOf = (id: string): string => hub.store.systems.find({ acs_system_id: id })?.name ?? id
  const rows = describeBridges(hub, workspaceId).map((one) => {
    const encoders = hub.store.encoders
      .all({ bridge_id: one.bridge_id, removed_at: null })
      .map(
        (encoder) =>
          html`${encoder.display_name}
            ${encoder.is_online ? marked('good', 'online') : marked('bad', 'offline')}<br />`,
      )
    return [
      html`${one.name}`,
      html`${nameOf(one.acs_system_id)}`,
      one.is_connected ? marked('good', 'connected') : marked('bad', 'not connected'),
      time(one.last_seen_at),
      clockOf(one.clock_skew_ms),
      encoders.length === 0 ? html`none` : html`${encoders}`,
    ]
  })
  return table('Desks', ['Desk', 'Site', 'Link', 'Last seen', 'Clock', 'Encoders'], rows)
}

/** The local code says more than the hub's action attempt; neither holds anything of a guest. */
const endingOf = (order: OrderRow): Html => {
  const { ending } = order
  if (ending === null) {
    if (order.state === 'ended') return marked('bad', 'given up, the desk has not reported')
    return marked('soft', order.delivered_at === null ? 'waits for the desk' : 'at the desk')
  }
  if (ending.kind === 'encoded' || ending.kind === 'scanned') return marked('good', ending.kind)
  return marked('bad', `${ending.kind}: ${ending.code}`)
}

const ordersOf = (hub: HubContext, workspaceId: string): Html => {
  const orders = hub.store.orders.query(
    `where t.workspace_id = ? order by t.fence desc limit ${LAST_ORDERS}`,
    workspaceId,
  )
  const encoderOf = (id: string): string =>
    hub.store.encoders.find({ workspace_id: workspaceId, acs_encoder_id: id })?.display_name ?? id
  const rows = orders.map((order) => [
    time(order.body.ordered_at),
    html`${order.kind.replaceAll('_', ' ')}${order.body.encode === null ? '' : ` (${order.body.encode.purpose.replace('_', ' ')})`}`,
    html`${order.body.acs_encoder_ids.map(encoderOf).join(', ')}`,
    html`${order.body.ordered_by}`,
    endingOf(order),
  ])
  return table(`Orders, the last ${LAST_ORDERS}`, ['Ordered', 'What', 'Encoder', 'By', 'Result'], rows)
}

/** What happens in a workspace: desks and orders, and neither guests nor secrets. */
export const overviewOf = (hub: HubContext, workspaceId: string): Html =>
  html`<header>
      <h1>${hub.store.workspaces.find({ workspace_id: workspaceId })?.name ?? ''}</h1>
      <span class="soft">Hub of encoder-bridge. Times are UTC; it is ${time(nowOf(hub))}.</span>
      <form method="post" action="/hub/sign-out"><button>Sign out</button></form>
    </header>
    <main>${bridgesOf(hub, workspaceId)} ${ordersOf(hub, workspaceId)}</main>`
