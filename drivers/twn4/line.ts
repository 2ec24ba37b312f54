/**
 * One request, one answer, and never another request's answer:
 *
 *     host     request ──►             scrap, mark ──►
 *     reader           ◄── answer      ◄── (late answers) error, mark
 *
 * The reader says nothing unasked and answers in order. After an answer that is missing, late or rubbish the line is out of
 * step; before the next request it is brought into step again. A line of scrap ends a request that may lie half received in
 * the reader without letting it be carried out; whatever comes before the mark's own answer is thrown away.
 * @module
 */
import {
  BridgeError,
  type ByteTransport,
  type Clock,
  type ErrorCode,
  isBridgeError,
  toBridgeError,
} from 'encoder-bridge/driver'
import { concatBytes } from '../../src/wire/bytes.ts'
import { createLineReader, decodeLine, encodeLine } from './frames.ts'
import { type Call, versionIn, versionRequest } from './protocol.ts'

/** "NFC functions are known to take less than 2 second" (Elatec.NET, `Elatec.NET.cs`). */
const ANSWER_MS = 2000
const MAX_SENDS = 2
/** What a damaged line looks like: a request that arrived damaged may be none that the reader has. */
const damageCodes: ReadonlySet<ErrorCode> = new Set([
  'device_unresponsive',
  'protocol_error',
  'not_supported',
])
const MAX_SYNCHRONISATIONS = 2
/**
 * No function begins with FF, and behind the rest of any request that this driver sends it is too much: such a request
 * ends in ERR_UNUSED_PARAMETERS instead of being carried out late.
 */
const scrap = encodeLine(new Uint8Array(24).fill(0xff), false)
/** A mark asks for so many characters of the version string, so that the answers to the last sixteen marks differ. */
const FIRST_MARK = 4
const LAST_MARK = 19

/** The error bytes of DocRev25 §1.2. */
const ERR_UNKNOWN_FUNCTION = 1
const ERR_INVALID_FUNCTION = 4
const errorNames = [
  'no error',
  'unknown function',
  'missing parameter',
  'unused parameters',
  'function not available',
  'not understood',
]

export interface Line {
  /**
   * Calls a function and resolves with its result. What came to nothing is tried twice, unless it is to be sent once.
   * Rejects `not_supported` when the reader has no such function, `protocol_error`, `device_unresponsive`.
   */
  call<Result>(call: Call<Result>): Promise<Result>
  /** Brings the line into step, which proves that the reader is there. Rejects `device_unresponsive`, `protocol_error`. */
  synchronise(waitMs?: number): Promise<void>
  /** Whether lines carry a CRC, in both directions. */
  isCrcOn: boolean
  pause(delayMs: number): Promise<void>
  readonly baudRate: number
  /** Sets the host's side of the line speed. Rejects `not_supported` where there is but one. */
  setBaudRate(baudRate: number): Promise<void>
  /** Makes what runs, and everything after it until `resume`, reject with the error. */
  cancel(error: BridgeError): void
  resume(): void
  /** Runs work that a cancellation must not cut in two; the cancellation rejects when the work is done. */
  shield<T>(work: () => Promise<T>): Promise<T>
  /** Detaches from the transport and closes it. */
  close(): Promise<void>
}

/** What waits for lines from the reader. */
interface Listener {
  receive(payload: Uint8Array | undefined): void
  fail(error: BridgeError): void
}

