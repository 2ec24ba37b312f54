import type { CardDevice, Device, DeviceBase, IoOptions, Scanner } from '../contract/device.ts'
import type { DriverManifest } from '../contract/driver.ts'
import type { CardLease, EncoderLease, ScannerLease } from '../contract/encoders.ts'
import type { Card } from '../contract/card.ts'
import { BridgeError, isBridgeError, toBridgeError } from '../contract/errors.ts'
import type { EncoderId, OrderId } from '../contract/ids.ts'
import type { NumberFormat } from '../contract/number-format.ts'
import type { Clock } from '../contract/transport.ts'
import { driverError } from './crash-guard.ts'
import { lendKeySystem, type Member } from './lend-key-system.ts'

/** Room for a release on top of the driver's abort promise: two short commands and a change of the line speed. */
const RELEASE_EXTRA_MS = 2_000
/**
 * A holder that has called nothing for this long is taken to hang, and loses the device. It is longer than any wait of
 * the charts in which the device is not called (a clerk's confirmation).
 */
const LEASE_EXPIRES_MS = 300_000

export interface LeaseSettings {
  readonly encoderId: EncoderId
  readonly layout: string
  readonly numberFormat: NumberFormat | null
  readonly manifest: Pick<DriverManifest, 'id' | 'presentation' | 'abort' | 'abortWithinMs' | 'keys'>
  readonly device: Device
  /** Which of a key system's encoders it is; null for every other kind. */
  readonly member: Member | null
  readonly orderId: OrderId
  readonly owner: string
  readonly since: string
  readonly clock: Clock
  /** The holder has got a card. */
  onCard(card: Card): void
  /** The device is free again; with a fault it must be opened afresh first. */
  onReleased(fault: BridgeError | null): void
}

/** A lease as its grantor holds it. */
export interface HeldDevice extends Pick<LeaseSettings, 'orderId' | 'owner' | 'since'> {
  readonly lease: EncoderLease
  /** Takes the device away from its holder: whatever comes rejects. It is free when the holder's last call has settled. */
  takeAway(error: BridgeError): void
  /** The device is gone, and the lease with it. */
  deviceLost(error: BridgeError): void
}

/** Runs a call of the holder, unless the lease is over. */
type Fence = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Lends a device to one session. The holder gets a fenced view of it: after release, loss or takeover every call on that
 * view rejects, so that a late call of an old session can't reach the card of the next one.
 */
