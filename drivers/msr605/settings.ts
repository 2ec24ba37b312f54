import { BridgeError } from 'encoder-bridge/driver'
import type { Line } from './line.ts'
import * as msr from './protocol.ts'

/** What the encoder is set to. */
export interface Settings {
  /**
   * Makes sure of the format of ISO/IEC 7811, which is told anew after every reset. On a line in step.
   * Rejects as Line.ask does, `device_fault` when a setting is refused.
   */
  applyFormat(): Promise<void>
  /**
   * Tells how strongly to write, each time: an encoder that lost its power meanwhile is in Lo-Co. The last answer is none that
   * could be taken for that of a write. Rejects as `applyFormat`.
   */
  applyCoercivity(coercivity: msr.Coercivity): Promise<void>
}

export const createSettings = (line: Line): Settings => {
  let appliedAfter: number | undefined
  return {
    applyFormat: async () => {
      if (appliedAfter === line.resets) return
      await line.ask(msr.setLeadingZeros, msr.isSet)
      for (const density of msr.setDensities) await line.ask(density, msr.isSet)
      await line.inquire(msr.setCharacterBits, msr.isSet)
      appliedAfter = line.resets
    },
    applyCoercivity: async (coercivity) => {
      await line.ask(msr.setCoercivity[coercivity], msr.isSet)
      const told = await line.inquire(msr.getCoercivity, msr.decodeCoercivity)
      if (told !== undefined && told !== coercivity) {
        throw new BridgeError('protocol_error', 'The encoder did not take the coercivity that it was told.')
      }
    },
  }
}
