import type { Device, DeviceInfo } from '../contract/device.ts'
import type { Driver } from '../contract/driver.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { Clock, Transport } from '../contract/transport.ts'
import type { DevicePlace } from '../transport/open.ts'
import { closeInTime, within } from './bounded.ts'
import { driverError } from './crash-guard.ts'
import type { DeviceFinder, Found } from './finder.ts'
import { openDevice } from './open-device.ts'
import { isOnNetwork } from './way.ts'

/** Back-off between attempts to open a device: doubled from the first to the last, with jitter. */
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5_000
/** A device that was lost sooner counts as one that could not be opened: it must not come and go for ever at full speed. */
const STEADY_AFTER_MS = 10_000
/** How often an idle device is asked for a sign of life. */
const PROBE_EVERY_MS = 10_000
/** A server counts its requests, and keeps no connection that could be lost unseen. */
const HTTP_PROBE_EVERY_MS = 60_000
/** A device that says nothing for this long is gone; what is on a network may be far away. */
const PROBE_WITHIN_MS = 2_000
const NETWORK_PROBE_WITHIN_MS = 5_000

/** One device of the configuration, with its driver loaded. */
export interface SlotSettings {
  readonly name: string
  /** The path in the configuration, if there is one. */
  readonly path: string | null
  readonly driver: Driver
  readonly options: unknown
}

/** What a slot needs of the outside. */
export interface SlotPorts {
  readonly clock: Clock
  readonly wallClock: () => Date
  /** 0 inclusive to 1 exclusive, for jitter. */
  readonly random: () => number
  readonly finder: Pick<DeviceFinder, 'find' | 'confirm'>
  openTransport(place: DevicePlace, driver: Driver, signal: AbortSignal): Promise<Transport>
  /** Whether the lock system of that name may still answer a command of an earlier link; see OpenContext. */
  owesAnswer?(name: string): boolean
  /** Calls back when something appears or vanishes near the path; never needed for correctness, only for speed. */
  watchPath(path: string, onChange: () => void): () => void
  /** Calls back when something was plugged in or out, as far as lists tell. */
  onPlugged(observer: () => void): () => void
}

export type SlotState = 'absent' | 'opening' | 'ready' | 'failed'

/** What a slot tells of its device. */
export interface SlotObserver {
  onChange(): void
  /** The device is open and about to be ready. */
  onOpened(device: Device): void
  onLost(error: BridgeError): void
  onAlive(): void
}

/** The life of one device: found, opened, watched, lost, opened again. It never gives up and never throws. */
export interface DeviceSlot {
  state(): SlotState
  error(): BridgeError | null
  info(): DeviceInfo | null
  /** Where the device is, or was last; null before it was found. */
  place(): DevicePlace | null
  /** The device, when it can be lent: null also while it is asked for a sign of life, and when it must be opened anew. */
  device(): Device | null
  /** Closes the device and opens it again: after a fault that only a fresh start cures. */
  reopen(error: BridgeError): void
  /** Tells the slot whether a session holds the device; idle devices are probed. */
  setHeld(isHeld: boolean): void
  /** Asks for a sign of life at once, as after a sleep, and tries at once to open what could not be opened. */
  probeNow(): void
  close(): Promise<void>
}

