import { fromPromise } from 'xstate'
import { createEm4100Layout } from '../cards/layouts/em4100-layout.ts'
import { numberOfCard, numberOfRead } from '../cards/read-number.ts'
import type { Card } from '../contract/card.ts'
import type { CardContent } from '../contract/card-content.ts'
import type { ScannerRead } from '../contract/device.ts'
import type { CardLease, EncoderLease, KeyLease, ScannerLease } from '../contract/encoders.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { KeyReading } from '../contract/key-system.ts'
import type { NumberFormat } from '../contract/number-format.ts'
import type { Order } from '../contract/order.ts'
import type { Comparison } from '../contract/outcome.ts'
import type { Clock } from '../contract/transport.ts'
import { ASK_AGAIN_MS, asCardLease, pause, readPlaces, siteKeysOf, waitForOneCard } from './card-work.ts'
import { identityOf, noFurther } from './chart.ts'
import { foreignText } from './foreign-card.ts'
import { findingOfKey } from './key-reading.ts'
import type { HeldLease } from './held-lease.ts'
import type { SessionPorts } from './ports.ts'
import { proveAlive } from './sign-of-life.ts'
import type { CardToAssign, Presented, ScanEvent, ScanFinding } from './scan-machine.ts'

/** Between two questions whether a card was given away, where the answer did not come. */
const LOOK_AGAIN_MS = 2_000

/** The scan chart's actors over the ports of one session. */
export const createScanActors = (ports: SessionPorts, held: HeldLease) => ({
  takeTurn: fromPromise<EncoderLease, { order: Order }>(({ input, signal }) =>
    held.take(input.order, signal),
  ),

  proveAlive: fromPromise<void, { lease: EncoderLease }>(({ input, signal }) =>
    proveAlive(input.lease, signal),
  ),

  waitForCard: fromPromise<Presented, { lease: EncoderLease; report: (event: ScanEvent) => void }>(
    async ({ input: { lease, report }, signal }) => {
      const notice = (code: ErrorCode | null): void => report({ type: 'card.notice', code })
      switch (lease.kind) {
        case 'scanner':
          return { kind: 'read', read: await waitForRead(lease, signal, notice) }
        case 'keySystem':
          return { kind: 'key', key: await waitForKey(lease, ports.clock, signal, notice) }
        case 'card':
          return { kind: 'card', card: await waitForOneCard(lease, ports.clock, signal, notice) }
      }
    },
  ),

  readCard: fromPromise<ScanFinding, { lease: EncoderLease; presented: Presented }>(
    async ({ input: { lease, presented }, signal }) => {
      if (presented.kind === 'read') return findingOfRead(presented.read, lease.numberFormat)
      if (presented.kind === 'key') return findingOfKey(presented.key)
      const { card } = presented
      const found = await readFinding(ports, await asCardLease(lease), card, signal)
      const number = found.cardNumber ?? numberOfCard(card, lease.numberFormat)
      const { technology } = card
      return { uid: identityOf(card), technology, ...found, cardNumber: number, comparison: null }
    },
  ),

  compareRecord: fromPromise<Comparison, { finding: ScanFinding }>(
    async ({ input, signal }): Promise<Comparison> => {
      const { record, comparison } = input.finding
      if (comparison !== null) return comparison
      if (record === null) return { kind: 'nothing' }
      const answer = await ports.credentials.lookup(record.credentialId, signal)
      if (answer.kind === 'notFound') return { kind: 'notFound' }
      const properties = differingProperties(record, answer.credential)
      return properties.length === 0 ? { kind: 'same' } : { kind: 'outOfSync', properties }
    },
  ),

  giveCard: fromPromise<void, { order: Order; card: CardToAssign; isRepeat: boolean }>(
    async ({ input: { order, card, isRepeat }, signal }) => {
      const { accessMethodId } = order.assign ?? noFurther('an access method')
      if (!isRepeat) ports.journal.writing(order.orderId, { kind: 'assign', ...card })
      let wasAsked = isRepeat
      for (;;) {
        try {
          const { cardNumber } = card
          await ports.cards.assign({ accessMethodId, cardNumber, isRepeat: wasAsked }, signal)
          return
        } catch (error) {
          if (!isBridgeError(error, 'outcome_unknown')) throw error
        }
        wasAsked = true
        await pause(ports.clock, signal, LOOK_AGAIN_MS)
      }
    },
  ),
})

