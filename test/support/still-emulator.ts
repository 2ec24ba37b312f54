import type { SerialEmulator } from 'encoder-bridge/driver'
import { expect } from 'vitest'

const refuse = (): never => expect.unreachable()

/** What emulators of all kinds have in common, for tests of transports: it may lose its power, and nothing else. */
export const createStillEmulator = (): Omit<
  SerialEmulator,
  'kind' | 'connect' | 'receive' | 'baudRate' | 'powerCycle'
> & { powerCycle(): void; readonly powerCycles: number } => {
  let powerCycles = 0
  return {
    placeCard: refuse,
    removeCard: refuse,
    dumpCard: refuse,
    countWrites: refuse,
    present: refuse,
    inject: refuse,
    close: () => {},
    powerCycle: () => {
      powerCycles += 1
    },
    get powerCycles() {
      return powerCycles
    },
  }
}
