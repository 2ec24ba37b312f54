import { z } from 'zod'
import { BridgeError, isBridgeError, throwIfAborted, toBridgeError } from '../../contract/errors.ts'
import type { Clock } from '../../contract/transport.ts'
import type { SeamAsk } from '../../seam-api/answers.ts'
import type { HubAddress } from '../hub-address.ts'
import { firstIssue, parseJson, type Reply, sendToHub } from '../hub-http.ts'
import { wasNeverSent } from '../never-sent.ts'
import { pause } from '../pause.ts'

/** A request that Seam refuses for there being too many (429) is sent again this often; it has done nothing. */
const MAX_TRIES = 5
/** Where Seam does not say for how long to slow down, and the longest that it is believed. */
const USUAL_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000
/** Seam works at some questions, such as an assignment, before it answers. */
const DEADLINE_MS = 20_000

const SeamError = z.object({ error: z.object({ type: z.string().optional(), message: z.string() }) })

export interface SeamClientSettings {
  /** Seam's, with the API key as its token. */
  readonly address: HubAddress
  readonly clock: Clock
  readonly wallClock: () => Date
  /** How each question went: null for an answer, or why there was none. */
  readonly onOutcome: (error: BridgeError | null) => void
}

/** Seam's API, asked as it wants to be asked. */
export interface SeamClient {
  /**
   * One question. Rejects `seam_unauthorized` (401, 403), `seam_refused` (another 4xx) and `rate_limited`, after which nothing was done;
   * `seam_unreachable`, after which nobody knows unless `wasNeverSent`; `hub_insecure`, `config_invalid`, `aborted`.
   */
  ask<T extends z.ZodType>(path: string, body: object, answer: T, signal: AbortSignal): Promise<z.infer<T>>
  /** Seam's clock minus this computer's, by its last answer; null before one. */
  clockSkewMs(): number | null
}

/** RFC 9110 §10.2.3: seconds or an HTTP date. */
const waitOf = (retryAfter: string | undefined, now: Date): number => {
  const seconds = /^\d{1,9}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1000 : null
  const waitMs = seconds ?? Date.parse(retryAfter ?? '') - now.getTime()
  return Number.isNaN(waitMs) ? USUAL_WAIT_MS : Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS)
}

const refusal = (path: string, { status, text, contentType }: Reply): BridgeError => {
  if (status === 401 || status === 403) return new BridgeError('seam_unauthorized', `It answered ${status}.`)
  const said = SeamError.safeParse(parseJson(text))
  // 408: the server gave up waiting, and does not say for what.
  if (status >= 400 && status < 500 && status !== 408 && said.success) {
    return new BridgeError('seam_refused', `Seam says: ${said.data.error.message.slice(0, 300)}`)
  }
  return new BridgeError('seam_unreachable', `${path} answered ${status} with ${contentType}.`)
}

const understand = <T extends z.ZodType>(path: string, reply: Reply, answer: T): z.infer<T> => {
  if (reply.status !== 200) throw refusal(path, reply)
  const parsed = answer.safeParse(parseJson(reply.text))
  if (parsed.success) return parsed.data
  throw new BridgeError('seam_unreachable', `${path} answered something else: ${firstIssue(parsed.error)}.`)
}

/** In Seam's words. A wait that is over for the caller is no fault of Seam's. */
const asSeams = (thrown: unknown): BridgeError => {
  const error = toBridgeError(thrown)
  const isHubs = isBridgeError(error, 'hub_unreachable') || isBridgeError(error, 'hub_protocol')
  return isHubs ? new BridgeError('seam_unreachable', error.detail, { cause: error.cause }) : error
}

/** Makes the questions of one desk. While Seam asks to slow down, none of them goes out. */
export const createSeamClient = ({
  address,
  clock,
  wallClock,
  onOutcome,
}: SeamClientSettings): SeamClient => {
  let quietUntil = 0
  let skewMs: number | null = null

  const send = async (path: string, body: object, signal: AbortSignal): Promise<Reply> => {
    for (let tries = 1; ; tries += 1) {
      const quietMs = quietUntil - clock.now()
      if (quietMs > 0) await pause(clock, quietMs, signal)
      throwIfAborted(signal)
      const reply = await sendToHub({ address, path, body, clock, signal, deadlineMs: DEADLINE_MS })
      const seamTimeMs = Date.parse(reply.date ?? '')
      if (!Number.isNaN(seamTimeMs)) skewMs = seamTimeMs - wallClock().getTime()
      if (reply.status !== 429) return reply
      quietUntil = clock.now() + waitOf(reply.retryAfter, wallClock())
      if (tries === MAX_TRIES) throw new BridgeError('rate_limited', `${path}: Seam asks to slow down.`)
    }
  }

  return {
    clockSkewMs: () => skewMs,
    ask: async (path, body, answer, signal) => {
      try {
        const told = understand(path, await send(path, body, signal), answer)
        onOutcome(null)
        return told
      } catch (thrown) {
        const error = asSeams(thrown)
        // Seam is there when it refuses one question.
        if (error.code === 'seam_refused') onOutcome(null)
        else if (error.code !== 'aborted') onOutcome(error)
        throw error
      }
    },
  }
}

/** Asks for as long as whoever wants to know waits. */
export const askAs =
  (client: Pick<SeamClient, 'ask'>, signal: AbortSignal): SeamAsk =>
  (path, body, answer) =>
    client.ask(path, body, answer, signal)

/** Whether the error says that Seam has done nothing. */
export const wasNotHeard = (error: unknown): boolean =>
  isBridgeError(error) &&
  (['seam_unauthorized', 'rate_limited', 'hub_insecure', 'config_invalid'].includes(error.code) ||
    wasNeverSent(error))
