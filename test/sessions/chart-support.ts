import { SimulatedClock, createActor } from 'xstate'
import type { Card } from '../../src/contract/card.ts'
import type { CardDevice } from '../../src/contract/device.ts'
import type { CardLease, EncoderLease } from '../../src/contract/encoders.ts'
import type { BridgeError } from '../../src/contract/errors.ts'
import { CardUid } from '../../src/contract/ids.ts'
import type { AssignIntent, WriteIntent } from '../../src/contract/journal.ts'
import type { EncodeSubject, Order } from '../../src/contract/order.ts'
import type { Comparison } from '../../src/contract/outcome.ts'
import type { CardCheck, CheckTask, Occupant, WriteTask } from '../../src/sessions/encode-context.ts'
import type { EncodeContext, EncodeEvent, EncodeOrder, Report } from '../../src/sessions/encode-context.ts'
import { encodeMachine } from '../../src/sessions/encode-machine.ts'
import type { RecoveredTruth } from '../../src/sessions/recover-actors.ts'
import { scanMachine } from '../../src/sessions/scan-machine.ts'
import type { CardToAssign, Presented, ScanEvent, ScanFinding } from '../../src/sessions/scan-machine.ts'
import { createStubs, encoderId, order, subject, watch } from './chart-stubs.ts'

export const cardOf = (uid: string): Card => ({
  uid: CardUid.parse(uid),
  technology: 'mifare-classic-1k',
})
/** The card of the session, and one that nobody asked for. */
export const guestCard = cardOf('04A1B2C3')
export const otherCard = cardOf('0BADCAFE')

export const leaseOf = (
  abort: CardLease['abort'],
  presentation: CardLease['presentation'] = 'field',
): CardLease => ({
  kind: 'card',
  encoderId,
  // A chart hands the device on and never touches it.
  device: {} as CardDevice,
  layout: 'demo',
  numberFormat: null,
  presentation,
  abort,
  lost: new AbortController().signal,
  release: () => Promise.resolve(),
})

export const writeIntent: WriteIntent = {
  kind: 'card',
  encoderId,
  uid: guestCard.uid,
  technology: guestCard.technology,
  layout: 'demo',
  intendedDigest: '11',
  previousDigest: '00',
}

/** What the guest's card holds, where it is occupied. */
export const occupant: Occupant = { uid: guestCard.uid, digest: '00' }

export const writeTask: WriteTask = { card: guestCard, plan: [], intent: writeIntent }

export const finding: ScanFinding = {
  uid: guestCard.uid,
  technology: guestCard.technology,
  cardNumber: null,
  record: null,
  remark: 'blank',
  comparison: null,
}
export const presented: Presented = { kind: 'card', card: guestCard }

const encodeOrder = (changes: Partial<EncodeSubject>): EncodeOrder => ({
  ...order,
  kind: 'encode',
  encode: { ...subject, ...changes },
})

export interface EncodeOptions {
  readonly subject?: Partial<EncodeSubject>
  readonly interrupted?: WriteIntent
  readonly expiresInMs?: number
  /** The abort promise of the encoder that the session gets. */
  readonly abort?: CardLease['abort']
}

type Reporting<Input> = Input & { readonly report: Report }

/** Starts an encode chart on a clock that the test moves and actors that the test settles. */
export const startEncode = (options: EncodeOptions = {}) => {
  const { stub, invoked } = createStubs()
  const actors = {
    takeTurn: stub<CardLease, { order: EncodeOrder }>('takeTurn'),
    proveAlive: stub<void, { lease: CardLease }>('proveAlive'),
    waitForCard: stub<Card, Reporting<{ lease: CardLease }>>('waitForCard'),
    checkCard: stub<CardCheck, CheckTask>('checkCard'),
    writeCard: stub<
      void,
      Reporting<{ lease: CardLease; order: EncodeOrder; task: WriteTask; stop: AbortSignal }>
    >('writeCard'),
    confirmCard: stub<void, { lease: CardLease; order: EncodeOrder; task: WriteTask }>('confirmCard'),
    waitForReturn: stub<Card, Reporting<{ lease: CardLease }>>('waitForReturn'),
    recoverTruth: stub<
      RecoveredTruth,
      Reporting<{ order: EncodeOrder; intent: WriteIntent; why: BridgeError }>
    >('recoverTruth'),
  }
  const clock = new SimulatedClock()
  const machine = encodeMachine.provide({
    actors: {
      takeTurn: actors.takeTurn.logic,
      proveAlive: actors.proveAlive.logic,
      waitForCard: actors.waitForCard.logic,
      checkCard: actors.checkCard.logic,
      writeCard: actors.writeCard.logic,
      confirmCard: actors.confirmCard.logic,
      waitForReturn: actors.waitForReturn.logic,
      recoverTruth: actors.recoverTruth.logic,
    },
  })
  const actor = createActor(machine, {
    clock,
    input: {
      order: encodeOrder(options.subject ?? {}),
      interrupted: options.interrupted ?? null,
      expiresInMs: options.expiresInMs ?? 600_000,
    },
  })
  const watched = watch(actor)
  actor.start()
  return {
    ...watched,
    actors,
    /** Every invocation in its order. */
    invoked,
    clock,
    lease: leaseOf(options.abort ?? 'anytime'),
    context: (): EncodeContext => actor.getSnapshot().context,
    hears: (event: EncodeEvent): boolean => actor.getSnapshot().can(event),
    send: (event: EncodeEvent): void => actor.send(event),
  }
}
export type EncodeRun = ReturnType<typeof startEncode>