/** The next read of a scanner; a presentation that could not be read is told, and another one awaited. */
const waitForRead = (
  { device }: ScannerLease,
  signal: AbortSignal,
  notice: (code: ErrorCode | null) => void,
): Promise<ScannerRead> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      stopReads()
      stopMisreads()
      signal.removeEventListener('abort', giveUp)
    }
    const giveUp = (): void => {
      stop()
      reject(new BridgeError('aborted'))
    }
    const stopReads = device.onRead((read) => {
      stop()
      resolve(read)
    })
    const stopMisreads = device.onMisread((error) => notice(error.code))
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
  })

/** The card that a key system reads; while it makes another key, the clerk is told and it is asked again. */
const waitForKey = async (
  { device, address, keys }: KeyLease,
  clock: Clock,
  signal: AbortSignal,
  notice: (code: ErrorCode | null) => void,
): Promise<KeyReading> => {
  if (!keys.reads || device.readKey === undefined) {
    throw new BridgeError('not_supported', 'This lock system can’t read keys.')
  }
  for (;;) {
    try {
      return await device.readKey(address, { signal })
    } catch (error) {
      if (!isBridgeError(error, 'key_encoder_busy')) throw error
      notice(error.code)
      await pause(clock, signal, ASK_AGAIN_MS)
    }
  }
}

/** What a scanner read is known by its number alone. */
const findingOfRead = (read: ScannerRead, format: NumberFormat | null): ScanFinding => {
  const cardNumber = numberOfRead(read, format)
  return {
    uid: null,
    technology: read.technology,
    cardNumber,
    record: null,
    remark: cardNumber === null ? 'It bears no number.' : `It bears the number ${cardNumber}.`,
    comparison: null,
  }
}

const badge = createEm4100Layout({ name: 'em4100', id: 'em4100', technologies: ['t5577'] })

/** A card of a kind or with keys that no layout of ours reads is a finding, not a fault: it has a UID and no record. */
const readFinding = async (
  ports: SessionPorts,
  lease: CardLease,
  card: Card,
  signal: AbortSignal,
): Promise<Pick<ScanFinding, 'record' | 'remark' | 'cardNumber'>> => {
  /** `alone` is the remark on a card that tells nothing more of itself. */
  const nothing = async (remark: string, alone = remark) => {
    const told = await foreignText(lease, card, signal)
    return { record: null, cardNumber: null, remark: told === null ? alone : `${remark} ${told}` }
  }
  const own = ports.layouts.named(lease.layout)
  // A badge that can be written answers as a plain one does, whatever this encoder writes.
  const layout = card.technology === 't5577' && !own.technologies.includes('t5577') ? badge : own
  if (!layout.technologies.includes(card.technology)) {
    return await nothing(`A ${card.technology} card: the layout “${layout.name}” does not go on it.`)
  }
  try {
    const found = await readPlaces(lease, card, layout.reads(card), signal)
    const reading = layout.parse(found, card, siteKeysOf(ports.journal))
    switch (reading.kind) {
      case 'blank':
        return await nothing('The card is blank.')
      case 'foreign':
        return await nothing(foreignRemarks[reading.reason])
      case 'number': {
        const { cardNumber } = reading
        return { record: null, cardNumber, remark: `It bears the number ${cardNumber}.` }
      }
      case 'record':
        return { record: reading.record, cardNumber: reading.record.cardNumber, remark: null }
    }
  } catch (error) {
    if (!isBridgeError(error, 'card_key_refused')) throw error
    return await nothing(
      'The card refuses the key.',
      'The card refuses the key: it belongs to another system.',
    )
  }
}

const foreignRemarks = {
  magic: 'The card holds something that this site did not write.',
  version: 'The card was written by a newer version.',
  keyVersion: 'The card was written under a key that this site does not have.',
  mac: 'The record’s MAC is wrong: it is forged, copied from another card or incomplete.',
} as const

const differingProperties = (onCard: CardContent, onSeam: CardContent): string[] => {
  const isSame = {
    card_number: BigInt(onCard.cardNumber) === BigInt(onSeam.cardNumber),
    starts_at: secondsOf(onCard.startsAt) === secondsOf(onSeam.startsAt),
    ends_at: secondsOf(onCard.endsAt) === secondsOf(onSeam.endsAt),
  }
  return Object.entries(isSame).flatMap(([name, same]) => (same ? [] : [name]))
}

const secondsOf = (instant: string | null): number | null =>
  instant === null ? null : Math.floor(Date.parse(instant) / 1000)
