import {
  type BridgeError,
  type Clock,
  type HttpRequest,
  type HttpTransport,
  isBridgeError,
  throwIfAborted,
} from 'encoder-bridge/driver'

/** A server that says nothing for this long has not heard, or nobody hears it. */
const ANSWER_WITHIN_MS = 20_000
/** How long to wait where Seam asks to slow down and does not say for how long, and at most. */
const USUAL_WAIT_MS = 1000
const LONGEST_WAIT_MS = 60_000

/** How a request went. */
export type Reply =
  | { readonly kind: 'answered'; readonly body: unknown }
  /** Refused with a status from 400 to 499: nothing was done. */
  | { readonly kind: 'refused'; readonly status: number; readonly body: unknown }
  /** Refused because there were too many requests: nothing was done. */
  | { readonly kind: 'limited'; readonly waitMs: number }
  /** The server was certainly not reached. */
  | { readonly kind: 'notSent'; readonly reason: string }
  /** Nobody knows whether the server has acted. */
  | { readonly kind: 'unclear'; readonly reason: string }

export interface Requests {
  /** One request. Rejects `aborted` and `device_closed`, by which nobody knows either whether it was heard. */
  ask(request: HttpRequest, signal: AbortSignal): Promise<Reply>
  /** Waits. Rejects `aborted`. */
  pause(delayMs: number, signal: AbortSignal): Promise<void>
}

const waitOf = (retryAfter: string | undefined): number => {
  const seconds = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : null
  return seconds === null ? USUAL_WAIT_MS : Math.min(seconds * 1000, LONGEST_WAIT_MS)
}

/** Without the words of the code: the driver's own error has words of its own. */
const reasonOf = ({ detail, message }: BridgeError): string => detail ?? message

/** Makes the requests of one link, each bounded by a time of its own. */
export const createRequests = (transport: HttpTransport, clock: Clock): Requests => ({
  ask: async (request, signal) => {
    throwIfAborted(signal)
    const late = new AbortController()
    const timer = clock.setTimeout(() => late.abort(), ANSWER_WITHIN_MS)
    try {
      const { status, headers, body } = await transport.request(request, {
        signal: AbortSignal.any([signal, late.signal]),
      })
      if (status === 429) return { kind: 'limited', waitMs: waitOf(headers['retry-after']) }
      if (status >= 200 && status < 300) return { kind: 'answered', body }
      // 408: the server gave up waiting for something, and does not say for what.
      if (status >= 400 && status < 500 && status !== 408) return { kind: 'refused', status, body }
      return { kind: 'unclear', reason: `the server answered with status ${status}` }
    } catch (error) {
      throwIfAborted(signal)
      if (late.signal.aborted) return { kind: 'unclear', reason: 'the server did not answer in time' }
      if (isBridgeError(error, 'device_absent')) return { kind: 'notSent', reason: reasonOf(error) }
      if (isBridgeError(error, 'device_lost')) return { kind: 'unclear', reason: reasonOf(error) }
      throw error
    } finally {
      clock.clearTimeout(timer)
    }
  },
  pause: async (delayMs, signal) => {
    throwIfAborted(signal)
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clock.clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = clock.setTimeout(end, delayMs)
      signal.addEventListener('abort', end)
    })
    throwIfAborted(signal)
  },
})
