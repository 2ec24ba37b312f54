import { loadDriver } from '../../drivers/index.ts'
import type { Layouts } from '../cards/layouts/index.ts'
import type { Config } from '../config/schema.ts'
import type { Driver } from '../contract/driver.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import { parseLinkPath } from '../contract/link-path.ts'
import type { TransportKind } from '../contract/transport.ts'
import { isListed } from '../devices/candidate.ts'
import type { EncoderSettings } from '../devices/encoders.ts'
import type { DeviceMatch } from '../devices/selection.ts'

type DeviceConfig = Config['devices'][number]

/** A device of the configuration with its driver, before its encoders have ids. */
export interface ConfiguredDevice extends Omit<EncoderSettings, 'encoderId' | 'member'> {
  readonly match: DeviceMatch | null
  /** The encoders of a key system; empty for every other device, which is an encoder itself. */
  readonly encoders: readonly { readonly name: string; readonly address: string }[]
  /** A file with the key to a server; null for none. */
  readonly secretFile: string | null
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

/** What is written for each way to a device; a reader and a device inside the process are told without a path. */
const forms: Readonly<Record<TransportKind, string | null>> = {
  serial: 'a serial port',
  tcp: 'tcp://host:port or tcp-listen://address:port',
  http: 'https://host',
  hid: 'a HID device',
  keyboard: 'an input device',
  pcsc: 'a reader’s name',
  none: null,
}

const formsOf = (kinds: readonly TransportKind[]): string =>
  kinds.flatMap((kind) => forms[kind] ?? []).join(', or ')

/** Throws `config_invalid` where the path, or its absence, can't lead to a device of this driver. */
const checkPath = ({ manifest }: Driver, { path, match }: DeviceConfig): void => {
  const { id, transports } = manifest
  const link = path === undefined ? null : parseLinkPath(path)
  if (link !== null && !transports.includes(link.transport)) {
    const detail = `path: ${id} is not reached over ${link.transport}; write ${formsOf(transports)}.`
    throw new BridgeError('config_invalid', detail)
  }
  const isNowhere = path === undefined && match === undefined && manifest.kind === 'keySystem'
  const isNoPlace =
    path !== undefined && link === null && !transports.some((kind) => isListed(kind) || kind === 'none')
  if (!isNowhere && !isNoPlace) return
  throw new BridgeError('config_invalid', `path: ${id} is reached at a path; write ${formsOf(transports)}.`)
}

/** Throws `config_invalid` for encoders or a secret where they don't belong, and for none where they do. */
const checkLink = ({ manifest }: Driver, { encoders, secretFile }: DeviceConfig): void => {
  const { id, kind, transports } = manifest
  if (kind === 'keySystem' && encoders === undefined) {
    throw new BridgeError(
      'config_invalid',
      `encoders: ${id} is a lock system, whose encoders are listed; write encoders: [{ name: …, address: … }], with what the lock system calls each as its address.`,
    )
  }
  if (kind !== 'keySystem' && encoders !== undefined) {
    throw new BridgeError(
      'config_invalid',
      `encoders: ${id} is no lock system; the device is the one encoder.`,
    )
  }
  if (secretFile !== undefined && !transports.includes('http')) {
    throw new BridgeError('config_invalid', `secretFile: ${id} asks no server; it takes none.`)
  }
}

const settingsOf = async (device: DeviceConfig, layouts: Layouts): Promise<ConfiguredDevice> => {
  const driver = await loadDriver(device.driver)
  layouts.named(device.layout)
  checkPath(driver, device)
  checkLink(driver, device)
  return {
    driver,
    options: optionsOf(driver, device.options),
    name: device.name,
    path: device.path ?? null,
    match: device.match ?? null,
    layout: device.layout,
    numberFormat: device.numberFormat,
    encoders: device.encoders ?? [],
    secretFile: device.secretFile ?? null,
  }
}

/**
 * Checks each configured device against its driver and layout, so that a mistake is told at the start, with the device's
 * name. Rejects `driver_unknown`, `layout_unknown`, `config_invalid`.
 */
export const encoderSettings = (config: Config, layouts: Layouts): Promise<readonly ConfiguredDevice[]> =>
  Promise.all(
    config.devices.map((device) =>
      settingsOf(device, layouts).catch((thrown: unknown) => {
        throw withName(device, thrown)
      }),
    ),
  )
