import type { Indication } from 'encoder-bridge/driver'
import type { Line } from './line.ts'
import { communicationTest, isAlive, lights } from './protocol.ts'

const STEP_MS = 225

const { off, all, green, red } = lights
const patterns: Readonly<Record<Indication, readonly Uint8Array[]>> = {
  identify: [all, off, all, off],
  success: [green, green, green, green],
  failure: [red, red, red, red],
}

/** Lights up for about a second, and leaves the lights off. Rejects as DeviceBase.indicate does. */
export const indicate = async (line: Line, what: Indication): Promise<void> => {
  await line.insist(() => line.ask(communicationTest, isAlive))
  try {
    for (const light of patterns[what]) {
      await line.say(light)
      await line.pause(STEP_MS)
    }
  } finally {
    await line.shield(() => line.say(off))
  }
}
