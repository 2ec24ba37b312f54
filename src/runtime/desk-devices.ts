import type { Config } from '../config/schema.ts'
import type { EncoderView } from '../contract/encoders.ts'
import type { EncoderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import type { Clock } from '../contract/transport.ts'
import { isListed } from '../devices/candidate.ts'
import {
  openEncoders,
  type EncoderPorts,
  type EncoderSettings,
  type OpenEncoders,
} from '../devices/encoders.ts'
import { createFinder, type DeviceSpec } from '../devices/finder.ts'
import { emptyInventory, openInventory } from '../devices/inventory.ts'
import { sourcesFor } from '../devices/sources.ts'
import { createTransports } from '../transport/open.ts'
import type { ConfiguredDevice } from './encoder-settings.ts'
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
}: Pick<ConfiguredDevice, 'name' | 'path' | 'match' | 'driver'>): DeviceSpec => ({
  name,
  path,
  match,
  manifest: driver.manifest,
})

/**
 * The encoders of the devices. One of a key system is known by the name of its link and its address there: its id stays when the
 * lock system moves to another host or from a serial line to the network, and when people call the encoder otherwise. By its name
 * the link is known in the list of rooms too.
 */
const encodersOf = (
  configured: readonly ConfiguredDevice[],
  ids: ReadonlyMap<string, EncoderId>,
  journal: Pick<Journal, 'encoderIdOf'>,
): readonly EncoderSettings[] =>
  configured.flatMap((device) => {
    const encoderId = ids.get(device.name)
    if (encoderId === undefined) return []
    if (device.encoders.length === 0) return [{ ...device, encoderId }]
    return device.encoders.map(({ name, address }) => ({
      ...device,
      name,
      encoderId: journal.encoderIdOf(`system:${JSON.stringify([device.name.toLowerCase(), address])}`),
      member: { system: device.name, address },
    }))
  })

type DevicePorts = Pick<EncoderPorts, 'random' | 'wallClock' | 'onAlive'> & {
  readonly clock: Clock
  readonly journal: Pick<Journal, 'encoderIdOf' | 'knownEncoder' | 'identityAt' | 'setUpDevice' | 'recent'>
  readonly virtual: Pick<VirtualDevices, 'open'>
}

/** Longer than any lock system waits for a card. */
const OWED_MS = 180_000

/** Whether a command went to the lock system lately, and its answer never came. */
const createOwed =
  (
    encoders: readonly EncoderSettings[],
    { journal, wallClock }: Pick<DevicePorts, 'journal' | 'wallClock'>,
  ) =>
  (system: string): boolean => {
    const members = new Set(
      encoders.filter(({ member }) => member?.system === system).map(({ encoderId }) => encoderId),
    )
    const sinceMs = wallClock().getTime() - OWED_MS
    return journal
      .recent(200)
      .some(
        ({ intent, ending, endedAt }) =>
          intent?.kind === 'key' &&
          members.has(intent.encoderId) &&
          (endedAt === null || (ending?.kind === 'unknown' && Date.parse(endedAt) > sinceMs)),
      )
  }

/** Opens the devices of the configuration, each known by what it is, and watches what comes and goes. */
export const openDeskDevices = async (
  configured: readonly ConfiguredDevice[],
  ports: DevicePorts,
): Promise<OpenEncoders> => {
  const specs = configured.map(specOf)
  const known = createKnownDevices(specs, ports.journal)
  const kinds = new Set(specs.flatMap(({ manifest }) => manifest.transports))
  const inventory = openInventory(sourcesFor(kinds), ports.clock)
  const transports = createTransports()
  const secretFileAt = (path: string): string | null =>
    configured.find((device) => device.path === path)?.secretFile ?? null
  try {
    const finder = createFinder(specs, { inventory, known, ...paths })
    const ids = await known.chooseIds(finder)
    const settings = encodersOf(configured, ids, ports.journal)
    const encoders = openEncoders(settings, {
      ...ports,
      finder,
      watchPath,
      owesAnswer: createOwed(settings, ports),
      onPlugged: inventory.onChange,
      openTransport: (place, driver, signal) =>
        place.transport === 'none'
          ? ports.virtual.open(place.path, driver.manifest.id)
          : transports.open({ ...place, secretFile: secretFileAt(place.path) }, driver, signal),
    })
    const wait = (): void => inventory.setWaiting(encoders.list().some(isMissed))
    encoders.onChange(wait)
    wait()
    return {
      ...encoders,
      close: async () => {
        await encoders.close()
        await transports.close()
        await inventory.close()
      },
    }
  } catch (error) {
    await transports.close()
    await inventory.close()
    throw error
  }
}

/** Whether a look at the lists may find it: what is on a network is in none of them. */
const isMissed = ({ state, transport }: EncoderView): boolean =>
  state !== 'ready' && state !== 'leased' && isListed(transport)

/** Opens an emulator in this process for each configured device: for a platform without pseudoterminals. */
export const openEmulatedDevices = async (
  config: Config,
  configured: readonly ConfiguredDevice[],
  ports: DevicePorts,
): Promise<OpenEncoders> => {
  const specs = configured.map((device) => ({ ...specOf(device), path: device.path ?? device.name }))
  const known = createKnownDevices(specs, ports.journal)
  const finder = createFinder(specs, {
    inventory: emptyInventory,
    known,
    resolveLink: (path) => Promise.resolve(path),
    exists: () => Promise.resolve(true),
  })
  const ids = await known.chooseIds(finder)
  return openEncoders(encodersOf(configured, ids, ports.journal), {
    ...ports,
    finder,
    watchPath: () => () => undefined,
    onPlugged: () => () => undefined,
    openTransport: openEmulated(config),
  })
}
