import { BridgeError } from 'encoder-bridge/driver'
import type { Line } from './line.ts'
import * as msr from './protocol.ts'

/** Characters of ISO/IEC 7811, or eight bits to the byte; densities and clocking zeros are the same. */
export type Format = keyof typeof msr.setCharacterBits

/** What the encoder is set to. */
export interface Settings {
  /**
   * Makes sure of the format, which is told anew after every reset. On a line in step. Rejects as Line.ask does,
   * `device_fault` when a setting is refused, `not_supported` for bits when the encoder does not say that it takes them.
   */
  applyFormat(format: Format): Promise<void>
  /**
   * Tells how strongly to write, each time: an encoder that lost its power meanwhile is in Lo-Co. The last answer is none that
   * could be taken for that of a write. Rejects as `applyFormat`.
   */
  applyCoercivity(coercivity: msr.Coercivity): Promise<void>
}

export const createSettings = (line: Line): Settings => {
  let applied: { readonly format: Format; readonly resets: number } | undefined
  return {
    applyFormat: async (format) => {
      if (applied?.resets === line.resets && applied.format === format) return
      applied = undefined
      await line.ask(msr.setLeadingZeros, msr.isSet)
      for (const density of msr.setDensities) await line.ask(density, msr.isSet)
      const told = await line.inquire(msr.setCharacterBits[format], msr.isSet)
      if (told === undefined && format === 'bits') {
        throw new BridgeError(
          'not_supported',
          'The encoder does not say that it takes eight bits to the byte.',
        )
      }
      applied = { format, resets: line.resets }
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