export const startDeviceSlot = (
  settings: SlotSettings,
  ports: SlotPorts,
  observer: SlotObserver,
): DeviceSlot => {
  const { clock } = ports
  const { driver, name } = settings
  const life = new AbortController()
  let state: SlotState = 'opening'
  let error: BridgeError | null = null
  let device: Device | null = null
  let found: Found | null = null
  let isHeld = false
  let isProbing = false
  let isLost = false
  let attempts = 0
  /** Whether somebody asked for a sign of life now. */
  let isRushed = false
  let wake = (): void => undefined
  let lose = (_: BridgeError): void => undefined

  const become = (next: SlotState, why: BridgeError | null): void => {
    const changed = next !== state || why?.code !== error?.code || why?.detail !== error?.detail
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

  const open = async (place: Found): Promise<Device> => {
    const owesAnswer = ports.owesAnswer?.(name) ?? false
    const opened = await openDevice(
      { ...settings, place, owesAnswer },
      ports,
      (crash) => lose(crash),
      life.signal,
    )
    try {
      ports.finder.confirm(name, opened.identities)
      return opened.device
    } catch (cause) {
      await closeInTime(clock, opened.device)
      throw cause
    }
  }

  const probe = async (opened: Device, { transport }: Found): Promise<void> => {
    const isFar = transport === 'tcp' || transport === 'http'
    const withinMs = isFar ? NETWORK_PROBE_WITHIN_MS : PROBE_WITHIN_MS
    isProbing = true
    try {
      await within(clock, withinMs, life.signal, (signal) => opened.probe({ signal }))
    } catch (cause) {
      const failure = driverError(cause, driver.manifest.id)
      if (!isBridgeError(failure, 'device_busy')) lose(failure)
      return
    } finally {
      isProbing = false
    }
    observer.onAlive()
  }

  /** Serves an open device until it is lost; returns why. */
  const serve = async (opened: Device, place: Found): Promise<BridgeError> => {
    const restMs = place.transport === 'http' ? HTTP_PROBE_EVERY_MS : 0
    let askedAtMs = clock.now()
    let loss: BridgeError | null = null
    lose = (why) => {
      loss ??= why
      isLost = true
      wake()
    }
    opened.onLost((why) => lose(why))
    become('ready', null)
    while (loss === null && !life.signal.aborted) {
      isRushed = false
      await pause(PROBE_EVERY_MS)
      const isDue = isRushed || clock.now() - askedAtMs >= restMs
      if (isHeld || !isDue) observer.onAlive()
      else if (loss === null && !life.signal.aborted) {
        askedAtMs = clock.now()
        await probe(opened, place)
      }
    }
    lose = () => undefined
    return loss ?? new BridgeError('device_closed')
  }

  const openAndServe = async (): Promise<void> => {
    found = await ports.finder.find(name)
    try {
      const opened = await open(found)
      isLost = false
      device = opened
      const openedAtMs = clock.now()
      observer.onOpened(opened)
      const loss = await serve(opened, found)
      // A cable that comes back is used at once; a peer on a network that lets go again and again is not.
      const isSteady = clock.now() - openedAtMs >= STEADY_AFTER_MS
      if (isSteady || (found.transport !== 'tcp' && found.transport !== 'http')) attempts = 0
      device = null
      if (!life.signal.aborted) become('absent', loss)
      observer.onLost(loss)
      await closeInTime(clock, opened)
    } finally {
      found.giveBack()
    }
  }

  const live = async (): Promise<void> => {
    while (!life.signal.aborted) {
      try {
        if (state !== 'absent' && state !== 'failed') become('opening', null)
        await openAndServe()
      } catch (cause) {
        if (life.signal.aborted) break
        const failure = driverError(cause, driver.manifest.id)
        become(failure.code === 'device_absent' ? 'absent' : 'failed', failure)
      }
      observer.onAlive()
      const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts)
      attempts += 1
      if (!life.signal.aborted) await pause(delay * (0.5 + ports.random() / 2))
    }
  }

  const tryAtOnce = (): void => {
    attempts = 0
    isRushed = true
    wake()
  }
  const lookForIt = (): void => {
    if (state !== 'ready') tryAtOnce()
    else if (found?.isThere() === false) lose(new BridgeError('device_lost', `${found.path} is gone.`))
  }
  const stops = [
    ports.onPlugged(lookForIt),
    ...(settings.path === null || isOnNetwork(settings.path)
      ? []
      : [ports.watchPath(settings.path, () => state !== 'ready' && tryAtOnce())]),
  ]
  const done = live()

  return {
    state: () => state,
    error: () => error,
    info: () => device?.info ?? null,
    place: () => found,
    device: () => (isProbing || isLost ? null : device),
    reopen: (why) => lose(why),
    setHeld: (held) => {
      isHeld = held
    },
    probeNow: tryAtOnce,
    close: async () => {
      life.abort()
      for (const stop of stops) stop()
      wake()
      await done
    },
  }
}