export const createLine = (
  transport: ByteTransport,
  clock: Clock,
  initialBaudRate: number,
  onLost: (error: BridgeError) => void,
): Line => {
  const reader = createLineReader()
  let baudRate = initialBaudRate
  let isCrcOn = false
  let isInStep = false
  let isHeard = false
  let listener: Listener | undefined
  let wake: ((error: BridgeError) => void) | undefined
  let lost: BridgeError | undefined
  let cancelled: BridgeError | undefined
  let shields = 0
  let mark = FIRST_MARK

  const stopListening = transport.listen({
    onBytes: (bytes) => {
      isHeard = true
      for (const line of reader.push(bytes)) listener?.receive(decodeLine(line, isCrcOn))
    },
    onLost: (error) => {
      lost = error
      listener?.fail(error)
      wake?.(error)
      onLost(error)
    },
  })

  const throwIfRefused = (): void => {
    const refused = lost ?? (shields === 0 ? cancelled : undefined)
    if (refused !== undefined) throw refused
  }

  /** Sends, and resolves with the first thing that `take` makes of a line; undefined when none came in time. */
  const ask = <T>(
    bytes: Uint8Array,
    waitMs: number,
    take: (payload: Uint8Array | undefined) => T | undefined,
  ): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        clock.clearTimeout(timer)
        if (listener === mine) listener = undefined
      }
      const timer = clock.setTimeout(() => {
        end()
        resolve(undefined)
      }, waitMs)
      const mine: Listener = {
        receive: (payload) => {
          const taken = take(payload)
          if (taken === undefined) return
          end()
          resolve(taken)
        },
        fail: (error) => {
          end()
          reject(error)
        },
      }
      listener = mine
      isHeard = false
      transport.write(bytes).catch((error: unknown) => mine.fail(toBridgeError(error, 'device_lost')))
    })

  const versionOf = (payload: Uint8Array | undefined): string | undefined =>
    payload?.[0] === 0 ? versionIn(payload.subarray(1)) : undefined

  const silence = (): BridgeError =>
    isHeard
      ? new BridgeError('protocol_error', 'What came from the reader is no answer.')
      : new BridgeError('device_unresponsive')

  const synchronise = async (waitMs = ANSWER_MS): Promise<void> => {
    for (let tries = 1; ; tries++) {
      throwIfRefused()
      isInStep = false
      mark = mark === LAST_MARK ? FIRST_MARK : mark + 1
      const request = encodeLine(versionRequest(mark), isCrcOn)
      const wanted = mark
      const found = await ask(concatBytes(scrap, request), waitMs, (payload) =>
        versionOf(payload)?.length === wanted ? true : undefined,
      )
      isInStep = found === true
      if (isInStep) return
      if (tries === MAX_SYNCHRONISATIONS) throw silence()
    }
  }

  const exchange = async <Result>(call: Call<Result>): Promise<Result> => {
    isInStep = false
    const answer = await ask(encodeLine(call.request, isCrcOn), ANSWER_MS, (payload) => ({ payload }))
    if (answer === undefined) throw silence()
    const [error, ...result] = answer.payload ?? []
    if (error === undefined) throw new BridgeError('protocol_error', 'An answer is damaged.')
    if (error !== 0) {
      isInStep = result.length === 0
      throw refusalOf(error)
    }
    const decoded = call.decode(Uint8Array.from(result))
    isInStep = true
    return decoded
  }

  const shield: Line['shield'] = async (work) => {
    shields++
    const result = await work().finally(() => shields--)
    if (cancelled !== undefined && shields === 0) throw cancelled
    return result
  }

  return {
    call: async (call) => {
      for (let sends = 1; ; sends++) {
        throwIfRefused()
        if (!isInStep) await synchronise()
        try {
          return await (call.isOnce === true ? shield(() => exchange(call)) : exchange(call))
        } catch (error) {
          const mayRepeat = isBridgeError(error) && damageCodes.has(error.code)
          if (!mayRepeat || call.isOnce === true || sends === MAX_SENDS) throw error
        }
      }
    },
    synchronise,
    get isCrcOn() {
      return isCrcOn
    },
    set isCrcOn(isOn) {
      isCrcOn = isOn
    },
    pause: (delayMs) =>
      new Promise((resolve, reject) => {
        throwIfRefused()
        const timer = clock.setTimeout(() => {
          wake = undefined
          resolve()
        }, delayMs)
        wake = (error) => {
          wake = undefined
          clock.clearTimeout(timer)
          reject(error)
        }
      }),
    get baudRate() {
      return baudRate
    },
    setBaudRate: async (next) => {
      await transport.setBaudRate(next)
      baudRate = next
    },
    cancel: (error) => {
      cancelled ??= error
      if (shields > 0) return
      listener?.fail(cancelled)
      wake?.(cancelled)
    },
    resume: () => {
      cancelled = undefined
    },
    shield,
    close: async () => {
      stopListening()
      lost ??= new BridgeError('device_closed')
      await transport.close()
    },
  }
}

const refusalOf = (error: number): BridgeError => {
  const code =
    error === ERR_UNKNOWN_FUNCTION || error === ERR_INVALID_FUNCTION ? 'not_supported' : 'protocol_error'
  return new BridgeError(code, `The reader refuses the function: ${errorNames[error] ?? `error ${error}`}.`)
}
