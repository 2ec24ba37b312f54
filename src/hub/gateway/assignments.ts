import { z } from 'zod'
import { BridgeError } from '../../contract/errors.ts'
import { sameNumber } from '../../seam-api/same-number.ts'
import { failAttempt, succeedAttempt } from '../attempts.ts'
import { isoAt } from '../clock.ts'
import { nowOf } from '../context.ts'
import type { HubContext } from '../context.ts'
import { withSeam } from './card-notes.ts'
import { fetchRelated } from './related.ts'
import type { Related } from './related.ts'
import { isStillOrdered } from './shadow.ts'
import { LONGEST_PAUSE_MS } from './store-gateway.ts'
import type { AssignmentRow } from './store-gateway.ts'
import type { Upstream } from './upstream.ts'

const FOLLOW_EVERY_MS = 1_000
/** How long a call without a clear answer may still take effect at the upstream before it counts as not carried out. */
const MAY_TAKE_EFFECT_MS = 30_000
/** How long the flags may take to follow an attempt that succeeded there. */
const FLAGS_WITHIN_MS = 60_000
const GIVE_UP_AFTER_MS = 86_400_000

const AttemptAnswer = z.object({
  action_attempt: z.object({
    action_attempt_id: z.string().min(1),
    status: z.enum(['pending', 'success', 'error']),
    error: z.object({ type: z.string(), message: z.string() }).nullish(),
  }),
})

/** These say that the upstream has done nothing, and will do it another time. */
const NOT_NOW = new Set([401, 403, 425, 429])
/** Some server gave up waiting, and does not say for what (RFC 9110 §15.5.9). */
const GAVE_UP_WAITING = 408

const Refusal = z.object({ error: z.object({ message: z.string().max(500) }) })

const CHANGED_MEANWHILE =
  'The card holds what was ordered, but Seam has other times or doors now, and is not told of it. Encode it again.'
const ISSUED_TO_NOBODY_KNOWS =
  'Seam holds the access method as issued and does not show with which card: whether it is this one is not known.'

/**
 * Takes one report to the upstream a step further. Each step is journalled: the call before it is made, its answer before it is followed.
 * A call that got no clear answer, and one that a restart has cut short, is never simply repeated: the access method is read first.
 */
