import type { CardDevice, DeviceInfo } from '../contract/device.ts'
import type { Driver } from '../contract/driver.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { ByteTransport, Clock, SerialSettings } from '../contract/transport.ts'

/** Back-off between attempts to open a device: doubled from the first to the last, with jitter. */
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5_000
/** How often an idle device is asked for a sign of life. */
const PROBE_EVERY_MS = 10_000
/** A device that says nothing for this long is gone. */
const PROBE_WITHIN_MS = 2_000
const OPEN_WITHIN_MS = 8_000

/** One device of the configuration, with its driver loaded. */
export interface SlotSettings {
  readonly name: string
  readonly path: string
  readonly driver: Driver
  readonly options: unknown
}

/** What a slot needs of the outside. */
export interface SlotPorts {
  readonly clock: Clock
  /** 0 inclusive to 1 exclusive, for jitter. */
  readonly random: () => number
  openTransport(path: string, settings: SerialSettings): Promise<ByteTransport>
  /** Calls back when something appears or vanishes near the path; never needed for correctness, only for speed. */
  watchPath(path: string, onChange: () => void): () => void
}

export type SlotState = 'absent' | 'opening' | 'ready' | 'failed'

/** The life of one device: opened, watched, lost, opened again. It never gives up and never throws. */
export interface DeviceSlot {
  state(): SlotState
  error(): BridgeError | null
  info(): DeviceInfo | null
  /** The device, when it can be lent: null also while it is asked for a sign of life, and when it must be opened anew. */
  device(): CardDevice | null
  /** Closes the device and opens it again: after a fault that only a fresh start cures. */
  reopen(error: BridgeError): void
  /** Tells the slot whether a session holds the device; idle devices are probed. */
  setHeld(isHeld: boolean): void
  /** Asks for a sign of life at once, as after a sleep. */
  probeNow(): void
  close(): Promise<void>
}

export const startDeviceSlot = (
  settings: SlotSettings,
  ports: SlotPorts,
  observer: { onChange(): void; onLost(error: BridgeError): void; onAlive(): void },
): DeviceSlot => {
  const { clock } = ports
  const life = new AbortController()
  let state: SlotState = 'opening'
  let error: BridgeError | null = null
  let device: CardDevice | null = null
  let isHeld = false
  let isProbing = false
  let isLost = false
  let attempts = 0
  let wake = (): void => undefined
  let lose = (_: BridgeError): void => undefined

  const become = (next: SlotState, why: BridgeError | null): void => {
    const changed = next !== state || why?.code !== error?.code
    state = next
    error = why
    if (changed) observer.onChange()
  }

  /** Resolves after the delay, at `wake`, or at close. */
  const pause = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.setTimeout(() => wake(), delayMs)
      wake = () => {
        clock.clearTimeout(timer)
        wake = () => undefined
        resolve()
      }
    })

  const open = async (): Promise<CardDevice> => {
    const deadline = new AbortController()
    const timer = clock.setTimeout(() => deadline.abort(), OPEN_WITHIN_MS)
    try {
      const transport = await ports.openTransport(settings.path, settings.driver.serial)
      const opened = await settings.driver.open(
        { transport, options: settings.options, clock },
        { signal: AbortSignal.any([life.signal, deadline.signal]) },
      )
      if (opened.kind !== 'card') {
        await opened.close()
        throw new BridgeError(
          'not_supported',
          `The driver ${settings.driver.manifest.id} makes no card device.`,
        )
      }
      return opened
    } catch (cause) {
      const failure = toBridgeError(cause)
      throw failure.code === 'aborted' && !life.signal.aborted
        ? new BridgeError('device_unresponsive')
        : failure
    } finally {
      clock.clearTimeout(timer)
    }
  }

  const probe = async (opened: CardDevice): Promise<void> => {
    const deadline = new AbortController()
    const timer = clock.setTimeout(() => deadline.abort(), PROBE_WITHIN_MS)
    isProbing = true
    try {
      await opened.probe({ signal: deadline.signal })
    } catch (cause) {
      const failure = toBridgeError(cause)
      if (failure.code === 'device_busy') return
      lose(failure.code === 'aborted' ? new BridgeError('device_unresponsive') : failure)
      return
    } finally {
      clock.clearTimeout(timer)
      isProbing = false
    }
    observer.onAlive()
  }

  /** Serves an open device until it is lost; returns why. */
  const serve = async (opened: CardDevice): Promise<BridgeError> => {
    let loss: BridgeError | null = null
    lose = (why) => {
      loss ??= why
      isLost = true
      wake()
    }
    opened.onLost((why) => lose(why))
    while (loss === null && !life.signal.aborted) {
      await pause(PROBE_EVERY_MS)
      if (isHeld) observer.onAlive()
      else if (loss === null && !life.signal.aborted) await probe(opened)
    }
    lose = () => undefined
    return loss ?? new BridgeError('device_closed')
  }

  const live = async (): Promise<void> => {
    while (!life.signal.aborted) {
      try {
        if (state !== 'absent' && state !== 'failed') become('opening', null)
        device = await open()
        isLost = false
        attempts = 0
        become('ready', null)
        const loss = await serve(device)
        const gone = device
        device = null
        if (!life.signal.aborted) become('absent', loss)
        observer.onLost(loss)
        await gone.close()
      } catch (cause) {
        const failure = toBridgeError(cause)
        if (life.signal.aborted) break
        become(failure.code === 'device_absent' ? 'absent' : 'failed', failure)
      }
      observer.onAlive()
      const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts)
      attempts += 1
      if (!life.signal.aborted) await pause(delay * (0.5 + ports.random() / 2))
    }
    await device?.close()
    device = null
  }

  const stopWatching = ports.watchPath(settings.path, () => {
    if (state === 'ready') return
    attempts = 0
    wake()
  })
  const done = live()

  return {
    state: () => state,
    error: () => error,
    info: () => device?.info ?? null,
    device: () => (isProbing || isLost ? null : device),
    reopen: (why) => lose(why),
    setHeld: (held) => {
      isHeld = held
    },
    probeNow: () => wake(),
    close: async () => {
      life.abort()
      stopWatching()
      wake()
      await done
    },
  }
}
