import { loadDriver } from '../../drivers/index.ts'
import type { Layouts } from '../cards/layouts/index.ts'
import type { Config } from '../config/schema.ts'
import type { Driver } from '../contract/driver.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { EncoderSettings } from '../devices/encoders.ts'
import type { DeviceMatch } from '../devices/selection.ts'

type DeviceConfig = Config['devices'][number]

/** An encoder of the configuration before it has an id. */
export interface ConfiguredEncoder extends Omit<EncoderSettings, 'encoderId'> {
  readonly match: DeviceMatch | null
}

/** The driver's part of a device's configuration. Throws `config_invalid`. */
export const optionsOf = (driver: Driver, given: unknown): unknown => {
  const options = driver.options.safeParse(given)
  if (options.success) return options.data
  const [issue] = options.error.issues
  const place = ['options', ...(issue?.path ?? [])].join('.')
  throw new BridgeError(
    'config_invalid',
    `${place}: ${issue?.message ?? 'not valid'}. The README of the driver ${driver.manifest.id} lists its options.`,
  )
}

const withName = (device: DeviceConfig, thrown: unknown): BridgeError => {
  const { code, detail, cause } = toBridgeError(thrown)
  return new BridgeError(code, `The device “${device.name}”: ${detail ?? ''}`, { cause })
}

const settingsOf = async (device: DeviceConfig, layouts: Layouts): Promise<ConfiguredEncoder> => {
  const driver = await loadDriver(device.driver)
  layouts.named(device.layout)
  return {
    driver,
    options: optionsOf(driver, device.options),
    name: device.name,
    path: device.path ?? null,
    match: device.match ?? null,
    layout: device.layout,
    numberFormat: device.numberFormat,
  }
}

/**
 * Checks each configured device against its driver and layout, so that a mistake is told at the start, with the device's
 * name. Rejects `driver_unknown`, `layout_unknown`, `config_invalid`.
 */
export const encoderSettings = (config: Config, layouts: Layouts): Promise<readonly ConfiguredEncoder[]> =>
  Promise.all(
    config.devices.map((device) =>
      settingsOf(device, layouts).catch((thrown: unknown) => {
        throw withName(device, thrown)
      }),
    ),
  )
