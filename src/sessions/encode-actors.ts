import { fromPromise } from 'xstate'
import type { CardReading, Precondition } from '../cards/layouts/layout.ts'
import { lastWrites, nameOf, writtenPart } from '../cards/places.ts'
import type { Card, CardWrite } from '../contract/card.ts'
import type { CardLease } from '../contract/encoders.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { Journal, WriteIntent } from '../contract/journal.ts'
import type { Clock } from '../contract/transport.ts'
import {
  areEqual,
  asCardLease,
  byGroup,
  checkTechnology,
  contentOf,
  digestOf,
  noteVerified,
  readPatiently,
  readPlaces,
  siteKeysOf,
  waitForOneCard,
} from './card-work.ts'
import { identityOf } from './chart.ts'
import type { CardCheck, CheckTask, EncodeOrder, Occupant, Report, WriteTask } from './encode-context.ts'
import { checkHour } from './desk-limit.ts'
import type { HeldLease } from './held-lease.ts'
import { checkLocks } from './page-locks.ts'
import { checkProtection } from './page-protection.ts'
import type { SessionPorts } from './ports.ts'
import { createRecoverActor } from './recover-actors.ts'

/** The encode chart's actors over the ports of one session. They do and report; the chart decides. */
export const createEncodeActors = (ports: SessionPorts, held: HeldLease) => ({
  takeTurn: fromPromise<CardLease, { order: EncodeOrder }>(async ({ input, signal }) => {
    if (input.order.encode.copies !== 1) {
      throw new BridgeError(
        'order_invalid',
        'An access method belongs to one card; order each copy by itself.',
      )
    }
    const lease = await asCardLease(await held.take(input.order, signal))
    checkEnd(ports, lease, input.order)
    return lease
  }),

  proveAlive: fromPromise<void, { lease: CardLease }>(({ input, signal }) =>
    input.lease.device.probe({ signal }),
  ),

  waitForCard: fromPromise<Card, { lease: CardLease; report: Report }>(({ input, signal }) =>
    waitForOneCard(input.lease, ports.clock, signal, (code) => input.report({ type: 'card.notice', code })),
  ),

  checkCard: fromPromise<CardCheck, CheckTask>(async ({ input, signal }) => {
    const { lease, card, order } = input
    const layout = ports.layouts.named(lease.layout)
    const keys = siteKeysOf(ports.journal)
    checkTechnology(card, layout)
    checkTechnologyLimit(ports, card)
    checkHour(ports, order)
    const plan = layout.plan(contentOf(order.encode), card, keys)
    await checkPrecondition(layout.precondition?.(plan), input, signal)
    const places = layout.reads(card)
    const blocks = await readPlaces(lease, card, places, signal)
    const own = new Map(places.map((at, index) => [nameOf(at), blocks[index]]))
    const reading = layout.parse(blocks, card, keys)
    if (await isAlreadyRight(plan, own, input, signal)) return { kind: 'alreadyRight' }
    const occupant: Occupant = { uid: card.uid, digest: digestOf(blocks) }
    const isAllowed = input.overwrite?.uid === occupant.uid && input.overwrite.digest === occupant.digest
    if (!isAllowed && (await isOccupied(ports, reading, card, order, signal))) {
      // A test of the desk's own is no reason to destroy anything: nobody is asked whether it may.
      if (order.origin === 'desk') throw new BridgeError('card_occupied')
      return { kind: 'occupied', occupant }
    }
    await checkLocks(lease, card, plan, signal)
    await checkProtection(lease, card, plan, signal)
    const intent: WriteIntent = {
      kind: 'card',
      encoderId: lease.encoderId,
      uid: card.uid,
      technology: card.technology,
      layout: layout.id,
      intendedDigest: digestOf(lastWrites(plan).map((write) => write.data)),
      previousDigest: occupant.digest,
    }
    return { kind: 'free', task: { card, plan, intent } }
  }),

  writeCard: fromPromise<
    void,
    { lease: CardLease; order: EncodeOrder; task: WriteTask; stop: AbortSignal; report: Report }
  >(async ({ input, signal }) => {
    const { lease, order, task, report } = input
    if (Date.parse(order.expiresAt) <= ports.wallClock().getTime()) throw new BridgeError('order_expired')
    ports.journal.writing(order.orderId, task.intent)
    await writeAndReadBack(lease, task, {
      clock: ports.clock,
      signal: AbortSignal.any([signal, input.stop]),
      report,
    })
  }),

  confirmCard: fromPromise<void, { lease: CardLease; order: EncodeOrder; task: WriteTask }>(
    async ({ input, signal }) => {
      const present = await waitForOneCard(input.lease, ports.clock, signal, () => undefined)
      if (present.uid !== input.task.card.uid) throw new BridgeError('card_swapped')
      noteVerified(ports.journal, input.order.orderId)
    },
  ),

  waitForReturn: fromPromise<Card, { lease: CardLease; report: Report }>(({ input, signal }) =>
    waitForOneCard(input.lease, ports.clock, signal, (code) => input.report({ type: 'card.notice', code })),
  ),

  recoverTruth: createRecoverActor(ports, held),
})

