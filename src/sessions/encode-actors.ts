import { fromPromise } from 'xstate'
import { layoutNamed } from '../cards/layouts/index.ts'
import type { CardReading, Layout } from '../cards/layouts/layout.ts'
import { sectorOf } from '../cards/mifare-classic.ts'
import type { Card, CardWrite } from '../contract/card.ts'
import type { EncoderLease } from '../contract/encoders.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { Journal, WriteIntent } from '../contract/journal.ts'
import {
  areEqual,
  bySector,
  checkTechnology,
  contentOf,
  digestOf,
  readBlocks,
  siteKeysOf,
  waitForOneCard,
} from './card-work.ts'
import type { EncodeOrder, Report } from './encode-context.ts'
import type { HeldLease } from './held-lease.ts'
import type { SessionPorts } from './ports.ts'
import { createRecoverActor } from './recover-actors.ts'

/** The writing of one card, as `checkCard` planned it. */
export interface WriteTask {
  readonly card: Card
  readonly plan: readonly CardWrite[]
  /** What is journalled before the first byte. */
  readonly intent: WriteIntent
}

/** What `checkCard` found: a card to write, one that is already right, or one that holds somebody's credential. */
export type CardCheck =
  | { readonly kind: 'free'; readonly task: WriteTask }
  | { readonly kind: 'alreadyRight' }
  | { readonly kind: 'occupied' }

/** The encode chart's actors over the ports of one session. They do and report; the chart decides. */
export const createEncodeActors = (ports: SessionPorts, held: HeldLease) => ({
  takeTurn: fromPromise<EncoderLease, { order: EncodeOrder }>(async ({ input, signal }) => {
    if (input.order.encode.copies !== 1) {
      throw new BridgeError(
        'order_invalid',
        'An access method belongs to one card; order each copy by itself.',
      )
    }
    return held.take(input.order, signal)
  }),

  proveAlive: fromPromise<void, { lease: EncoderLease }>(({ input, signal }) =>
    input.lease.device.probe({ signal }),
  ),

  waitForCard: fromPromise<Card, { lease: EncoderLease; report: Report }>(({ input, signal }) =>
    waitForOneCard(input.lease, ports.clock, signal, (code) => input.report({ type: 'card.notice', code })),
  ),

  checkCard: fromPromise<
    CardCheck,
    { lease: EncoderLease; card: Card; order: EncodeOrder; overwrite: boolean }
  >(async ({ input, signal }) => {
    const { lease, card, order } = input
    const layout = layoutNamed(lease.layout)
    const keys = siteKeysOf(ports.journal)
    checkTechnology(card, layout)
    checkLimits(ports, card)
    const plan = layout.plan(contentOf(order.encode), card, keys)
    const blocks = await readBlocks(lease.device, card, layout.reads(card), signal)
    const reading = layout.parse(blocks, card, keys)
    if (await isAlreadyRight(reading, order, layout, plan, input, signal)) return { kind: 'alreadyRight' }
    if (!input.overwrite && (await isOccupied(ports, reading, card, order, signal)))
      return { kind: 'occupied' }
    const intent: WriteIntent = {
      encoderId: lease.encoderId,
      uid: card.uid,
      technology: card.technology,
      intendedDigest: digestOf(plan.map((write) => write.data)),
      previousDigest: digestOf(blocks),
    }
    return { kind: 'free', task: { card, plan, intent } }
  }),

  writeCard: fromPromise<
    void,
    { lease: EncoderLease; order: EncodeOrder; task: WriteTask; stop: AbortSignal; report: Report }
  >(async ({ input, signal }) => {
    const { lease, order, task, report } = input
    if (Date.parse(order.expiresAt) <= ports.wallClock().getTime()) throw new BridgeError('order_expired')
    ports.journal.writing(order.orderId, task.intent)
    await writeAndReadBack(lease, task, AbortSignal.any([signal, input.stop]), report)
  }),

  confirmCard: fromPromise<void, { lease: EncoderLease; order: EncodeOrder; task: WriteTask }>(
    async ({ input, signal }) => {
      const present = await waitForOneCard(input.lease, ports.clock, signal, () => undefined)
      if (present.uid !== input.task.card.uid) throw new BridgeError('card_swapped')
      ports.journal.verified(input.order.orderId)
    },
  ),

  waitForReturn: fromPromise<Card, { lease: EncoderLease; report: Report }>(({ input, signal }) =>
    waitForOneCard(input.lease, ports.clock, signal, (code) => input.report({ type: 'card.notice', code })),
  ),

  recoverTruth: createRecoverActor(ports, held),
})

