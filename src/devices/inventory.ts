import type { BridgeError } from '../contract/errors.ts'
import type { Clock, TransportKind } from '../contract/transport.ts'
import { type Candidate, identitiesOf } from './candidate.ts'

/** How often the lists are read while a device is waited for: hints come early, but some never come. */
const LOOK_EVERY_MS = 500
/** A node appears before its rights are set, and a hint before its node. */
const LOOK_AGAIN_MS = 250

/** One kind of device as the operating system lists it. */
export interface CandidateSource {
  readonly kind: Candidate['transport']
  /** Never rejects; `failure` says why the list can't be made, and then it tells nothing about what is there. */
  list(): Promise<{ readonly candidates: readonly Candidate[]; readonly failure: BridgeError | null }>
  /** Calls back when something may have come or gone. */
  watch(onHint: () => void): () => void
  close(): Promise<void>
}

/** What is plugged into this computer, as far as anybody asks. */
export interface Inventory {
  /** Looks, and tells what is there. Who asks while a look runs gets the next one: it began after the asking. */
  look(): Promise<readonly Candidate[]>
  /** What the last look found. */
  current(): readonly Candidate[]
  /** Why a kind can't be listed; null when it can. */
  failure(kind: TransportKind): BridgeError | null
  /** Called when something has come or gone. */
  onChange(observer: () => void): () => void
  /** Looks again and again as long as anybody waits. */
  setWaiting(isWaiting: boolean): void
  close(): Promise<void>
}

const fingerprint = (candidates: readonly Candidate[]): string =>
  candidates
    .map((candidate) => [candidate.transport, candidate.path, ...identitiesOf(candidate)].join('\n'))
    .toSorted((one, other) => one.localeCompare(other))
    .join('\n\n')

/** Watches what comes and goes without touching it. */
export const openInventory = (sources: readonly CandidateSource[], clock: Clock): Inventory => {
  const observers = new Set<() => void>()
  const found = new Map<CandidateSource, readonly Candidate[]>()
  const failures = new Map<TransportKind, BridgeError>()
  let looking: Promise<unknown> = Promise.resolve()
  let isWaiting = false
  let isClosed = false
  let isQueued = false
  let poll: unknown
  let again: unknown

  const current = (): readonly Candidate[] => sources.flatMap((source) => found.get(source) ?? [])

  const lookOnce = async (): Promise<readonly Candidate[]> => {
    isQueued = false
    const before = fingerprint(current())
    await Promise.all(
      sources.map(async (source) => {
        const { candidates, failure } = await source.list()
        if (failure === null) {
          found.set(source, candidates)
          failures.delete(source.kind)
        } else {
          failures.set(source.kind, failure)
        }
      }),
    )
    if (!isClosed && fingerprint(current()) !== before) for (const observer of observers) observer()
    return current()
  }

  let next: Promise<readonly Candidate[]> = Promise.resolve([])
  const look = (): Promise<readonly Candidate[]> => {
    if (isQueued) return next
    isQueued = true
    next = looking.then(lookOnce)
    looking = next
    return next
  }

  const hint = (): void => {
    if (isClosed) return
    void look()
    clock.clearTimeout(again)
    again = clock.setTimeout(() => void look(), LOOK_AGAIN_MS)
  }

  const keepLooking = (): void => {
    poll = clock.setTimeout(() => {
      void look().then(() => {
        if (isWaiting && !isClosed) keepLooking()
        else poll = undefined
      })
    }, LOOK_EVERY_MS)
  }

  const stops = sources.map((source) => source.watch(hint))
  return {
    look,
    current,
    failure: (kind) => failures.get(kind) ?? null,
    onChange: (observer) => {
      observers.add(observer)
      return () => observers.delete(observer)
    },
    setWaiting: (waiting) => {
      isWaiting = waiting
      if (isWaiting && poll === undefined && !isClosed) keepLooking()
    },
    close: async () => {
      isClosed = true
      clock.clearTimeout(poll)
      clock.clearTimeout(again)
      for (const stop of stops) stop()
      await looking
      await Promise.all(sources.map((source) => source.close()))
    },
  }
}

/** For devices that no list tells of: emulated ones. */
export const emptyInventory: Pick<Inventory, 'look' | 'current' | 'failure'> = {
  look: () => Promise.resolve([]),
  current: () => [],
  failure: () => null,
}
