import type { TcpEmulator, TcpTransport, TransportListener } from '../contract/index.ts'
import { createStreamEnd, type MemoryOptions, type StreamCable } from './memory-stream.ts'
import { connectPeer } from './tcp-emulator-line.ts'

/** The host's end of a connection to an emulator in the same process. Pulling the cable ends the connection, not the peer's power. */
export type MemoryTcp = TcpTransport & StreamCable

/**
 * Connects an emulated peer to a driver without a network. Everything arrives in microtasks. What arrives while nobody listens
 * waits for the listener, the end of the connection too, as in the buffers of a socket.
 */
export const connectTcp = (emulator: TcpEmulator, options: MemoryOptions = {}): MemoryTcp => {
  const { base, cable, send, arriving } = createStreamEnd(options, () => peer.end())
  const waiting: (Uint8Array | 'end')[] = []
  const tellNext = (): void =>
    cable.tell((listener) => {
      const next = waiting.shift()
      if (next === 'end') cable.unplug()
      else if (next !== undefined) listener.onBytes(next)
    })
  const arrive = (what: Uint8Array | 'end'): void => {
    waiting.push(what)
    tellNext()
  }

  const peer = connectPeer(
    emulator,
    (bytes) => {
      for (const piece of arriving(bytes)) arrive(piece)
      cable.settle()
    },
    () => arrive('end'),
  )
  const { listen, close } = base

  return Object.assign(base, {
    kind: 'tcp' as const,
    write: (bytes: Uint8Array) => send(bytes, peer.receive),
    listen: (listener: TransportListener) => {
      const stop = listen(listener)
      waiting.forEach(tellNext)
      return stop
    },
    close: async () => {
      await close()
      peer.end()
    },
  })
}
