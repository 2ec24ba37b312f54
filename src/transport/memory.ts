import type { ByteTransport, SerialEmulator } from '../contract/index.ts'
import { rubbishOf } from './line-speed.ts'
import { createStreamEnd, type MemoryOptions, type StreamCable } from './memory-stream.ts'

/** The host's end of a line to an emulator in the same process. Pulling the cable takes the emulator's power. */
export type MemoryTransport = ByteTransport & StreamCable

/**
 * Connects an emulator to a driver without a kernel. Bytes arrive in microtasks, never inside the call that sends them, so
 * it works under a clock that a test moves. Bytes that arrive while nobody listens are lost. Bytes at a speed that is not
 * the emulator's arrive as rubbish, in both directions; the host begins at the emulator's speed.
 */
export const connectMemory = (emulator: SerialEmulator, options: MemoryOptions = {}): MemoryTransport => {
  const { base, cable, send, arriving } = createStreamEnd(options, () => emulator.powerCycle())
  let hostBaudRate = emulator.baudRate

  emulator.connect((sent) => {
    const isReadable = hostBaudRate === emulator.baudRate
    for (const piece of arriving(isReadable ? sent : rubbishOf(sent))) {
      cable.tell((listener) => listener.onBytes(piece))
    }
    cable.settle()
  })

  return Object.assign(base, {
    kind: 'serial' as const,
    write: (bytes: Uint8Array) => send(bytes, (passed) => emulator.receive(passed, hostBaudRate)),
    setBaudRate: (baudRate: number) =>
      cable.call(() => {
        hostBaudRate = baudRate
      }),
  })
}
