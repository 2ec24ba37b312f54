import { randomBytes } from 'node:crypto'
import { loadDriver } from '../../drivers/index.ts'
import type { EmulateOptions, RunningEmulator } from '../cli/runtime.ts'
import { BridgeError } from '../contract/errors.ts'
import { hostEmulator } from '../transport/emulator-host.ts'
import { createSpinningClock } from '../transport/spinning-clock.ts'

/** Tags with pages have seven bytes and begin with NXP's number (ISO/IEC 7816-6), EM4100 has five, the others four. */
const randomUid = (type: string): string => {
  if (/ultralight|ntag/.test(type)) return `04${randomBytes(6).toString('hex')}`
  return randomBytes(type === 'em4100' ? 5 : 4).toString('hex')
}

/** Runs an emulated device on a pseudoterminal of its own. */
export const emulate = async (options: EmulateOptions): Promise<RunningEmulator> => {
  const driver = await loadDriver(options.driver)
  if (!driver.manifest.transports.includes('serial')) {
    throw new BridgeError(
      'request_invalid',
      `A pseudoterminal is a serial line, and ${options.driver} is not reached over one.`,
    )
  }
  const emulator = await driver.emulate({
    clock: createSpinningClock(),
    realtime: options.isRealtime,
    transport: 'serial',
  })
  if (emulator.kind !== 'serial') {
    throw new BridgeError('internal_error', `${options.driver} made another device than it says.`)
  }
  if (options.card !== null) {
    const { type, uid } = options.card
    emulator.placeCard({ type, uid: uid ?? randomUid(type) })
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
