/**
 * One command, one answer, and never another command's answer. Nothing in an answer tells to what it belongs, so after one
 * that is missing or rubbish the line is out of step. A reset gives up whatever the encoder is at; it answers in order, so
 * all that comes before the answer to the communication test behind it is stale.
 * @module
 */
import { BridgeError, type Clock, isBridgeError, toBridgeError } from 'encoder-bridge/driver'
import type { Link } from './link.ts'
import { communicationTest, type Decode, isAlive, toText } from './protocol.ts'

/** An idle encoder answers within some 20 ms, both ways at 9600 baud included; a relay for the coercivity takes longer. */
const ANSWER_MS = 500
/** A reset has no answer; other programs wait this long after it (Fl0-0/msr605, `lib/msr605_drv.py`). */
const SETTLE_MS = 100
/** A full block takes a quarter of a second at 9600 baud. */
const SEND_MS = 1000
const MAX_TRIES = 3

export interface Line {
  /** Nothing is outstanding: the encoder is idle, and what it says next is the answer to what it is asked next. */
  readonly isInStep: boolean
  /** Grows with every reset: settings made before one are not relied on. */
  readonly resets: number
  /** Sends a command that has no answer. */
  say(command: Uint8Array): Promise<void>
  /** Sends a command and listens for so long. Undefined when nothing complete came, and then the line is out of step. */
  exchange<Answer>(command: Uint8Array, decode: Decode<Answer>, waitMs: number): Promise<Answer | undefined>
  /** Sends a command and resolves with its answer. Rejects `device_unresponsive`, `protocol_error`, what `decode` throws. */
  ask<Answer>(command: Uint8Array, decode: Decode<Answer>): Promise<Answer>
  /** As ask, of what not every encoder answers: undefined then, and the line is in step. */
  inquire<Answer>(command: Uint8Array, decode: Decode<Answer>): Promise<Answer | undefined>
  /** Resets the encoder and waits until it is through. */
  reset(): Promise<void>
  /** Resets the encoder and proves that it answers. Rejects as `ask` does. */
  synchronise(): Promise<void>
  /** Does what may be done again, from a line in step; what came to nothing on the line is tried again. */
  insist<Result>(work: () => Promise<Result>): Promise<Result>
  pause(durationMs: number): Promise<void>
  /** Makes what runs, and everything after it until `resume`, reject with the error. */
  cancel(error: BridgeError): void
  resume(): void
  /** Runs work that a cancellation must not cut short. */
  shield<Result>(work: () => Promise<Result>): Promise<Result>
  /** Detaches from the link and closes it. */
  close(): Promise<void>
}

export const createLine = (link: Link, clock: Clock, onLost: (error: BridgeError) => void): Line => {
  let heard = ''
  let isInStep = false
  let resets = 0
  let waiting: { readonly look: () => void; readonly fail: (error: BridgeError) => void } | undefined
  let lost: BridgeError | undefined
  let cancelled: BridgeError | undefined
  let shields = 0

  const stopListening = link.listen({
    onBytes: (bytes) => {
      heard += toText(bytes)
      waiting?.look()
    },
    onLost: (error) => {
      lost = error
      waiting?.fail(error)
      onLost(error)
    },
  })

  const throwIfRefused = (): void => {
    const refused = lost ?? (shields === 0 ? cancelled : undefined)
    if (refused !== undefined) throw refused
  }

  /** Resolves with the first thing that is taken from what was heard; undefined when time is up. */
  const wait = <Answer>(take: () => Answer | undefined, waitMs: number): Promise<Answer | undefined> =>
    new Promise((resolve, reject) => {
      throwIfRefused()
      const end = (settle: () => void): void => {
        clock.clearTimeout(timer)
        waiting = undefined
        settle()
      }
      const look = (): void => {
        try {
          const taken = take()
          if (taken !== undefined) end(() => resolve(taken))
        } catch (error) {
          end(() => reject(toBridgeError(error)))
        }
      }
      const timer = clock.setTimeout(() => end(() => resolve(undefined)), waitMs)
      waiting = { look, fail: (error) => end(() => reject(error)) }
      look()
    })

  /** A transfer that hangs is given up; the link keeps what comes later in order. */
  const send = async (start: () => Promise<void>): Promise<void> => {
    throwIfRefused()
    let outcome: true | BridgeError | undefined
    const settle = (next: true | BridgeError): void => {
      outcome = next
      waiting?.look()
    }
    start().then(
      () => settle(true),
      (error: unknown) => settle(toBridgeError(error, 'device_lost')),
    )
    const settled = await wait(() => outcome, SEND_MS)
    if (settled === undefined) throw new BridgeError('device_unresponsive', 'It does not take what is sent.')
    if (settled !== true) throw settled
  }

  const say: Line['say'] = (command) => send(() => link.send(command))

  const exchange: Line['exchange'] = async (command, decode, waitMs) => {
    isInStep = false
    heard = ''
    await say(command)
    const answer = await wait(() => decode(heard), waitMs)
    isInStep = answer !== undefined
    return answer
  }

  const ask: Line['ask'] = async (command, decode) => {
    const answer = await exchange(command, decode, ANSWER_MS)
    if (answer !== undefined) return answer
    throw heard === ''
      ? new BridgeError('device_unresponsive')
      : new BridgeError('protocol_error', 'What comes from the encoder is no answer.')
  }

  const pause: Line['pause'] = async (durationMs) => {
    await wait(() => undefined, durationMs)
  }

  const reset: Line['reset'] = async () => {
    resets += 1
    await send(link.reset)
    await pause(SETTLE_MS)
  }

  const synchronise: Line['synchronise'] = async () => {
    isInStep = false
    await reset()
    await ask(communicationTest, isAlive)
  }

  return {
    get isInStep() {
      return isInStep
    },
    get resets() {
      return resets
    },
    say,
    exchange,
    ask,
    inquire: async (command, decode) => {
      const answer = await exchange(command, decode, ANSWER_MS)
      if (answer === undefined) await ask(communicationTest, isAlive)
      return answer
    },
    reset,
    synchronise,
    insist: async (work) => {
      for (let tries = 1; ; tries++) {
        try {
          if (!isInStep) await synchronise()
          return await work()
        } catch (error) {
          const isLineFault =
            isBridgeError(error, 'device_unresponsive') || isBridgeError(error, 'protocol_error')
          if (!isLineFault || tries === MAX_TRIES) throw error
        }
      }
    },
    pause,
    cancel: (error) => {
      cancelled ??= error
      if (shields === 0) waiting?.fail(cancelled)
    },
    resume: () => {
      cancelled = undefined
    },
    shield: async (work) => {
      shields++
      return work().finally(() => shields--)
    },
    close: async () => {
      stopListening()
      lost ??= new BridgeError('device_closed')
      await link.close()
    },
  }
}
