import { BridgeError, throwIfAborted, toBridgeError } from '../contract/errors.ts'
import type { IoOptions } from '../contract/device.ts'

/** What the life of a device asks of its driver. */
export interface LifeHooks {
  /** Makes the running call reject with the error as soon as the abort promise lets it. Called while one runs, and before closing. */
  cancel(error: BridgeError): void
  /** The cancelled call has settled: the next one may begin. */
  resume(): void
  /** A call has failed: what was known of the card is not to be trusted. */
  onFailure(error: unknown): void
  /** Puts the device to rest and releases its transport. Never rejects. */
  close(): Promise<void>
}

/** What every device has to keep of the contract, whatever it speaks: one call at a time, one loss, one closing. */
export interface DeviceLife {
  /** Runs one call with its signal, and makes every failure a BridgeError. Rejects `device_busy`, `device_closed`, the loss, `aborted`. */
  run<T>(io: IoOptions, work: () => Promise<T>): Promise<T>
  /** The device is gone; told to the observer once. */
  lose(error: BridgeError): void
  /** See DeviceBase.onLost. */
  onLost(observer: (error: BridgeError) => void): void
  /** See DeviceBase.close. */
  close(): Promise<void>
}

export const createDeviceLife = (hooks: LifeHooks): DeviceLife => {
  let lost: BridgeError | undefined
  let observer: ((error: BridgeError) => void) | undefined
  let running: Promise<unknown> | undefined
  let closing: Promise<void> | undefined

  const close = async (): Promise<void> => {
    hooks.cancel(new BridgeError('device_closed'))
    await running
    hooks.resume()
    await hooks.close()
  }

  return {
    run: async ({ signal }, work) => {
      if (closing !== undefined) throw new BridgeError('device_closed')
      if (lost !== undefined) throw lost
      if (running !== undefined)
        throw new BridgeError('device_busy', 'Another call to the device is running.')
      throwIfAborted(signal)
      const abort = (): void => hooks.cancel(new BridgeError('aborted', undefined, { cause: signal.reason }))
      signal.addEventListener('abort', abort, { once: true })
      const settled = work()
      running = settled.catch(() => undefined)
      try {
        return await settled
      } catch (error) {
        hooks.onFailure(error)
        throw toBridgeError(error, 'device_fault')
      } finally {
        signal.removeEventListener('abort', abort)
        hooks.resume()
        running = undefined
      }
    },
    lose: (error) => {
      if (lost !== undefined) return
      lost = error
      observer?.(error)
    },
    onLost: (next) => {
      observer = next
      if (lost !== undefined) next(lost)
    },
    close: () => (closing ??= close()),
  }
}
