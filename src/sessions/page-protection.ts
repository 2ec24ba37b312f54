import { decodeProtection, type PageProtection } from '../cards/ntag-protection.ts'
import { pageMapOf } from '../cards/ntag.ts'
import type { Card, CardWrite } from '../contract/card.ts'
import type { CardLease } from '../contract/encoders.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'

/** What keeps the pages of the card closed; `hidden` where that itself can't be read, null for a card that knows no such thing. */
type Protection = PageProtection | 'hidden' | null

/** Reads what the card says of its protection; no password is shown. Rejects as CardDevice.read does. */
const readProtection = async (
  { device }: CardLease,
  card: Card,
  signal: AbortSignal,
): Promise<Protection> => {
  const first = pageMapOf(card.technology)?.firstConfigurationPage
  if (first === undefined) return null
  const read = (page: number): Promise<Uint8Array> =>
    device.read(card, { kind: 'page', page, password: null }, { signal })
  try {
    return decodeProtection(card.technology, [await read(first), await read(first + 1)]) ?? null
  } catch (error) {
    if (isBridgeError(error, 'card_key_refused')) return 'hidden'
    throw error
  }
}

const textOf = (firstPage: number, isReadProtected: boolean): string =>
  `Its pages from ${firstPage} on can’t be ${isReadProtected ? 'read or written' : 'written'} without its password.`

/** What protects the card, in one sentence; null where nothing does. Rejects as CardDevice.read does. */
export const protectionText = async (
  lease: CardLease,
  card: Card,
  signal: AbortSignal,
): Promise<string | null> => {
  const protection = await readProtection(lease, card, signal)
  if (protection === 'hidden') return 'It is protected by a password.'
  if (protection === null || protection.firstPage === null) return null
  return textOf(protection.firstPage, protection.isReadProtected)
}

/**
 * Refuses a card whose pages want a password that the layout does not have, before anything is written: it may let them be read
 * all the same. Where the protection is hidden, reading is protected too, and the pages that were read are open.
 * Rejects `card_key_refused`, and as CardDevice.read does.
 */
export const checkProtection = async (
  lease: CardLease,
  card: Card,
  plan: readonly CardWrite[],
  signal: AbortSignal,
): Promise<void> => {
  const open = plan.flatMap(({ at }) => (at.kind === 'page' && at.password === null ? [at.page] : []))
  if (open.length === 0) return
  const protection = await readProtection(lease, card, signal)
  if (protection === null || protection === 'hidden' || protection.firstPage === null) return
  const { firstPage, isReadProtected } = protection
  if (open.some((page) => page >= firstPage)) {
    throw new BridgeError('card_key_refused', textOf(firstPage, isReadProtected))
  }
}
