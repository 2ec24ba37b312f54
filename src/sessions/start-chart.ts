import { createActor } from 'xstate'
import type { Encoders } from '../contract/encoders.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { CardUid } from '../contract/ids.ts'
import type { JournalEntry } from '../contract/journal.ts'
import type { Ending } from '../contract/outcome.ts'
import { identityOf } from './chart.ts'
import { createEncodeActors } from './encode-actors.ts'
import { encodeMachine } from './encode-machine.ts'
import type { EncodeEvent, EncodeOrder } from './encode-context.ts'
import type { HeldLease } from './held-lease.ts'
import { createKeyActors } from './key-actors.ts'
import { keyMachine } from './key-machine.ts'
import type { KeyFacts } from './key-prompts.ts'
import type { SessionPorts } from './ports.ts'
import { createScanActors } from './scan-actors.ts'
import { scanMachine } from './scan-machine.ts'

/** The charts' delays that the configuration may set, milliseconds. */
export interface RunDelays {
  readonly cardTimeout?: number
  readonly returnTimeout?: number
  readonly confirmTimeout?: number
  readonly writeTimeout?: number
  readonly busyTimeout?: number
  readonly keyTimeout?: number
  readonly recoveryTimeout?: number
}

/** What is shown of a chart, alike in all of them. */
export interface Shown {
  readonly notice: ErrorCode | null
  readonly question: 'liveKey' | 'occupied' | null
  readonly progress: { readonly done: number; readonly total: number } | null
  /** The card that is asked for again; null where nothing tells it from others. */
  readonly uid: CardUid | null
  readonly isReadingBack: boolean
  readonly key: KeyFacts | null
  /** A write or a command went out: a fault of the chart itself can't leave the card as it was. */
  readonly touched: boolean
}

/** What every chart hears from outside. */
export type ChartEvent = Extract<
  EncodeEvent,
  { type: 'session.cancel' } | { type: 'clerk.confirmed' } | { type: 'device.lost' }
>

/** One chart with its actors, not yet started. */
export interface Chart {
  start(): unknown
  stop(): unknown
  send(event: ChartEvent): void
  hears(event: ChartEvent): boolean
  /** The innermost state; null when the chart has ended. */
  state(): string | null
  shown(): Shown
  ending(): Ending | null
  subscribe(observer: { next: () => void; error: (error: unknown) => void; complete: () => void }): unknown
}

interface Snapshot {
  readonly value: unknown
  readonly status: string
  readonly output?: { readonly ending: Ending } | undefined
  can(event: ChartEvent): boolean
}

/** What of an xstate actor a chart is; a scan hears no confirmation, and drops it. */
interface Machine<S extends Snapshot> {
  start(): unknown
  stop(): unknown
  send(event: ChartEvent): void
  getSnapshot(): S
  subscribe(observer: { next: () => void; error: (error: unknown) => void; complete: () => void }): unknown
}

const chartOf = <S extends Snapshot>(machine: Machine<S>, shown: (snapshot: S) => Shown): Chart => ({
  start: () => machine.start(),
  stop: () => machine.stop(),
  send: (event) => machine.send(event),
  hears: (event) => machine.getSnapshot().can(event),
  state: () => {
    const { status, value } = machine.getSnapshot()
    return status === 'done' ? null : leafOf(value)
  },
  shown: () => shown(machine.getSnapshot()),
  ending: () => machine.getSnapshot().output?.ending ?? null,
  subscribe: (observer) => machine.subscribe(observer),
})

/** `{ preparing: 'queued' }` is `queued`. */
const leafOf = (value: unknown): string =>
  typeof value === 'string' ? value : leafOf(Object.values(value as object)[0])

const nothingShown: Shown = {
  notice: null,
  question: null,
  progress: null,
  uid: null,
  isReadingBack: false,
  key: null,
  touched: false,
}

/** The chart of an order: what it asks for, and of which encoders, says which one. After a crash the intent does. */
export const createChart = (
  entry: JournalEntry,
  options: SessionPorts & { readonly delays?: RunDelays },
  held: HeldLease,
): Chart => {
  const { order, phase, intent } = entry
  const { clock, delays = {} } = options
  const expiresInMs = Date.parse(order.expiresAt) - options.wallClock().getTime()
  const interrupted = phase === 'writing' ? intent : null

  if (isForKeySystem(entry, options.encoders)) {
    const machine = keyMachine.provide({ actors: createKeyActors(options, held), delays: { ...delays } })
    const input = { order, interrupted: interrupted?.kind === 'key' ? interrupted : null, expiresInMs }
    const wanted = order.encode?.copies ?? 0
    return chartOf(createActor(machine, { clock, input }), ({ context }) => ({
      ...nothingShown,
      notice: context.notice,
      question: 'liveKey',
      progress: wanted === 0 ? null : { done: context.made, total: wanted },
      key: {
        work: order.encode !== null ? 'keys' : order.stay !== null ? 'stay' : 'assign',
        wanted,
        remark: context.plan?.remark ?? null,
        found: context.found,
      },
      touched: context.touched,
    }))
  }
  if (isEncode(order)) {
    const machine = encodeMachine.provide({
      actors: createEncodeActors(options, held),
      delays: { ...delays },
    })
    const input = { order, interrupted: interrupted?.kind === 'card' ? interrupted : null, expiresInMs }
    return chartOf(createActor(machine, { clock, input }), ({ context }) => ({
      ...nothingShown,
      notice: context.notice,
      question: context.question,
      progress: context.progress,
      uid: identityOf(context.card ?? context.interrupted),
      isReadingBack: context.isReadingBack,
      touched: context.touched,
    }))
  }
  const { cardTimeout } = delays
  const machine = scanMachine.provide({
    actors: createScanActors(options, held),
    delays: cardTimeout === undefined ? {} : { cardTimeout },
  })
  const input = {
    order,
    interrupted: interrupted?.kind === 'assign' ? interrupted : null,
    expiresInMs,
  }
  return chartOf(createActor(machine, { clock, input }), ({ context }) => ({
    ...nothingShown,
    notice: context.notice,
    uid: context.toAssign?.uid ?? null,
    touched: context.toAssign !== null,
  }))
}

const isEncode = (order: JournalEntry['order']): order is EncodeOrder =>
  order.kind === 'encode' && order.encode !== null

const isForKeySystem = ({ order, intent }: JournalEntry, encoders: Encoders): boolean => {
  if (intent !== null) return intent.kind === 'key'
  if (order.kind === 'stay') return true
  const pool = encoders.list().filter(({ encoderId }) => order.encoderIds.includes(encoderId))
  return order.kind === 'encode'
    ? pool.some(({ kind }) => kind === 'keySystem')
    : order.assignTo !== null && pool.some(({ keys }) => keys?.assigns === true)
}
