import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { connectBridge, type BenchBridge } from './bench-bridge.ts'
import { openHubProcess, type HubProcess } from './hub-process.ts'
import { processorMs } from './processor-time.ts'
import { residentMb } from './resident-memory.ts'
import { createRow, type Row } from './row.ts'

const HOTELS = 20
const DESKS_EACH = 50
const CONNECT_AT_ONCE = 20
const SETTLE_MS = 3_000
const ARRIVES_WITHIN_MS = 60_000
const TURNS = 5
const ORDERS_A_TURN = 100
/** As many orders are under way at any time. */
const ORDERS_AT_ONCE = 32

/** Orders that were sent, and when their bridge has them. */
const createArrivals = () => {
  const arrived = new Map<string, number>()
  const waiting = new Map<string, () => void>()
  return {
    note: (orderId: string): void => {
      arrived.set(orderId, performance.now())
      waiting.get(orderId)?.()
    },
    of: async (orderId: string): Promise<number> => {
      if (!arrived.has(orderId)) {
        await new Promise<void>((resolve, reject) => {
          const tooLong = (): void => reject(new Error('An order did not arrive.'))
          const timer = setTimeout(tooLong, ARRIVES_WITHIN_MS)
          waiting.set(orderId, () => {
            clearTimeout(timer)
            resolve()
          })
        })
      }
      return arrived.get(orderId) ?? 0
    },
  }
}

const orderScan = async (hub: HubProcess, { paired }: BenchBridge): Promise<string> => {
  const answer = await hub.post(paired.apiKey, '/acs/encoders/scan_credential', {
    acs_encoder_id: paired.encoderId,
  })
  return (answer as { action_attempt: { action_attempt_id: string } }).action_attempt.action_attempt_id
}

/**
 * A thousand desks of twenty hotels at one hub, each over a WebSocket of its own: what one more costs in memory, and how
 * many scans a second the hub orders, sends, and sees ended. The desks live in this process, on the same machine.
 */
export const measureThousandBridges = async (): Promise<readonly Row[]> => {
  await using hub = await openHubProcess(HOTELS, DESKS_EACH)
  const arrivals = createArrivals()
  await pause(SETTLE_MS)
  const aloneMb = residentMb(hub.pid)
  const bridges: BenchBridge[] = []
  const connecting: number[] = []
  for (let from = 0; from < hub.bridges.length; from += CONNECT_AT_ONCE) {
    const some = hub.bridges.slice(from, from + CONNECT_AT_ONCE)
    const startedMs = performance.now()
    bridges.push(...(await Promise.all(some.map((one) => connectBridge(hub.endpoint, one, arrivals.note)))))
    connecting.push((some.length * 1000) / (performance.now() - startedMs))
  }
  await pause(SETTLE_MS)
  const eachMb = (residentMb(hub.pid) - aloneMb) / bridges.length

  const rates: number[] = []
  const delays: number[] = []
  const processor: number[] = []
  let next = 0
  const worker = async (until: number): Promise<void> => {
    while (next < until) {
      const bridge = bridges[(next * 7) % bridges.length]
      next += 1
      if (bridge === undefined) throw new Error('No bridge is connected.')
      const orderedMs = performance.now()
      delays.push((await arrivals.of(await orderScan(hub, bridge))) - orderedMs)
    }
  }
  for (let turn = 0; turn < TURNS; turn += 1) {
    const startedMs = performance.now()
    const before = processorMs(hub.pid)
    const until = next + ORDERS_A_TURN
    await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, () => worker(until)))
    rates.push((ORDERS_A_TURN * 1000) / (performance.now() - startedMs))
    const after = processorMs(hub.pid)
    if (before !== null && after !== null) processor.push((after - before) / ORDERS_A_TURN)
  }
  for (const bridge of bridges) bridge.close()
  const name = `${bridges.length} bridges at one hub`
  return [
    createRow({ name: `${name}: memory a bridge`, unit: 'MB' }, [eachMb]),
    createRow({ name: `${name}: connections`, unit: '1/s' }, connecting),
    createRow({ name: `${name}: orders`, unit: '1/s' }, rates),
    createRow(
      { name: `  order to its bridge, ${ORDERS_AT_ONCE} at once`, unit: 'ms', judged: 'p99' },
      delays,
    ),
    ...(processor.length === 0
      ? []
      : [createRow({ name: '  processor time of the hub an order', unit: 'ms' }, processor)]),
  ]
}