const checkLimits = (ports: SessionPorts, card: Card): void => {
  const { technologies, cardsAnHour } = ports.limits
  if (technologies !== null && !technologies.includes(card.technology)) {
    throw new BridgeError('desk_limit', `It allows no ${card.technology} cards.`)
  }
  if (cardsAnHour === null) return
  const since = ports.wallClock().getTime() - 3_600_000
  const written = ports.journal
    .recent(1000)
    .filter((entry) => entry.intent !== null && Date.parse(entry.acceptedAt) > since)
  if (written.length >= cardsAnHour) {
    throw new BridgeError('desk_limit', `It allows ${String(cardsAnHour)} cards an hour.`)
  }
}

/** Writes each sector and reads it back before the next one; a block that differs ends the writing at once. */
const writeAndReadBack = async (
  lease: EncoderLease,
  task: WriteTask,
  signal: AbortSignal,
  report: Report,
): Promise<void> => {
  const { card, plan } = task
  const { device } = lease
  const total = plan.length
  let done = 0
  for (const sector of bySector(plan, (at) => sectorOf(at.block))) {
    for (const write of sector) {
      if (signal.aborted) throw new BridgeError('aborted')
      report({ type: 'write.started' })
      await device.write(card, write.at, write.data, { signal })
    }
    for (const write of sector) {
      const found = await device.read(card, write.at, { signal })
      if (!areEqual(found, write.data)) {
        throw new BridgeError(
          'card_mismatch',
          `Block ${String(write.at.block)} did not keep what was written.`,
        )
      }
      done += 1
    }
    report({ type: 'write.progress', done, total })
  }
}

/** The record proves equality for a layout that is nothing but its record; other layouts are compared block by block. */
const isAlreadyRight = async (
  reading: CardReading,
  order: EncodeOrder,
  layout: Layout,
  plan: readonly CardWrite[],
  input: { readonly lease: EncoderLease; readonly card: Card },
  signal: AbortSignal,
): Promise<boolean> => {
  if (reading.kind !== 'record' || !isSameContent(reading.record, order)) return false
  if (plan.length === layout.reads(input.card).length) return true
  const blocks = await readBlocks(
    input.lease.device,
    input.card,
    plan.map((write) => write.at),
    signal,
  )
  return plan.every((write, index) => {
    const block = blocks[index]
    return block !== undefined && areEqual(block, write.data)
  })
}

const isSameContent = (record: ReturnType<typeof contentOf>, order: EncodeOrder): boolean =>
  record.credentialId === order.encode.credentialId &&
  BigInt(record.cardNumber) === BigInt(order.encode.cardNumber) &&
  isSameInstant(record.startsAt, order.encode.startsAt) &&
  isSameInstant(record.endsAt, order.encode.endsAt)

/** Cards keep whole seconds. */
const isSameInstant = (left: string | null, right: string | null): boolean =>
  left === right ||
  (left !== null &&
    right !== null &&
    Math.floor(Date.parse(left) / 1000) === Math.floor(Date.parse(right) / 1000))

/**
 * Whether the card holds what nobody gave leave to destroy: another access method's credential that is still valid, or
 * content that is not ours. A record that has ended is free, and so is one that this desk itself left incomplete.
 */
const isOccupied = async (
  ports: SessionPorts,
  reading: CardReading,
  card: Card,
  order: EncodeOrder,
  signal: AbortSignal,
): Promise<boolean> => {
  if (reading.kind === 'blank') return false
  if (reading.kind === 'foreign') return !wasSpoiledHere(ports.journal, card)
  const { record } = reading
  if (record.credentialId === order.encode.credentialId) return false
  if (record.endsAt !== null && Date.parse(record.endsAt) <= ports.wallClock().getTime()) return false
  try {
    const answer = await ports.credentials.lookup(record.credentialId, signal)
    return answer.kind === 'found' && answer.credential.isValid
  } catch (error) {
    if (isBridgeError(error, 'aborted')) throw error
    return true
  }
}

const wasSpoiledHere = (journal: Journal, card: Card): boolean => {
  const last = journal.recent(500).find((entry) => entry.intent?.uid === card.uid)
  return last?.ending?.kind === 'spoiled' || last?.ending?.kind === 'unknown'
}
