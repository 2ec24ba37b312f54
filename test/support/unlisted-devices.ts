import type { EncoderPorts, EncoderSettings } from '../../src/devices/encoders.ts'
import { createFinder } from '../../src/devices/finder.ts'
import { emptyInventory } from '../../src/devices/inventory.ts'

/**
 * The way to devices that no list tells of, like pseudoterminals: each is at the path of its configuration. Encoders of one key
 * system have one.
 */
export const unlistedDevices = (
  settings: readonly Pick<EncoderSettings, 'name' | 'path' | 'driver' | 'member'>[],
): Pick<EncoderPorts, 'finder' | 'watchPath' | 'onPlugged'> => {
  const known = new Map<string, string>()
  const specs = new Map(
    settings.map(({ name, member, path, driver }) => {
      const device = member?.system ?? name
      return [device, { name: device, path, match: null, manifest: driver.manifest }]
    }),
  )
  return {
    finder: createFinder([...specs.values()], {
      inventory: emptyInventory,
      known: {
        identityAt: (name) => known.get(name) ?? null,
        setUp: (name, identity) => void known.set(name, identity),
      },
      resolveLink: (path) => Promise.resolve(path),
      exists: () => Promise.resolve(true),
    }),
    watchPath: () => () => undefined,
    onPlugged: () => () => undefined,
  }
}
