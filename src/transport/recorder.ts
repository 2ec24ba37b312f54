import type {
  FieldListener,
  HidListener,
  KeyListener,
  LossListener,
  PcscListener,
  Transport,
  TransportListener,
} from '../contract/transport.ts'

/** One message between host and device, in the terms of a driver's fixtures. */
export interface RecordedMessage {
  readonly direction: 'toDevice' | 'toHost'
  /** Of HID a feature report, of PC/SC an escape command, of HTTP a request or an answer as JSON in UTF-8. */
  readonly as?: 'feature' | 'escape' | 'json'
  /** Of HID, for what is sent and for features. */
  readonly reportId?: number
  readonly bytes: Uint8Array
}

const jsonBytes = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/**
 * The transport with every message noted, as it goes to the device and as it comes to the driver. Changes of the line speed are
 * not noted, nor a card that comes or goes, nor the headers of HTTP: what they hold besides the content is for this connection.
 */
export const recordTransport = (
  transport: Transport,
  note: (message: RecordedMessage) => void,
): Transport => {
  switch (transport.kind) {
    case 'serial':
    case 'tcp':
      return {
        ...transport,
        write: (bytes: Uint8Array) => {
          note({ direction: 'toDevice', bytes: bytes.slice() })
          return transport.write(bytes)
        },
        listen: (listener: TransportListener) =>
          transport.listen({
            ...listener,
            onBytes: (bytes) => {
              note({ direction: 'toHost', bytes: bytes.slice() })
              listener.onBytes(bytes)
            },
          }),
      }
    case 'http':
      return {
        ...transport,
        request: async (request, options) => {
          note({ direction: 'toDevice', as: 'json', bytes: jsonBytes(request) })
          const answer = await transport.request(request, options)
          note({
            direction: 'toHost',
            as: 'json',
            bytes: jsonBytes({ status: answer.status, body: answer.body }),
          })
          return answer
        },
        listen: (listener: LossListener) => transport.listen(listener),
      }
    case 'hid':
      return {
        ...transport,
        write: (reportId: number, data: Uint8Array) => {
          note({ direction: 'toDevice', reportId, bytes: data.slice() })
          return transport.write(reportId, data)
        },
        sendFeature: (reportId, data) => {
          note({ direction: 'toDevice', as: 'feature', reportId, bytes: data.slice() })
          return transport.sendFeature(reportId, data)
        },
        getFeature: async (reportId, sizeBytes) => {
          const bytes = await transport.getFeature(reportId, sizeBytes)
          note({ direction: 'toHost', as: 'feature', reportId, bytes: bytes.slice() })
          return bytes
        },
        listen: (listener: HidListener) =>
          transport.listen({
            ...listener,
            onReport: (report) => {
              note({ direction: 'toHost', bytes: report.slice() })
              listener.onReport(report)
            },
          }),
      }
    case 'pcsc':
      return {
        ...transport,
        transmit: async (apdu) => {
          note({ direction: 'toDevice', bytes: apdu.slice() })
          const answer = await transport.transmit(apdu)
          note({ direction: 'toHost', bytes: answer.slice() })
          return answer
        },
        escape: async (command) => {
          note({ direction: 'toDevice', as: 'escape', bytes: command.slice() })
          const answer = await transport.escape(command)
          note({ direction: 'toHost', as: 'escape', bytes: answer.slice() })
          return answer
        },
        listen: (listener: PcscListener) => transport.listen(listener),
      }
    case 'keyboard':
      return {
        ...transport,
        listen: (listener: KeyListener) =>
          transport.listen({
            ...listener,
            onKey: (key) => {
              note({ direction: 'toHost', bytes: Uint8Array.of(key.usage, key.isPressed ? 1 : 0) })
              listener.onKey(key)
            },
          }),
      }
    case 'none':
      return { ...transport, listen: (listener: FieldListener) => transport.listen(listener) }
  }
}

const isMore = (one: RecordedMessage, next: RecordedMessage): boolean =>
  one.direction === next.direction && one.as === undefined && next.as === undefined

/** Joins what a stream was cut into anywhere: bytes of a line, keys. Reports and APDUs stay as they are. */
export const joinPieces = (messages: readonly RecordedMessage[]): readonly RecordedMessage[] => {
  const runs: [RecordedMessage, ...RecordedMessage[]][] = []
  for (const message of messages) {
    const run = runs.at(-1)
    if (run !== undefined && isMore(run[0], message)) run.push(message)
    else runs.push([message])
  }
  return runs.map((run) =>
    run.length === 1
      ? run[0]
      : { ...run[0], bytes: new Uint8Array(Buffer.concat(run.map(({ bytes }) => bytes))) },
  )
}
