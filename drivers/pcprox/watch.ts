import { BridgeError, type IoOptions, type ScannerRead } from 'encoder-bridge/driver'
import { equalBytes } from '../../src/wire/bytes.ts'
import type { Link } from './link.ts'
import { decodeBadge, isBlank, readBitCount, readCard } from './protocol.ts'

/** Between two looks at the reader; 100 to 250 ms are what its clients use. */
const POLL_PAUSE_MS = 100

/** What comes of a look: a badge, one that could not be read (`card_unreadable`), or nothing new. */
type Sight = ScannerRead | BridgeError | undefined

/** Looks at the reader's buffer, where `held` was seen last. Rejects as Link.ask. */
const look = async (
  link: Link,
  held: Uint8Array,
  io: IoOptions,
): Promise<{ readonly card: Uint8Array; readonly sight: Sight }> => {
  const card = await link.ask(readCard, io)
  if (isBlank(card) || equalBytes(card, held)) return { card, sight: undefined }
  const count = await link.ask(readBitCount, io)
  const misread = new BridgeError('card_unreadable', 'The reader does not say how many bits the badge has.')
  return { card, sight: decodeBadge(card, count) ?? misread }
}

/**
 * Tells of each badge when it comes into the reader's buffer, until the signal fires. A badge counts anew when the buffer
 * was empty or held another one in between.
 */
export const watchBadges = async (
  link: Link,
  io: IoOptions,
  tell: (sight: ScannerRead | BridgeError) => void,
): Promise<void> => {
  let held: Uint8Array = new Uint8Array()
  while (!io.signal.aborted) {
    // What fails here fails in the next probe too, and that one is told.
    const { card, sight } = await look(link, held, io).catch(() => ({ card: held, sight: undefined }))
    held = card
    if (sight !== undefined && !io.signal.aborted) tell(sight)
    await link.pause(POLL_PAUSE_MS, io).catch(() => undefined)
  }
}
