import { setTimeout } from 'node:timers/promises'
import { BridgeError } from '../contract/errors.ts'
import type { HidFacts, HidListener, HidTransport } from '../contract/transport.ts'
import { hidFactsOf, type HidHandle, type HidLibrary, loadHid } from './hid-library.ts'

/**
 * The library's read loop looks at the device every 50 ms and tells of a loss by itself. A call that failed waits this
 * long for it, because the error of the call is prose, in the language of the system.
 */
const LOSS_IS_NOTICED_MS = 150

/** How a device is opened; the defaults are the real library and the real time. */
interface HidPorts {
  readonly load?: () => Promise<HidLibrary>
  readonly wait?: (durationMs: number) => Promise<unknown>
}

/**
 * Opens a HID device by its path (`/dev/hidraw0`, a link to it, or what `listHidDevices` tells). Input reports that come
 * while nobody listens are lost.
 * Rejects `device_absent`, `device_denied`, `device_busy`, `driver_unavailable` (the native package does not load).
 */
export const openHid = async (
  path: string,
  { load = loadHid, wait = (durationMs) => setTimeout(durationMs, undefined, { ref: false }) }: HidPorts = {},
): Promise<HidTransport> => {
  const library = await load()
  const handle = await library.HIDAsync.open(path).catch((cause: unknown) => {
    throw explainRefusal(path, cause)
  })
  try {
    return createHidTransport(path, handle, hidFactsOf(await handle.getDeviceInfo()), wait)
  } catch (cause) {
    await handle.close().catch(() => undefined)
    throw explainRefusal(path, cause)
  }
}

const textOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason))

/** The library tells causes in prose: on Linux in English, on Windows with the code of the system call. */
const explainRefusal = (path: string, cause: unknown): BridgeError => {
  const text = textOf(cause)
  if (/permission denied|operation not permitted/i.test(text)) {
    const detail = `No right to read and write ${path}: install the udev rules, systemd/99-encoder-bridge.rules.`
    return new BridgeError('device_denied', detail, { cause })
  }
  if (text.includes('(0x00000005)')) {
    return new BridgeError('device_denied', `Windows keeps ${path} to itself.`, { cause })
  }
  const code = text.includes('(0x00000020)') ? 'device_busy' : 'device_absent'
  return new BridgeError(code, `${path}: ${text}.`, { cause })
}

const createHidTransport = (
  path: string,
  handle: HidHandle,
  facts: HidFacts,
  wait: (durationMs: number) => Promise<unknown>,
): HidTransport => {
  let listener: HidListener | undefined
  let lost: BridgeError | undefined
  let closing: Promise<void> | undefined
  let noteLoss = (): void => undefined
  const isLost = new Promise<void>((resolve) => {
    noteLoss = resolve
  })

  // In a microtask: the library takes what a listener throws inside its own call for an error of the device.
  const tell = (message: (listener: HidListener) => void): void => {
    const current = listener
    queueMicrotask(() => {
      if (closing === undefined && current !== undefined && listener === current) message(current)
    })
  }

  // The only `data` listener for the life of the handle: with a second one, or one that comes again before the read loop
  // has stopped, the library throws where nobody catches it.
  handle.on('data', (report) => {
    const copy = new Uint8Array(report)
    if (lost === undefined) tell((current) => current.onReport(copy))
  })
  // The read loop has ended. There is no other sign of a loss.
  handle.on('error', (reason) => {
    if (lost !== undefined || closing !== undefined) return
    const error = new BridgeError('device_lost', `${path}: ${textOf(reason)}.`, { cause: reason })
    lost = error
    noteLoss()
    tell((current) => current.onLost(error))
  })

  const refusal = (): BridgeError | undefined =>
    closing === undefined ? lost : new BridgeError('device_closed', `${path} was closed.`)

  const call = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const refused = refusal()
    if (refused !== undefined) throw refused
    try {
      return await work()
    } catch (cause) {
      await Promise.race([isLost, wait(LOSS_IS_NOTICED_MS)])
      throw refusal() ?? new BridgeError('device_fault', `${path}: ${textOf(cause)}.`, { cause })
    }
  }

  const withId = (reportId: number, data: Uint8Array): Buffer => Buffer.from([reportId, ...data])

  return {
    kind: 'hid',
    path,
    facts,
    listen: (next) => {
      if (listener !== undefined) throw new BridgeError('device_busy', `${path} has a listener already.`)
      listener = next
      if (lost !== undefined) {
        const error = lost
        tell((current) => current.onLost(error))
      }
      return () => {
        if (listener === next) listener = undefined
      }
    },
    write: async (reportId, data) => {
      await call(() => handle.write(withId(reportId, data)))
    },
    sendFeature: async (reportId, data) => {
      await call(() => handle.sendFeatureReport(withId(reportId, data)))
    },
    getFeature: async (reportId, sizeBytes) => {
      const report = await call(() => handle.getFeatureReport(reportId, sizeBytes + 1))
      return new Uint8Array(report.subarray(1))
    },
    // The library's own close throws when it is called again.
    close: () => (closing ??= handle.close().catch(() => undefined)),
  }
}