export const createAssignments = (hub: HubContext, upstream: Upstream) => {
  const { assignments, attempts } = hub.store

  const set = (row: AssignmentRow, patch: Partial<AssignmentRow>, pauseMs = 0): void => {
    const moved = patch.state !== undefined && patch.state !== row.state ? { since: nowOf(hub) } : {}
    const due_at = isoAt(hub.clock.now() + pauseMs)
    assignments.update({ order_id: row.order_id }, { ...moved, ...patch, due_at })
  }
  const pauseOf = (row: AssignmentRow): number => Math.min(1_000 * 2 ** row.tries, LONGEST_PAUSE_MS)
  const ageOf = (row: AssignmentRow): number => hub.clock.now() - Date.parse(row.since)

  const end = (row: AssignmentRow, how: (attempt: NonNullable<ReturnType<typeof attempts.find>>) => void) =>
    hub.store.transaction(() => {
      set(row, { state: 'done' })
      const attempt = attempts.find({ action_attempt_id: row.order_id })
      if (attempt !== null) how(attempt)
    })
  const endWithout = (row: AssignmentRow, type: string, message: string): void =>
    end(row, (attempt) => failAttempt(hub, attempt, type, message))
  const fail = (row: AssignmentRow, type: string, message: string): void =>
    endWithout(row, type, `The card is good, but Seam has not taken it: ${message}`)

  const succeed = (row: AssignmentRow, { method }: Related): void => {
    const { is_issued, issued_at, access_method_id } = method
    const message = is_issued
      ? 'Seam holds the card as issued.'
      : 'Seam has taken the card, and does not show the access method as issued yet.'
    end(row, (attempt) => {
      hub.store.upstreamCards.update({ access_method_id }, { is_issued, issued_at })
      succeedAttempt(hub, attempt, withSeam({ ...row.result, is_issued, issued_at }, is_issued, message))
    })
  }

  /** Whether Seam shows this card, another one, or does not say. Somebody else may have been quicker. */
  const cardOf = (row: AssignmentRow, { credentials }: Related): 'ours' | 'anothers' | 'untold' => {
    const numbers = credentials.flatMap((one) => (one.card_number == null ? [] : [one.card_number]))
    if (numbers.some((number) => sameNumber(number, row.card_number))) return 'ours'
    return numbers.length > 0 ? 'anothers' : 'untold'
  }

  const failAsAnothers = (row: AssignmentRow): void =>
    fail(row, 'uncategorized_error', 'it holds another card of this access method.')

  /** It is issued, and not with this card as far as Seam shows. What was never asked for is not this card. */
  const failAsIssued = (row: AssignmentRow, related: Related): void => {
    const isAnothers = row.tries === 0 || cardOf(row, related) === 'anothers'
    if (isAnothers) return failAsAnothers(row)
    endWithout(row, 'action_attempt_expired', ISSUED_TO_NOBODY_KNOWS)
  }

  /** An earlier call may have been carried out after all: then it is only the later one that is refused. */
  const failUnlessHeld = async (row: AssignmentRow, type: string, message: string): Promise<void> => {
    const related = row.tries > 1 ? await fetchRelated(upstream, row.access_method_id) : null
    if (related?.method.is_issued === true && cardOf(row, related) === 'ours') return succeed(row, related)
    fail(row, type, message)
  }

  /** Nobody knows whether it was carried out. */
  const leaveOpen = (row: AssignmentRow, reason: string): void => {
    hub.log.warn(
      { orderId: row.order_id, reason },
      'no clear answer to assign_card; the access method is read',
    )
    set(row, {}, FOLLOW_EVERY_MS)
  }

  /** Ends a report that Seam is not to hear: of a card that holds something else than Seam has by now, or beside one that was quicker. */
  const isOutdated = async (row: AssignmentRow): Promise<boolean> => {
    const order = hub.store.orders.find({ order_id: row.order_id })
    if (order === null) return false
    const related = await fetchRelated(upstream, row.access_method_id)
    const { encode } = order.body
    const replaces = encode !== null && encode.purpose !== 'new'
    if (related.method.is_issued && !replaces && cardOf(row, related) !== 'ours') {
      failAsIssued(row, related)
      return true
    }
    const credential = hub.store.credentials.find({ acs_credential_id: encode?.acs_credential_id ?? '' })
    // A card that was only read holds nothing of the order.
    if (encode === null || credential === null) return false
    if (isStillOrdered(encode, credential.acs_system_id, related)) return false
    endWithout(row, 'uncategorized_error', CHANGED_MEANWHILE)
    return true
  }

  const call = async (row: AssignmentRow): Promise<void> => {
    if (await isOutdated(row)) return
    set(row, { state: 'calling', tries: row.tries + 1 })
    const { access_method_id, card_number } = row
    const answer = await upstream.call('/access_methods/assign_card', { access_method_id, card_number })
    const calling: AssignmentRow = { ...row, state: 'calling', tries: row.tries + 1, since: nowOf(hub) }
    if (answer.kind !== 'answered') {
      // Sent, and perhaps carried out: `calling` it stays.
      const isSent = answer.kind === 'unsure'
      return isSent ? leaveOpen(calling, answer.reason) : set(calling, { state: 'wanted' }, pauseOf(calling))
    }
    if (answer.status >= 500 || answer.status === GAVE_UP_WAITING)
      return leaveOpen(calling, `it answered ${answer.status}`)
    if (NOT_NOW.has(answer.status)) return set(calling, { state: 'wanted' }, pauseOf(calling))
    if (answer.status >= 400) {
      const said = Refusal.safeParse(answer.body)
      // Whoever stands between may refuse, too, and speaks for nobody but itself.
      if (!said.success) return leaveOpen(calling, `it answered ${answer.status}, not as Seam does`)
      return failUnlessHeld(calling, 'uncategorized_error', said.data.error.message)
    }
    const told = AttemptAnswer.safeParse(answer.body)
    if (!told.success) return leaveOpen(calling, 'its answer is no action attempt')
    set(calling, { state: 'following', upstream_attempt_id: told.data.action_attempt.action_attempt_id })
  }

  /** What became of a call that nobody answered clearly. */
  const resolve = async (row: AssignmentRow): Promise<void> => {
    const related = await fetchRelated(upstream, row.access_method_id)
    if (related.method.is_issued) {
      if (cardOf(row, related) === 'ours') return succeed(row, related)
      // Of a card that takes the place of another the old one may still be shown.
      if (ageOf(row) < FLAGS_WITHIN_MS) return set(row, {}, FOLLOW_EVERY_MS)
      return failAsIssued(row, related)
    }
    const { pending_mutations, is_ready_for_assignment } = related.method
    if (pending_mutations.length > 0 || ageOf(row) < MAY_TAKE_EFFECT_MS) return set(row, {}, FOLLOW_EVERY_MS)
    if (is_ready_for_assignment) return set(row, { state: 'wanted' }, pauseOf(row))
    fail(row, 'uncategorized_error', 'it no longer waits for one.')
  }

  const follow = async (row: AssignmentRow): Promise<void> => {
    const answer = await upstream.call('/action_attempts/get', { action_attempt_id: row.upstream_attempt_id })
    if (answer.kind !== 'answered' || (answer.status !== 200 && answer.status !== 404)) {
      return set(row, { tries: row.tries + 1 }, pauseOf(row))
    }
    const told = AttemptAnswer.safeParse(answer.body)
    // It has forgotten the attempt: what became of it shows in the access method.
    if (!told.success) return set(row, { state: 'calling' })
    const { status, error } = told.data.action_attempt
    if (status === 'pending') return set(row, {}, FOLLOW_EVERY_MS)
    if (status === 'error') {
      const type = error?.type ?? 'uncategorized_error'
      return failUnlessHeld(row, type, error?.message ?? 'it gives no reason.')
    }
    const related = await fetchRelated(upstream, row.access_method_id)
    const { is_issued } = related.method
    const isAnothers = is_issued && cardOf(row, related) === 'anothers'
    if ((!is_issued || isAnothers) && ageOf(row) < FLAGS_WITHIN_MS) return set(row, {}, FOLLOW_EVERY_MS)
    if (isAnothers) return failAsAnothers(row)
    succeed(row, related)
  }

  const steps = { wanted: call, calling: resolve, following: follow, done: async () => undefined }

  const take = async (row: AssignmentRow): Promise<void> => {
    try {
      await steps[row.state](row)
    } catch (error) {
      const facts = z
        .object({ status: z.number() })
        .safeParse(error instanceof BridgeError ? error.cause : null)
      if (facts.data?.status === 404) return fail(row, 'credential_deleted', 'the access method was deleted.')
      hub.log.warn({ err: error, orderId: row.order_id }, 'the upstream cannot be told of a card now')
      set(row, { tries: row.tries + 1 }, pauseOf(row))
    }
  }

  /** After the step: a hub that was switched off meanwhile has tried nothing yet. */
  const giveUpWhenOld = (order_id: string): void => {
    const row = assignments.find({ order_id })
    const attempt = attempts.find({ action_attempt_id: order_id })
    if (row === null || row.state === 'done' || attempt === null) return
    if (hub.clock.now() - Date.parse(attempt.created_at) <= GIVE_UP_AFTER_MS) return
    const isUnderWay = row.state !== 'wanted' && ageOf(row) < FLAGS_WITHIN_MS
    if (!isUnderWay) fail(row, 'action_attempt_expired', 'it could not be told within a day.')
  }

  return async ({ order_id, ...told }: AssignmentRow): Promise<void> => {
    // The clock was put back: what is waited for is waited for anew.
    const since = told.since > nowOf(hub) ? nowOf(hub) : told.since
    if (since !== told.since) assignments.update({ order_id }, { since })
    await take({ ...told, order_id, since })
    giveUpWhenOld(order_id)
  }
}
