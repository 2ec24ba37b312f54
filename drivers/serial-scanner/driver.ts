import {
  BridgeError,
  type IoOptions,
  type OpenContext,
  type Scanner,
  type ScannerRead,
  throwIfAborted,
  transportOf,
} from 'encoder-bridge/driver'
import { equalBytes } from '../../src/wire/bytes.ts'
import type { SerialScannerOptions } from './options.ts'
import { createMessageReader, interpret, type Message } from './protocol.ts'

/** A scanner sends a scan in one burst: after so much silence it is over (50 to 100 ms are usual; *unverified*). */
const IDLE_GAP_MS = 80
/** An RFID module repeats its frame every 50 ms while the badge is there; so much silence is its going (*unverified*). */
const BADGE_GONE_MS = 250

/** Opens a scanner that only talks: that the line opens is all that can be known of it. */
export const openSerialScanner = async (
  { transport, options, clock }: OpenContext<SerialScannerOptions>,
  { signal }: IoOptions,
): Promise<Scanner> => {
  const line = transportOf(transport, 'serial')
  const reader = createMessageReader()
  const readers = new Set<(read: ScannerRead) => void>()
  const misreaders = new Set<(error: BridgeError) => void>()
  let lost: BridgeError | undefined
  let onLost: ((error: BridgeError) => void) | undefined
  let closing: Promise<void> | undefined
  let gap: unknown
  let last: { readonly read: ScannerRead; readonly atMs: number } | undefined

  /** A repeated read keeps the presentation alive; the first one of a presentation is told. */
  const isRepeated = (read: ScannerRead): boolean => {
    const now = clock.now()
    const withinMs = read.technology === 'em4100' ? BADGE_GONE_MS : options.repeatMs
    const isSame =
      last !== undefined &&
      now - last.atMs < withinMs &&
      last.read.technology === read.technology &&
      equalBytes(last.read.data, read.data)
    last = { read, atMs: now }
    return isSame
  }

  const tell = (message: Message, isEnded: boolean): void => {
    const read = interpret(message, options, isEnded)
    if (read === 'unreadable') {
      const error = new BridgeError('card_unreadable', 'The scanner sent something that is no scan.')
      for (const misread of misreaders) misread(error)
    } else if (!isRepeated(read)) {
      for (const observe of readers) observe(read)
    }
  }

  const stopListening = line.listen({
    onBytes: (bytes) => {
      clock.clearTimeout(gap)
      for (const message of reader.push(bytes)) tell(message, true)
      gap = clock.setTimeout(() => {
        for (const message of reader.flush()) tell(message, false)
      }, IDLE_GAP_MS)
    },
    onLost: (error) => {
      clock.clearTimeout(gap)
      lost = error
      onLost?.(error)
    },
  })

  const close = async (): Promise<void> => {
    clock.clearTimeout(gap)
    readers.clear()
    misreaders.clear()
    stopListening()
    await line.close()
  }

  const observe = <T>(observers: Set<T>, observer: T): (() => void) => {
    if (closing === undefined) observers.add(observer)
    return () => observers.delete(observer)
  }

  try {
    throwIfAborted(signal)
    await line.setBaudRate(options.baudRate).catch((error: unknown) => {
      if (!(error instanceof BridgeError) || error.code !== 'not_supported') throw error
    })
    throwIfAborted(signal)
  } catch (error) {
    await close()
    throw error
  }
  return {
    kind: 'scanner',
    info: { model: 'Serial scanner', firmware: '', serialNumber: null },
    probe: async (io) => {
      if (closing !== undefined) throw new BridgeError('device_closed')
      if (lost !== undefined) throw lost
      throwIfAborted(io.signal)
    },
    onLost: (observer) => {
      onLost = observer
      if (lost !== undefined) observer(lost)
    },
    onRead: (observer) => observe(readers, observer),
    onMisread: (observer) => observe(misreaders, observer),
    close: () => (closing ??= close()),
  }
}
