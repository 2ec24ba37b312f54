import type { CardDevice } from '../contract/device.ts'
import type { DriverManifest } from '../contract/driver.ts'
import type { EncoderLease } from '../contract/encoders.ts'
import { BridgeError, isBridgeError, toBridgeError } from '../contract/errors.ts'
import type { EncoderId, OrderId } from '../contract/ids.ts'
import type { Clock } from '../contract/transport.ts'

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
  readonly abort: DriverManifest['abort']
  readonly abortWithinMs: number
  readonly device: CardDevice
  readonly orderId: OrderId
  readonly owner: string
  readonly since: string
  readonly clock: Clock
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

/**
 * Lends a device to one session. The holder gets a fenced view of it: after release, loss or takeover every call on that
 * view rejects, so that a late call of an old session can't reach the card of the next one.
 */
export const createLease = (settings: LeaseSettings): HeldDevice => {
  const { device, clock } = settings
  const lost = new AbortController()
  const inFlight = new Set<Promise<unknown>>()
  let beatAtMs = clock.now()
  let expiry: unknown
  let isGone = false
  let released: Promise<void> | null = null

  const guarded = <T>(work: () => Promise<T>): Promise<T> => {
    if (lost.signal.aborted) return Promise.reject(toBridgeError(lost.signal.reason))
    if (released !== null) return Promise.reject(new BridgeError('device_closed', 'The lease is over.'))
    beatAtMs = clock.now()
    const running = work()
    const settled: Promise<unknown> = running.then(noop, noop).finally(() => inFlight.delete(settled))
    inFlight.add(settled)
    return running
  }

  /** Every call is a heartbeat; a call that runs is one too, because the charts bound it. */
  const watch = (): void => {
    if (inFlight.size > 0) beatAtMs = clock.now()
    const leftMs = beatAtMs + LEASE_EXPIRES_MS - clock.now()
    if (leftMs <= 0) takeAway(new BridgeError('device_busy', `The lease of ${settings.owner} expired.`))
    else expiry = clock.setTimeout(watch, leftMs)
  }

  const takeAway = (error: BridgeError): void => {
    clock.clearTimeout(expiry)
    if (released === null) lost.abort(error)
  }

  const release = async (): Promise<void> => {
    clock.clearTimeout(expiry)
    if (isGone) return settings.onReleased(null)
    const deadline = new AbortController()
    const timer = clock.setTimeout(() => deadline.abort(), settings.abortWithinMs + RELEASE_EXTRA_MS)
    let fault: BridgeError | null = null
    try {
      await untilAborted(Promise.all(inFlight), deadline.signal)
      await untilAborted(device.release({ signal: deadline.signal }), deadline.signal)
    } catch (cause) {
      fault = isBridgeError(cause, 'aborted') ? new BridgeError('device_unresponsive') : toBridgeError(cause)
    } finally {
      clock.clearTimeout(timer)
    }
    settings.onReleased(fault)
  }

  const releaseOnce = (): Promise<void> => {
    released ??= release()
    return released
  }

  watch()
  return {
    orderId: settings.orderId,
    owner: settings.owner,
    since: settings.since,
    takeAway,
    deviceLost: (error) => {
      isGone = true
      takeAway(error)
    },
    lease: {
      encoderId: settings.encoderId,
      layout: settings.layout,
      abort: settings.abort,
      lost: lost.signal,
      device: {
        kind: 'card',
        info: device.info,
        probe: (options) => guarded(() => device.probe(options)),
        onLost: (observer) =>
          lost.signal.addEventListener('abort', () => observer(toBridgeError(lost.signal.reason))),
        waitForCard: (options) => guarded(() => device.waitForCard(options)),
        read: (card, at, options) => guarded(() => device.read(card, at, options)),
        write: (card, at, data, options) => guarded(() => device.write(card, at, data, options)),
        release: (options) => guarded(() => device.release(options)),
        close: releaseOnce,
      },
      release: releaseOnce,
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
