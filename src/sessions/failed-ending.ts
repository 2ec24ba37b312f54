import type { Card } from '../contract/card.ts'
import type { BridgeError } from '../contract/errors.ts'
import type { Ending } from '../contract/outcome.ts'

/** An ending without success, as the card was left. */
export const failedEnding = (
  kind: 'untouched' | 'spoiled' | 'unknown',
  error: BridgeError,
  uid: Card['uid'] | null,
): Ending => ({ kind, code: error.code, detail: error.detail ?? null, uid })
