import { BridgeError, type Clock, toBridgeError } from 'encoder-bridge/driver'
import { concatBytes } from '../../src/wire/bytes.ts'
import { encodeFrame, type FrameReader, nackFrame } from './frames.ts'

/** The chip promises an ACK within 15 ms (UM0701-02 §6.2.2); latency timers of USB-serial bridges add 16 ms and more. */
const ACK_MS = 500
/** The commands in use take milliseconds; polls are bounded by RFConfiguration item 05. */
const ANSWER_MS = 1000
const MAX_SENDS = 3
const MAX_NACKS = 2

/** How an exchange differs from the usual. */
export interface ExchangeRules {
  readonly ackMs?: number
  readonly maxSends?: number
  /** Bytes before each frame, in the same transport write. */
  readonly prefix?: Uint8Array
  /**
   * For commands that change a card or count on it: never sent again, since silence may be that of the answer.
   */
  readonly isOnce?: boolean
  /**
   * Whether the data can be an answer at all; if not, it is asked for again. A frame that lost a 00 can pass its checksum,
   * because the postamble takes the place of the DCS.
   */
  readonly isSound?: (data: Uint8Array) => boolean
}

/** A command under way. */
export interface Exchange {
  start(): void
  /** The data of the answer. Rejects `device_unresponsive` (silence), `protocol_error` (rubbish), `device_fault` (error frame). */
  readonly answer: Promise<Uint8Array>
  /** Whether it ended without an answer, so that the chip may still be working on it. */
  readonly isOpen: boolean
  receive(bytes: Uint8Array): void
  fail(error: BridgeError): void
  /** Lets the running attempt come to its end, but begins no other: then it fails with the error. */
  hurry(error: BridgeError): void
}

interface Parts {
  readonly command: Uint8Array
  readonly rules: ExchangeRules
  readonly reader: FrameReader
  readonly clock: Clock
  readonly send: (bytes: Uint8Array) => Promise<void>
}

export const createExchange = ({ command, rules, reader, clock, send }: Parts): Exchange => {
  const frame = concatBytes(rules.prefix ?? [], encodeFrame(command))
  const answerCode = (command[0] ?? 0) + 1
  const { promise, resolve, reject } = promiseParts()
  let timer: unknown
  let state: 'sent' | 'acknowledged' | 'answered' | 'failed' = 'sent'
  let hurried: BridgeError | undefined
  let wasHeard = false
  let early: Uint8Array | undefined
  let sends = 0
  let nacks = 0

  const isDone = (): boolean => state === 'answered' || state === 'failed'

  const end = (how: 'answered' | 'failed'): void => {
    state = how
    clock.clearTimeout(timer)
  }

  const fail = (error: BridgeError): void => {
    if (isDone()) return
    end('failed')
    reject(error)
  }

  const succeed = (data: Uint8Array): void => {
    end('answered')
    resolve(data)
  }

  const transmit = (bytes: Uint8Array, waitMs: number): void => {
    wasHeard = false
    reader.reset()
    clock.clearTimeout(timer)
    timer = clock.setTimeout(onSilence, waitMs)
    send(bytes).catch((error: unknown) => fail(toBridgeError(error, 'device_lost')))
  }

  const sendCommand = (): void => {
    sends++
    transmit(frame, rules.ackMs ?? ACK_MS)
  }

  const askAgain = (): void => {
    nacks++
    if (hurried !== undefined) fail(hurried)
    else if (nacks > MAX_NACKS) fail(new BridgeError('protocol_error', 'The answer stays corrupt.'))
    else transmit(nackFrame, ACK_MS)
  }

  const onSilence = (): void => {
    if (state === 'acknowledged' && nacks < MAX_NACKS) return askAgain()
    // An answer before any ACK may be a late or a repeated one. It counts only now that no ACK came: that one was lost.
    if (state === 'sent' && early !== undefined) return succeed(early)
    const maySend = state === 'sent' && sends < (rules.maxSends ?? MAX_SENDS) && rules.isOnce !== true
    if (hurried !== undefined) fail(hurried)
    else if (maySend) sendCommand()
    else if (wasHeard) fail(new BridgeError('protocol_error', 'The bytes that came are no answer.'))
    else fail(new BridgeError('device_unresponsive'))
  }

  const onAck = (): void => {
    if (state !== 'sent') return
    state = 'acknowledged'
    wasHeard = false
    early = undefined
    clock.clearTimeout(timer)
    timer = clock.setTimeout(onSilence, ANSWER_MS)
  }

  const receive = (bytes: Uint8Array): void => {
    // Zeros are no sign of an answer: they may be the postamble of an earlier frame.
    wasHeard ||= bytes.some((byte) => byte !== 0)
    for (const event of reader.push(bytes)) {
      if (isDone()) return
      if (event.kind === 'ack') {
        onAck()
      } else if (event.kind === 'information' && event.payload[0] === answerCode) {
        const data = event.payload.subarray(1)
        if (state === 'sent') early = data
        else if (rules.isSound?.(data) === false) return askAgain()
        else succeed(data)
      } else if (event.kind === 'error' && state === 'acknowledged') {
        end('answered')
        reject(new BridgeError('device_fault', 'The chip refuses the command as malformed.'))
      } else if (event.kind === 'corrupt' && state === 'acknowledged') {
        return askAgain()
      }
    }
  }

  return {
    start: sendCommand,
    answer: promise,
    get isOpen() {
      return state === 'failed'
    },
    receive,
    fail,
    hurry: (error) => {
      hurried = error
    },
  }
}

const promiseParts = (): {
  promise: Promise<Uint8Array>
  resolve: (value: Uint8Array) => void
  reject: (error: BridgeError) => void
} => {
  let resolve: (value: Uint8Array) => void = () => undefined
  let reject: (error: BridgeError) => void = () => undefined
  const promise = new Promise<Uint8Array>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
