import type { Config } from '../config/schema.ts'
import type { EncoderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import type { Clock } from '../contract/transport.ts'
import {
  openEncoders,
  type EncoderPorts,
  type EncoderSettings,
  type OpenEncoders,
} from '../devices/encoders.ts'
import { createFinder, type DeviceSpec } from '../devices/finder.ts'
import { emptyInventory, openInventory } from '../devices/inventory.ts'
import { sourcesFor } from '../devices/sources.ts'
import { openTransport } from '../transport/open.ts'
import type { ConfiguredEncoder } from './encoder-settings.ts'
import { createKnownDevices } from './known-devices.ts'
import { openEmulated } from './open-transport.ts'
import { paths } from './paths.ts'
import type { VirtualDevices } from './virtual-devices.ts'
import { watchPath } from './watch-path.ts'

export const specOf = ({
  name,
  path,
  match,
  driver,
}: Pick<ConfiguredEncoder, 'name' | 'path' | 'match' | 'driver'>): DeviceSpec => ({
  name,
  path,
  match,
  manifest: driver.manifest,
})

const withIds = (
  configured: readonly ConfiguredEncoder[],
  ids: ReadonlyMap<string, EncoderId>,
): readonly EncoderSettings[] =>
  configured.flatMap((encoder) => {
    const encoderId = ids.get(encoder.name)
    return encoderId === undefined ? [] : [{ ...encoder, encoderId }]
  })

type DevicePorts = Pick<EncoderPorts, 'random' | 'wallClock' | 'onAlive'> & {
  readonly clock: Clock
  readonly journal: Pick<Journal, 'encoderIdOf' | 'knownEncoder' | 'identityAt' | 'setUpDevice'>
  readonly virtual: Pick<VirtualDevices, 'open'>
}

/** Opens the devices of the configuration, each known by what it is, and watches what comes and goes. */
export const openDeskDevices = async (
  configured: readonly ConfiguredEncoder[],
  ports: DevicePorts,
): Promise<OpenEncoders> => {
  const specs = configured.map(specOf)
  const known = createKnownDevices(specs, ports.journal)
  const kinds = new Set(specs.flatMap(({ manifest }) => manifest.transports))
  const inventory = openInventory(sourcesFor(kinds), ports.clock)
  try {
    const finder = createFinder(specs, { inventory, known, ...paths })
    const ids = await known.chooseIds(finder)
    const encoders = openEncoders(withIds(configured, ids), {
      ...ports,
      finder,
      watchPath,
      onPlugged: inventory.onChange,
      openTransport: (place, driver) =>
        place.transport === 'none'
          ? ports.virtual.open(place.path, driver.manifest.id)
          : openTransport(place, driver),
    })
    const wait = (): void =>
      inventory.setWaiting(encoders.list().some(({ state }) => state !== 'ready' && state !== 'leased'))
    encoders.onChange(wait)
    wait()
    return {
      ...encoders,
      close: async () => {
        await encoders.close()
        await inventory.close()
      },
    }
  } catch (error) {
    await inventory.close()
    throw error
  }
}

/** Opens an emulator in this process for each configured device: for a platform without pseudoterminals. */
export const openEmulatedDevices = async (
  config: Config,
  configured: readonly ConfiguredEncoder[],
  ports: DevicePorts,
): Promise<OpenEncoders> => {
  const specs = configured.map((encoder) => ({ ...specOf(encoder), path: encoder.path ?? encoder.name }))
  const known = createKnownDevices(specs, ports.journal)
  const finder = createFinder(specs, {
    inventory: emptyInventory,
    known,
    resolveLink: (path) => Promise.resolve(path),
    exists: () => Promise.resolve(true),
  })
  const ids = await known.chooseIds(finder)
  return openEncoders(withIds(configured, ids), {
    ...ports,
    finder,
    watchPath: () => () => undefined,
    onPlugged: () => () => undefined,
    openTransport: openEmulated(config),
  })
}
