import { BridgeError, type TcpTransport, type TransportListener } from 'encoder-bridge/driver'
import { formatHex, parseHex } from '../../src/wire/hex.ts'

/** What a scripted lock system says to the n-th thing that it hears (from 1), in hexadecimal; undefined for nothing. */
export type PmsScript = (heard: string, number: number) => string | undefined

/** The far end of a PMS line, byte for byte as a test has it. */
export interface PmsPeer {
  readonly transport: TcpTransport
  /** All that was written, one entry for each write. */
  readonly heard: readonly string[]
  readonly isClosed: boolean
  /** Says something unasked. */
  say(hex: string): void
  cut(): void
}

export const createPmsPeer = (script: PmsScript): PmsPeer => {
  const heard: string[] = []
  let listener: TransportListener | undefined
  let isClosed = false
  const say = (hex: string): void => listener?.onBytes(parseHex(hex.replaceAll(' ', '')))
  return {
    heard,
    say,
    get isClosed() {
      return isClosed
    },
    cut: () => listener?.onLost(new BridgeError('device_lost', 'The peer has ended the connection.')),
    transport: {
      kind: 'tcp',
      path: 'peer',
      listen: (next) => {
        listener = next
        return () => {
          listener = undefined
        }
      },
      write: async (bytes) => {
        heard.push(formatHex(bytes))
        const reply = script(formatHex(bytes), heard.length)
        if (reply !== undefined) queueMicrotask(() => say(reply))
      },
      close: async () => {
        isClosed = true
      },
    },
  }
}
