import { toBridgeError } from '../contract/errors.ts'
import type { EncoderView } from '../contract/encoders.ts'
import type { EncoderId } from '../contract/ids.ts'
import type { JournalEntry } from '../contract/journal.ts'
import type { Ending } from '../contract/outcome.ts'
import type { SessionState, SessionView } from '../contract/session-view.ts'
import { failedEnding } from './failed-ending.ts'
import { createHeldLease } from './held-lease.ts'
import type { HeldLease } from './held-lease.ts'
import type { KeyFacts } from './key-prompts.ts'
import { isConnected, namesOf, presentationOf } from './names.ts'
import type { SessionPorts } from './ports.ts'
import { promptOf } from './prompts.ts'
import { type Chart, createChart, type RunDelays } from './start-chart.ts'

/** One chart that runs. */
export interface Run {
  start(): void
  /** False when the chart has ended or doesn't hear the event in its state. */
  send(event: { readonly type: 'session.cancel' } | { readonly type: 'clerk.confirmed' }): boolean
  /** Publishes the view again, because an encoder's state is part of the prompt. */
  refresh(): void
  encoderId(): EncoderId | null
  isWriting(): boolean
  /** Resolves when the chart has ended. */
  readonly settled: Promise<void>
  /** Gives the encoder back. */
  release(): Promise<void>
  /** Stops the chart without an ending: the journal still has the order open. */
  abandon(): Promise<void>
}

export interface RunObserver {
  onView(view: Omit<SessionView, 'revision'>): void
  onEnding(ending: Ending): void
}

export const startRun = (
  entry: JournalEntry,
  options: SessionPorts & { readonly delays?: RunDelays },
  observer: RunObserver,
): Run => {
  const held = createHeldLease(options.encoders, (error) => chart.send({ type: 'device.lost', error }))
  const chart = createChart(entry, options, held)
  let resolveSettled = (): void => undefined
  const settled = new Promise<void>((resolve) => {
    resolveSettled = resolve
  })
  let shown = ''

  const show = (): void => {
    const state = chart.state()
    if (state === null) return
    const view = viewOf(entry, options, held, chart, state as SessionState)
    const text = JSON.stringify(view)
    if (text === shown) return
    shown = text
    observer.onView(view)
  }

  chart.subscribe({
    next: show,
    error: (error) => {
      const { uid, touched } = chart.shown()
      const kind = touched || entry.phase === 'writing' ? 'unknown' : 'untouched'
      observer.onEnding(failedEnding(kind, toBridgeError(error), uid))
      resolveSettled()
    },
    complete: () => {
      const ending = chart.ending()
      if (ending !== null) observer.onEnding(ending)
      resolveSettled()
    },
  })

  return {
    start: () => {
      chart.start()
      show()
    },
    send: (event) => {
      if (!chart.hears(event)) return false
      chart.send(event)
      return true
    },
    refresh: show,
    encoderId: () => held.current()?.encoderId ?? null,
    isWriting: () => ['writing', 'verifying', 'makingKey', 'assigning'].includes(chart.state() ?? ''),
    settled,
    release: () => held.release(),
    abandon: async () => {
      chart.stop()
      await held.release()
    },
  }
}

/** States whose progress is shown. */
const progressing: readonly SessionState[] = ['writing', 'makingKey']

const viewOf = (
  { order }: JournalEntry,
  options: SessionPorts,
  held: HeldLease,
  chart: Chart,
  state: SessionState,
): Omit<SessionView, 'revision'> => {
  const shown = chart.shown()
  const lease = held.current()
  const encoders = options.encoders.list()
  const ids = lease === null ? order.encoderIds : [lease.encoderId]
  const own = encoders.filter(({ encoderId }) => ids.includes(encoderId))
  return {
    orderId: order.orderId,
    kind: order.kind,
    state,
    encoderId: lease?.encoderId ?? null,
    progress: progressing.includes(state) ? shown.progress : null,
    prompt: promptOf({
      ...shown,
      state,
      encoder: namesOf(encoders, ids),
      isEncoderReady: own.some(isConnected),
      isSwiped: presentationOf(encoders, ids) === 'swipe',
      isScanner: own.some(({ kind }) => kind === 'scanner'),
      key: shown.key ?? scanFacts(own),
      ending: null,
    }),
    cancellable: chart.hears({ type: 'session.cancel' }),
    ending: null,
  }
}

/** A scan of a key system is its own reading. */
const scanFacts = (own: readonly EncoderView[]): KeyFacts | null =>
  own.some(({ kind }) => kind === 'keySystem') ? { work: 'scan', wanted: 0, remark: null, found: null } : null
