import type { ByteTransport, SerialEmulator, TransportListener } from '../contract/index.ts'
import { rubbishOf } from './line-speed.ts'
import { createCable } from './memory-cable.ts'

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
  emulator: SerialEmulator,
  { path = 'memory', chunk = Number.POSITIVE_INFINITY }: MemoryOptions = {},
): MemoryTransport => {
  const cable = createCable<TransportListener>(path, () => emulator.powerCycle())
  let hostBaudRate = emulator.baudRate

  /** The bytes that still get through before the cable is out. */
  const pass = (bytes: Uint8Array): Uint8Array => bytes.slice(0, cable.pass(bytes.length))

  emulator.connect((sent) => {
    const isReadable = hostBaudRate === emulator.baudRate
    let rest = pass(isReadable ? sent : rubbishOf(sent))
    while (rest.length > 0) {
      const size = Math.max(1, typeof chunk === 'number' ? chunk : chunk())
      const piece = rest.slice(0, size)
      rest = rest.slice(size)
      cable.tell((listener) => listener.onBytes(piece))
    }
    cable.settle()
  })

  return {
    kind: 'serial',
    path,
    listen: cable.listen,
    write: (bytes) => {
      const copy = bytes.slice()
      return cable.call(() => {
        const passed = pass(copy)
        if (passed.length > 0) emulator.receive(passed, hostBaudRate)
        if (passed.length < copy.length) throw cable.lost
      })
    },
    setBaudRate: (baudRate) =>
      cable.call(() => {
        hostBaudRate = baudRate
      }),
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
  }
}
