import { BridgeError } from '../contract/errors.ts'
import type { Clock, TransportKind } from '../contract/transport.ts'
import { closeInTime, within } from './bounded.ts'
import { type Candidate, identitiesOf } from './candidate.ts'

/** How often the lists are read while a device is waited for: hints come early, but some never come. */
const LOOK_EVERY_MS = 500
/** A node appears before its rights are set, and a hint before its node. */
const LOOK_AGAIN_MS = 250
/** A list comes in milliseconds; a service that hangs must not keep devices of other kinds from being found. */
const LIST_WITHIN_MS = 5_000

/** What is there of one kind, or why that can't be told: `failure`; then `candidates` tells nothing. */
export interface Listing {
  readonly candidates: readonly Candidate[]
  readonly failure: BridgeError | null
}

/** One kind of device as the operating system lists it. */
export interface CandidateSource {
  readonly kind: Candidate['transport']
  /** Never rejects. */
  list(): Promise<Listing>
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

/** The list, or a failure where it does not come. Never rejects; a list that comes after all is told by `onLate`. */
export const listInTime = (
  { kind, list }: Pick<CandidateSource, 'kind' | 'list'>,
  clock: Clock,
  onLate?: () => void,
): Promise<Listing> =>
  within(clock, LIST_WITHIN_MS, new AbortController().signal, list, onLate).catch(() => ({
    candidates: [],
    failure: new BridgeError('driver_unavailable', `This computer’s list of ${kind} devices does not come.`),
  }))

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
  /** Asked, and not answered yet: they are not asked again meanwhile. */
  const silent = new Set<CandidateSource>()
  let looking: Promise<unknown> = Promise.resolve()
  let isWaiting = false
  let isClosed = false
  let isQueued = false
  let poll: unknown
  let again: unknown

  const current = (): readonly Candidate[] => sources.flatMap((source) => found.get(source) ?? [])

  const heard = (source: CandidateSource): Pick<CandidateSource, 'kind' | 'list'> => ({
    kind: source.kind,
    list: async () => {
      silent.add(source)
      try {
        return await source.list()
      } finally {
        silent.delete(source)
      }
    },
  })

  const lookOnce = async (): Promise<readonly Candidate[]> => {
    isQueued = false
    const before = fingerprint(current())
    const asked = sources.filter((source) => !silent.has(source))
    await Promise.all(
      asked.map(async (source) => {
        const { candidates, failure } = await listInTime(heard(source), clock, hint)
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
      await Promise.all(sources.map((source) => closeInTime(clock, source)))
    },
  }
}

/** For devices that no list tells of: emulated ones. */
export const emptyInventory: Pick<Inventory, 'look' | 'current' | 'failure'> = {
  look: () => Promise.resolve([]),
  current: () => [],
  failure: () => null,
}
