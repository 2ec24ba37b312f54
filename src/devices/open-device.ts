import type { Device } from '../contract/device.ts'
import type { Driver, DriverManifest } from '../contract/driver.ts'
import { BridgeError } from '../contract/errors.ts'
import type { Clock, Transport } from '../contract/transport.ts'
import type { DevicePlace } from '../transport/open.ts'
import { closeInTime, within } from './bounded.ts'
import { isFirm, toldIdentity } from './candidate.ts'
import { driverError, guardDriver } from './crash-guard.ts'

/** A driver brings its device to rest and proves what it is in less; a port opens in milliseconds. */
const OPEN_WITHIN_MS = 8_000

/** What is to be opened, and with what. */
interface Opening {
  readonly place: DevicePlace & { readonly identity: string }
  readonly driver: Driver
  readonly options: unknown
  /** See OpenContext. */
  readonly owesAnswer?: boolean
}

interface OpeningPorts {
  readonly clock: Clock
  readonly wallClock: () => Date
  openTransport(place: DevicePlace, driver: Driver, signal: AbortSignal): Promise<Transport>
}

/** An open device, and by what it is known, best first: what USB tells, what its protocol tells, its place. */
export interface OpenedDevice {
  readonly device: Device
  readonly identities: readonly string[]
}

/** A lease is made by what the manifest says. */
const refuseOtherKind = async (device: Device, { id, kind }: DriverManifest): Promise<void> => {
  if (device.kind === kind) return
  await device.close()
  throw new BridgeError('driver_crashed', `${id}: it made a ${device.kind}, and its manifest says ${kind}.`)
}

const identitiesOf = (place: Opening['place'], driverId: string, device: Device): string[] => {
  // A lock system is at a place of its own: its server may be exchanged, and the doors stay the same.
  const told = device.kind === 'keySystem' ? null : toldIdentity(driverId, device.info.serialNumber)
  const identities = told === null ? [place.identity] : [place.identity, told]
  return isFirm(place.identity) ? identities : identities.toReversed()
}

/**
 * Opens a device by its driver. Nothing stays open when it rejects: with the driver's codes, those of `openTransport`,
 * `device_unresponsive` when time is up, and `driver_crashed`. A crash after that goes to `onCrash`.
 */
export const openDevice = async (
  { place, driver, options, owesAnswer = false }: Opening,
  ports: OpeningPorts,
  onCrash: (error: BridgeError) => void,
  signal: AbortSignal,
): Promise<OpenedDevice> => {
  const { id } = driver.manifest
  const { clock, wallClock } = ports
  const transport = await within(
    clock,
    OPEN_WITHIN_MS,
    signal,
    (stop) => ports.openTransport(place, driver, stop),
    (late) => late.close(),
  )
  let report = onCrash
  const crash = new Promise<never>((_, reject) => {
    report = reject
  })
  const guarded = guardDriver(id, transport, clock, (error) => report(error))
  try {
    const device = await within(
      clock,
      OPEN_WITHIN_MS,
      signal,
      (stop) =>
        Promise.race([driver.open({ ...guarded, options, wallClock, owesAnswer }, { signal: stop }), crash]),
      (late) => late.close(),
    )
    report = onCrash
    await refuseOtherKind(device, driver.manifest)
    return { device, identities: identitiesOf(place, id, device) }
  } catch (cause) {
    await closeInTime(clock, transport)
    throw driverError(cause, id)
  }
}
