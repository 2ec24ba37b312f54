import { decodeLocks } from '../cards/ntag-protection.ts'
import { pageMapOf } from '../cards/ntag.ts'
import type { Card, CardWrite, PageAddress } from '../contract/card.ts'
import type { CardLease } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'

/** Holds the lock bits of pages 3 to 15 (MF0ICU1 §7.5.2). */
const STATIC_LOCK_PAGE = 2
/** Pages from here on have lock bits of their own (NTAG213/215/216 §8.5.3). */
const FIRST_DYNAMIC_PAGE = 16

/**
 * Refuses a card whose pages are locked for good before anything is written: half a record on the open pages would spoil it.
 * Throws `card_incompatible`; cards without pages pass.
 */
export const checkLocks = async (
  { device }: CardLease,
  card: Card,
  plan: readonly CardWrite[],
  signal: AbortSignal,
): Promise<void> => {
  const pages = plan.flatMap(({ at }): PageAddress[] => (at.kind === 'page' ? [at] : []))
  const [first] = pages
  if (first === undefined) return
  const read = (page: number): Promise<Uint8Array> => device.read(card, { ...first, page }, { signal })
  const dynamicPage = pageMapOf(card.technology)?.dynamicLock?.page
  const isBeyond = pages.some(({ page }) => page >= FIRST_DYNAMIC_PAGE)
  const staticBits = await read(STATIC_LOCK_PAGE)
  const dynamicBits = dynamicPage !== undefined && isBeyond ? await read(dynamicPage) : undefined
  const { locked } = decodeLocks(card.technology, staticBits, dynamicBits)
  const stuck = pages.find(({ page }) => locked.includes(page))
  if (stuck !== undefined) {
    throw new BridgeError('card_incompatible', `Page ${stuck.page} of the card is locked for good.`)
  }
}
