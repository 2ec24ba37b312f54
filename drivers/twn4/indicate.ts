import { type Indication, isBridgeError } from 'encoder-bridge/driver'
import type { Line } from './line.ts'
import { beep, gpioFunctions, ledFunctions, leds } from './protocol.ts'

const LIGHT_MS = 900
const BLINK_MS = 150
const VOLUME_PERCENT = 60
/** BEEP_FREQUENCY_HIGH and BEEP_FREQUENCY_LOW of twn4.sys.h. */
const HIGH_HZ = 2400
const LOW_HZ = 2057
const allLeds = leds.red | leds.green

const signals: Readonly<Record<Indication, { readonly mask: number; readonly hertz: number }>> = {
  identify: { mask: allLeds, hertz: HIGH_HZ },
  success: { mask: leds.green, hertz: HIGH_HZ },
  failure: { mask: leds.red, hertz: LOW_HZ },
}

/** Blinks and beeps for about a second, and leaves the lights off. */
export const indicate = async (line: Line, what: Indication): Promise<void> => {
  const { mask, hertz } = signals[what]
  const lights = await prepareLights(line)
  try {
    await line.call(lights.blink(mask, BLINK_MS, BLINK_MS))
    await line.call(beep(VOLUME_PERCENT, hertz, BLINK_MS, 0))
    await line.pause(LIGHT_MS)
  } finally {
    await line.shield(() => line.call(lights.off(allLeds)))
  }
}

/** Older firmware has no LED functions, but the same lights on its pins. */
const prepareLights = async (line: Line): Promise<typeof ledFunctions> => {
  try {
    await line.call(ledFunctions.prepare(allLeds))
    return ledFunctions
  } catch (error) {
    if (!isBridgeError(error, 'not_supported')) throw error
    await line.call(gpioFunctions.prepare(allLeds))
    return gpioFunctions
  }
}
