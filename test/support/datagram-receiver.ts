import { createRequire } from 'node:module'

/** The other end of sd_notify: a bound unix datagram socket. */
export interface DatagramReceiver {
  /** The oldest message in the queue; null when it is empty. */
  take(): string | null
  /** Waits for a message in a thread of its own. */
  next(): Promise<string>
  close(): void
}

const loadKoffi = (): typeof import('koffi') => createRequire(import.meta.url)('koffi')

/** Why this machine cannot receive datagrams: null when it can. */
export const whyNoDatagrams = (): string | null => {
  if (process.platform !== 'linux') return 'sd_notify exists on Linux only'
  try {
    loadKoffi()
    return null
  } catch {
    return 'the optional package koffi is not installed'
  }
}

/** Binds a socket to the bytes of a sockaddr_un, which the test spells out. */
export const openDatagramReceiver = (address: Uint8Array): DatagramReceiver => {
  const libc = loadKoffi().load(null)
  const fd: number = libc.func('int socket(int domain, int type, int protocol)')(1, 2, 0)
  const bound: number = libc.func('int bind(int fd, const void *address, uint32_t length)')(
    fd,
    address,
    address.length,
  )
  if (fd < 0 || bound !== 0) throw new Error('the receiver could not be bound')
  const recv = libc.func('long recv(int fd, _Out_ void *data, size_t length, int flags)')
  const text = (bytes: Uint8Array, length: number) => new TextDecoder().decode(bytes.subarray(0, length))
  const size = 4096
  return {
    take() {
      const bytes = new Uint8Array(size)
      const dontWait = 0x40
      const length = Number(recv(fd, bytes, size, dontWait))
      return length < 0 ? null : text(bytes, length)
    },
    next: () =>
      new Promise((resolve, reject) => {
        const bytes = new Uint8Array(size)
        recv.async(fd, bytes, size, 0, (error: Error | null, length: number) => {
          if (error === null) resolve(text(bytes, length))
          else reject(error)
        })
      }),
    close() {
      libc.func('int close(int fd)')(fd)
    },
  }
}
