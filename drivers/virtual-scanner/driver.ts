import {
  BridgeError,
  type IoOptions,
  type OpenContext,
  type Scanner,
  type ScannerRead,
  throwIfAborted,
  transportOf,
} from 'encoder-bridge/driver'
import { createDeviceLife } from '../../src/wire/device-life.ts'

/** Opens the place before which things are shown as a scanner. */
export const openVirtualScanner = async (
  { transport }: OpenContext<unknown>,
  { signal }: IoOptions,
): Promise<Scanner> => {
  const window = transportOf(transport, 'none')
  const readers = new Set<(read: ScannerRead) => void>()
  const misreaders = new Set<(error: BridgeError) => void>()

  const life = createDeviceLife({
    close: async () => {
      readers.clear()
      misreaders.clear()
      stopListening()
      await window.close()
    },
  })
  const stopListening = window.listen({
    onField: () => undefined,
    onPresent: (read) => {
      if (read.data.length > 0) for (const observe of readers) observe(read)
      else for (const observe of misreaders) observe(new BridgeError('card_unreadable'))
    },
    onLost: life.lose,
  })

  try {
    throwIfAborted(signal)
    await window.look()
    throwIfAborted(signal)
  } catch (error) {
    await life.close()
    throw error
  }
  return {
    kind: 'scanner',
    info: { model: 'Virtual scanner', firmware: '1', serialNumber: null },
    probe: (io) => life.run(io, async () => void (await window.look())),
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
