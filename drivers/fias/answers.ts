import { BridgeError, type ErrorCode } from 'encoder-bridge/driver'
import { toldText } from '../../src/wire/told-text.ts'
import type { FiasRecord } from './protocol.ts'

/**
 * AS of a key answer, by the list of answer statuses of the IFC8 FIAS Specification 2.20.25. `OK` and `BY` are seen in answers
 * of lock systems; that any other one says that no key was made is *unverified*.
 *
 * The statuses that the list keeps for telephones, video and tills (AA, AN, BM, CD, CO, DM, NM, NP), and NR, which it has
 * for wake-up calls that nobody answered, say nothing of a key: like a status that is in no list, they leave it open.
 */
const refusals: ReadonlyMap<string, ErrorCode> = new Map([
  // Encoder busy. A lock system was seen to send it for a key coder that it doesn't reach or know as well.
  ['BY', 'key_encoder_busy'],
  // Retry: not now. The driver does not: whoever ordered decides.
  ['RY', 'key_encoder_busy'],
  // Night audit: nothing is done meanwhile.
  ['NA', 'key_encoder_busy'],
  // Guest not found: there is no stay whose key could be copied, moved or ended.
  ['NG', 'room_checked_out'],
  // Unprocessable, not to be tried again; denied; the guest may not; no such account; not enabled.
  ['UR', 'key_order_refused'],
  ['DN', 'key_order_refused'],
  ['FX', 'key_order_refused'],
  ['IA', 'key_order_refused'],
  ['NF', 'key_order_refused'],
])

/** CT has 40 characters at most. */
const MAX_CLEAR_TEXT = 40

/** What the lock system says in words, for people; null where it says nothing. */
export const clearText = ({ fields }: FiasRecord): string | null =>
  toldText(fields.get('CT') ?? '', MAX_CLEAR_TEXT) || null

/** Why an answer is none that says that it was done; null for one that does. `done` are the statuses that say so. */
export const refusalOf = (answer: FiasRecord, done: readonly string[]): BridgeError | null => {
  const status = answer.fields.get('AS') ?? ''
  if (done.includes(status)) return null
  const told = /^[A-Z]{2}$/.test(status) ? `The lock system answers ${status}` : 'The answer has no status'
  const words = clearText(answer)
  return new BridgeError(
    refusals.get(status) ?? 'outcome_unknown',
    words === null ? `${told}.` : `${told}: “${words}”.`,
  )
}
