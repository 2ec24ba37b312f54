import { setTimeout as pause } from 'node:timers/promises'
import type { ControlClient } from '../../client/index.ts'

const ASK_EVERY_MS = 60
const PATIENCE_MS = 10_000

/** Waits until the daemon has its encoder: what it says before is true, and no part of the demo. After some seconds it tells why. */
export const untilReady = async (client: ControlClient): Promise<void> => {
  const giveUpAt = performance.now() + PATIENCE_MS
  for (;;) {
    const { encoders } = await client.encoders()
    if (encoders.every(({ state }) => state === 'ready') || performance.now() > giveUpAt) return
    await pause(ASK_EVERY_MS)
  }
}
