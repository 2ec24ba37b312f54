import type { ConnectedResponse, DriversResponse } from '../../../control/schema/upkeep.ts'

type Connected = ConnectedResponse['devices'][number]
export type Driver = DriversResponse['drivers'][number]

/** A device that is being added, as the form holds it. */
export interface NewDevice {
  /** Null for one that is not among those that are connected. */
  readonly connected: Connected | null
  readonly driver: string
  readonly path: string
  readonly name: string
  /** Of a lock system. */
  readonly encoders: readonly { readonly name: string; readonly address: string }[]
}

export const emptyDevice: NewDevice = {
  connected: null,
  driver: '',
  path: '',
  name: '',
  encoders: [{ name: '', address: '' }],
}

/** The drivers that it may be, the product's own first. */
export const driversFor = (connected: Connected | null, drivers: readonly Driver[]): readonly Driver[] => {
  if (connected === null) return drivers
  const own = (id: string): number =>
    Number(connected.drivers.find((driver) => driver.id === id)?.is_own === true)
  const known = drivers.filter(({ id }) => connected.drivers.some((driver) => driver.id === id))
  return known.toSorted((left, right) => own(right.id) - own(left.id))
}

/** Whether only the identity of others says what it may be. */
export const isOnlyPerhaps = (connected: Connected | null): boolean =>
  connected !== null && connected.drivers.every(({ is_own: isOwn }) => !isOwn)

/** One entry of `devices` in the configuration. */
export const settingsOf = (device: NewDevice, isKeySystem: boolean): Readonly<Record<string, unknown>> => ({
  driver: device.driver,
  ...(device.path.trim() !== '' && { path: device.path.trim() }),
  name: device.name.trim(),
  ...(isKeySystem && {
    encoders: device.encoders.map(({ name, address }) => ({ name: name.trim(), address: address.trim() })),
  }),
})

/** The settings with one device more. */
export const withDevice = (
  values: Readonly<Record<string, unknown>>,
  device: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const { devices } = values
  return { ...values, devices: [...(Array.isArray(devices) ? (devices as unknown[]) : []), device] }
}
