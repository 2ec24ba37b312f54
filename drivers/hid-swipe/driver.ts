import {
  BridgeError,
  type DeviceInfo,
  type HidFacts,
  type IoOptions,
  isBridgeError,
  type OpenContext,
  type Scanner,
  type ScannerRead,
  transportOf,
} from 'encoder-bridge/driver'
import { createDeviceLife } from '../../src/wire/device-life.ts'
import type { HidSwipeOptions } from './options.ts'
import { askProperty } from './properties.ts'
import { decodeReport } from './protocol.ts'

type Maker = 'MagTek' | 'ID TECH'

/**
 * Whose reader it is. Throws `device_mismatch` for every other device: bytes that mean "tell your name" here could mean
 * anything there. An MSR605X bears MagTek's 0801:0003, and a reader that types is a keyboard.
 */
const makerOf = ({ vendorId, productId, usagePage }: HidFacts, path: string): Maker => {
  const isKeyboard = usagePage === 0x01
  if (!isKeyboard && vendorId === 0x0801 && productId === 0x0002) return 'MagTek'
  if (!isKeyboard && vendorId === 0x0acd) return 'ID TECH'
  throw new BridgeError(
    'device_mismatch',
    isKeyboard
      ? `${path} is a keyboard; switch the reader to its HID mode.`
      : `${path} is no swipe reader that is known here (USB 0801:0002, 0acd).`,
  )
}

/**
 * Opens a swipe reader. ID TECH readers are believed to be what their identity says, for no command of theirs is known
 * that would prove it. Rejects and closes as Driver.open says.
 */
export const openHidSwipe = async (
  context: OpenContext<HidSwipeOptions>,
  io: IoOptions,
): Promise<Scanner> => {
  const transport = transportOf(context.transport, 'hid')
  const readers = new Set<(read: ScannerRead) => void>()
  const misreaders = new Set<(error: BridgeError) => void>()

  const tell = (report: Uint8Array): void => {
    const swipe = decodeReport(report)
    if (swipe.kind === 'misread') {
      const error = new BridgeError('card_unreadable', swipe.reason)
      for (const observe of misreaders) observe(error)
      return
    }
    const data = new TextEncoder().encode(swipe.tracks.join('\n'))
    for (const observe of readers) observe({ technology: 'magstripe', data, bitCount: null, symbology: null })
  }

  const life = createDeviceLife({
    close: async () => {
      stopListening()
      await transport.close()
    },
  })
  const stopListening = transport.listen({ onReport: tell, onLost: life.lose })

  const readSoftwareId = async (call: IoOptions): Promise<string> => {
    const softwareId = await askProperty(transport, context.clock, 'softwareId', call)
    if (softwareId !== undefined && softwareId !== '') return softwareId
    throw new BridgeError(
      'device_mismatch',
      'The device does not tell its software id, as a MagTek reader does.',
    )
  }

  /** A device that refuses the very first report is another one, whatever it says of itself. */
  const proveIdentity = (call: IoOptions): Promise<string> =>
    readSoftwareId(call).catch((error: unknown) => {
      if (!isBridgeError(error, 'device_fault')) throw error
      throw new BridgeError('device_mismatch', 'The device refuses the reports of a MagTek reader.', {
        cause: error,
      })
    })

  const identify = async (maker: Maker, call: IoOptions): Promise<DeviceInfo> => {
    const model = transport.facts.product === '' ? `${maker} swipe reader` : transport.facts.product
    if (maker === 'ID TECH') return { model, firmware: '', serialNumber: null }
    const firmware = await proveIdentity(call)
    const serialNumber = await askProperty(transport, context.clock, 'serialNumber', call)
    return { model, firmware, serialNumber: serialNumber === '' ? null : (serialNumber ?? null) }
  }

  const observe = <Told>(observers: Set<Told>, observer: Told): (() => void) => {
    observers.add(observer)
    return () => observers.delete(observer)
  }

  const { maker, info } = await life
    .run(io, async (call) => {
      const found = makerOf(transport.facts, transport.path)
      return { maker: found, info: await identify(found, call) }
    })
    .catch(async (error: unknown) => {
      await life.close()
      throw error
    })
  return {
    kind: 'scanner',
    info,
    probe: (call) =>
      life.run(call, async (limited) => {
        if (maker === 'MagTek') await readSoftwareId(limited)
      }),
    onLost: life.onLost,
    onRead: (observer) => observe(readers, observer),
    onMisread: (observer) => observe(misreaders, observer),
    close: life.close,
  }
}