export type EncodeStateName =
  | 'queued'
  | 'leasing'
  | 'waitingForCard'
  | 'checkingCard'
  | 'askingForLiveKey'
  | 'askingForOccupied'
  | 'writingUntouched'
  | 'writing'
  | 'waitingForReturn'
  | 'verifying'
  | 'recovering'
  | 'recoveringAfterCrash'
  | 'ended'

/** The stable states of the encode chart, each reached by the shortest way from a fresh start. */
export const encodeStates: Record<EncodeStateName, (options?: EncodeOptions) => Promise<EncodeRun>> = {
  queued: async (options) => startEncode(options),
  leasing: async (options) => {
    const run = startEncode(options)
    await run.actors.takeTurn.call().resolve(run.lease)
    return run
  },
  waitingForCard: async (options) => {
    const run = await encodeStates.leasing(options)
    await run.actors.proveAlive.call().resolve()
    return run
  },
  checkingCard: async (options) => {
    const run = await encodeStates.waitingForCard(options)
    await run.actors.waitForCard.call().resolve(guestCard)
    return run
  },
  askingForLiveKey: async (options) => startEncode({ ...options, subject: { endsLiveKey: true } }),
  askingForOccupied: async (options) => {
    const run = await encodeStates.checkingCard(options)
    await run.actors.checkCard.call().resolve({ kind: 'occupied', occupant })
    return run
  },
  writingUntouched: async (options) => {
    const run = await encodeStates.checkingCard(options)
    await run.actors.checkCard.call().resolve({ kind: 'free', task: writeTask })
    return run
  },
  writing: async (options) => {
    const run = await encodeStates.writingUntouched(options)
    run.actors.writeCard.call().input.report({ type: 'write.started' })
    return run
  },
  waitingForReturn: async (options) => {
    const run = await encodeStates.writing(options)
    await run.actors.writeCard.call().reject('card_removed')
    return run
  },
  verifying: async (options) => {
    const run = await encodeStates.writing(options)
    await run.actors.writeCard.call().resolve()
    return run
  },
  recovering: async (options) => {
    const run = await encodeStates.writing(options)
    await run.actors.writeCard.call().reject('device_lost')
    return run
  },
  recoveringAfterCrash: async (options) => startEncode({ ...options, interrupted: writeIntent }),
  ended: async (options) => {
    const run = startEncode(options)
    run.send({ type: 'session.cancel' })
    return run
  },
}

export interface ScanOptions {
  readonly expiresInMs?: number
  /** An order to assign what is read. */
  readonly isAssign?: boolean
  readonly interrupted?: AssignIntent
}

/** Starts a scan chart on a clock that the test moves and actors that the test settles. */
export const startScan = (options: ScanOptions = {}) => {
  const { stub, invoked } = createStubs()
  const actors = {
    takeTurn: stub<EncoderLease, { order: Order }>('takeTurn'),
    proveAlive: stub<void, { lease: EncoderLease }>('proveAlive'),
    waitForCard: stub<Presented, { lease: EncoderLease; report: (event: ScanEvent) => void }>('waitForCard'),
    readCard: stub<ScanFinding, { lease: EncoderLease; presented: Presented }>('readCard'),
    compareRecord: stub<Comparison, { finding: ScanFinding }>('compareRecord'),
    giveCard: stub<void, { order: Order; card: CardToAssign; isRepeat: boolean }>('giveCard'),
  }
  const clock = new SimulatedClock()
  const machine = scanMachine.provide({
    actors: {
      takeTurn: actors.takeTurn.logic,
      proveAlive: actors.proveAlive.logic,
      waitForCard: actors.waitForCard.logic,
      readCard: actors.readCard.logic,
      compareRecord: actors.compareRecord.logic,
      giveCard: actors.giveCard.logic,
    },
  })
  const { isAssign = false, interrupted = null, expiresInMs = 600_000 } = options
  const assigned: Order = {
    ...order,
    kind: 'assign',
    encode: null,
    assign: { accessMethodId: subject.accessMethodId },
  }
  const input = { order: isAssign ? assigned : order, interrupted, expiresInMs }
  const actor = createActor(machine, { clock, input })
  const watched = watch(actor)
  actor.start()
  return {
    ...watched,
    actors,
    /** Every invocation in its order. */
    invoked,
    clock,
    lease: leaseOf('anytime'),
    context: () => actor.getSnapshot().context,
    hears: (event: ScanEvent): boolean => actor.getSnapshot().can(event),
    send: (event: ScanEvent): void => actor.send(event),
  }
}
export type ScanRun = ReturnType<typeof startScan>

export type ScanStateName =
  | 'queued'
  | 'leasing'
  | 'waitingForCard'
  | 'reading'
  | 'comparing'
  | 'assigning'
  | 'ended'

/** The stable states of the scan chart, each reached by the shortest way from a fresh start. */
export const scanStates: Record<ScanStateName, (options?: ScanOptions) => Promise<ScanRun>> = {
  queued: async (options) => startScan(options),
  leasing: async (options) => {
    const run = startScan(options)
    await run.actors.takeTurn.call().resolve(run.lease)
    return run
  },
  waitingForCard: async (options) => {
    const run = await scanStates.leasing(options)
    await run.actors.proveAlive.call().resolve()
    return run
  },
  reading: async (options) => {
    const run = await scanStates.waitingForCard(options)
    await run.actors.waitForCard.call().resolve(presented)
    return run
  },
  comparing: async (options) => {
    const run = await scanStates.reading(options)
    await run.actors.readCard.call().resolve(finding)
    return run
  },
  assigning: async (options) => {
    const run = await scanStates.reading({ ...options, isAssign: true })
    await run.actors.readCard.call().resolve({ ...finding, cardNumber: '4711' })
    return run
  },
  ended: async (options) => {
    const run = startScan(options)
    run.send({ type: 'session.cancel' })
    return run
  },
}
