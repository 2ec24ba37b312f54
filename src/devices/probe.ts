import type { DeviceInfo } from '../contract/device.ts'
import type { Driver } from '../contract/driver.ts'
import { type BridgeError, toBridgeError } from '../contract/errors.ts'
import type { Clock, Transport } from '../contract/transport.ts'
import type { DevicePlace } from '../transport/open.ts'
import { closeInTime } from './bounded.ts'
import type { Candidate } from './candidate.ts'
import { openDevice } from './open-device.ts'
import { ruleFor } from './selection.ts'

/** A driver as a candidate is tried with it. */
interface Suspect {
  readonly driver: Driver
  readonly options: unknown
}

interface ProbePorts {
  readonly clock: Clock
  readonly wallClock: () => Date
  openTransport(place: DevicePlace, driver: Driver, signal: AbortSignal): Promise<Transport>
}

/** What a handshake told. */
export type ProbeResult =
  | { readonly kind: 'answered'; readonly driverId: string; readonly info: DeviceInfo }
  /** None of the drivers got an answer; `tried` is empty where asking tells nothing. */
  | { readonly kind: 'silent'; readonly tried: readonly string[] }
  | { readonly kind: 'refused'; readonly error: BridgeError }

/** What says that the line itself can't be had: another driver would fare no better. */
const refusals = [
  'device_absent',
  'device_busy',
  'device_denied',
  'driver_unavailable',
  'pcsc_unavailable',
] as const

/** Whoever has the better reason comes first, and whoever only listens comes before one that sends. */
const byReason = (candidate: Candidate) => (one: Suspect, other: Suspect) => {
  const cost = ({ driver: { manifest } }: Suspect): number =>
    (ruleFor(manifest, candidate)?.isOwn === true ? 0 : 2) + (manifest.intrusiveProbe ? 1 : 0)
  return cost(one) - cost(other)
}

/**
 * Asks a candidate what it is: each driver that knows its identity tries its handshake, one after the other, until one is
 * answered. This writes to the device; it is done when somebody asks for it, and never with a device in use.
 */
export const probeCandidate = async (
  candidate: Candidate,
  suspects: readonly Suspect[],
  ports: ProbePorts,
  signal: AbortSignal,
): Promise<ProbeResult> => {
  const eligible = suspects
    .filter(({ driver: { manifest } }) => manifest.answers)
    .filter(({ driver: { manifest } }) => manifest.transports.includes(candidate.transport))
    .filter(({ driver: { manifest } }) => ruleFor(manifest, candidate) !== null)
    .toSorted(byReason(candidate))
  const place = { transport: candidate.transport, path: candidate.path, identity: candidate.path }
  for (const { driver, options } of eligible) {
    try {
      const { device } = await openDevice({ place, driver, options }, ports, () => undefined, signal)
      await closeInTime(ports.clock, device)
      return { kind: 'answered', driverId: driver.manifest.id, info: device.info }
    } catch (cause) {
      const error = toBridgeError(cause)
      if (error.code === 'aborted') throw error
      if (refusals.some((code) => code === error.code)) return { kind: 'refused', error }
    }
  }
  return { kind: 'silent', tried: eligible.map(({ driver }) => driver.manifest.id) }
}
