import type { Device } from '../contract/device.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'

/** A card that can't be used was laid on this device all the same. */
const signs = ['card_several', 'card_unreadable'] as const

/**
 * Resolves when somebody shows the device a card, or anything that it can read. Rejects as the device does, and
 * `not_supported` for a key system: that reads when it is asked to, and tells what no installer needs to know.
 */
export const waitForSign = async (device: Device, signal: AbortSignal): Promise<void> => {
  if (device.kind === 'card') {
    try {
      await device.waitForCard({ signal })
    } catch (error) {
      if (!signs.some((code) => isBridgeError(error, code))) throw error
    }
    return
  }
  if (device.kind === 'keySystem') throw new BridgeError('not_supported')
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      stopReads()
      stopMisreads()
      signal.removeEventListener('abort', giveUp)
    }
    const seen = (): void => {
      stop()
      resolve()
    }
    const giveUp = (): void => {
      stop()
      reject(new BridgeError('aborted'))
    }
    const stopReads = device.onRead(seen)
    const stopMisreads = device.onMisread(seen)
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
  })
}
