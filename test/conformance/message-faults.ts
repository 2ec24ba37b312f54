import {
  BridgeError,
  type HidTransport,
  type HttpTransport,
  type KeyboardTransport,
  type KeyEvent,
  type NoTransport,
  type PcscTransport,
  type Transport,
} from 'encoder-bridge/driver'
import { pass, type Tampers, tamperWith } from './line-faults.ts'

/** A question of which nothing arrives, or whose answer does not, is one that the system gives up. */
const unanswered = (): BridgeError => new BridgeError('device_fault', 'The transfer failed.')

/** The first piece of an answer is what arrives. */
const firstOf = ([piece]: readonly Uint8Array[]): Uint8Array => {
  if (piece === undefined) throw unanswered()
  return piece
}

/** One question and its answer: the answer to the last piece of the question. */
const askThrough =
  ({ toDevice = pass, toHost = pass }: Tampers, ask: (message: Uint8Array) => Promise<Uint8Array>) =>
  async (message: Uint8Array): Promise<Uint8Array> => {
    const answers: Uint8Array[] = []
    for (const piece of toDevice(message)) answers.push(await ask(piece))
    return firstOf(toHost(firstOf(answers.slice(-1))))
  }

const tamperWithHid = (
  transport: HidTransport,
  { toDevice = pass, toHost = pass }: Tampers,
): HidTransport => ({
  ...transport,
  write: async (reportId, data) => {
    for (const piece of toDevice(data)) await transport.write(reportId, piece)
  },
  sendFeature: async (reportId, data) => {
    for (const piece of toDevice(data)) await transport.sendFeature(reportId, piece)
  },
  getFeature: async (reportId, sizeBytes) => firstOf(toHost(await transport.getFeature(reportId, sizeBytes))),
  listen: (listener) =>
    transport.listen({
      onLost: (error) => listener.onLost(error),
      onReport: (report) => {
        for (const piece of toHost(report)) listener.onReport(piece)
      },
    }),
})

const tamperWithPcsc = (transport: PcscTransport, tampers: Tampers): PcscTransport => ({
  ...transport,
  transmit: askThrough(tampers, (apdu) => transport.transmit(apdu)),
  escape: askThrough(tampers, (command) => transport.escape(command)),
})

const bytesOf = ({ usage, isPressed }: KeyEvent): Uint8Array => Uint8Array.of(usage, isPressed ? 1 : 0)
const keyOf = ([usage = 0, state = 0]: Uint8Array, atMs: number): KeyEvent => ({
  usage,
  isPressed: (state & 1) === 1,
  atMs,
})

const tamperWithKeyboard = (transport: KeyboardTransport, { toHost = pass }: Tampers): KeyboardTransport => ({
  ...transport,
  listen: (listener) =>
    transport.listen({
      onLost: (error) => listener.onLost(error),
      onKey: (key) => {
        for (const piece of toHost(bytesOf(key))) listener.onKey(keyOf(piece, key.atMs))
      },
      onGap: () => listener.onGap(),
    }),
})

const tamperWithNone = (
  transport: NoTransport,
  { toDevice = pass, toHost = pass }: Tampers,
): NoTransport => ({
  ...transport,
  read: async (card, at) => firstOf(toHost(await transport.read(card, at))),
  write: async (card, at, data) => {
    for (const piece of toDevice(data)) await transport.write(card, at, piece)
  },
})

const asText = (body: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(body ?? null))

/** What a body has become; null where it is no JSON any more. */
const bodyOf = (text: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(text)) as unknown
  } catch {
    return null
  }
}

/** A request that vanishes, and an answer that does, look the same: the connection broke. */
const brokenConnection = (): BridgeError => new BridgeError('device_lost', 'The connection broke.')

const tamperWithHttp = (
  transport: HttpTransport,
  { toDevice = pass, toHost = pass }: Tampers,
): HttpTransport => ({
  ...transport,
  request: async (request, options) => {
    const sent = asText(request.body)
    const [asked] = toDevice(sent)
    if (asked === undefined) throw brokenConnection()
    const response = await transport.request(
      asked === sent ? request : { ...request, body: bodyOf(asked) },
      options,
    )
    const answer = asText(response.body)
    const [heard] = toHost(answer)
    if (heard === undefined) throw brokenConnection()
    return heard === answer ? response : { ...response, body: bodyOf(heard) }
  },
})

/**
 * As tamperWith, for a transport of any kind. What is tampered with is the data of a report, feature, APDU or escape
 * command; the JSON of a request's or an answer's body; a key as two bytes, usage and state; what is read from and written to the
 * field of a device in this process.
 */
export const tamperWithAny = (transport: Transport, tampers: Tampers): Transport => {
  switch (transport.kind) {
    case 'serial':
    case 'tcp':
      return tamperWith(transport, tampers)
    case 'http':
      return tamperWithHttp(transport, tampers)
    case 'hid':
      return tamperWithHid(transport, tampers)
    case 'pcsc':
      return tamperWithPcsc(transport, tampers)
    case 'keyboard':
      return tamperWithKeyboard(transport, tampers)
    case 'none':
      return tamperWithNone(transport, tampers)
  }
}
