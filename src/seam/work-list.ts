import type { WorkItem, WorkList } from '../contract/desk-work.ts'
import { type BridgeError, throwIfAborted, toBridgeError } from '../contract/errors.ts'
import { createObservers } from '../contract/observers.ts'
import type { Clock } from '../contract/transport.ts'

export interface WorkListSettings {
  readonly ask: (signal: AbortSignal) => Promise<readonly WorkItem[]>
  readonly clock: Clock
  readonly wallClock: () => Date
  /** Between two askings while somebody listens. */
  readonly pollMs: number
  /** Never asked more often than this, whoever asks. */
  readonly atLeastMs: number
}

/** What waits, kept up to date for as long as somebody listens. */
export interface KeptWorkList {
  list(): WorkList
  onChange(observer: () => void): () => void
  refresh(signal: AbortSignal): Promise<WorkList>
  /** Something has happened that may have changed it: asks soon, if somebody listens. */
  hint(): void
  close(): void
}

const isSame = (one: WorkList, other: WorkList): boolean =>
  one.error?.code === other.error?.code && JSON.stringify(one.items) === JSON.stringify(other.items)

/**
 * One asking is under way at a time; whoever asks meanwhile gets its answer, and whoever asks right after it gets the same again. What fails
 * leaves the list as it was known, and says why it may be out of date.
 */
export const createWorkList = (settings: WorkListSettings): KeptWorkList => {
  const { ask, clock, wallClock, pollMs, atLeastMs } = settings
  const observers = createObservers<void>()
  const closing = new AbortController()
  let known: WorkList = { items: [], asOf: null, error: null }
  let underWay: Promise<void> | null = null
  let askedAt: number | null = null
  let listeners = 0
  let timer: unknown = null

  const take = (next: WorkList): void => {
    const isNew = !isSame(known, next)
    known = next
    if (isNew) observers.tell()
  }
  const schedule = (delayMs: number): void => {
    clock.clearTimeout(timer)
    timer = null
    if (listeners === 0 || closing.signal.aborted) return
    timer = clock.setTimeout(() => void renew(), delayMs)
  }
  const sinceAsked = (): number => (askedAt === null ? Infinity : clock.now() - askedAt)
  const renew = (): Promise<void> => {
    underWay ??= ask(closing.signal)
      .then(
        (items) => take({ items, asOf: wallClock().toISOString(), error: null }),
        (thrown: unknown) => {
          const { code, message }: BridgeError = toBridgeError(thrown)
          if (code !== 'aborted') take({ ...known, error: { code, message } })
        },
      )
      .finally(() => {
        underWay = null
        askedAt = clock.now()
        schedule(pollMs)
      })
    return underWay
  }

  return {
    list: () => known,
    onChange: (observer) => {
      const stop = observers.add(observer)
      listeners += 1
      if (listeners === 1) schedule(Math.max(0, atLeastMs - sinceAsked()))
      let isListening = true
      return () => {
        stop()
        if (isListening) listeners -= 1
        isListening = false
        if (listeners === 0) schedule(0)
      }
    },
    refresh: async (signal) => {
      throwIfAborted(signal)
      if (sinceAsked() < atLeastMs && underWay === null) return known
      await Promise.race([renew(), untilAborted(signal)])
      throwIfAborted(signal)
      return known
    },
    hint: () => {
      if (underWay === null) schedule(Math.max(0, atLeastMs - sinceAsked()))
    },
    close: () => {
      closing.abort()
      schedule(0)
    },
  }
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
