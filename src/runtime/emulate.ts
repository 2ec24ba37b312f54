import { randomBytes } from 'node:crypto'
import { loadDriver } from '../../drivers/index.ts'
import type { EmulateOptions, RunningEmulator } from '../cli/runtime.ts'
import { BridgeError } from '../contract/errors.ts'
import { hostEmulator } from '../transport/emulator-host.ts'
import { createSpinningClock } from '../transport/spinning-clock.ts'

/** Runs an emulated device on a pseudoterminal of its own. */
export const emulate = async (options: EmulateOptions): Promise<RunningEmulator> => {
  const driver = await loadDriver(options.driver)
  const emulator = await driver.emulate({
    clock: createSpinningClock(),
    realtime: options.isRealtime,
    transport: 'serial',
  })
  if (emulator.kind !== 'serial') {
    throw new BridgeError(
      'not_supported',
      `A pseudoterminal is a serial line, and ${options.driver} has none.`,
    )
  }
  if (options.card !== null) {
    const uid = options.card.uid ?? randomBytes(4).toString('hex').toUpperCase()
    emulator.placeCard({ type: options.card.type, uid })
  }
  const host = await hostEmulator({
    emulator,
    link: options.link,
    ...(options.controlPath !== null && { controlPath: options.controlPath }),
  })
  return {
    path: host.path ?? options.link,
    close: async () => host.close(),
  }
}
