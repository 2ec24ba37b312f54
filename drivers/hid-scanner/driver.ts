import {
  BridgeError,
  type DeviceInfo,
  type HidTransport,
  type IoOptions,
  type KeyboardTransport,
  type OpenContext,
  type Scanner,
  type ScannerRead,
  throwIfAborted,
} from 'encoder-bridge/driver'
import { createDeviceLife } from '../../src/wire/device-life.ts'
import type { HidScannerOptions } from './options.ts'
import { createPosReader } from './pos-report.ts'
import { createTypedReader } from './typed-text.ts'

/** The reports of one scan follow each other at the endpoint's interval, keys within 30 ms (*unverified*): more is the end. */
const SILENCE_MS = 100

type Outcome = ScannerRead | 'unreadable' | undefined

const infoOf = (transport: HidTransport | KeyboardTransport): DeviceInfo => {
  if (transport.kind === 'keyboard') {
    return { model: 'Scanner in keyboard mode', firmware: '', serialNumber: null }
  }
  const { manufacturer, product, serialNumber } = transport.facts
  const model = [manufacturer, product].filter((word) => word !== '').join(' ')
  return {
    model: model === '' ? 'HID POS scanner' : model,
    firmware: '',
    serialNumber: serialNumber === '' ? null : serialNumber,
  }
}

/** Opens a scanner that only talks, in HID POS or in keyboard mode. */
export const openHidScanner = async (
  { transport, options, clock }: OpenContext<HidScannerOptions>,
  { signal }: IoOptions,
): Promise<Scanner> => {
  if (transport.kind !== 'hid' && transport.kind !== 'keyboard') {
    throw new BridgeError('not_supported', `A HID scanner is not reached over ${transport.kind}.`)
  }
  const readers = new Set<(read: ScannerRead) => void>()
  const misreaders = new Set<(error: BridgeError) => void>()
  let silence: unknown

  const life = createDeviceLife({
    close: async () => {
      clock.clearTimeout(silence)
      readers.clear()
      misreaders.clear()
      stopListening()
      await transport.close()
    },
  })

  const tell = (outcome: Outcome): void => {
    if (outcome === undefined) return
    if (outcome === 'unreadable') {
      const error = new BridgeError('card_unreadable', 'The scanner sent something that is no scan.')
      for (const observe of misreaders) observe(error)
    } else {
      for (const observe of readers) observe(outcome)
    }
  }

  const onLost = (error: BridgeError): void => {
    clock.clearTimeout(silence)
    life.lose(error)
  }

  /** Ends what has begun and is not going on. */
  const endAfterSilence = (end: () => Outcome): void => {
    clock.clearTimeout(silence)
    silence = clock.setTimeout(() => tell(end()), SILENCE_MS)
  }

  const listenToReports = (hid: HidTransport): (() => void) => {
    const reader = createPosReader(options.report)
    const giveUp = (): Outcome => {
      const isPartial = reader.isPartial
      reader.reset()
      return isPartial ? 'unreadable' : undefined
    }
    return hid.listen({
      onReport: (report) => {
        tell(reader.push(report))
        endAfterSilence(giveUp)
      },
      onLost,
    })
  }

  const listenToKeys = (keyboard: KeyboardTransport): (() => void) => {
    const reader = createTypedReader(options)
    return keyboard.listen({
      onKey: (key) => {
        tell(reader.push(key))
        endAfterSilence(reader.flush)
      },
      onGap: () => {
        reader.drop()
        endAfterSilence(reader.flush)
      },
      onLost,
    })
  }

  const stopListening = transport.kind === 'hid' ? listenToReports(transport) : listenToKeys(transport)
  if (signal.aborted) {
    await life.close()
    throwIfAborted(signal)
  }
  return {
    kind: 'scanner',
    info: infoOf(transport),
    probe: (io) => life.run(io, () => Promise.resolve()),
    onLost: life.onLost,
    onRead: (observer) => {
      readers.add(observer)
      return () => readers.delete(observer)
    },
    onMisread: (observer) => {
      misreaders.add(observer)
      return () => misreaders.delete(observer)
    },
    close: life.close,
  }
}
