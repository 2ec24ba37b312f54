import type { Clock } from '../contract/index.ts'

/** A thing to do at an absolute time of the clock, in milliseconds. */
export interface TimelineEvent {
  readonly atMs: number
  readonly run: () => void
}

/** Does things at absolute times in order, so that lateness of one never shifts the next. */
interface Timeline {
  /** What is due already is run before this returns, unless an event is running: then right after that one. */
  schedule(event: TimelineEvent): void
  cancel(event: TimelineEvent): void
  clear(): void
}

/** Adding a delay to `now` may round to just before the event. */
const ROUNDING_MS = 1e-6

/** Makes a timeline that keeps at most one timer on the clock. */
export const createTimeline = (clock: Clock): Timeline => {
  let events: readonly TimelineEvent[] = []
  let timer: unknown
  let isRunning = false

  const runDue = (): void => {
    if (isRunning) return
    isRunning = true
    clock.clearTimeout(timer)
    timer = undefined
    try {
      for (
        let next = events[0];
        next !== undefined && next.atMs <= clock.now() + ROUNDING_MS;
        next = events[0]
      ) {
        events = events.slice(1)
        next.run()
      }
    } finally {
      isRunning = false
      const next = events[0]
      if (next !== undefined) timer = clock.setTimeout(runDue, next.atMs - clock.now())
    }
  }

  return {
    schedule: (event) => {
      events = [...events, event].toSorted((first, second) => first.atMs - second.atMs)
      runDue()
    },
    cancel: (event) => {
      events = events.filter((candidate) => candidate !== event)
      if (events.length === 0) clock.clearTimeout(timer)
    },
    clear: () => {
      events = []
      clock.clearTimeout(timer)
    },
  }
}
