import { fromPromise } from 'xstate'
import { layoutNamed } from '../cards/layouts/index.ts'
import type { Card } from '../contract/card.ts'
import type { EncoderLease } from '../contract/encoders.ts'
import { isBridgeError } from '../contract/errors.ts'
import type { BridgeError } from '../contract/errors.ts'
import type { WriteIntent } from '../contract/journal.ts'
import type { Ending } from '../contract/outcome.ts'
import {
  contentOf,
  digestOf,
  noteVerified,
  pause,
  readBlocks,
  siteKeysOf,
  waitForOneCard,
} from './card-work.ts'
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
    let lease = held.alive()
    for (;;) {
      lease ??= await held.take(order, signal, { isFirst: true })
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
  ].includes(error.code)

const readTruth = async (
  ports: SessionPorts,
  lease: EncoderLease,
  { order, intent, why, report }: RecoverInput,
  signal: AbortSignal,
): Promise<RecoveredTruth> => {
  const card = await waitForUid(ports, lease, intent, report, signal)
  const layout = layoutNamed(intent.layout)
  const own = layout.reads(card)
  const plan = layout.plan(contentOf(order.encode), card, siteKeysOf(ports.journal))
  const written = await readBlocks(
    lease.device,
    card,
    plan.map((write) => write.at),
    signal,
  )
  if (digestOf(written) === intent.intendedDigest) {
    noteVerified(ports.journal, order.orderId)
    return { ending: { kind: 'encoded', uid: card.uid, technology: card.technology, proof: 'readBack' } }
  }
  const before = await readBlocks(lease.device, card, own, signal)
  const isAsBefore = digestOf(before) === intent.previousDigest && own.length === plan.length
  return { ending: failedEnding(isAsBefore ? 'untouched' : 'spoiled', why, card.uid) }
}

const waitForUid = async (
  ports: SessionPorts,
  lease: EncoderLease,
  intent: WriteIntent,
  report: Report,
  signal: AbortSignal,
): Promise<Card> => {
  for (;;) {
    const card = await waitForOneCard(lease, ports.clock, signal, (code) =>
      report({ type: 'card.notice', code }),
    )
    if (card.uid === intent.uid) return card
    report({ type: 'card.notice', code: 'card_swapped' })
    await lease.device.release({ signal })
    await pause(ports.clock, signal)
  }
}
