import type { EncoderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import { isFirm, placeIdentity } from '../devices/candidate.ts'
import type { DeviceFinder, DeviceSpec } from '../devices/finder.ts'
import type { SetUpDevices } from '../devices/ownership.ts'
import { isOnNetwork } from '../devices/way.ts'

type DeviceJournal = Pick<Journal, 'encoderIdOf' | 'knownEncoder' | 'identityAt' | 'setUpDevice'>

/** What the journal knows of the devices of this desk, and the ids that their encoders bear. */
export interface KnownDevices extends SetUpDevices {
  /** Chooses the ids, once for the life of the daemon. */
  chooseIds(finder: Pick<DeviceFinder, 'find'>): Promise<ReadonlyMap<string, EncoderId>>
}

/** The firm identity of what is connected for a device; null when that can't be told. */
const identitySeen = async (finder: Pick<DeviceFinder, 'find'>, name: string): Promise<string | null> => {
  try {
    const found = await finder.find(name)
    found.giveBack()
    return isFirm(found.identity) ? found.identity : null
  } catch {
    return null
  }
}

export const createKnownDevices = (
  specs: readonly Pick<DeviceSpec, 'name' | 'path'>[],
  journal: DeviceJournal,
): KnownDevices => {
  const ids = new Map<string, EncoderId>()
  /** The configuration says where they are; nothing of that is kept. */
  const onNetwork = new Set(specs.flatMap(({ name, path }) => (isOnNetwork(path) ? [name] : [])))
  // The journal is asked once: the finder asks for every name whenever it looks.
  const identities = new Map(specs.map(({ name }) => [name, journal.identityAt(name)]))

  /**
   * The id goes with the name, once a device was set up under it. Before that it is the id that the device had under another
   * name, or the one of its path: there earlier versions kept it. On a network the name is all that stays: a host may get another
   * address, and another host that one.
   */
  const chooseId = async (
    { name, path }: Pick<DeviceSpec, 'name' | 'path'>,
    finder: Pick<DeviceFinder, 'find'>,
  ): Promise<EncoderId> => {
    if (isOnNetwork(path)) return journal.encoderIdOf(`name:${name.toLowerCase()}`)
    const identity = identities.get(name) ?? null
    if (identity !== null) return journal.encoderIdOf(identity)
    const seen = await identitySeen(finder, name)
    const before = seen === null ? null : journal.knownEncoder(seen)
    return before ?? journal.encoderIdOf(path === null ? `name:${name.toLowerCase()}` : placeIdentity(path))
  }

  return {
    identityAt: (name) => identities.get(name) ?? null,
    setUp: (name, identity) => {
      const encoderId = ids.get(name)
      if (encoderId === undefined) return
      if (!onNetwork.has(name)) journal.setUpDevice({ name, identity, encoderId })
      for (const [other, known] of identities) if (known === identity) identities.set(other, null)
      identities.set(name, identity)
    },
    chooseIds: async (finder) => {
      for (const spec of specs) ids.set(spec.name, await chooseId(spec, finder))
      return ids
    },
  }
}
