/**
 * Contactless readers by the smart-card service of the computer: pcscd on Linux, "Smart Card" on Windows.
 *
 *     service ── one client that watches ──► a slot for each open reader ──► its transport ──► a connection while it works
 *
 * @module
 */
import { BridgeError } from '../contract/errors.ts'
import type { Clock, PcscTransport } from '../contract/transport.ts'
import { loadPcscLibrary, type NativeLibrary } from './pcsc-library.ts'
import { createPcscTransport, type WatchedTransport } from './pcsc-transport.ts'
import { createReaderWatches, type ReaderWatch } from './pcsc-watch.ts'

/** What discovery hears of readers. Nothing is told after `onEnd`. */
export interface PcscReadersObserver {
  onArrival(readerName: string): void
  onRemoval(readerName: string): void
  /** The service has stopped: `device_lost`. */
  onEnd(error: BridgeError): void
}

/** The smart-card service as the rest of the program sees it. */
export interface PcscService {
  /**
   * Opens the reader of that name. Rejects `device_absent`, `pcsc_unavailable` (no service), `driver_unavailable` (the
   * optional package does not load).
   */
  open(readerName: string): Promise<PcscTransport>
  /**
   * The names of the readers. Never rejects: where they can't be listed the list is empty and `reason` says why. Windows
   * without any reader has no service running either.
   */
  list(): Promise<{ readonly readers: readonly string[]; readonly reason: string | undefined }>
  /**
   * Tells what comes and goes until the returned function is called; the readers that are there, before it resolves. Rejects as
   * `open`.
   */
  watch(observer: PcscReadersObserver): Promise<() => void>
}

/** Makes the service over a package that is loaded when it is first needed. */
export const createPcscService = (load: () => Promise<NativeLibrary>, clock: Clock): PcscService => {
  const watches = createReaderWatches(load, clock)

  const open: PcscService['open'] = async (readerName) => {
    const told: { by?: WatchedTransport; end?: BridgeError } = {}
    const watch = await watches.watch({
      onStatus: (name, status) => {
        if (name === readerName) told.by?.update(status)
      },
      onRemoval: (name) => {
        if (name === readerName) told.by?.lose(new BridgeError('device_lost', `${name} is gone.`))
      },
      onEnd: (error) => {
        told.end = error
        told.by?.lose(error)
      },
    })
    if (!watch.readers.has(readerName)) await watch.listed
    const reader = watch.readers.get(readerName)
    if (told.end !== undefined) throw new BridgeError('pcsc_unavailable', undefined, { cause: told.end })
    if (reader === undefined) {
      watch.release()
      throw new BridgeError('device_absent', explainAbsence(readerName, watch))
    }
    const opened = createPcscTransport(readerName, reader.native, watch, clock)
    told.by = opened
    opened.update(reader.status)
    await opened.ready
    return opened.transport
  }

  const list: PcscService['list'] = async () => {
    try {
      const watch = await watches.watch({ onStatus: ignore, onRemoval: ignore, onEnd: ignore })
      await watch.listed
      const readers = [...watch.readers.keys()]
      watch.release()
      return { readers, reason: undefined }
    } catch (error) {
      return { readers: [], reason: error instanceof Error ? error.message : String(error) }
    }
  }

  const watch: PcscService['watch'] = async (observer) => {
    const known = new Set<string>()
    const arrive = (name: string): void => {
      if (known.has(name)) return
      known.add(name)
      observer.onArrival(name)
    }
    const started = await watches.watch({
      onStatus: arrive,
      onRemoval: (name) => {
        if (known.delete(name)) observer.onRemoval(name)
      },
      onEnd: (error) => observer.onEnd(error),
    })
    for (const name of started.readers.keys()) arrive(name)
    await started.listed
    return () => started.release()
  }

  return { open, list, watch }
}

const ignore = (): void => undefined

const explainAbsence = (readerName: string, { readers, library }: ReaderWatch): string => {
  const names = [...readers.keys()].map((name) => `"${name}"`).join(', ')
  const others = names === '' ? 'there is none' : `there are ${names}`
  const limit =
    readers.size < library.MAX_READERS ? '' : `, and more than ${library.MAX_READERS} can’t be seen`
  return `There is no reader "${readerName}": ${others}${limit}.`
}

const monotonicClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
}

/** The service of this computer. */
export const {
  open: openPcsc,
  list: listPcscReaders,
  watch: watchPcscReaders,
} = createPcscService(loadPcscLibrary, monotonicClock)
