import { BridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
import type { NativeClient, NativeLibrary, NativeReader } from './pcsc-library.ts'

/** What the service tells about readers. Nothing is told after `onEnd`. */
export interface WatchObserver {
  /** A reader has arrived, or its state has changed: dwEventState of SCARD_READERSTATE. */
  onStatus(name: string, status: number): void
  onRemoval(name: string): void
  /** The service is gone: `device_lost`. */
  onEnd(error: BridgeError): void
}

export interface WatchedReader {
  readonly native: NativeReader
  readonly status: number
}

/** The readers of this computer, watched until `release`. */
export interface ReaderWatch {
  readonly library: NativeLibrary
  readonly readers: ReadonlyMap<string, WatchedReader>
  /** Resolves when the readers that were there before have been told: the package does not say when. */
  readonly listed: Promise<void>
  /** Gives the client up for everybody who uses it: the next one who asks starts another. */
  fail(error: BridgeError): void
  release(): void
}

/** The readers of a start come within some milliseconds, one event each. */
const LISTED_AFTER_MS = 250
const LISTED_WHEN_QUIET_MS = 30
/** Stopping a client blocks the whole process for as long as its thread does not wait: see `stop`. */
const STOPPED_WHEN_QUIET_MS = 150

interface Running extends Omit<ReaderWatch, 'release'> {
  readonly isEnded: boolean
  stop(): void
}

/**
 * One client for the whole process, as long as anybody watches: it costs a thread and a connection to the service.
 * `watch` rejects `driver_unavailable` and `pcsc_unavailable`.
 */
export const createReaderWatches = (
  load: () => Promise<NativeLibrary>,
  clock: Clock,
): { watch(observer: WatchObserver): Promise<ReaderWatch> } => {
  const observers = new Set<WatchObserver>()
  let running: Promise<Running> | undefined
  let starting = 0

  /** Who opens and closes readers in turn finds the same client again. */
  const lingerOn = (client: Running): void => {
    clock.setTimeout(() => {
      if (observers.size > 0 || starting > 0 || client.isEnded) return
      running = undefined
      client.stop()
    }, STOPPED_WHEN_QUIET_MS)
  }

  const tellEnd = (error: BridgeError): void => {
    running = undefined
    const witnesses = [...observers]
    observers.clear()
    for (const observer of witnesses) observer.onEnd(error)
  }

  const start = async (): Promise<Running> => startClient(await load(), clock, observers, tellEnd)

  return {
    watch: async (observer) => {
      starting += 1
      running ??= start()
      const current = running
      try {
        const client = await current
        if (client.isEnded) throw new BridgeError('pcsc_unavailable')
        observers.add(observer)
        return {
          ...client,
          release: () => {
            if (observers.delete(observer) && observers.size === 0) lingerOn(client)
          },
        }
      } catch (error) {
        if (running === current) running = undefined
        throw error
      } finally {
        starting -= 1
      }
    },
  }
}

const startClient = (
  library: NativeLibrary,
  clock: Clock,
  observers: ReadonlySet<WatchObserver>,
  tellEnd: (error: BridgeError) => void,
): Running => {
  const client = new library.Client()
  const readers = new Map<string, WatchedReader>()
  const listing = createListing(clock)
  let isEnded = false
  let toldAtMs = clock.now()

  /**
   * Joins the package's thread. Between two waits the thread misses the cancellation, and stopping would wait for the next
   * event with it, up to a minute: SCardCancel does nothing then, and SCardReleaseContext needs the lock that
   * SCardGetStatusChange holds (pcsc-lite `src/winscard_clnt.c`). It is only between two waits when something has just been told.
   */
  const stopWhenQuiet = (): void => {
    const quietMs = clock.now() - toldAtMs
    if (quietMs < STOPPED_WHEN_QUIET_MS) clock.setTimeout(stopWhenQuiet, STOPPED_WHEN_QUIET_MS - quietMs)
    else stopQuietly(client)
  }

  const stop = (): void => {
    isEnded = true
    listing.end()
    stopWhenQuiet()
  }

  const fail = (error: BridgeError): void => {
    if (isEnded) return
    stop()
    tellEnd(error)
  }

  client.on('error', (cause) =>
    fail(new BridgeError('device_lost', 'The smart-card service has stopped.', { cause })),
  )
  client.on('reader', (native) => {
    const name = native.name()
    native.on('change', ({ raw }) => {
      toldAtMs = clock.now()
      if (isEnded) return
      listing.postpone()
      readers.set(name, { native, status: raw })
      for (const observer of observers) observer.onStatus(name, raw)
    })
    // The package calls every unknown or unavailable state a disconnect, so that a lost removal is noticed too.
    native.on('disconnect', () => {
      toldAtMs = clock.now()
      if (isEnded || !readers.delete(name)) return
      for (const observer of observers) observer.onRemoval(name)
    })
  })
  try {
    client.start()
  } catch (cause) {
    listing.end()
    throw new BridgeError('pcsc_unavailable', undefined, { cause })
  }
  return {
    library,
    readers,
    listed: listing.done,
    fail,
    stop,
    get isEnded() {
      return isEnded
    },
  }
}

const stopQuietly = (client: NativeClient): void => {
  try {
    client.stop()
  } catch {
    // The service has gone before, and the thread has ended with it.
  }
}

/** Done when nothing has come for a while, sooner once something came. */
const createListing = (clock: Clock): { readonly done: Promise<void>; postpone(): void; end(): void } => {
  let resolveDone: () => void = () => undefined
  const done = new Promise<void>((resolve) => {
    resolveDone = resolve
  })
  let timer: unknown
  const end = (): void => {
    clock.clearTimeout(timer)
    timer = undefined
    resolveDone()
  }
  timer = clock.setTimeout(end, LISTED_AFTER_MS)
  return {
    done,
    postpone: () => {
      if (timer === undefined) return
      clock.clearTimeout(timer)
      timer = clock.setTimeout(end, LISTED_WHEN_QUIET_MS)
    },
    end,
  }
}
