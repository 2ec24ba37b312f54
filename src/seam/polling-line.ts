import { type FromBridge, PollResponse } from '../contract/channel.ts'
import { z } from 'zod'
import { toBridgeError } from '../contract/errors.ts'
import { postToHub } from './hub-http.ts'
import type { OpenLine } from './line.ts'
import { pause } from './pause.ts'

const WAIT_MS = 25_000
const SLACK_MS = 10_000
/** A hub that answers an empty poll at once, instead of holding it still, is asked no more often than this. */
const LISTEN_EVERY_MS = 1_000
const MAX_MESSAGES = 200

/** The messages are checked one by one further in, so that one unknown message doesn't lose the others. */
const Answer = PollResponse.extend({ messages: z.array(z.unknown()) })

/**
 * The way through networks that let no WebSocket pass: `POST /bridge/v1/poll`. One request listens, holding still at the
 * hub until there is something to say; what we say goes out beside it, one request at a time, so that it stays in order.
 */
export const openPollingLine: OpenLine = (address, clock, listener) => {
  const closing = new AbortController()
  const queue: FromBridge[] = []
  let isSending = false
  let isListening = false

  /** How many messages the answer held. */
  const exchange = async (messages: readonly FromBridge[], waitMs: number): Promise<number> => {
    const answer = await postToHub({
      address,
      path: '/bridge/v1/poll',
      body: { wait_ms: waitMs, messages },
      answer: Answer,
      clock,
      signal: closing.signal,
      deadlineMs: waitMs + SLACK_MS,
    })
    for (const message of answer.body.messages) {
      if (!closing.signal.aborted) listener.onMessage(message)
    }
    return answer.body.messages.length
  }
  const fail = (error: unknown): void => {
    if (!closing.signal.aborted) listener.onClosed(toBridgeError(error))
  }
  const listen = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const askedAt = clock.now()
      const count = await exchange([], WAIT_MS)
      const earlyMs = LISTEN_EVERY_MS - (clock.now() - askedAt)
      if (count === 0 && earlyMs > 0) await pause(clock, earlyMs, closing.signal)
    }
  }
  const sendQueued = async (): Promise<void> => {
    while (queue.length > 0 && !closing.signal.aborted) {
      await exchange(queue.splice(0, MAX_MESSAGES), 0)
      // The hub hears a hello first; it has no use for a listener before that.
      if (isListening) continue
      isListening = true
      listen().catch(fail)
    }
    isSending = false
  }

  queueMicrotask(() => {
    if (!closing.signal.aborted) listener.onOpen()
  })
  return {
    send: (message) => {
      queue.push(message)
      if (isSending) return
      isSending = true
      sendQueued().catch(fail)
    },
    close: () => closing.abort(),
  }
}
