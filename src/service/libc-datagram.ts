import { createRequire } from 'node:module'

// Linux: <bits/socket.h> and <bits/socket_type.h>, the same on every architecture that koffi has a prebuilt binary for.
const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000

/**
 * The bytes of a sockaddr_un as unix(7) wants them. `@name` is an abstract socket: its name starts with a zero byte and
 * goes up to the length that the kernel is told. A path ends with a zero byte.
 */
export const unixAddress = (path: string): Uint8Array => {
  const name = path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`
  return Uint8Array.of(AF_UNIX, 0, ...new TextEncoder().encode(name))
}

/**
 * Opens a unix datagram socket, which Node does not have, through koffi (an optional dependency).
 * The returned function sends one datagram; a full queue or a missing receiver loses it, and nothing blocks or throws.
 * Throws when koffi is not installed or the system refuses a socket.
 */
export const openLibcDatagram = (path: string): ((message: string) => void) => {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')
  // The process itself is the library: Node is linked against whatever libc this system has, glibc or musl.
  const libc = koffi.load(null)
  const socket: (domain: number, type: number, protocol: number) => number = libc.func(
    'int socket(int domain, int type, int protocol)',
  )
  const sendto: (...call: [number, Uint8Array, number, number, Uint8Array, number]) => number = libc.func(
    'long sendto(int fd, const void *data, size_t length, int flags, const void *address, uint32_t addressLength)',
  )
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)
  if (fd < 0) throw new Error('socket(AF_UNIX, SOCK_DGRAM) was refused')
  const address = unixAddress(path)
  return (message) => {
    const data = new TextEncoder().encode(message)
    sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length)
  }
}