export const createLease = (settings: LeaseSettings): HeldDevice => {
  const { device, clock, manifest } = settings
  const lost = new AbortController()
  const over = new AbortController()
  const inFlight = new Set<Promise<unknown>>()
  /** Observers of a scanner: to listen is to be at work. */
  const listening = new Set<symbol>()
  let beatAtMs = clock.now()
  let expiry: unknown
  let isGone = false
  let crash: BridgeError | null = null
  let released: Promise<void> | null = null

  const whyOver = (): BridgeError | null => {
    if (lost.signal.aborted) return toBridgeError(lost.signal.reason)
    return released === null ? null : new BridgeError('device_closed', 'The lease is over.')
  }

  const fence: Fence = (work) => {
    const refusal = whyOver()
    if (refusal !== null) return Promise.reject(refusal)
    beatAtMs = clock.now()
    // A function of its own: a driver that crashes may throw instead of rejecting.
    const run = async () => {
      try {
        return await work()
      } catch (cause) {
        const failure = driverError(cause, manifest.id)
        if (isBridgeError(failure, 'driver_crashed')) crash ??= failure
        throw failure
      }
    }
    const running = run()
    const settled: Promise<unknown> = running.then(noop, noop).finally(() => inFlight.delete(settled))
    inFlight.add(settled)
    return running
  }

  /** Every call is a heartbeat; a call that runs is one too, because the charts bound it. */
  const watch = (): void => {
    if (inFlight.size > 0 || listening.size > 0) beatAtMs = clock.now()
    const leftMs = beatAtMs + LEASE_EXPIRES_MS - clock.now()
    if (leftMs <= 0) takeAway(new BridgeError('device_busy', `The lease of ${settings.owner} expired.`))
    else expiry = clock.setTimeout(watch, leftMs)
  }

  const takeAway = (error: BridgeError): void => {
    clock.clearTimeout(expiry)
    over.abort()
    if (released === null) lost.abort(error)
  }

  const bringToRest = async (signal: AbortSignal): Promise<void> => {
    await untilAborted(Promise.all(inFlight), signal)
    if (device.kind === 'card') await untilAborted(device.release({ signal }), signal)
  }

  const release = async (): Promise<void> => {
    clock.clearTimeout(expiry)
    over.abort()
    if (isGone) return settings.onReleased(null)
    const deadline = new AbortController()
    const timer = clock.setTimeout(() => deadline.abort(), manifest.abortWithinMs + RELEASE_EXTRA_MS)
    let fault: BridgeError | null = null
    try {
      await bringToRest(deadline.signal)
    } catch (cause) {
      fault = isBridgeError(cause, 'aborted')
        ? new BridgeError('device_unresponsive')
        : driverError(cause, manifest.id)
    } finally {
      clock.clearTimeout(timer)
    }
    settings.onReleased(crash ?? fault)
  }

  const releaseOnce = (): Promise<void> => {
    released ??= release()
    return released
  }

  watch()
  const common = {
    encoderId: settings.encoderId,
    layout: settings.layout,
    numberFormat: settings.numberFormat,
    presentation: manifest.presentation,
    abort: manifest.abort,
    lost: lost.signal,
    release: releaseOnce,
  }
  const onLost = (observer: (error: BridgeError) => void): void =>
    lost.signal.addEventListener('abort', () => observer(toBridgeError(lost.signal.reason)))
  const lend = () => {
    const base = lendBase(device, fence, { onLost, close: releaseOnce })
    switch (device.kind) {
      case 'card':
        return { ...common, ...lendCard(device, fence, settings.onCard, base) }
      case 'scanner':
        return { ...common, ...lendScanner(device, listening, over.signal, base) }
      case 'keySystem': {
        const { member } = settings
        if (member === null) throw new BridgeError('internal_error', 'A key system is lent by its encoders.')
        const refuseWhenOver = (): void => {
          const refusal = whyOver()
          if (refusal !== null) throw refusal
        }
        return { ...common, ...lendKeySystem({ device, member, manifest, fence, refuseWhenOver, base }) }
      }
    }
  }
  return {
    orderId: settings.orderId,
    owner: settings.owner,
    since: settings.since,
    takeAway,
    deviceLost: (error) => {
      isGone = true
      takeAway(error)
    },
    lease: lend(),
  }
}

type Base = Pick<DeviceBase, 'info' | 'probe' | 'indicate' | 'onLost' | 'close'>

const lendBase = (device: Device, fence: Fence, base: Pick<Base, 'onLost' | 'close'>): Base => {
  const indicate = device.indicate?.bind(device)
  return {
    ...base,
    info: device.info,
    probe: (options: IoOptions) => fence(() => device.probe(options)),
    ...(indicate !== undefined && {
      indicate: (...args: Parameters<typeof indicate>) => fence(() => indicate(...args)),
    }),
  }
}

const lendCard = (
  device: CardDevice,
  fence: Fence,
  onCard: (card: Card) => void,
  base: Base,
): Pick<CardLease, 'kind' | 'device'> => ({
  kind: 'card',
  device: {
    kind: 'card',
    ...base,
    waitForCard: (options) =>
      fence(async () => {
        const card = await device.waitForCard(options)
        onCard(card)
        return card
      }),
    read: (card, at, options) => fence(() => device.read(card, at, options)),
    write: (card, at, data, options) => fence(() => device.write(card, at, data, options)),
    release: (options) => fence(() => device.release(options)),
  },
})

/** What a scanner tells goes to the holder until the lease is over. */
const lendScanner = (
  device: Scanner,
  listening: Set<symbol>,
  over: AbortSignal,
  base: Base,
): Pick<ScannerLease, 'kind' | 'device'> => {
  const untilOver = (subscribe: () => () => void): (() => void) => {
    if (over.aborted) return noop
    const unsubscribe = subscribe()
    const ear = Symbol('observer')
    listening.add(ear)
    const stop = (): void => {
      listening.delete(ear)
      unsubscribe()
    }
    over.addEventListener('abort', stop, { once: true })
    return () => {
      over.removeEventListener('abort', stop)
      stop()
    }
  }
  return {
    kind: 'scanner',
    device: {
      kind: 'scanner',
      ...base,
      onRead: (observer) => untilOver(() => device.onRead(observer)),
      onMisread: (observer) => untilOver(() => device.onMisread(observer)),
    },
  }
}

const noop = (): void => undefined

const untilAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new BridgeError('aborted'))
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
