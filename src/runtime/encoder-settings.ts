import { loadDriver } from '../../drivers/index.ts'
import { layoutNamed } from '../cards/layouts/index.ts'
import type { Config } from '../config/schema.ts'
import type { Driver } from '../contract/driver.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { Journal } from '../contract/journal.ts'
import type { EncoderSettings } from '../devices/encoders.ts'

type DeviceConfig = Config['devices'][number]

const optionsOf = (driver: Driver, device: DeviceConfig): unknown => {
  const options = driver.options.safeParse(device.options)
  if (options.success) return options.data
  const [issue] = options.error.issues
  const place = ['options', ...(issue?.path ?? [])].join('.')
  throw new BridgeError(
    'config_invalid',
    `${place}: ${issue?.message ?? 'not valid'}. The README of the driver ${device.driver} lists its options.`,
  )
}

const checkDevice = async (device: DeviceConfig): Promise<Pick<EncoderSettings, 'driver' | 'options'>> => {
  const driver = await loadDriver(device.driver)
  layoutNamed(device.layout)
  return { driver, options: optionsOf(driver, device) }
}

const withName = (device: DeviceConfig, thrown: unknown): BridgeError => {
  const { code, detail, cause } = toBridgeError(thrown)
  return new BridgeError(code, `The device “${device.name}”: ${detail ?? ''}`, { cause })
}

/**
 * Checks each configured device against its driver and layout, so that a mistake is told at the start, with the device's
 * name. Rejects `driver_unknown`, `layout_unknown`, `config_invalid`.
 */
export const encoderSettings = (
  config: Config,
  journal: Pick<Journal, 'encoderIdOf'>,
): Promise<readonly EncoderSettings[]> =>
  Promise.all(
    config.devices.map(async (device) => {
      const checked = await checkDevice(device).catch((thrown: unknown) => {
        throw withName(device, thrown)
      })
      return {
        // A serial line has no identity but its path; a driver with a USB serial number would use that.
        encoderId: journal.encoderIdOf(`path:${device.path}`),
        name: device.name,
        path: device.path,
        layout: device.layout,
        ...checked,
      }
    }),
  )
