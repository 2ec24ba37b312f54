import { createActor } from 'xstate'
import { toBridgeError } from '../contract/errors.ts'
import type { EncoderId } from '../contract/ids.ts'
import type { JournalEntry } from '../contract/journal.ts'
import type { Ending } from '../contract/outcome.ts'
import type { SessionState, SessionView } from '../contract/session-view.ts'
import { identityOf } from './chart.ts'
import { createEncodeActors } from './encode-actors.ts'
import { encodeMachine } from './encode-machine.ts'
import type { EncodeContext, EncodeEvent, EncodeOrder } from './encode-context.ts'
import { failedEnding } from './failed-ending.ts'
import { createHeldLease } from './held-lease.ts'
import type { HeldLease } from './held-lease.ts'
import type { SessionPorts } from './ports.ts'
import { promptOf } from './prompts.ts'
import { createScanActors } from './scan-actors.ts'
import { scanMachine } from './scan-machine.ts'
import { isConnected, namesOf, presentationOf } from './names.ts'

/** The charts' delays that the configuration may set, milliseconds. */
export interface RunDelays {
  readonly cardTimeout?: number
  readonly returnTimeout?: number
  readonly confirmTimeout?: number
  readonly writeTimeout?: number
  readonly recoveryTimeout?: number
}

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

/** What a view needs of a snapshot, alike in both charts. */
interface Snapshot {
  readonly value: unknown
  readonly status: string
  readonly context: Pick<EncodeContext, 'notice'> & Partial<EncodeContext>
  can(event: EncodeEvent): boolean
}

type ChartActor = {
  start(): unknown
  stop(): unknown
  send(event: EncodeEvent): void
  getSnapshot(): Snapshot
  subscribe(observer: {
    next: (snapshot: Snapshot) => void
    error: (error: unknown) => void
    complete: () => void
  }): unknown
  ending(): Ending | null
}

export const startRun = (
  entry: JournalEntry,
  options: SessionPorts & { readonly delays?: RunDelays },
  observer: RunObserver,
): Run => {
  const held = createHeldLease(options.encoders, (error) => actor.send({ type: 'device.lost', error }))
  const actor = createChart(entry, options, held)
  let resolveSettled = (): void => undefined
  const settled = new Promise<void>((resolve) => {
    resolveSettled = resolve
  })
  let shown = ''

  const show = (snapshot: Snapshot): void => {
    if (snapshot.status === 'done') return
    const view = viewOf(entry, options, held, snapshot)
    const text = JSON.stringify(view)
    if (text === shown) return
    shown = text
    observer.onView(view)
  }

  actor.subscribe({
    next: show,
    error: (error) => {
      const { card, touched } = actor.getSnapshot().context
      const kind = touched === true || entry.phase === 'writing' ? 'unknown' : 'untouched'
      observer.onEnding(failedEnding(kind, toBridgeError(error), identityOf(card ?? null)))
      resolveSettled()
    },
    complete: () => {
      const ending = actor.ending()
      if (ending !== null) observer.onEnding(ending)
      resolveSettled()
    },
  })

  return {
    start: () => {
      actor.start()
      show(actor.getSnapshot())
    },
    send: (event) => {
      if (!actor.getSnapshot().can(event)) return false
      actor.send(event)
      return true
    },
    refresh: () => show(actor.getSnapshot()),
    encoderId: () => held.current()?.encoderId ?? null,
    isWriting: () => ['writing', 'verifying'].includes(leafOf(actor.getSnapshot().value)),
    settled,
    release: () => held.release(),
    abandon: async () => {
      actor.stop()
      await held.release()
    },
  }
}

const createChart = (
  entry: JournalEntry,
  options: SessionPorts & { readonly delays?: RunDelays },
  held: HeldLease,
): ChartActor => {
  const { order } = entry
  const expiresInMs = Date.parse(order.expiresAt) - options.wallClock().getTime()
  if (isEncode(order)) {
    const machine = encodeMachine.provide({
      actors: createEncodeActors(options, held),
      delays: { ...options.delays },
    })
    const actor = createActor(machine, {
      clock: options.clock,
      input: { order, interrupted: entry.phase === 'writing' ? entry.intent : null, expiresInMs },
    })
    return Object.assign(actor, { ending: () => actor.getSnapshot().output?.ending ?? null })
  }
  const { cardTimeout } = options.delays ?? {}
  const machine = scanMachine.provide({
    actors: createScanActors(options, held),
    delays: cardTimeout === undefined ? {} : { cardTimeout },
  })
  const actor = createActor(machine, { clock: options.clock, input: { order, expiresInMs } })
  return Object.assign(actor, {
    ending: () => actor.getSnapshot().output?.ending ?? null,
  }) as unknown as ChartActor
}

const isEncode = (order: JournalEntry['order']): order is EncodeOrder =>
  order.kind === 'encode' && order.encode !== null

/** The innermost state: `{ preparing: 'queued' }` is `queued`. */
const leafOf = (value: unknown): string =>
  typeof value === 'string' ? value : leafOf(Object.values(value as object)[0])

const viewOf = (
  entry: JournalEntry,
  options: SessionPorts,
  held: HeldLease,
  snapshot: Snapshot,
): Omit<SessionView, 'revision'> => {
  const { order } = entry
  const { context } = snapshot
  const state = leafOf(snapshot.value) as SessionState
  const lease = held.current()
  const encoders = options.encoders.list()
  const own = lease === null ? order.encoderIds : [lease.encoderId]
  return {
    orderId: order.orderId,
    kind: order.kind,
    state,
    encoderId: lease?.encoderId ?? null,
    progress: state === 'writing' ? (context.progress ?? null) : null,
    prompt: promptOf({
      state,
      encoder: namesOf(encoders, own),
      isEncoderReady: encoders.some((encoder) => own.includes(encoder.encoderId) && isConnected(encoder)),
      notice: context.notice,
      question: context.question ?? null,
      uid: identityOf(context.interrupted ?? null),
      isSwiped: presentationOf(encoders, own) === 'swipe',
      isScanner: encoders.some(({ encoderId, kind }) => own.includes(encoderId) && kind === 'scanner'),
      isReadingBack: context.isReadingBack ?? false,
      ending: null,
    }),
    cancellable: snapshot.can({ type: 'session.cancel' }),
    ending: null,
  }
}
