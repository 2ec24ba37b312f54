import {
  BridgeError,
  type Clock,
  type HidTransport,
  type IoOptions,
  throwIfAborted,
} from 'encoder-bridge/driver'
import { finishConfiguration, reportSizeBytes, selectPage } from './protocol.ts'

/** A transfer takes a millisecond; the kernel gives up on one after five seconds, and that is too long to wait here. */
const TRANSFER_MS = 500
/** After each command the reader is left alone for about this long (pcprox.py of micolous/pcprox). */
const REST_MS = 1

export type PageNumber = 0 | 1 | 2

/** The reader's feature reports, one exchange at a time. Calls may overlap: each waits for its turn. */
export interface Link {
  /**
   * Sends a command and gets its answer of eight bytes.
   * Rejects `device_unresponsive`, `protocol_error`, `aborted`, and as HidTransport does.
   */
  ask(command: Uint8Array, io: IoOptions): Promise<Uint8Array>
  /** Writes pages of the configuration into the reader's RAM and puts them in force. Rejects as `ask` does. */
  configure(pages: readonly (readonly [PageNumber, Uint8Array])[], io: IoOptions): Promise<void>
  /** Waits. Rejects `aborted`. */
  pause(durationMs: number, io: IoOptions): Promise<void>
}

export const createLink = (transport: HidTransport, clock: Clock): Link => {
  let turns: Promise<unknown> = Promise.resolve()

  /** An exchange is a sequence of reports that no other may come between. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turns.then(work)
    turns = result.catch(() => undefined)
    return result
  }

  const pause: Link['pause'] = async (durationMs, { signal }) => {
    throwIfAborted(signal)
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        clock.clearTimeout(timer)
        reject(new BridgeError('aborted', undefined, { cause: signal.reason }))
      }
      const timer = clock.setTimeout(() => {
        signal.removeEventListener('abort', abort)
        resolve()
      }, durationMs)
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  const transfer = async <Result>(start: () => Promise<Result>, { signal }: IoOptions): Promise<Result> => {
    throwIfAborted(signal)
    const done = new AbortController()
    // AbortSignal.any leaves a trace in a signal that outlives it (Node 20), and the reader is looked at ten times a second.
    const abort = (): void => done.abort(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    const limit = async (): Promise<never> => {
      await pause(TRANSFER_MS, { signal: done.signal })
      throw new BridgeError('device_unresponsive', 'The reader does not take or give a report.')
    }
    try {
      return await Promise.race([start(), limit()])
    } finally {
      signal.removeEventListener('abort', abort)
      done.abort()
    }
  }

  const send = async (report: Uint8Array, io: IoOptions): Promise<void> => {
    await transfer(() => transport.sendFeature(0, report), io)
    await pause(REST_MS, io)
  }

  return {
    pause,
    ask: (command, io) =>
      inTurn(async () => {
        await send(command, io)
        const answer = await transfer(() => transport.getFeature(0, reportSizeBytes), io)
        if (answer.length === reportSizeBytes) return answer
        throw new BridgeError(
          'protocol_error',
          `An answer has ${answer.length} bytes instead of ${reportSizeBytes}.`,
        )
      }),
    configure: (pages, io) =>
      inTurn(async () => {
        for (const [page, content] of pages) {
          await send(selectPage(page), io)
          await send(content, io)
        }
        await send(finishConfiguration, io)
      }),
  }
}
