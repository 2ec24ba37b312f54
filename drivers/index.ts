import { BridgeError, type Driver } from 'encoder-bridge/driver'

/** The registry: one lazy line for each driver, by its id. Nothing of a driver is loaded before it is asked for. */
export const drivers: ReadonlyMap<string, () => Promise<Driver>> = new Map<string, () => Promise<Driver>>([
  ['fias', async () => (await import('./fias/index.ts')).default],
  ['hid-scanner', async () => (await import('./hid-scanner/index.ts')).default],
  ['hid-swipe', async () => (await import('./hid-swipe/index.ts')).default],
  ['msr605', async () => (await import('./msr605/index.ts')).default],
  ['onity', async () => (await import('./onity/index.ts')).default],
  ['pcprox', async () => (await import('./pcprox/index.ts')).default],
  ['pcsc', async () => (await import('./pcsc/index.ts')).default],
  ['pn532', async () => (await import('./pn532/index.ts')).default],
  ['salto', async () => (await import('./salto/index.ts')).default],
  ['seam-remote', async () => (await import('./seam-remote/index.ts')).default],
  ['serial-scanner', async () => (await import('./serial-scanner/index.ts')).default],
  ['twn4', async () => (await import('./twn4/index.ts')).default],
  ['virtual', async () => (await import('./virtual/index.ts')).default],
  ['virtual-scanner', async () => (await import('./virtual-scanner/index.ts')).default],
])

/** The driver of that id. Rejects `driver_unknown`. */
export const loadDriver = async (id: string): Promise<Driver> => {
  const load = drivers.get(id)
  if (load === undefined) {
    throw new BridgeError('driver_unknown', `"${id}" is none of: ${[...drivers.keys()].join(', ')}.`)
  }
  return load()
}
