import type { Socket } from 'node:net'
import { BridgeError } from '../contract/errors.ts'
import type { TcpTransport, TransportListener } from '../contract/transport.ts'

/**
 * A peer that is silent for so long is asked by the system whether it is still there: ten times, a second apart (libuv,
 * `uv_tcp_keepalive`, on Linux). A driver that hears of its peer regularly notices sooner.
 */
const KEEP_ALIVE_AFTER_MS = 10_000

/**
 * The transport over a connection that is made. The system holds back what the peer sends while nobody listens, and so the peer;
 * nothing is kept here.
 */
export const createTcpTransport = (path: string, socket: Socket): TcpTransport => {
  let listener: TransportListener | undefined
  let lost: BridgeError | undefined
  let closing: Promise<void> | undefined
  const onBytes = (bytes: Buffer): void => listener?.onBytes(new Uint8Array(bytes))

  const lose = (why: string, cause?: Error): void => {
    if (lost !== undefined || closing !== undefined) return
    lost = new BridgeError('device_lost', `${path}: ${why}.`, { cause })
    socket.destroy()
    listener?.onLost(lost)
  }
  const refusal = (): BridgeError | undefined =>
    closing === undefined ? lost : new BridgeError('device_closed', `${path} was closed.`)

  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS)
  // A peer that has ended its half hears us no longer in any protocol that is spoken here.
  socket.on('end', () => lose('the other end has closed the connection'))
  socket.on('error', (cause) => lose(`the connection broke (${cause.message})`, cause))
  socket.on('close', () => lose('the connection is closed'))

  return {
    kind: 'tcp',
    path,
    listen: (next) => {
      if (listener !== undefined) throw new BridgeError('device_busy', `${path} has a listener already.`)
      listener = next
      socket.on('data', onBytes).resume()
      if (lost !== undefined) {
        const error = lost
        queueMicrotask(() => listener === next && next.onLost(error))
      }
      return () => {
        if (listener !== next) return
        listener = undefined
        socket.off('data', onBytes).pause()
      }
    },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error != null) lose(`the connection broke (${error.message})`, error)
          // A socket that was destroyed reports success for what it was sending (Node.js 20, net.Socket).
          const failure = refusal()
          if (failure === undefined) resolve()
          else reject(failure)
        })
      }),
    close: () =>
      (closing ??= new Promise((resolve) => {
        if (socket.closed) return resolve()
        socket.once('close', () => resolve())
        // What the system has taken still goes out; what the peer has not let in by now does not.
        socket.destroy()
      })),
  }
}
