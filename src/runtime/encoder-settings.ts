import { loadDriver } from '../../drivers/index.ts'
import { layoutNamed } from '../cards/layouts/index.ts'
import type { Config } from '../config/schema.ts'
import { BridgeError } from '../contract/errors.ts'
import type { Journal } from '../contract/journal.ts'
import type { EncoderSettings } from '../devices/encoders.ts'

/** Checks each configured device against its driver and layout, so that a mistake is told at the start. */
export const encoderSettings = (
  config: Config,
  journal: Pick<Journal, 'encoderIdOf'>,
): Promise<readonly EncoderSettings[]> =>
  Promise.all(
    config.devices.map(async (device) => {
      const driver = await loadDriver(device.driver)
      layoutNamed(device.layout)
      const options = driver.options.safeParse(device.options)
      if (!options.success) {
        const [issue] = options.error.issues
        throw new BridgeError(
          'config_invalid',
          `The options of “${device.name}”: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
        )
      }
      return {
        // A serial line has no identity but its path; a driver with a USB serial number would use that.
        encoderId: journal.encoderIdOf(`path:${device.path}`),
        name: device.name,
        path: device.path,
        layout: device.layout,
        driver,
        options: options.data,
      }
    }),
  )
