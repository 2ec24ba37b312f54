import { createHash } from 'node:crypto'
import type { Layout } from '../cards/layouts/layout.ts'
import { groupOf, nameOf } from '../cards/places.ts'
import type { Card, CardAddress, CardWrite } from '../contract/card.ts'
import type { CardContent } from '../contract/card-content.ts'
import type { CardLease, EncoderLease } from '../contract/encoders.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { OrderId } from '../contract/ids.ts'
import type { Journal, KeyIntent } from '../contract/journal.ts'
import type { EncodeSubject } from '../contract/order.ts'
import type { SiteKeys } from '../contract/site-keys.ts'
import type { Clock } from '../contract/transport.ts'

/** SHA-256 over blocks in their order, hexadecimal. */
export const digestOf = (blocks: readonly Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const block of blocks) hash.update(block)
  return hash.digest('hex')
}

export const contentOf = (subject: EncodeSubject): CardContent => ({
  credentialId: subject.credentialId,
  cardNumber: subject.cardNumber,
  startsAt: subject.startsAt,
  endsAt: subject.endsAt,
})

export const siteKeysOf = (journal: Journal): SiteKeys => {
  const keys = journal.siteKeys()
  if (keys === null) throw new BridgeError('not_paired', 'The keys of this site have not arrived yet.')
  return keys
}

export const checkTechnology = (card: Card, layout: Layout): void => {
  if (!layout.technologies.includes(card.technology)) {
    throw new BridgeError(
      'card_incompatible',
      `It is a ${card.technology} card; this encoder’s layout “${layout.name}” goes on ${layout.technologies.join(', ')}.`,
    )
  }
}

/** A lease of an encoder that writes cards; another one is given back. Rejects `not_supported`. */
export const asCardLease = async (lease: EncoderLease): Promise<CardLease> => {
  if (lease.kind === 'card') return lease
  await lease.release()
  throw new BridgeError(
    'not_supported',
    lease.kind === 'scanner'
      ? 'It is a scanner: it reads, and writes nothing.'
      : 'Its cards are the lock system’s: the bridge can’t look into them.',
  )
}

/** Reads places in order, giving up when the signal fires or the lease is lost. */
export const readPlaces = async (
  { device }: CardLease,
  card: Card,
  places: readonly CardAddress[],
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> => {
  const found: Uint8Array[] = []
  for (const at of places) found.push(await device.read(card, at, { signal }))
  return found
}

interface Patience {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Tells the clerk what has gone wrong. */
  notice(code: ErrorCode | null): void
}

/**
 * Reads one place, and where cards are swiped asks for another swipe for as long as the signal allows: reading again does no
 * harm, and one swipe in ten goes wrong.
 */
export const readPatiently = async (
  lease: CardLease,
  card: Card,
  at: CardAddress,
  { clock, signal, notice }: Patience,
): Promise<Uint8Array> => {
  for (;;) {
    try {
      return await lease.device.read(card, at, { signal })
    } catch (error) {
      if (lease.presentation !== 'swipe' || !isBridgeError(error, 'card_unreadable')) throw error
      notice('card_unreadable')
      await pause(clock, signal)
    }
  }
}

/**
 * Spares the clerk the recovery, should the daemon stop before the ending is journalled. A disk that is full just now is
 * no reason to call a right card anything else: the ending itself waits for the disk.
 */
export const noteVerified = (
  journal: Journal,
  orderId: OrderId,
  keys?: Omit<KeyIntent, 'kind' | 'encoderId'>,
): void => {
  try {
    journal.verified(orderId, keys)
  } catch (error) {
    if (!isBridgeError(error, 'data_unwritable')) throw error
  }
}

/** How long a wrong card, or several, is left alone before the next look. */
const LOOK_AGAIN_MS = 200
/** How long a lock system that is busy with another key is left alone before it is asked again. */
export const ASK_AGAIN_MS = 3_000

export const pause = (clock: Clock, signal: AbortSignal, durationMs = LOOK_AGAIN_MS): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new BridgeError('aborted'))
    const giveUp = (): void => {
      clock.clearTimeout(timer)
      reject(new BridgeError('aborted'))
    }
    const timer = clock.setTimeout(() => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    }, durationMs)
    signal.addEventListener('abort', giveUp, { once: true })
  })

/** Waits for exactly one card; several cards, and a bad swipe, are told to the clerk and waited out. */
export const waitForOneCard = async (
  lease: CardLease,
  clock: Clock,
  signal: AbortSignal,
  notice: (code: ErrorCode | null) => void,
): Promise<Card> => {
  for (;;) {
    try {
      return await lease.device.waitForCard({ signal })
    } catch (error) {
      if (!isBridgeError(error, 'card_several') && !isBridgeError(error, 'card_unreadable')) throw error
      notice(error.code)
      await pause(clock, signal)
    }
  }
}

/**
 * The writes of a plan, cut where the group changes and where a place comes again: write and read-back alternate inside one
 * authentication, and what is read back is what was written last.
 */
export const byGroup = (plan: readonly CardWrite[]): readonly (readonly CardWrite[])[] => {
  const groups: CardWrite[][] = []
  let group = -1
  for (const write of plan) {
    const next = groupOf(write.at)
    const comesAgain = groups.at(-1)?.some(({ at }) => nameOf(at) === nameOf(write.at)) ?? false
    if (next !== group || comesAgain) groups.push([])
    groups.at(-1)?.push(write)
    group = next
  }
  return groups
}

export const areEqual = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index])
