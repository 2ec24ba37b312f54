import type { Card } from '../contract/card.ts'
import type { BridgeError } from '../contract/errors.ts'
import { isBridgeError } from '../contract/errors.ts'
import { identityOf } from './chart.ts'
import type { CardCheck, EncodeContext } from './encode-context.ts'

/** A clerk who has swiped so often needs another card, and a device that says so by itself must not be asked for ever. */
const MAX_FAILED_SWIPES = 9

interface At {
  readonly context: EncodeContext
}

/** The questions that the encode chart decides by. */
export const encodeGuards = {
  isAlreadyRight: (_: unknown, params: { check: CardCheck }) => params.check.kind === 'alreadyRight',
  isOccupied: (_: unknown, params: { check: CardCheck }) => params.check.kind === 'occupied',
  isAboutLiveKey: ({ context }: At) => context.question === 'liveKey',
  isUntouched: ({ context }: At) => !context.touched,
  maySwipeAgain: ({ context }: At, params: { error: unknown }) =>
    !context.stop.signal.aborted &&
    context.failedSwipes < MAX_FAILED_SWIPES &&
    isBridgeError(params.error, 'card_swipe_failed'),
  mayResume: ({ context }: At, params: { error: unknown }) =>
    !context.stop.signal.aborted && isBridgeError(params.error, 'card_removed'),
  isAboutCard: (_: unknown, params: { error: BridgeError }) =>
    ['card_write_refused', 'card_mismatch', 'card_swapped'].includes(params.error.code),
  isSameCard: ({ context }: At, params: { card: Card }) =>
    identityOf(params.card) !== null && params.card.uid === context.card?.uid,
  mayStopWriting: ({ context }: At) => context.lease?.abort !== 'neverWhileWriting',
}
