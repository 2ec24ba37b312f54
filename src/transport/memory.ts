import { BridgeError, type ByteTransport, type Emulator, type TransportListener } from '../contract/index.ts'
import { rubbishOf } from './line-speed.ts'

export interface MemoryOptions {
  /** The label that messages show; `memory` when left out. */
  readonly path?: string
  /** The most bytes that one delivery to the listener carries; a function is asked before each one. Whole when left out. */
  readonly chunk?: number | (() => number)
}

/** The host's end of a line to an emulator in the same process. */
export interface MemoryTransport extends ByteTransport {
  /** Pulls the cable out: the line is lost and the emulator without power. Idempotent. */
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

/**
 * Connects an emulator to a driver without a kernel. Bytes arrive in microtasks, never inside the call that sends them, so
 * it works under a clock that a test moves. Bytes that arrive while nobody listens are lost. Bytes at a speed that is not
 * the emulator's arrive as rubbish, in both directions; the host begins at the emulator's speed.
 */
export const connectMemory = (
  emulator: Emulator,
  { path = 'memory', chunk = Number.POSITIVE_INFINITY }: MemoryOptions = {},
): MemoryTransport => {
  let listener: TransportListener | undefined
  let state: 'open' | 'lost' | 'closed' = 'open'
  let hostBaudRate = emulator.baudRate
  let pendingWrites = 0
  let bytesLeft = Number.POSITIVE_INFINITY
  let bytesCrossed = 0

  const lost = (): BridgeError => new BridgeError('device_lost', `${path} was unplugged.`)

  const unplug = (): void => {
    if (state !== 'open') return
    state = 'lost'
    emulator.powerCycle()
    const witness = listener
    queueMicrotask(() => {
      if (state === 'lost') witness?.onLost(lost())
    })
  }

  /** The bytes that still get through before the cable is out. */
  const pass = (bytes: Uint8Array): Uint8Array => {
    const passed = bytes.slice(0, bytesLeft)
    bytesLeft -= passed.length
    bytesCrossed += passed.length
    return passed
  }

  const deliver = (bytes: Uint8Array): void => {
    if (state === 'open' && bytes.length > 0) listener?.onBytes(bytes)
  }

  const settle = (): void => {
    if (bytesLeft === 0) unplug()
  }

  emulator.connect((sent) => {
    const isReadable = hostBaudRate === emulator.baudRate
    let rest = pass(isReadable ? sent : rubbishOf(sent))
    while (rest.length > 0) {
      const size = Math.max(1, typeof chunk === 'number' ? chunk : chunk())
      const piece = rest.slice(0, size)
      rest = rest.slice(size)
      queueMicrotask(() => deliver(piece))
    }
    queueMicrotask(settle)
  })

  const assertOpen = (): void => {
    if (state === 'closed') throw new BridgeError('device_closed', `${path} was closed.`)
    if (state === 'lost') throw lost()
  }

  return {
    path,
    listen: (newListener) => {
      if (listener !== undefined) throw new BridgeError('device_busy', `${path} has a listener already.`)
      listener = newListener
      return () => {
        if (listener === newListener) listener = undefined
      }
    },
    write: async (bytes) => {
      const copy = bytes.slice()
      pendingWrites += 1
      try {
        await Promise.resolve()
        assertOpen()
        const passed = pass(copy)
        if (passed.length > 0) emulator.receive(passed, hostBaudRate)
        // Behind the deliveries of what the emulator said to these bytes.
        queueMicrotask(settle)
        if (passed.length < copy.length) throw lost()
      } finally {
        pendingWrites -= 1
      }
    },
    setBaudRate: async (baudRate) => {
      await Promise.resolve()
      assertOpen()
      hostBaudRate = baudRate
    },
    close: async () => {
      await Promise.resolve()
      state = 'closed'
    },
    unplug,
    unplugAfterBytes: (sizeBytes) => {
      bytesLeft = sizeBytes
      settle()
    },
    get bytesCrossed() {
      return bytesCrossed
    },
    get listenerCount() {
      return listener === undefined ? 0 : 1
    },
    get pendingWrites() {
      return pendingWrites
    },
  }
}
