import type { Socket } from 'node:net'
import { BridgeError } from '../contract/errors.ts'

/** A computer of the same network answers in milliseconds, one across the world in less than a second. */
const DIAL_WITHIN_MS = 5_000

interface DialOptions {
  /** `host:port`, for messages. */
  readonly where: string
  /** When the connection may carry bytes: `secureConnect` with TLS. */
  readonly readyEvent?: 'connect' | 'secureConnect'
  readonly signal: AbortSignal
  readonly withinMs?: number | undefined
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no code'

/** Why a connection was not made, and what to check; the system's own words name neither. */
const explain = (code: string, where: string): string => {
  switch (code) {
    case 'ENOTFOUND':
      return `No computer is known by the name in ${where}: check its spelling.`
    case 'EAI_AGAIN':
      return `The name in ${where} can’t be looked up at the moment: check the network and its name server.`
    case 'ECONNREFUSED':
      return `${where} refuses the connection: check the port, and that the program there runs.`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return `No way leads to ${where}: check the address, the cable and the network.`
    case 'ETIMEDOUT':
      return `${where} does not answer: check the address, and the firewalls on the way.`
    case 'ECONNRESET':
      return `${where} breaks the connection off before it is made: check the port.`
    default:
      return /CERT|SIGNATURE/.test(code)
        ? `The certificate of ${where} can’t be trusted (${code}): check the address, this computer’s clock, and what stands between.`
        : `No connection to ${where} can be made (${code}).`
  }
}

/**
 * Waits until a connection that was begun is made. When it rejects, the socket is destroyed and nothing was sent: `device_absent`
 * with what to check, `aborted`.
 */
export const dialled = (
  socket: Socket,
  { where, readyEvent = 'connect', signal, withinMs = DIAL_WITHIN_MS }: DialOptions,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const stopWaiting = (): void => {
      clearTimeout(limit)
      signal.removeEventListener('abort', onAbort)
      socket.off(readyEvent, onReady).off('error', onError)
    }
    const fail = (error: BridgeError): void => {
      stopWaiting()
      // What a destroyed socket still has to say is of no interest.
      socket.on('error', () => undefined).destroy()
      reject(error)
    }
    const onAbort = (): void => fail(new BridgeError('aborted', undefined, { cause: signal.reason }))
    const onError = (cause: unknown): void =>
      fail(new BridgeError('device_absent', explain(codeOf(cause), where), { cause }))
    const onReady = (): void => {
      stopWaiting()
      resolve()
    }
    const limit = setTimeout(
      () => fail(new BridgeError('device_absent', explain('ETIMEDOUT', where))),
      withinMs,
    )
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once(readyEvent, onReady).once('error', onError)
    if (signal.aborted) onAbort()
  })
