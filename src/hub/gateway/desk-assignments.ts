import type { AssignCardResponse } from '../../contract/channel-work.ts'
import type { z } from 'zod'
import { sameNumber } from '../../seam-api/same-number.ts'
import { isAt } from '../../seam-api/site.ts'
import { startAttempt } from '../attempts.ts'
import type { HubContext } from '../context.ts'
import { notFound, refusal } from '../refusal.ts'
import { isNotFound } from './ask.ts'
import { wantAssignment } from './card-notes.ts'
import { fetchRelated } from './related.ts'
import type { Related } from './related.ts'
import type { createReporter } from './reporter.ts'
import type { Upstream } from './upstream.ts'
import { refuseWhileReporting } from './upstream-objection.ts'

/** A desk gives its hub ten seconds (src/seam/hub-http.ts), and asks again. */
const ANSWER_WITHIN_MS = 8_000

type Told = Omit<z.output<typeof AssignCardResponse>, 'ok'>

export interface WantedCard {
  readonly workspace_id: string
  /** The access system of the desk that asks. */
  readonly siteId: string
  readonly access_method_id: string
  readonly card_number: string
}

const assigned: Told = { assigned: true, reason: null }
const notAssigned = (reason: string): Told => ({ assigned: false, reason })

/** Neither given nor refused: whoever asked asks again, and nothing is told to the upstream twice. */
const undecided = () =>
  refusal(504, 'upstream_timeout', 'The upstream has not said yet whether the card is assigned. Ask again.')

/**
 * Gives a card that a desk has read to an access method of its site: journalled and reported as a card that was made here. Who asks again is
 * told what became of it.
 */
export const createDeskAssignments = (
  hub: HubContext,
  upstream: Upstream,
  reporter: Pick<ReturnType<typeof createReporter>, 'wake' | 'onStep'>,
) => {
  const { assignments, attempts, orders } = hub.store
  const closing = new AbortController()

  const lookAt = async ({ siteId, access_method_id }: WantedCard): Promise<Related> => {
    const related = await fetchRelated(upstream, access_method_id).catch((error: unknown) => {
      throw isNotFound(error) ? notFound('access_method', access_method_id) : error
    })
    const { credentials, entrances } = related
    if (isAt({ acs_credentials: credentials, acs_entrances: entrances }, [siteId])) return related
    throw notFound('access_method', access_method_id)
  }

  /** The attempt that gives the card, or what is certain without one. */
  const begin = (wanted: WantedCard, { method, credentials }: Related): string | Told => {
    const { access_method_id, card_number, workspace_id } = wanted
    const [last] = assignments.query(
      'where t.access_method_id = ? and t.card_number = ? order by t.seq desc limit 1',
      access_method_id,
      card_number,
    )
    if (last !== undefined && last.state !== 'done') return last.order_id
    refuseWhileReporting(hub, access_method_id)
    if (orders.find({ access_method_id, settled_at: null }) !== null) {
      throw refusal(409, 'access_method_being_encoded', 'A card is being made for this access method.')
    }
    const before = attempts.find({ action_attempt_id: last?.order_id ?? '' })
    const wasTaken = before?.status === 'success'
    if (method.is_issued) {
      const numbers = credentials.flatMap((one) => one.card_number ?? [])
      const isUntold = numbers.length === 0 && before?.error?.type === 'action_attempt_expired'
      if (isUntold) throw undecided()
      const isThis =
        numbers.length === 0 ? wasTaken : numbers.some((number) => sameNumber(number, card_number))
      return isThis ? assigned : notAssigned('The access method has another card already.')
    }
    if (!method.is_ready_for_assignment) {
      if (wasTaken) throw undecided()
      return notAssigned('The access method asks for no card that is known by its number.')
    }
    const { action_attempt_id } = startAttempt(hub, workspace_id, 'ASSIGN_CREDENTIAL')
    wantAssignment(hub, action_attempt_id, access_method_id, card_number, { access_method_id })
    return action_attempt_id
  }

  const isPending = (action_attempt_id: string): boolean =>
    attempts.find({ action_attempt_id })?.status === 'pending'

  /** Resolves when it has ended, and when there is no more time. */
  const waitFor = (attemptId: string): Promise<void> =>
    new Promise((resolve) => {
      const finish = (): void => {
        stop()
        hub.clock.clearTimeout(timer)
        closing.signal.removeEventListener('abort', finish)
        resolve()
      }
      const look = (): void => {
        if (!isPending(attemptId)) finish()
      }
      const stop = reporter.onStep(look)
      const timer = hub.clock.setTimeout(finish, ANSWER_WITHIN_MS)
      closing.signal.addEventListener('abort', finish)
      look()
    })

  const endOf = (action_attempt_id: string): Told => {
    const attempt = attempts.find({ action_attempt_id })
    if (attempt?.status === 'success' && attempt.result?.['is_issued'] === true) return assigned
    // After a day without a clear answer nobody knows, either.
    const isRefused = attempt?.status === 'error' && attempt.error?.type !== 'action_attempt_expired'
    if (isRefused) return notAssigned(attempt.error?.message ?? 'It was not assigned.')
    throw undecided()
  }

  return {
    /** Rejects 404 for an access method of another site, 409 while a card is made or reported for it, 504 while it is not known. */
    assign: async (wanted: WantedCard): Promise<Told> => {
      const related = await lookAt(wanted)
      const begun = hub.store.transaction(() => begin(wanted, related))
      if (typeof begun !== 'string') return begun
      reporter.wake()
      await waitFor(begun)
      return endOf(begun)
    },
    close: (): void => closing.abort(),
  }
}
