import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type OpenMetricsContentType,
} from 'prom-client'
import type { OrderId } from '../contract/ids.ts'
import type { SessionView } from '../contract/session-view.ts'
import type { Clock } from '../contract/transport.ts'
import type { ControlPorts } from './ports.ts'

/** Sessions that ended lately, so that none is counted twice: more than are remembered at a time. */
const MAX_COUNTED = 2_000
/** The process is looked at so often; each look costs a timer. */
const LAG_PRECISION_MS = 100

const prefix = 'encoder_bridge_'

interface MetricsPorts {
  readonly ports: Pick<ControlPorts, 'encoders' | 'sessions' | 'journal' | 'link'>
  readonly clock: Clock
  readonly wallClock: () => Date
}

/** Where a card is being written, or a lock system makes a key. */
const isWriting = ({ state }: SessionView): boolean => state === 'writing' || state === 'makingKey'
const isWaiting = ({ state }: SessionView): boolean => state === 'queued' || state === 'leasing'

/** What monitors count, in the OpenMetrics format: no card, no room, no name but the encoders'. */
export const createMetrics = ({ ports, clock, wallClock }: MetricsPorts) => {
  const { encoders, sessions, journal, link } = ports
  const register = new Registry<OpenMetricsContentType>()
  register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const registers = [register]
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: LAG_PRECISION_MS })

  const ended = new Counter({
    name: `${prefix}sessions_total`,
    help: 'Sessions that have ended, by how',
    labelNames: ['kind', 'ending'],
    registers,
  })
  const writeSeconds = new Histogram({
    name: `${prefix}write_seconds`,
    help: 'From the first write to the end of a session, the read-back included',
    labelNames: ['kind'],
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60],
    registers,
  })
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    look: (set: (labels: Partial<Record<L, string>>, value: number) => void) => void,
  ): void => {
    const made = new Gauge({
      name: `${prefix}${name}`,
      help,
      labelNames,
      registers,
      collect() {
        made.reset()
        look((labels, value) => made.set(labels, value))
      },
    })
  }

  gauge('open_sessions', 'Sessions that have not ended', [], (set) =>
    set({}, sessions.list().filter(({ state }) => state !== 'ended').length),
  )
  gauge('queued_sessions', 'Sessions that wait for an encoder', [], (set) =>
    set({}, sessions.list().filter(isWaiting).length),
  )
  gauge('encoder_state', '1 for the state that an encoder is in', ['encoder', 'driver', 'state'], (set) => {
    for (const { name, driver, state } of encoders.list()) set({ encoder: name, driver, state }, 1)
  })
  gauge('outbox_results', 'Results that the hub has not acknowledged', ['state'], (set) => {
    const { waiting, refused } = journal.outboxFigures()
    set({ state: 'waiting' }, waiting)
    set({ state: 'refused' }, refused)
  })
  gauge('outbox_oldest_seconds', 'How long the oldest of them waits; 0 where none does', [], (set) => {
    const { oldestAt } = journal.outboxFigures()
    set({}, oldestAt === null ? 0 : Math.max(0, (wallClock().getTime() - Date.parse(oldestAt)) / 1000))
  })
  gauge('link_state', '1 for the state that the link to the hub is in', ['state'], (set) =>
    set({ state: link.view().state }, 1),
  )

  const counted = new Set<OrderId>()
  const writingSince = new Map<OrderId, number>()
  const stop = sessions.onChange((view) => {
    const { orderId, kind, ending } = view
    if (isWriting(view) && !writingSince.has(orderId)) writingSince.set(orderId, clock.now())
    if (ending === null || counted.has(orderId)) return
    counted.add(orderId)
    const [oldest] = counted
    if (counted.size > MAX_COUNTED && oldest !== undefined) counted.delete(oldest)
    ended.inc({ kind, ending: ending.kind })
    const since = writingSince.get(orderId)
    writingSince.delete(orderId)
    if (since !== undefined) writeSeconds.observe({ kind }, (clock.now() - since) / 1000)
  })

  return {
    contentType: register.contentType,
    text: () => register.metrics(),
    stop: (): void => {
      stop()
      register.clear()
    },
  }
}
