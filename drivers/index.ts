import { BridgeError, type Driver } from 'encoder-bridge/driver'

/** The registry: one lazy line for each driver, by its id. Nothing of a driver is loaded before it is asked for. */
export const drivers: ReadonlyMap<string, () => Promise<Driver>> = new Map([
  ['pn532', async () => (await import('./pn532/index.ts')).default],
])

/** The driver of that id. Rejects `driver_unknown`. */
export const loadDriver = async (id: string): Promise<Driver> => {
  const load = drivers.get(id)
  if (load === undefined) {
    throw new BridgeError('driver_unknown', `"${id}" is none of: ${[...drivers.keys()].join(', ')}.`)
  }
  return load()
}
