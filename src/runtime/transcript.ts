import type { Recording } from '../cli/runtime.ts'
import type { Card } from '../contract/card.ts'
import type { DeviceInfo } from '../contract/device.ts'
import type { TransportKind } from '../contract/transport.ts'
import { blankSecrets } from '../transport/blank-secrets.ts'
import { joinPieces, type RecordedMessage } from '../transport/recorder.ts'
import { formatHex } from '../wire/hex.ts'

interface Exchange {
  readonly name: string
  readonly card: Card | undefined
  readonly messages: readonly RecordedMessage[]
}

/** Collects what crosses the line, exchange by exchange. */
export interface Transcript {
  note(message: RecordedMessage): void
  /** What was noted since the last end; nothing at all is no exchange. */
  endExchange(name: string, card?: Card): void
  /** In the format of a driver's fixtures (test/conformance/fixtures.ts). */
  toFixture(about: {
    readonly info: DeviceInfo
    readonly transport: TransportKind
    readonly secrets: readonly Uint8Array[]
    /** Who recorded it, and when. */
    readonly source: string
  }): Recording
}

const spell = ({ as, reportId, bytes }: RecordedMessage) => ({
  ...(as !== undefined && { as }),
  ...(reportId !== undefined && reportId !== 0 && { reportId }),
  hex: formatHex(bytes),
})

/** What comes in pieces that mean nothing. */
const streams: ReadonlySet<TransportKind> = new Set(['serial', 'tcp', 'keyboard'])

const parsed = ({ bytes }: RecordedMessage): unknown => JSON.parse(new TextDecoder().decode(bytes))

/** Each request with the answer behind it; one that had none is no example of anything. */
const callsIn = (messages: readonly RecordedMessage[]): readonly object[] =>
  messages.flatMap((message, index) => {
    const answer = messages[index + 1]
    return message.direction === 'toDevice' && answer?.direction === 'toHost'
      ? [{ request: parsed(message), response: parsed(answer) }]
      : []
  })

export const createTranscript = (): Transcript => {
  const exchanges: Exchange[] = []
  let noted: RecordedMessage[] = []
  return {
    note: (message) => noted.push(message),
    endExchange: (name, card) => {
      if (noted.length > 0) exchanges.push({ name, card, messages: noted })
      noted = []
    },
    toFixture: ({ info, transport, secrets, source }) => {
      let blanked = 0
      const cleaned = exchanges.map(({ messages, ...exchange }) => {
        const result = blankSecrets(streams.has(transport) ? joinPieces(messages) : messages, secrets)
        blanked += result.blanked
        return { ...exchange, messages: result.messages }
      })
      const remark = blanked === 0 ? '' : `; ${blanked} secrets are zeros here, and checksums over them wrong`
      const sentBefore = (index: number): readonly RecordedMessage[] =>
        cleaned
          .slice(0, index)
          .flatMap(({ messages }) => messages)
          .filter(({ direction }) => direction === 'toDevice')
      const asExchange = ({ name, card, messages }: Exchange, index: number): object => ({
        name,
        transport,
        ...(card !== undefined && { card: { type: card.technology, uid: card.uid } }),
        before: sentBefore(index).map(spell),
        messages: messages.map((message) => ({ direction: message.direction, ...spell(message) })),
      })
      const asConversation = ({ name, messages }: Exchange, index: number): object => ({
        name,
        before: sentBefore(index).map(parsed),
        calls: callsIn(messages),
      })
      return {
        blanked,
        fixture: {
          header: {
            model: info.model,
            firmware: info.firmware === '' ? 'unknown' : info.firmware,
            origin: 'captured',
            source: `${source}${remark}`,
          },
          ...(transport === 'http'
            ? { exchanges: [], conversations: cleaned.map(asConversation) }
            : { exchanges: cleaned.map(asExchange) }),
        },
      }
    },
  }
}
