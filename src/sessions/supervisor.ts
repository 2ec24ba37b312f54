import type { EncoderView } from '../contract/encoders.ts'
import { toBridgeError } from '../contract/errors.ts'
import type { BridgeError } from '../contract/errors.ts'
import type { EncoderId, OrderId } from '../contract/ids.ts'
import type { JournalEntry } from '../contract/journal.ts'
import type { Ending } from '../contract/outcome.ts'
import type { SessionView, Sessions } from '../contract/session-view.ts'
import type { Clock } from '../contract/transport.ts'
import { endedView } from './ended-view.ts'
import { isConnected } from './names.ts'
import type { SessionPorts } from './ports.ts'
import { startRun } from './run.ts'
import type { Run } from './run.ts'
import type { RunDelays } from './start-chart.ts'
import { verifiedEnding } from './verified-ending.ts'

/** How often an ending is offered again to a disk that refuses it, milliseconds. */
const RETRY_END_MS = 1_000
/** Ended sessions that stay in memory for those who watch them; older ones come from the journal. */
const ENDED_KEPT = 200

export interface SupervisorOptions extends SessionPorts {
  readonly delays?: RunDelays
  readonly log: {
    info(facts: object, message: string): void
    error(facts: object, message: string): void
  }
}

/**
 * Runs a session for every order of the journal that has no ending, those of before a crash first, and gives each
 * ending back to the journal. It decides nothing about cards: the charts do.
 */
export const createSupervisor = (options: SupervisorOptions): Sessions => {
  const { journal, clock, log } = options
  const runs = new Map<OrderId, Run>()
  const views = new Map<OrderId, SessionView>()
  const observers = new Set<(view: SessionView) => void>()
  let isDraining = false

  const publish = (view: Omit<SessionView, 'revision'>): void => {
    const revision = (views.get(view.orderId)?.revision ?? 0) + 1
    const next = { ...view, revision }
    views.delete(view.orderId)
    views.set(view.orderId, next)
    if (views.size > ENDED_KEPT) forgetOldestEnded(views)
    for (const observer of observers) observer(next)
  }

  /** The truth is known and can't be kept yet: nobody is told of it before it is on the disk. */
  const showHeld = (entry: JournalEntry, encoderId: EncoderId | null, error: BridgeError): void => {
    const prompt = `The result is known and waits to be saved. ${error.message} ${error.facts.nextStep}`
    const shown = views.get(entry.order.orderId)
    if (shown?.prompt === prompt) return
    const { orderId, kind } = entry.order
    const state = shown?.state ?? 'verifying'
    publish({ orderId, kind, state, encoderId, progress: null, prompt, cancellable: false, ending: null })
  }

  const finish = (entry: JournalEntry, run: Run | null, ending: Ending): void => {
    const { orderId } = entry.order
    const encoderId = run?.encoderId() ?? entry.intent?.encoderId ?? null
    try {
      journal.end(orderId, encoderId, ending)
    } catch (cause) {
      const error = toBridgeError(cause)
      log.error({ orderId, err: error }, 'the ending could not be journalled, trying again')
      showHeld(entry, encoderId, error)
      if (!isDraining) clock.setTimeout(() => finish(entry, run, ending), RETRY_END_MS)
      return
    }
    runs.delete(orderId)
    log.info(
      { orderId, ending: ending.kind, code: 'code' in ending ? ending.code : undefined },
      'session ended',
    )
    publish(endedView(entry.order, encoderId, ending))
    void run?.release()
  }

  const start = (entry: JournalEntry): void => {
    const { order } = entry
    if (isDraining || runs.has(order.orderId)) return
    const { intent } = entry
    if (entry.phase === 'verified' && intent !== null && intent.kind !== 'assign') {
      finish(entry, null, verifiedEnding(entry, intent))
      return
    }
    log.info({ orderId: order.orderId, kind: order.kind, phase: entry.phase }, 'session started')
    const run: Run = startRun(entry, options, {
      onView: publish,
      onEnding: (ending) => finish(entry, runs.get(order.orderId) ?? null, ending),
    })
    runs.set(order.orderId, run)
    run.start()
  }

  for (const entry of journal.open()) start(entry)
  const stopAccepting = journal.onAccepted(start)
  let readiness = readinessOf(options.encoders.list())
  const stopWatching = options.encoders.onChange(() => {
    const now = readinessOf(options.encoders.list())
    if (now === readiness) return
    readiness = now
    for (const run of runs.values()) run.refresh()
  })

  const view = (orderId: OrderId): SessionView | null => {
    const known = views.get(orderId)
    if (known !== undefined) return known
    const entry = journal.entry(orderId)
    if (entry?.ending === undefined || entry.ending === null) return null
    return { ...endedView(entry.order, entry.encoderId, entry.ending), revision: 1 }
  }

  return {
    view,
    list: () => [...views.values()].toReversed(),
    next: (orderId, after, signal) =>
      new Promise((resolve) => {
        const now = view(orderId)
        if (now === null || now.revision > after || now.state === 'ended' || signal.aborted)
          return resolve(now)
        const settle = (): void => {
          observers.delete(observer)
          signal.removeEventListener('abort', settle)
          resolve(view(orderId))
        }
        const observer = (changed: SessionView): void => {
          if (changed.orderId === orderId) settle()
        }
        observers.add(observer)
        signal.addEventListener('abort', settle)
      }),
    onChange: (observer) => {
      observers.add(observer)
      return () => observers.delete(observer)
    },
    cancel: (orderId) => runs.get(orderId)?.send({ type: 'session.cancel' }) ?? false,
    confirm: (orderId, revision) =>
      views.get(orderId)?.revision === revision &&
      (runs.get(orderId)?.send({ type: 'clerk.confirmed' }) ?? false),
    drain: async (boundMs) => {
      isDraining = true
      stopAccepting()
      stopWatching()
      // All at once: an encoder that one session gives back must not go to the next one.
      await Promise.all(
        [...runs.values()].map((run) => (run.isWriting() ? waitBounded(run, boundMs, clock) : run.abandon())),
      )
      runs.clear()
    },
  }
}

/** What the prompts of waiting sessions depend on: with a thousand orders queued, a lease alone must not stir them all. */
const readinessOf = (encoders: readonly EncoderView[]): string =>
  encoders.map((encoder) => `${encoder.encoderId} ${String(isConnected(encoder))}`).join()

/** A session that writes may come to its true end; past the bound it is abandoned to the journal's recovery. */
const waitBounded = async (run: Run, boundMs: number, clock: Clock): Promise<void> => {
  let timer: unknown
  const bound = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, boundMs)
  })
  await Promise.race([run.settled, bound])
  clock.clearTimeout(timer)
  await run.abandon()
}

const forgetOldestEnded = (views: Map<OrderId, SessionView>): void => {
  for (const [orderId, view] of views) {
    if (view.state !== 'ended') continue
    views.delete(orderId)
    return
  }
}
