/**
 * One command at a time over the line, by the rules of UM0701-02 §6.2.2:
 *
 *     host   command ───────────────► (ACK: abort) (NACK: say it again)
 *     chip            ACK ── answer ►
 *
 * A chip that receives a corrupt frame is silent, so a command without ACK is sent again, unless it writes; one whose ACK was seen
 * never is. A corrupt answer is asked for again by NACK, which repeats it without executing anything.
 * @module
 */
import { BridgeError, type ByteTransport, type Clock } from 'encoder-bridge/driver'
import { createExchange, type Exchange, type ExchangeRules } from './exchange.ts'
import { ackFrame, createFrameReader } from './frames.ts'
import { restingBaudRate } from './protocol.ts'

/**
 * After an abort the chip may lose a command that follows at once (libnfc issue 167), and a late answer may still be on
 * its way: the line is left alone for this long.
 */
const QUIET_MS = 30

export interface Line {
  /** Sends a command (code first) and resolves with the data of its answer. */
  exchange(command: Uint8Array, rules?: ExchangeRules): Promise<Uint8Array>
  /** Sends bytes that have no answer. */
  send(bytes: Uint8Array): Promise<void>
  pause(delayMs: number): Promise<void>
  readonly baudRate: number
  /** Sets the host's side of the line speed. Rejects `not_supported` where there is but one. */
  setBaudRate(baudRate: number): Promise<void>
  /** Makes the running exchange or pause, and everything after it until `resume`, reject with the error. */
  cancel(error: BridgeError): void
  resume(): void
  /** Runs work that a cancellation must not cut in two; the cancellation rejects when the work is done. */
  shield<T>(work: () => Promise<T>): Promise<T>
  /** Detaches from the transport and closes it. */
  close(): Promise<void>
}

export const createLine = (
  transport: ByteTransport,
  clock: Clock,
  onLost: (error: BridgeError) => void,
): Line => {
  const reader = createFrameReader()
  let baudRate: number = restingBaudRate
  let running: Exchange | undefined
  let wake: ((error: BridgeError) => void) | undefined
  let lost: BridgeError | undefined
  let cancelled: BridgeError | undefined
  let shields = 0

  const stopListening = transport.listen({
    onBytes: (bytes) => running?.receive(bytes),
    onLost: (error) => {
      lost = error
      running?.fail(error)
      wake?.(error)
      onLost(error)
    },
  })

  const refusal = (): BridgeError | undefined => lost ?? (shields === 0 ? cancelled : undefined)

  const sleep = (delayMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => {
        wake = undefined
        resolve()
      }, delayMs)
      wake = (error) => {
        wake = undefined
        clock.clearTimeout(timer)
        reject(error)
      }
    })

  /** Leaves the chip idle after an exchange that ended without an answer (UM0701-02 §6.2.2.1, abort). */
  const abandon = async (): Promise<void> => {
    await transport.write(ackFrame)
    shields++
    await sleep(QUIET_MS).finally(() => shields--)
  }

  const exchange: Line['exchange'] = async (command, rules = {}) => {
    const refused = refusal()
    if (refused !== undefined) throw refused
    const started = createExchange({
      command,
      rules,
      reader,
      clock,
      send: (bytes) => transport.write(bytes),
    })
    running = started
    started.start()
    try {
      return await started.answer
    } catch (error) {
      if (lost === undefined && started.isOpen) await abandon().catch(() => undefined)
      throw lost ?? error
    } finally {
      running = undefined
    }
  }

  return {
    exchange,
    send: (bytes) => transport.write(bytes),
    pause: async (delayMs) => {
      const refused = refusal()
      if (refused !== undefined) throw refused
      await sleep(delayMs)
    },
    get baudRate() {
      return baudRate
    },
    setBaudRate: async (next) => {
      await transport.setBaudRate(next)
      baudRate = next
    },
    cancel: (error) => {
      cancelled ??= error
      if (shields > 0) {
        running?.hurry(cancelled)
        return
      }
      running?.fail(cancelled)
      wake?.(cancelled)
    },
    resume: () => {
      cancelled = undefined
    },
    shield: async (work) => {
      shields++
      const result = await work().finally(() => shields--)
      if (cancelled !== undefined) throw cancelled
      return result
    },
    close: async () => {
      stopListening()
      lost ??= new BridgeError('device_closed')
      await transport.close()
    },
  }
}
