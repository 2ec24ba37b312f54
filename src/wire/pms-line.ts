import { BridgeError, throwIfAborted, toBridgeError } from '../contract/errors.ts'
import type { Clock, StreamTransport } from '../contract/transport.ts'
import { ACK, ENQ, NAK, type PmsEvent, type PmsReader } from './pms-frames.ts'

/** Many times what a lock system, or a bad line, says while nobody asks: what is more never ends. */
const MAX_EVENTS = 16_384
const ENDLESS =
  'Bytes come without an end: check that the PMS interface of a lock system is at the other end.'

/** A byte stream as a conversation: what is said to the lock system, and what it says, in order. */
export interface PmsLine {
  /** Hands bytes to the line and waits for nothing; a line that fails is lost. */
  send(bytes: Uint8Array): void
  /** Sends ENQ, and keeps account of its reply. */
  enquire(): void
  /** Whether a reply to ENQ may still come: it must not be taken for the reply to something else. */
  readonly isReplyOwed: boolean
  /** That reply is not waited for any more. */
  forgive(): void
  /**
   * The next that comes, or null after so long a silence. Rejects `aborted`, and the line's end; what came before either is
   * told first.
   */
  next(waitMs: number, signal?: AbortSignal): Promise<PmsEvent | null>
  /** Forgets what came and nobody asked for. */
  clear(): void
  /** Waits, and tells whether something came meanwhile; that is forgotten. Rejects as `next` does. */
  pause(durationMs: number, signal?: AbortSignal): Promise<boolean>
  /** Ends the line from this side: everything after it rejects with the error, and the observer is told. Idempotent. */
  lose(error: BridgeError): void
  /** The same without telling anybody; everything after it rejects `device_closed`. */
  close(): Promise<void>
}

interface LineParts {
  readonly transport: StreamTransport
  readonly clock: Clock
  readonly reader: PmsReader
  /** Called at most once. */
  readonly onLost: (error: BridgeError) => void
}

const isReply = (event: PmsEvent): boolean =>
  event.kind === 'control' && (event.byte === ACK || event.byte === NAK)

export const createPmsLine = ({ transport, clock, reader, onLost }: LineParts): PmsLine => {
  const events: PmsEvent[] = []
  let owedReplies = 0
  let wake = (): void => undefined
  let ended: BridgeError | undefined

  const end = (error: BridgeError): void => {
    ended ??= error
    wake()
    stopListening()
  }

  const lose = (error: BridgeError): void => {
    if (ended !== undefined) return
    end(error)
    onLost(error)
    void transport.close()
  }

  const stopListening = transport.listen({
    onBytes: (bytes) => {
      const fresh = reader.push(bytes)
      owedReplies = Math.max(0, owedReplies - fresh.filter(isReply).length)
      if (events.length + fresh.length > MAX_EVENTS) {
        events.length = 0
        return lose(new BridgeError('protocol_error', ENDLESS))
      }
      events.push(...fresh)
      wake()
    },
    onLost: lose,
  })

  const send = (bytes: Uint8Array): void => {
    transport.write(bytes).catch((error: unknown) => lose(toBridgeError(error, 'device_lost')))
  }

  /** Resolves when something has happened, or time is up. */
  const happening = (waitMs: number, signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve) => {
      const settle = (): void => {
        clock.clearTimeout(timer)
        signal?.removeEventListener('abort', settle)
        wake = () => undefined
        resolve()
      }
      const timer = clock.setTimeout(settle, waitMs)
      signal?.addEventListener('abort', settle, { once: true })
      wake = settle
    })

  const next: PmsLine['next'] = async (waitMs, signal) => {
    const untilMs = clock.now() + waitMs
    for (;;) {
      const event = events.shift()
      if (event !== undefined) return event
      if (ended !== undefined) throw ended
      if (signal !== undefined) throwIfAborted(signal)
      const leftMs = untilMs - clock.now()
      if (leftMs <= 0) return null
      await happening(leftMs, signal)
    }
  }

  return {
    send,
    next,
    lose,
    enquire: () => {
      owedReplies += 1
      send(Uint8Array.of(ENQ))
    },
    get isReplyOwed() {
      return owedReplies > 0
    },
    forgive: () => {
      owedReplies = 0
    },
    clear: () => {
      events.length = 0
    },
    pause: async (durationMs, signal) => {
      const untilMs = clock.now() + durationMs
      let hasCome = false
      while ((await next(untilMs - clock.now(), signal)) !== null) hasCome = true
      return hasCome
    },
    close: async () => {
      end(new BridgeError('device_closed'))
      await transport.close()
    },
  }
}
