/**
 * One command at a time over the line:
 *
 *     PMS    ENQ ──────► frame ──────►
 *     lock       ◄── ACK      ◄── ACK   … a card is placed …   ◄── answer
 *
 * The answer is acknowledged by nobody: none of the three known clients does (bookingexperts/salto client.rb, rohsyl/salto
 * SaltoClient.php, batiati/Onity Client.cs). A frame goes out again only after a NAK, which says that it was not taken.
 * What else is said belongs to nothing and is forgotten: a late answer to an earlier command comes before the ACK of the next
 * frame, because an encoder takes no command before it has ended the last one (it answers OV).
 * @module
 */
import { BridgeError, isBridgeError, throwIfAborted, toBridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
import { ACK, NAK } from './pms-frames.ts'
import type { PmsLine } from './pms-line.ts'

/** ENQ and a frame are answered within it (the ONITY manual's advice, in batiati/Onity Client.cs). */
const PROTOCOL_MS = 2000
/** Enquiries for one frame, and frames for one command (bookingexperts/salto MAX_RETRIES). */
const MAX_TRIES = 3
/** Before a busy lock system is asked again. */
const BUSY_MS = 500
/** After something that nobody expected, what may follow it is waited for. */
const QUIET_MS = 150
/** A line that never falls quiet is asked all the same. */
const MAX_QUIETS = 10

/** How an answer stands to the command. */
export type PmsVerdict<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'refused'; readonly error: BridgeError }
  /** It is no answer to this command. */
  | { readonly kind: 'alien'; readonly detail: string }

export interface PmsExchange<Result> {
  readonly frame: Uint8Array
  readonly signal: AbortSignal
  /** See CommandOptions; undefined for a command that changes nothing. */
  readonly beforeSending: (() => void) | undefined
  readonly answerWithinMs: number
  judge(fields: readonly string[]): PmsVerdict<Result>
  /**
   * Has the lock system give up the command, and brings its answer; null when that can't be told. It is there where the protocol
   * has such a thing, and is bounded by itself.
   */
  readonly giveUp: ((line: PmsLine) => Promise<readonly string[] | null>) | undefined
}

export interface PmsLink {
  /** Waits until the line is quiet, and asks whether anybody is there; a busy one is. Rejects `device_unresponsive`, `protocol_error`. */
  greet(signal: AbortSignal): Promise<void>
  /** Gives a command. Rejects as KeySystem does; the line is lost whenever an answer may still be under way. */
  exchange<Result>(call: PmsExchange<Result>): Promise<Result>
}

type Reply = 'ready' | 'busy' | 'silence' | 'noise'

