import {
  BridgeError,
  type HttpEmulator,
  type HttpRequest,
  type HttpTransport,
  isBridgeError,
  throwIfAborted,
} from '../contract/index.ts'
import { createMessageEnd, type MessageCable } from './memory-messages.ts'

export type MemoryHttp = HttpTransport & MessageCable

/** As the bytes of JSON carry it: nothing of one side is shared with the other. */
const asSent = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)

/** Rejects `aborted` as soon as the signal fires; the work goes on unheard. */
const unlessAborted = <Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> =>
  new Promise((resolve, reject) => {
    const stop = (): void => reject(new BridgeError('aborted'))
    signal.addEventListener('abort', stop, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })

/** Connects an emulated server without a network; each request and each answer is a message. Without its cable it is not reached. */
export const connectHttp = (emulator: HttpEmulator, path = 'memory'): MemoryHttp => {
  const end = createMessageEnd<{ onLost(): void }>(path, () => undefined)
  const { listen } = end.base

  const ask = async (request: HttpRequest, signal: AbortSignal) => {
    throwIfAborted(signal)
    const sent = { ...request, body: asSent(request.body) }
    let hasReached = false
    const answer = end.ask(() => {
      hasReached = true
      return emulator.handle(sent, { signal })
    })
    try {
      const { status, headers, body } = await unlessAborted(answer, signal)
      return { status, headers: { ...headers }, body: asSent(body) ?? null }
    } catch (error) {
      throw isBridgeError(error, 'device_lost') && !hasReached
        ? new BridgeError('device_absent', `${path} is not reached.`, { cause: error })
        : error
    }
  }

  return Object.assign(end.base, {
    kind: 'http' as const,
    // It is never lost: each request makes its own connection.
    listen: () => listen({ onLost: () => undefined }),
    request: (request: HttpRequest, { signal }: { readonly signal: AbortSignal }) => ask(request, signal),
  })
}
