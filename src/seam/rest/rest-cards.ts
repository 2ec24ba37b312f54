import type { CardAssigner } from '../../contract/card-assigner.ts'
import { BridgeError, isBridgeError } from '../../contract/errors.ts'
import type { Clock } from '../../contract/transport.ts'
import { sameNumber } from '../../seam-api/same-number.ts'
import { pause } from '../pause.ts'
import { Attempt, Related } from '../../seam-api/answers.ts'
import { type SeamClient, wasNotHeard } from './seam-client.ts'

/** As Seam's own client polls, and then more and more slowly. */
const POLL_MS = 1_000
const LONGEST_POLL_MS = 10_000

type Wanted = Parameters<CardAssigner['assign']>[0]

const doubtful = (reason: string, cause?: unknown): BridgeError =>
  new BridgeError('outcome_unknown', reason, { cause })

/**
 * Has Seam give cards away. `assign_card` goes out once. Whenever its answer leaves a doubt, the next call looks instead of asking: at the
 * attempt, where it is known, and at the access method itself.
 */
export const createRestCards = (client: SeamClient, clock: Clock): CardAssigner => {
  /** Attempts that were begun and not seen to their end, by access method and card. */
  const begun = new Map<string, string>()
  const keyOf = ({ accessMethodId, cardNumber }: Wanted): string => `${accessMethodId} ${cardNumber}`

  /** Whether the access method is issued with this card, with another, or with none. */
  const look = async ({ accessMethodId, cardNumber }: Wanted, signal: AbortSignal) => {
    const body = { access_method_ids: [accessMethodId], include: ['access_methods', 'acs_credentials'] }
    const { batch } = await client.ask('/access_methods/get_related', body, Related, signal)
    const [method] = batch.access_methods
    if (method === undefined) throw new BridgeError('card_not_assigned', 'The access method is gone.')
    const numbers = batch.acs_credentials.flatMap(({ card_number: number }) => number ?? [])
    return {
      isIssued: method.is_issued,
      isReady: method.is_ready_for_assignment,
      isOurs: numbers.some((number) => sameNumber(number, cardNumber)),
      isAnothers: numbers.length > 0 && numbers.every((number) => !sameNumber(number, cardNumber)),
    }
  }

  /** To the attempt's end, and then to what the access method itself says: that is what the clerk is told. */
  const follow = async (wanted: Wanted, attemptId: string, signal: AbortSignal): Promise<void> => {
    const body = { action_attempt_id: attemptId }
    for (let waitMs = POLL_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_POLL_MS)) {
      const { action_attempt: attempt } = await client.ask('/action_attempts/get', body, Attempt, signal)
      if (attempt.status !== 'pending') {
        const now = await look(wanted, signal)
        if (now.isIssued && now.isAnothers) throw new BridgeError('card_not_assigned', 'It has another card.')
        if (now.isIssued && (now.isOurs || attempt.status === 'success')) return
        if (attempt.status === 'error' && now.isReady) {
          throw new BridgeError('card_not_assigned', `Seam says: ${attempt.error.message.slice(0, 300)}`)
        }
      }
      await pause(clock, waitMs, signal)
    }
  }

  const askOnce = async (wanted: Wanted, signal: AbortSignal): Promise<void> => {
    const before = await look(wanted, signal)
    if (before.isIssued) throw new BridgeError('card_not_assigned', 'It is issued already.')
    if (!before.isReady)
      throw new BridgeError('card_not_assigned', 'It asks for no card that is known by its number.')
    const body = { access_method_id: wanted.accessMethodId, card_number: wanted.cardNumber }
    try {
      const { action_attempt: attempt } = await client.ask(
        '/access_methods/assign_card',
        body,
        Attempt,
        signal,
      )
      begun.set(keyOf(wanted), attempt.action_attempt_id)
    } catch (error) {
      if (isBridgeError(error, 'seam_refused')) throw new BridgeError('card_not_assigned', error.detail)
      throw wasNotHeard(error) ? error : doubtful('Seam was asked, and its answer did not come.', error)
    }
  }

  /** What became of a question whose answer nobody has. */
  const lookAfter = async (wanted: Wanted, signal: AbortSignal): Promise<void> => {
    const now = await look(wanted, signal)
    if (now.isIssued && now.isOurs) return
    if (now.isIssued && now.isAnothers) throw new BridgeError('card_not_assigned', 'It has another card.')
    throw doubtful('Seam does not show yet whether the card was assigned.')
  }

  return {
    assign: async (wanted, signal) => {
      if (!wanted.isRepeat) await askOnce(wanted, signal)
      const attemptId = begun.get(keyOf(wanted))
      try {
        await (attemptId === undefined ? lookAfter(wanted, signal) : follow(wanted, attemptId, signal))
      } catch (error) {
        if (isBridgeError(error, 'card_not_assigned')) begun.delete(keyOf(wanted))
        const isTold = isBridgeError(error, 'card_not_assigned') || isBridgeError(error, 'aborted')
        throw isTold ? error : doubtful('Seam was asked, and can’t be asked now what became of it.', error)
      }
      begun.delete(keyOf(wanted))
    },
  }
}