export const createPmsLink = (line: PmsLine, clock: Clock): PmsLink => {
  /** Waits until nothing comes any more, and tells whether anything came. */
  const becomeQuiet = async (signal: AbortSignal): Promise<boolean> => {
    let hasCome = false
    for (let pauses = 0; pauses < MAX_QUIETS && (await line.pause(QUIET_MS, signal)); pauses += 1)
      hasCome = true
    return hasCome
  }

  const ask = async (signal: AbortSignal): Promise<Reply> => {
    line.clear()
    line.enquire()
    const event = await line.next(PROTOCOL_MS, signal)
    if (event === null) return 'silence'
    if (event.kind !== 'control') return 'noise'
    if (event.byte === ACK) return 'ready'
    return event.byte === NAK ? 'busy' : 'noise'
  }

  /** One enquiry. While anything is in doubt its reply counts only when nothing follows. */
  const askSoberly = async (isDoubtful: boolean, signal: AbortSignal): Promise<Reply> => {
    const reply = await ask(signal)
    if (reply === 'silence' || (reply !== 'noise' && !isDoubtful)) return reply
    if (await becomeQuiet(signal)) return 'noise'
    line.forgive()
    return reply
  }

  /** ENQ until the reply is one of these. Tells whether every enquiry has had its reply. */
  const enquire = async (wanted: readonly Reply[], signal: AbortSignal): Promise<boolean> => {
    const replies: Reply[] = []
    let isCertain = !line.isReplyOwed
    while (replies.length < MAX_TRIES) {
      if (replies.at(-1) === 'busy') await line.pause(BUSY_MS, signal)
      const reply = await askSoberly(!isCertain, signal)
      if (wanted.includes(reply)) return isCertain
      replies.push(reply)
      isCertain &&= reply === 'busy'
    }
    if (replies.includes('busy')) throw new BridgeError('key_encoder_busy', 'It takes no command now (NAK).')
    throw replies.includes('noise')
      ? new BridgeError('protocol_error', 'What comes is no reply to an enquiry (ENQ).')
      : new BridgeError('device_unresponsive', 'The lock system does not reply to an enquiry (ENQ).')
  }

  /** Whether the frame was taken. What comes before ACK or NAK is of an earlier command. */
  const isTaken = async (signal: AbortSignal | undefined): Promise<boolean> => {
    const untilMs = clock.now() + PROTOCOL_MS
    for (;;) {
      const event = await line.next(untilMs - clock.now(), signal)
      if (event === null) throw new BridgeError('device_unresponsive', 'The command was not acknowledged.')
      if (event.kind === 'control' && event.byte === ACK) return true
      if (event.kind === 'control' && event.byte === NAK) return false
    }
  }

  const answer = async (withinMs: number, signal: AbortSignal): Promise<readonly string[]> => {
    let untilMs = clock.now() + withinMs
    let hasBegun = false
    for (;;) {
      const event = await line.next(untilMs - clock.now(), signal)
      if (event?.kind === 'frame') return event.fields
      if (event === null) break
      if (event.kind === 'control') continue
      // Once an answer has begun, it comes at once, or again, or not at all.
      hasBegun = true
      untilMs = Math.min(untilMs, clock.now() + PROTOCOL_MS)
    }
    throw hasBegun
      ? new BridgeError('protocol_error', 'The answer is damaged.')
      : new BridgeError('device_unresponsive', 'The command was taken, and no answer came.')
  }

  /** The answer, and whether the command was given up for it. */
  const answerOrGiveUp = async <Result>(
    call: PmsExchange<Result>,
  ): Promise<{ readonly fields: readonly string[]; readonly isGivenUp: boolean }> => {
    try {
      return { fields: await answer(call.answerWithinMs, call.signal), isGivenUp: false }
    } catch (error) {
      const fields = isBridgeError(error, 'aborted') ? await call.giveUp?.(line) : null
      if (fields == null) throw error
      return { fields, isGivenUp: true }
    }
  }

  const exchange: PmsLink['exchange'] = async (call) => {
    const { frame, signal, beforeSending } = call
    let isAnnounced = false
    /** Whether the lock system may act on the frame, or answer it. */
    let isOpen = false
    try {
      for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
        const isCertain = await enquire(['ready'], signal)
        throwIfAborted(signal)
        if (!isAnnounced) beforeSending?.()
        isAnnounced = true
        isOpen = true
        line.clear()
        line.send(frame)
        if (await isTaken(call.giveUp === undefined ? signal : undefined)) {
          const { fields, isGivenUp } = await answerOrGiveUp(call)
          const verdict = call.judge(fields)
          isOpen = verdict.kind === 'alien'
          return resultOf(verdict, isGivenUp)
        }
        // A NAK that is late for an enquiry, or that something follows, does not say that the frame was refused.
        const isClear = isCertain && !(await line.pause(QUIET_MS))
        if (!isClear) throw new BridgeError('protocol_error', 'Whether it was refused (NAK) is not clear.')
        isOpen = false
      }
      throw new BridgeError('protocol_error', 'The lock system has refused the command as damaged (NAK).')
    } catch (cause) {
      const error = toBridgeError(cause)
      if (isOpen || error.code === 'device_unresponsive') line.lose(lossAfter(error))
      if (!isAnnounced || beforeSending === undefined) throw error
      if (isOpen) throw unknownAfter(error)
      throw refusedBefore(error, call.giveUp !== undefined)
    }
  }

  return {
    greet: async (signal) => {
      await becomeQuiet(signal)
      await enquire(['ready', 'busy'], signal)
    },
    exchange,
  }
}

/** What the desk must be told of the card or the keys, even when the command was given up. */
const isTelling = ({ code }: BridgeError): boolean =>
  code === 'card_write_refused' || code === 'card_stuck' || code === 'outcome_unknown'

const resultOf = <Result>(verdict: PmsVerdict<Result>, isGivenUp: boolean): Result => {
  switch (verdict.kind) {
    case 'done':
      return verdict.result
    case 'refused':
      throw isGivenUp && !isTelling(verdict.error) ? new BridgeError('aborted') : verdict.error
    case 'alien':
      throw new BridgeError('protocol_error', verdict.detail)
  }
}

const lossAfter = (cause: BridgeError): BridgeError =>
  new BridgeError(
    'device_lost',
    'The link was ended, so that a late answer can’t be taken for another one.',
    {
      cause,
    },
  )

const unknownAfter = (cause: BridgeError): BridgeError => {
  const details: Partial<Record<BridgeError['code'], string>> = {
    aborted: 'The command was given up after it had gone out.',
    device_lost: 'The line was cut after the command had gone out.',
    device_closed: 'The link was closed after the command had gone out.',
  }
  return new BridgeError('outcome_unknown', details[cause.code] ?? cause.detail, { cause })
}

/** After a NAK nothing was done, whatever ended the next try; the codes by which we speak of ourselves don't say that. */
const refusedBefore = (cause: BridgeError, canBeGivenUp: boolean): BridgeError => {
  const isOwn = ['device_lost', 'device_closed', 'device_unresponsive'].includes(cause.code)
  if (!isOwn && (canBeGivenUp || cause.code !== 'aborted')) return cause
  return new BridgeError('protocol_error', 'The lock system has refused the command as damaged (NAK).', {
    cause,
  })
}
