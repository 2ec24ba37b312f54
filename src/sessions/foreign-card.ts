import { applicationsIn, applicationText, madPlaces } from '../cards/mad.ts'
import { blockCount } from '../cards/mifare-classic.ts'
import type { Card } from '../contract/card.ts'
import type { CardLease } from '../contract/encoders.ts'
import { isBridgeError } from '../contract/errors.ts'
import { readPlaces } from './card-work.ts'
import { protectionText } from './page-protection.ts'

/** One authentication and two reads. */
const directoryText = async (lease: CardLease, card: Card, signal: AbortSignal): Promise<string | null> => {
  const [first = new Uint8Array(0), second = new Uint8Array(0)] = await readPlaces(
    lease,
    card,
    madPlaces,
    signal,
  )
  const names = applicationsIn(Uint8Array.of(...first, ...second)).map(applicationText)
  if (names.length === 0) return null
  const applications = `${names.length === 1 ? 'application' : 'applications'} ${names.join(', ')}`
  return `It belongs to another system: its directory (MAD) names ${applications}.`
}

/**
 * What a card without a record of ours tells of itself, in one sentence: the applications of its directory, the password that
 * protects it. Null where it tells nothing, or nothing that can be read. Rejects only `aborted`.
 */
export const foreignText = async (
  lease: CardLease,
  card: Card,
  signal: AbortSignal,
): Promise<string | null> => {
  try {
    return blockCount(card.technology) > 0
      ? await directoryText(lease, card, signal)
      : await protectionText(lease, card, signal)
  } catch (error) {
    // The scan has what it came for: a card that goes now, and an encoder too, was read.
    if (!isBridgeError(error) || error.code === 'aborted') throw error
    return null
  }
}
