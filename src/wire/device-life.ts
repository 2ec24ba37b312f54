import { BridgeError, isBridgeError, throwIfAborted, toBridgeError } from '../contract/errors.ts'
import type { IoOptions } from '../contract/device.ts'

/** What the life of a device asks of its driver: of one whose calls follow the signal that they are given, only `close`. */
export interface LifeHooks {
  /** Makes the running call reject with the error as soon as the abort promise lets it. Called while one runs, and before closing. */
  cancel?(error: BridgeError): void
  /** The cancelled call has settled: the next one may begin. */
  resume?(): void
  /** A call has failed: what was known of the card is not to be trusted. */
  onFailure?(error: unknown): void
  /** Puts the device to rest and releases its transport. Never rejects. */
  close(): Promise<void>
}

/** What every device has to keep of the contract, whatever it speaks: one call at a time, one loss, one closing. */
export interface DeviceLife {
  /**
   * Runs one call, and makes every failure a BridgeError. The work's signal fires with the caller's, and when the device is lost
   * or closed; what rejects with `aborted` for it is told as what it was. Rejects `device_busy`, `device_closed`, the loss, `aborted`.
   */
  run<T>(io: IoOptions, work: (call: IoOptions) => Promise<T>): Promise<T>
  /** Fires when the device is lost or closed: for what goes on between calls. */
  readonly end: AbortSignal
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
  let call = new AbortController()
  const end = new AbortController()

  const cancel = (error: BridgeError): void => {
    call.abort(error)
    hooks.cancel?.(error)
  }

  const close = async (): Promise<void> => {
    end.abort()
    cancel(new BridgeError('device_closed'))
    await running
    hooks.resume?.()
    await hooks.close()
  }

  return {
    end: end.signal,
    run: async ({ signal }, work) => {
      if (closing !== undefined) throw new BridgeError('device_closed')
      if (lost !== undefined) throw lost
      if (running !== undefined)
        throw new BridgeError('device_busy', 'Another call to the device is running.')
      throwIfAborted(signal)
      const abort = (): void => cancel(new BridgeError('aborted', undefined, { cause: signal.reason }))
      signal.addEventListener('abort', abort, { once: true })
      call = new AbortController()
      const { signal: own } = call
      const settled = work({ signal: own })
      running = settled.catch(() => undefined)
      try {
        return await settled
      } catch (error) {
        hooks.onFailure?.(error)
        const isOwn = own.aborted && isBridgeError(error, 'aborted')
        throw toBridgeError(isOwn ? own.reason : error, 'device_fault')
      } finally {
        signal.removeEventListener('abort', abort)
        hooks.resume?.()
        running = undefined
      }
    },
    lose: (error) => {
      if (lost !== undefined) return
      lost = error
      end.abort()
      call.abort(error)
      observer?.(error)
    },
    onLost: (next) => {
      observer = next
      if (lost !== undefined) next(lost)
    },
    close: () => (closing ??= close()),
  }
}
