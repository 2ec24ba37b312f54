import { loadDriver } from '../../drivers/index.ts'
import type { Config } from '../config/schema.ts'
import type { Emulator } from '../contract/emulator.ts'
import type { SlotPorts } from '../devices/device-slot.ts'
import { systemClock } from '../service/system-clock.ts'

/** Opens real serial ports; the library is loaded when the first one is opened. */
export const openSerialLazily: SlotPorts['openTransport'] = async (path, settings) =>
  (await import('../transport/serial.ts')).openSerial(path, settings)

/** Opens emulators in this process, each with a blank card: for a platform without pseudoterminals. */
export const openEmulated = (config: Config): SlotPorts['openTransport'] => {
  const emulators = new Map<string, Promise<Emulator>>()
  return async (path) => {
    const { connectMemory } = await import('../transport/memory.ts')
    const index = config.devices.findIndex((device) => device.path === path)
    const emulator = emulators.get(path) ?? createEmulator(config.devices[index]?.driver ?? '', index)
    emulators.set(path, emulator)
    return connectMemory(await emulator, { path })
  }
}

const createEmulator = async (driverId: string, index: number): Promise<Emulator> => {
  const emulator = await (await loadDriver(driverId)).emulate({ clock: systemClock, realtime: true })
  emulator.placeCard({ type: 'classic1k', uid: `DE0000${String(index).padStart(2, '0')}` })
  return emulator
}
