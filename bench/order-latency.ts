import { performance } from 'node:perf_hooks'
import { type Daemon, type DeskOptions, openDesk, waitUntil } from './desk.ts'
import { createRow, type Row } from './row.ts'
import { summarize } from './statistics.ts'

const ORDERS = 250
const LIMIT_MS = 20
const LONG_POLL_MS = 10_000

/** Follows a session by long polls until it is in the state. */
const reach = async (daemon: Daemon, orderId: string, state: string): Promise<void> => {
  for (let after = -1; ;) {
    const session = (await daemon.get(`/v1/sessions/${orderId}?after=${after}&wait_ms=${LONG_POLL_MS}`)) as {
      state: string
      revision: number
    }
    if (session.state === state) return
    if (session.state === 'ended')
      throw new Error(`The session ended before it was ${state}: ${JSON.stringify(session)}`)
    after = session.revision
  }
}

const isIdle = async (daemon: Daemon): Promise<boolean> => {
  const { encoders } = (await daemon.get('/v1/encoders')) as { encoders: { state: string }[] }
  return encoders.every(({ state }) => state === 'ready')
}

const measure = async (name: string, options: Pick<DeskOptions, 'time'>): Promise<readonly Row[]> => {
  await using desk = await openDesk({ encoders: 1, ...options })
  const daemon = await desk.startWhole()
  const orders: number[] = []
  const requests: number[] = []
  for (let order = 0; order < ORDERS; order += 1) {
    const askedMs = performance.now()
    await daemon.get('/healthz')
    const orderedMs = performance.now()
    const { order_id: orderId } = (await daemon.post('/v1/scans', {})) as { order_id: string }
    await reach(daemon, orderId, 'waiting_for_card')
    orders.push(performance.now() - orderedMs)
    requests.push(orderedMs - askedMs)
    await daemon.post(`/v1/sessions/${orderId}/cancel`, {})
    await waitUntil(() => isIdle(daemon))
  }
  const request = { name: 'one request beside it', value: summarize(requests).p99 }
  return [createRow({ name, unit: 'ms', judged: 'p99', limit: LIMIT_MS, comparison: request }, orders)]
}

/**
 * From a scan's order at the control API to the prompt in its session, as a client of the API sees it: an upper bound,
 * because two or three HTTP round trips are in it. A request that does nothing, before each order, tells what the machine
 * makes of one round trip at that time.
 */
export const measureOrderLatency = async (): Promise<readonly Row[]> => [
  ...(await measure('order to "place the card", real time', { time: 'exact' })),
  ...(await measure('order to "place the card", no line time', {})),
]
