import type { EncoderLease } from '../contract/encoders.ts'
import { isBridgeError } from '../contract/errors.ts'

/**
 * Asks the device for a sign of life; rejects as its `probe` does. A link to a lock system that works for another of its
 * encoders lives: what is asked of it next waits there for its turn.
 */
export const proveAlive = async ({ kind, device }: EncoderLease, signal: AbortSignal): Promise<void> => {
  try {
    await device.probe({ signal })
  } catch (error) {
    if (kind !== 'keySystem' || !isBridgeError(error, 'device_busy')) throw error
  }
}
