import type { TransportListener } from '../contract/index.ts'
import { type Cable, createCable } from './memory-cable.ts'

export interface MemoryOptions {
  /** The label that messages show; `memory` when left out. */
  readonly path?: string
  /** The most bytes that one delivery to the listener carries; a function is asked before each one. Whole when left out. */
  readonly chunk?: number | (() => number)
}

/** What a test may do to, and ask about, the cable of a memory transport that moves bytes. */
export interface StreamCable {
  /** Pulls the cable out: the line is lost to the host. Idempotent. */
  unplug(): void
  /** Pulls the cable when so many more bytes have crossed the line, both directions together; the rest never arrives. */
  unplugAfterBytes(sizeBytes: number): void
  /** Bytes that have crossed the line, both directions together. */
  readonly bytesCrossed: number
  /** Listeners attached: 0 or 1. */
  readonly listenerCount: number
  /** Writes that have not settled. */
  readonly pendingWrites: number
}

interface StreamEnd {
  readonly cable: Cable<TransportListener>
  /** The part of a transport that does not depend on its kind. */
  readonly base: StreamCable & {
    readonly path: string
    listen(listener: TransportListener): () => void
    close(): Promise<void>
  }
  /** Bytes to the device; `receive` is given what still gets through. */
  send(bytes: Uint8Array, receive: (passed: Uint8Array) => void): Promise<void>
  /** What of the bytes still gets through to the host, in pieces. */
  arriving(bytes: Uint8Array): readonly Uint8Array[]
}

/** Makes the host's end of a cable that moves bytes. They arrive in microtasks, so it works under a clock that a test moves. */
export const createStreamEnd = (
  { path = 'memory', chunk = Number.POSITIVE_INFINITY }: MemoryOptions,
  cutPower: () => void,
): StreamEnd => {
  const cable = createCable<TransportListener>(path, cutPower)
  const pass = (bytes: Uint8Array): Uint8Array => bytes.slice(0, cable.pass(bytes.length))
  return {
    cable,
    base: {
      path,
      listen: cable.listen,
      close: cable.close,
      unplug: cable.unplug,
      unplugAfterBytes: cable.unplugAfter,
      get bytesCrossed() {
        return cable.crossed
      },
      get listenerCount() {
        return cable.listenerCount
      },
      get pendingWrites() {
        return cable.pendingCalls
      },
    },
    send: (bytes, receive) => {
      const copy = bytes.slice()
      return cable.call(() => {
        const passed = pass(copy)
        if (passed.length > 0) receive(passed)
        if (passed.length < copy.length) throw cable.lost
      })
    },
    arriving: (bytes) => {
      const pieces: Uint8Array[] = []
      let rest = pass(bytes)
      while (rest.length > 0) {
        const size = Math.max(1, typeof chunk === 'number' ? chunk : chunk())
        pieces.push(rest.slice(0, size))
        rest = rest.slice(size)
      }
      return pieces
    },
  }
}
