import {
  BridgeError,
  type Clock,
  type HidTransport,
  type IoOptions,
  throwIfAborted,
} from 'encoder-bridge/driver'
import { decodeProperty, featureSizeBytes, getProperty, type Property } from './protocol.ts'

/** A transfer takes a millisecond; the kernel gives up on one after five seconds, and that is too long to wait here. */
const ANSWER_MS = 500

/**
 * Asks the reader for a property; undefined when it refuses to tell.
 * Rejects `device_unresponsive`, `protocol_error`, `aborted`, and as HidTransport does.
 */
export const askProperty = async (
  transport: HidTransport,
  clock: Clock,
  property: Property,
  { signal }: IoOptions,
): Promise<string | undefined> => {
  throwIfAborted(signal)
  const ask = async (): Promise<Uint8Array> => {
    await transport.sendFeature(0, getProperty(property))
    return transport.getFeature(0, featureSizeBytes)
  }
  let timer: unknown
  let abort = (): void => undefined
  const end = new Promise<never>((_, reject) => {
    abort = () => reject(new BridgeError('aborted', undefined, { cause: signal.reason }))
    signal.addEventListener('abort', abort, { once: true })
    timer = clock.setTimeout(
      () => reject(new BridgeError('device_unresponsive', 'The reader does not take or give a report.')),
      ANSWER_MS,
    )
  })
  try {
    return decodeProperty(await Promise.race([ask(), end]))
  } finally {
    clock.clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
