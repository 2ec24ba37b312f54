import { readSync, writeSync } from 'node:fs'

/** What is used of the library's open port, where ports have descriptors: not on Windows. */
interface PolledPort {
  /** Null once it is closed. It does not block. */
  readonly fd: number | null
  readonly poller: { once(event: 'readable', callback: (error: Error | null) => void): unknown }
}

/** The bytes of an open port, moved by system calls of this thread. */
interface DirectPort {
  /** Bytes are told of as they come, until the end that is returned; later ones wait in the kernel. */
  listen(onBytes: (bytes: Uint8Array) => void): () => void
  /** How many of the bytes the kernel took at once, from the first on. */
  write(bytes: Uint8Array): number
}

/** The line discipline keeps no more (Linux, N_TTY_BUF_SIZE). */
const CHUNK_BYTES = 4096

/** What is there to be read; undefined when there is nothing after all. Throws when the line is gone. */
const readWaiting = (fd: number, chunk: Uint8Array): Uint8Array | undefined => {
  try {
    const size = readSync(fd, chunk)
    if (size > 0) return chunk.slice(0, size)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined
    throw error
  }
  throw new Error('The line was hung up.')
}

/**
 * A port without the library's streams: those send each call through the thread pool, which costs an encoder's short exchange more
 * than its bytes take at 921600 baud. `onGone` is called when a read finds the line hung up.
 */
export const createDirectPort = (port: PolledPort, onGone: () => void): DirectPort => {
  const chunk = new Uint8Array(CHUNK_BYTES)
  let onBytes: ((bytes: Uint8Array) => void) | undefined
  let isPolling = false

  const poll = (): void => {
    if (isPolling || onBytes === undefined || port.fd === null) return
    isPolling = true
    // What is thrown inside the poller's callback aborts the process, past every handler.
    port.poller.once('readable', (error) => queueMicrotask(() => onReadable(error)))
  }

  const onReadable = (error: Error | null): void => {
    isPolling = false
    if (onBytes === undefined || port.fd === null) return
    if (error !== null) return onGone()
    let bytes: Uint8Array | undefined
    try {
      bytes = readWaiting(port.fd, chunk)
    } catch {
      return onGone()
    }
    if (bytes !== undefined) onBytes(bytes)
    poll()
  }

  return {
    listen: (next) => {
      onBytes = next
      poll()
      return () => {
        onBytes = undefined
      }
    },
    write: (bytes) => {
      try {
        return port.fd === null ? 0 : writeSync(port.fd, bytes)
      } catch {
        return 0
      }
    },
  }
}
