import { fromPromise } from 'xstate'
import { lastWrites, nameOf, writtenPart } from '../cards/places.ts'
import type { Card, CardAddress } from '../contract/card.ts'
import type { CardLease } from '../contract/encoders.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { WriteIntent } from '../contract/journal.ts'
import type { Ending } from '../contract/outcome.ts'
import {
  contentOf,
  digestOf,
  noteVerified,
  pause,
  asCardLease,
  readPatiently,
  siteKeysOf,
  waitForOneCard,
} from './card-work.ts'
import { identityOf } from './chart.ts'
import type { EncodeOrder, Report } from './encode-context.ts'
import { failedEnding } from './failed-ending.ts'
import type { HeldLease } from './held-lease.ts'
import type { SessionPorts } from './ports.ts'

/** What the card itself said after its write was cut short. */
export interface RecoveredTruth {
  readonly ending: Ending
}

export interface RecoverInput {
  readonly order: EncodeOrder
  readonly intent: WriteIntent
  /** What cut the write short; an ending without success carries it. */
  readonly why: BridgeError
  readonly report: Report
}

/**
 * After a write that was cut short: waits for the same card on the same encoder, reads it and tells what it became.
 * Nothing is written. Another card, no card and a lost device are waited out; the chart's `recoveryTimeout` ends it.
 */
export const createRecoverActor = (ports: SessionPorts, held: HeldLease) =>
  fromPromise<RecoveredTruth, RecoverInput>(async ({ input, signal }) => {
    const order = { ...input.order, encoderIds: [input.intent.encoderId] }
    const alive = held.alive()
    let lease = alive?.kind === 'card' ? alive : null
    for (;;) {
      lease ??= await asCardLease(await held.take(order, signal, { isFirst: true }))
      try {
        return await readTruth(ports, lease, input, signal)
      } catch (error) {
        if (!isPassing(error)) throw error
        lease = null
        await pause(ports.clock, signal)
      }
    }
  })

/** Faults that leave the question open: the card or the device may come back. */
const isPassing = (error: unknown): boolean =>
  isBridgeError(error) &&
  [
    'card_removed',
    'card_swapped',
    'device_lost',
    'device_closed',
    'device_busy',
    'device_unresponsive',
    'device_fault',
    'protocol_error',
    'driver_crashed',
  ].includes(error.code)

const readTruth = async (
  ports: SessionPorts,
  lease: CardLease,
  { order, intent, why, report }: RecoverInput,
  signal: AbortSignal,
): Promise<RecoveredTruth> => {
  const layout = ports.layouts.withId(intent.layout)
  const notice = (code: ErrorCode | null): void => report({ type: 'card.notice', code })
  const card = await waitForUid(ports, lease, intent, notice, signal)
  const read = (at: CardAddress): Promise<Uint8Array> =>
    readPatiently(lease, card, at, { clock: ports.clock, signal, notice })
  const own = layout.reads(card)
  const plan = lastWrites(layout.plan(contentOf(order.encode), card, siteKeysOf(ports.journal)))
  const written: Uint8Array[] = []
  for (const write of plan) written.push(writtenPart(write, await read(write.at)))
  const { technology } = card
  const uid = identityOf(card)
  if (digestOf(written) === intent.intendedDigest) {
    noteVerified(ports.journal, order.orderId)
    return { ending: { kind: 'encoded', uid, technology, proof: 'readBack', keys: null } }
  }
  // Nothing tells that this is the card that was being written.
  if (uid === null) return { ending: failedEnding('unknown', new BridgeError('outcome_unknown'), null) }
  const before: Uint8Array[] = []
  for (const at of own) before.push(await read(at))
  const ownNames = new Set(own.map(nameOf))
  const isAsBefore =
    digestOf(before) === intent.previousDigest && plan.every(({ at }) => ownNames.has(nameOf(at)))
  return { ending: failedEnding(isAsBefore ? 'untouched' : 'spoiled', why, uid) }
}

const waitForUid = async (
  ports: SessionPorts,
  lease: CardLease,
  intent: WriteIntent,
  notice: (code: ErrorCode | null) => void,
  signal: AbortSignal,
): Promise<Card> => {
  for (;;) {
    const card = await waitForOneCard(lease, ports.clock, signal, notice)
    if (card.uid === intent.uid && card.technology === intent.technology) return card
    notice('card_swapped')
    await lease.device.release({ signal })
    await pause(ports.clock, signal)
  }
}
