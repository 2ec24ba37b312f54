import type { IoOptions } from '../contract/device.ts'
import { BridgeError, throwIfAborted } from '../contract/errors.ts'

/** Commands for the encoders of one link that takes one at a time: in the order of the calls, one for each encoder. */
export interface EncoderQueue {
  /**
   * Prepares the work at once, and runs it when its turn comes. Rejects `device_busy` while another call for the encoder runs or
   * waits, `aborted` when the signal fires before the turn, what the queue was ended with, and what `prepare` throws.
   */
  run<T>(encoder: string, io: IoOptions, prepare: () => () => Promise<T>): Promise<T>
  /** Runs the work at once, for no encoder. Rejects `device_busy` while any call runs. */
  runIdle<T>(io: IoOptions, work: () => Promise<T>): Promise<T>
  /** Every call that waits, and every later one, rejects with the error; a later end changes that. */
  end(error: BridgeError): void
  /** Resolves when no work runs. */
  readonly settled: Promise<unknown>
}

interface Waiting {
  begin(): void
  fail(error: BridgeError): void
}

export const createEncoderQueue = (): EncoderQueue => {
  const taken = new Set<string>()
  let waiting: readonly Waiting[] = []
  let running: Promise<unknown> | undefined
  let ended: BridgeError | undefined

  const admit = (signal: AbortSignal): void => {
    if (ended !== undefined) throw ended
    throwIfAborted(signal)
  }

  const passTurn = (): void => {
    running = undefined
    const [first, ...rest] = waiting
    waiting = rest
    first?.begin()
  }

  /** The turn is held until the work has settled. */
  const start = <T>(work: () => Promise<T>): Promise<T> => {
    const result = work()
    running = result.catch(() => undefined).then(passTurn)
    return result
  }

  const wait = <T>({ signal }: IoOptions, work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const leave = (error: BridgeError): void => {
        waiting = waiting.filter((one) => one !== entry)
        signal.removeEventListener('abort', abort)
        reject(error)
      }
      const abort = (): void => leave(new BridgeError('aborted', undefined, { cause: signal.reason }))
      const entry: Waiting = {
        begin: () => {
          signal.removeEventListener('abort', abort)
          start(work).then(resolve, reject)
        },
        fail: leave,
      }
      signal.addEventListener('abort', abort, { once: true })
      waiting = [...waiting, entry]
    })

  return {
    run: async (encoder, io, prepare) => {
      admit(io.signal)
      if (taken.has(encoder)) {
        throw new BridgeError('device_busy', 'Another command for this encoder is under way.')
      }
      const work = prepare()
      taken.add(encoder)
      try {
        return await (running === undefined ? start(work) : wait(io, work))
      } finally {
        taken.delete(encoder)
      }
    },
    runIdle: async (io, work) => {
      admit(io.signal)
      if (running !== undefined) throw new BridgeError('device_busy', 'A command is under way.')
      return start(work)
    },
    end: (error) => {
      ended = error
      for (const one of waiting) one.fail(error)
    },
    get settled() {
      return running ?? Promise.resolve()
    },
  }
}
