import type { TcpEmulator } from '../contract/index.ts'

/** The emulated peer's end of one connection. */
export interface EmulatedPeer {
  /** Bytes from the host. They are lost when the peer has hung up, or has gone over to a later connection. */
  receive(bytes: Uint8Array): void
  /** The host has ended the connection. */
  end(): void
}

/** An emulator is told of bytes without their connection, so only one of them leads to it. */
const current = new WeakMap<TcpEmulator, object>()

/**
 * Makes a new connection to an emulated peer: `send` carries its bytes to the host, `hangUp` ends the connection from its side.
 * Where it refuses a rival by hanging up at once, the earlier connection stays; else the new one takes its place.
 */
export const connectPeer = (
  emulator: TcpEmulator,
  send: (bytes: Uint8Array) => void,
  hangUp: () => void,
): EmulatedPeer => {
  let isRefused = false
  const line = {
    send,
    hangUp: (): void => {
      isRefused = true
      if (current.get(emulator) === line) current.delete(emulator)
      hangUp()
    },
  }
  emulator.connect(line)
  if (!isRefused) current.set(emulator, line)
  return {
    receive: (bytes) => {
      if (current.get(emulator) === line) emulator.receive(bytes)
    },
    end: () => {
      if (current.get(emulator) !== line) return
      current.delete(emulator)
      emulator.disconnected()
    },
  }
}
