import { loadDriver } from '../../drivers/index.ts'
import type { Config } from '../config/schema.ts'
import type { Emulator } from '../contract/emulator.ts'
import type { SlotPorts } from '../devices/device-slot.ts'
import { systemClock } from '../service/system-clock.ts'

/** Opens emulators in this process, with a blank card where the driver knows them: for a platform without pseudoterminals. */
export const openEmulated = (config: Config): SlotPorts['openTransport'] => {
  const emulators = new Map<string, Promise<Emulator>>()
  return async ({ path }, { manifest }) => {
    const { connectEmulator } = await import('../transport/connect-emulator.ts')
    const index = config.devices.findIndex((device) => [device.path, device.name].includes(path))
    const emulator = emulators.get(path) ?? createEmulator(manifest.id, index)
    emulators.set(path, emulator)
    return connectEmulator(await emulator, { path })
  }
}

const twoDigits = (index: number): string => String(index).padStart(2, '0')

const createEmulator = async (driverId: string, index: number): Promise<Emulator> => {
  const driver = await loadDriver(driverId)
  const emulator = await driver.emulate({ clock: systemClock, realtime: true })
  if (driver.manifest.technologies.includes('mifare-classic-1k')) {
    emulator.placeCard({ type: 'classic1k', uid: `DE0000${twoDigits(index)}` })
  }
  for (const [at, encoder] of (emulator.lockSystem?.encoders ?? []).entries()) {
    emulator.placeCard({ type: 'key', uid: `DE00${twoDigits(at)}${twoDigits(index)}`, encoder })
  }
  return emulator
}
