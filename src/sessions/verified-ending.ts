import { BridgeError } from '../contract/errors.ts'
import type { Intent, JournalEntry } from '../contract/journal.ts'
import type { Ending } from '../contract/outcome.ts'
import { identityOf } from './chart.ts'
import { madeEnding } from './key-context.ts'

/**
 * How an order ends whose writing was verified when the daemon stopped: nothing was under way, and nothing more is done for it.
 * Of several keys those that were confirmed are told; the rest is missing.
 */
export const verifiedEnding = (
  { order }: JournalEntry,
  intent: Exclude<Intent, { kind: 'assign' }>,
): Ending => {
  if (intent.kind === 'card') {
    const { technology } = intent
    return { kind: 'encoded', uid: identityOf(intent), technology, proof: 'readBack', keys: null }
  }
  if (order.encode === null) return { kind: 'carriedOut', remark: intent.remark }
  const isShort = intent.made < order.encode.copies
  return madeEnding({ order, ...intent }, isShort ? new BridgeError('write_interrupted') : null)
}
