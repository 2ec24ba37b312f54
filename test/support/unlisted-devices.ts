import type { EncoderPorts, EncoderSettings } from '../../src/devices/encoders.ts'
import { createFinder } from '../../src/devices/finder.ts'
import { emptyInventory } from '../../src/devices/inventory.ts'

/** The way to devices that no list tells of, like pseudoterminals: each is at the path of its configuration. */
export const unlistedDevices = (
  settings: readonly Pick<EncoderSettings, 'name' | 'path' | 'driver'>[],
): Pick<EncoderPorts, 'finder' | 'watchPath' | 'onPlugged'> => {
  const known = new Map<string, string>()
  return {
    finder: createFinder(
      settings.map(({ name, path, driver }) => ({ name, path, match: null, manifest: driver.manifest })),
      {
        inventory: emptyInventory,
        known: {
          identityAt: (name) => known.get(name) ?? null,
          setUp: (name, identity) => void known.set(name, identity),
        },
        resolveLink: (path) => Promise.resolve(path),
        exists: () => Promise.resolve(true),
      },
    ),
    watchPath: () => () => undefined,
    onPlugged: () => () => undefined,
  }
}