/**
 * A test of the desk's own is harmless because it has ended: the configuration may have given the encoder, since it was ordered,
 * a layout that writes no end.
 */
const checkEnd = (
  { layouts, wallClock }: SessionPorts,
  { layout }: CardLease,
  { origin, encode: { endsAt } }: EncodeOrder,
): void => {
  const hasEnded = endsAt !== null && Date.parse(endsAt) <= wallClock().getTime()
  if (origin === 'desk' && hasEnded && !layouts.named(layout).bearsEnd) {
    throw new BridgeError('not_supported', 'The layout of this encoder writes no end, and this has ended.')
  }
}

const checkTechnologyLimit = ({ limits: { technologies } }: SessionPorts, card: Card): void => {
  if (technologies !== null && !technologies.includes(card.technology)) {
    throw new BridgeError('desk_limit', `It allows no ${card.technology} cards.`)
  }
}

const checkPrecondition = async (
  precondition: Precondition | undefined,
  { lease, card }: { readonly lease: CardLease; readonly card: Card },
  signal: AbortSignal,
): Promise<void> => {
  if (precondition !== undefined) {
    precondition.check(await lease.device.read(card, precondition.at, { signal }))
  }
}

/** Writes each group and reads it back before the next one; a place that differs ends the writing at once. */
const writeAndReadBack = async (
  lease: CardLease,
  task: WriteTask,
  { clock, signal, report }: { readonly clock: Clock; readonly signal: AbortSignal; readonly report: Report },
): Promise<void> => {
  const { card, plan } = task
  const { device } = lease
  const notice = (code: ErrorCode | null): void => report({ type: 'card.notice', code })
  const total = plan.length
  let done = 0
  for (const group of byGroup(plan)) {
    for (const write of group) {
      if (signal.aborted) throw new BridgeError('aborted')
      report({ type: 'write.started' })
      await device.write(card, write.at, write.data, { signal })
    }
    report({ type: 'write.readingBack' })
    for (const write of group) {
      const found = await readPatiently(lease, card, write.at, { clock, signal, notice })
      if (!areEqual(writtenPart(write, found), write.data)) {
        throw new BridgeError('card_mismatch', `${nameOf(write.at)} did not keep what was written.`)
      }
      done += 1
    }
    report({ type: 'write.progress', done, total })
  }
}

/**
 * Whether every place holds what would be written to it, which includes the version of the site key. The record's own
 * places, read already, settle most cases.
 */
const isAlreadyRight = async (
  plan: readonly CardWrite[],
  own: ReadonlyMap<string, Uint8Array | undefined>,
  { lease, card }: { readonly lease: CardLease; readonly card: Card },
  signal: AbortSignal,
): Promise<boolean> => {
  const isRight = (write: CardWrite, found: Uint8Array | undefined): boolean =>
    found !== undefined && areEqual(writtenPart(write, found), write.data)
  const last = lastWrites(plan)
  const others = last.filter((write) => !own.has(nameOf(write.at)))
  const record = last.filter((write) => own.has(nameOf(write.at)))
  if (!record.every((write) => isRight(write, own.get(nameOf(write.at))))) return false
  const places = others.map((write) => write.at)
  const found = await readPlaces(lease, card, places, signal)
  return others.every((write, index) => isRight(write, found[index]))
}

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
  if (reading.kind === 'number') return true
  const { record } = reading
  if (record.credentialId === order.encode.credentialId) return false
  if (record.endsAt !== null && Date.parse(record.endsAt) <= overBefore(ports, order)) return false
  try {
    const answer = await ports.credentials.lookup(record.credentialId, signal)
    return answer.kind === 'found' && answer.credential.isValid
  } catch (error) {
    if (isBridgeError(error, 'aborted')) throw error
    return true
  }
}

/**
 * What ended before this instant is over without a question. Orders of the hub are refused while this computer's clock is wrong; a test of
 * the desk's own has nobody to compare with, and takes for over only what ended no later than what it writes: another test.
 */
const overBefore = ({ wallClock }: SessionPorts, { origin, encode }: EncodeOrder): number =>
  origin === 'desk' ? Date.parse(encode.endsAt ?? encode.startsAt) : wallClock().getTime()

const wasSpoiledHere = (journal: Journal, card: Card): boolean => {
  // Nothing tells a card without an identifier from the one that was spoiled.
  if (identityOf(card) === null) return false
  const last = journal
    .recent(500)
    .find((entry) => entry.intent?.kind === 'card' && entry.intent.uid === card.uid)
  return last?.ending?.kind === 'spoiled' || last?.ending?.kind === 'unknown'
}
