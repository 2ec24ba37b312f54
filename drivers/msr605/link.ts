import {
  BridgeError,
  type ByteTransport,
  type HidTransport,
  type Transport,
  type TransportListener,
} from 'encoder-bridge/driver'
import { reset } from './protocol.ts'
import { createReportReader, toReports } from './reports.ts'

/** The one difference between the serial and the USB encoders: how commands and answers travel. */
export interface Link {
  /** What is behind it, as far as the link tells. */
  readonly model: string
  /** Sends one command, whole and after all earlier ones. Rejects as the transport does. */
  send(command: Uint8Array): Promise<void>
  /**
   * Sends the reset, which has no answer, twice: what was received of an unfinished command may swallow the first. On a line
   * without a checksum one wrong bit makes it an erase (63h for 61h), which the second cancels.
   */
  reset(): Promise<void>
  /** Answers arrive as bytes, cut anywhere. */
  listen(listener: TransportListener): () => void
  close(): Promise<void>
}

/** The link over a transport. Throws `not_supported` for one that no such encoder has. */
export const createLink = (transport: Transport): Link => {
  if (transport.kind === 'serial') return createSerialLink(transport)
  if (transport.kind === 'hid') return createHidLink(transport)
  throw new BridgeError('not_supported', `An MSR605 is not reached over ${transport.kind}.`)
}

const createSerialLink = (line: ByteTransport): Link => ({
  model: 'MSR605, MSR606 or MSR206',
  send: (command) => line.write(command),
  // The byte between them is the select byte of what may have become an erase.
  reset: () => line.write(Uint8Array.of(...reset, 0, ...reset)),
  listen: (listener) => line.listen(listener),
  close: () => line.close(),
})

const createHidLink = (device: HidTransport): Link => {
  let sent: Promise<unknown> = Promise.resolve()

  /** The reports of one command stay together, even when the next one is a reset that could not wait. */
  const send = (command: Uint8Array): Promise<void> => {
    const sending = sent.then(async () => {
      for (const report of toReports(command)) await device.sendFeature(0, report)
    })
    sent = sending.catch(() => undefined)
    return sending
  }

  return {
    model: 'MSR605X',
    send,
    reset: async () => {
      await send(reset)
      await send(reset)
    },
    listen: ({ onBytes, onLost }) => {
      const reader = createReportReader()
      return device.listen({
        onReport: (report) => {
          const message = reader.push(report)
          if (message !== undefined) onBytes(message)
        },
        onLost,
      })
    },
    close: () => device.close(),
  }
}
