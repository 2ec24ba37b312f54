import { BridgeError, type HttpRequest } from 'encoder-bridge/driver'
import { type Attempt, attemptError, getAttempt, readAttempt, refusalOf } from './protocol.ts'
import type { Reply, Requests } from './requests.ts'

/** As Seam's own client polls. */
const POLL_MS = 1000
/** Between polls while Seam is not reached: doubled up to this. */
const LONGEST_POLL_MS = 10_000

export interface Work {
  readonly request: HttpRequest
  /** Whether it changes something, so that it must not be repeated nor called failed where nobody knows. */
  readonly isActing: boolean
  readonly signal: AbortSignal
}

/** What an attempt is worth knowing of while it runs; undefined for an answer that tells nothing of it. */
const ofAttempt = (reply: Reply, id: string): Attempt | undefined => {
  const attempt = reply.kind === 'answered' ? readAttempt(reply.body) : undefined
  return attempt?.action_attempt_id === id ? attempt : undefined
}

/**
 * Has Seam begin an action and follows its attempt to the end: the result. The request goes out once, and again only where Seam
 * has refused it for there being too many (429). An attempt that began goes on at Seam, whatever happens to the network: it is
 * asked for until the signal fires. Rejects with why Seam refused or failed, `device_absent`, `rate_limited`, and where an action
 * may have been carried out with `outcome_unknown`; a scan with `aborted` and `device_unresponsive`.
 */
export const carryOut = async (
  { ask, pause }: Requests,
  { request, isActing, signal }: Work,
): Promise<unknown> => {
  const doubtful = (reason: string, cause?: unknown): BridgeError =>
    isActing
      ? new BridgeError('outcome_unknown', `The order went out to Seam, but ${reason}.`, { cause })
      : new BridgeError('device_unresponsive', `Seam was asked, but ${reason}.`)

  /** What was sent can't be taken back: giving up is not knowing. */
  const orDoubt = async <Result>(waiting: Promise<Result>, reason: string): Promise<Result> => {
    try {
      return await waiting
    } catch (error) {
      throw isActing ? doubtful(reason, error) : error
    }
  }

  const untilAccepted = async (): Promise<unknown> => {
    for (;;) {
      const reply = await orDoubt(ask(request, signal), 'it was given up before the answer')
      switch (reply.kind) {
        case 'answered':
          return reply.body
        case 'refused':
          throw refusalOf(reply.status, reply.body)
        case 'notSent':
          throw new BridgeError('device_absent', reply.reason)
        case 'unclear':
          throw doubtful(reply.reason)
        case 'limited':
          try {
            await pause(reply.waitMs, signal)
          } catch (cause) {
            throw isActing ? new BridgeError('rate_limited', 'Seam took no order.', { cause }) : cause
          }
      }
    }
  }

  const begun = readAttempt(await untilAccepted())
  if (begun === undefined) throw doubtful('its answer can’t be understood')
  let attempt: Attempt = begun
  let delayMs = POLL_MS
  while (attempt.status === 'pending') {
    await orDoubt(pause(delayMs, signal), 'its end was not waited for')
    const id = attempt.action_attempt_id
    const reply = await orDoubt(ask(getAttempt(id), signal), 'its end was not waited for')
    // 404: a copy of Seam that has not heard of the attempt yet.
    if (reply.kind === 'refused' && reply.status !== 404) {
      throw isActing
        ? doubtful(`its attempt can’t be followed (status ${reply.status})`)
        : refusalOf(reply.status, reply.body)
    }
    const next = ofAttempt(reply, id)
    if (next !== undefined) delayMs = POLL_MS
    else
      delayMs =
        reply.kind === 'limited' ? Math.max(reply.waitMs, POLL_MS) : Math.min(2 * delayMs, LONGEST_POLL_MS)
    attempt = next ?? attempt
  }
  if (attempt.status === 'error') throw attemptError(attempt.error.type, attempt.error.message, isActing)
  return attempt.result
}
