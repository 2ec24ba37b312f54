import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import type { EncodeEvent } from '../../src/sessions/encode-context.ts'
import {
  guestCard,
  leaseOf,
  occupant,
  otherCard,
  startEncode,
  writeIntent,
  writeTask,
} from './chart-support.ts'
import type { EncodeRun } from './chart-support.ts'

type ActorName = keyof EncodeRun['actors']

/**
 * One thing that happens to a session. `settle` picks an outcome of whichever actor is at work; a writer may have begun
 * before.
 */
type Step =
  | { readonly kind: 'event'; readonly event: EncodeEvent }
  | { readonly kind: 'settle'; readonly luck: number; readonly hasBegun: boolean; readonly pick: number }
  | { readonly kind: 'wait'; readonly ms: number }

const uid = guestCard.uid
const technology = guestCard.technology

const failures: readonly ErrorCode[] = [
  'card_removed',
  'card_swapped',
  'card_mismatch',
  'card_write_refused',
  'device_lost',
  'device_unresponsive',
  'aborted',
  'internal_error',
]

/** What a writer can say about the card: nobody needs to look at it again. */
const saidOfCard: readonly ErrorCode[] = ['card_swapped', 'card_mismatch', 'card_write_refused']

/** What each actor may resolve with. */
const successes = (run: EncodeRun): Record<ActorName, readonly (() => Promise<void>)[]> => {
  const { actors } = run
  return {
    takeTurn: (['anytime', 'neverWhileWriting'] as const).map(
      (abort) => () => actors.takeTurn.call().resolve(leaseOf(abort)),
    ),
    proveAlive: [() => actors.proveAlive.call().resolve()],
    waitForCard: [guestCard, otherCard].map((card) => () => actors.waitForCard.call().resolve(card)),
    checkCard: [
      () => actors.checkCard.call().resolve({ kind: 'free', task: writeTask }),
      () => actors.checkCard.call().resolve({ kind: 'occupied', occupant }),
      () => actors.checkCard.call().resolve({ kind: 'alreadyRight' }),
    ],
    writeCard: [() => actors.writeCard.call().resolve()],
    confirmCard: [() => actors.confirmCard.call().resolve()],
    waitForReturn: [guestCard, otherCard].map((card) => () => actors.waitForReturn.call().resolve(card)),
    recoverTruth: truths.map((ending) => () => actors.recoverTruth.call().resolve({ ending })),
  }
}

const truths: readonly Ending[] = [
  { kind: 'encoded', uid, technology, proof: 'readBack', keys: null },
  { kind: 'untouched', code: 'write_interrupted', detail: null, uid },
  { kind: 'spoiled', code: 'write_interrupted', detail: null, uid },
]

/** What the outside world saw of a session: kept by the test, never read from the chart. */
interface Witness {
  /** When the first writer was called, on the session's clock. */
  writerCalledAtMs: number | null
  wroteBytes: boolean
  wasWritten: boolean
  wasConfirmed: boolean
  wasAlreadyRight: boolean
  clerkAnswered: boolean
  /** Why a writer gave the card up for good. */
  refusal: ErrorCode | null
  truth: Ending | null
}

const nobodySaw = (): Witness => ({
  writerCalledAtMs: null,
  wroteBytes: false,
  wasWritten: false,
  wasConfirmed: false,
  wasAlreadyRight: false,
  clerkAnswered: false,
  refusal: null,
  truth: null,
})

/** Of eight: most actors succeed, so that most sessions come to the writing; there it is most worth looking. */
const riskOf = (actor: string): number => (['writeCard', 'confirmCard'].includes(actor) ? 4 : 1)

/** The actor that is at work now: settled ones are never touched again. */
const workingActor = (run: EncodeRun, settled: ReadonlySet<unknown>): EncodeRun['invoked'][number] | null => {
  const newest = run.invoked.at(-1)
  return newest === undefined || newest.signal.aborted || settled.has(newest) ? null : newest
}

const settle = async (
  run: EncodeRun,
  settled: Set<unknown>,
  { luck, hasBegun, pick }: Extract<Step, { kind: 'settle' }>,
  seen: Witness,
): Promise<void> => {
  const working = workingActor(run, settled)
  if (working === null) return
  settled.add(working)
  if (working.actor === 'writeCard' && hasBegun) {
    seen.wroteBytes = true
    run.actors.writeCard.call().input.report({ type: 'write.started' })
  }
  if (luck < riskOf(working.actor)) {
    const code = failures[pick % failures.length] ?? 'internal_error'
    if (working.actor === 'writeCard' && seen.wroteBytes && saidOfCard.includes(code)) seen.refusal = code
    return working.reject(code)
  }
  const outcomes = successes(run)[working.actor as ActorName]
  const picked = pick % outcomes.length
  if (working.actor === 'checkCard') seen.wasAlreadyRight = picked === outcomes.length - 1
  if (working.actor === 'writeCard') seen.wasWritten = true
  if (working.actor === 'confirmCard') seen.wasConfirmed = true
  if (working.actor === 'recoverTruth') seen.truth = truths[picked] ?? null
  await outcomes[picked]?.()
}

const happen = async (run: EncodeRun, settled: Set<unknown>, step: Step, seen: Witness): Promise<void> => {
  if (run.endings.length > 0) return
  switch (step.kind) {
    case 'wait':
      run.clock.increment(step.ms)
      return
    case 'settle':
      return settle(run, settled, step, seen)
    case 'event':
      // A write is real exactly while a writer is at work; anywhere else the event is a forgery.
      if (step.event.type === 'write.started' && workingActor(run, settled)?.actor === 'writeCard') {
        seen.wroteBytes = true
      }
      if (step.event.type === 'clerk.confirmed') seen.clerkAnswered ||= run.invoked.length === 0
      run.send(step.event)
  }
}

/** Lets every actor fail and every deadline pass until the session is over. */
const driveToEnd = async (run: EncodeRun, settled: Set<unknown>): Promise<void> => {
  for (let turns = 0; run.endings.length === 0 && turns < 20; turns += 1) {
    const working = workingActor(run, settled)
    if (working === null) run.clock.increment(60_000)
    else {
      settled.add(working)
      await working.reject('aborted')
    }
  }
}

const event: fc.Arbitrary<EncodeEvent> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ type: 'session.cancel' } as const) },
  { weight: 8, arbitrary: fc.constant({ type: 'clerk.confirmed' } as const) },
  { weight: 1, arbitrary: fc.constant({ type: 'card.notice', code: 'card_several' } as const) },
  { weight: 8, arbitrary: fc.constant({ type: 'write.started' } as const) },
  { weight: 1, arbitrary: fc.constant({ type: 'write.progress', done: 1, total: 3 } as const) },
  {
    weight: 1,
    arbitrary: fc.constant({ type: 'device.lost', error: new BridgeError('device_lost') } as const),
  },
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('event' as const), event }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      luck: fc.nat(7),
      hasBegun: fc.nat(7).map((roll) => roll > 0),
      pick: fc.nat(11),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 1, 1_000, 1_000, 29_999, 30_000, 45_000, 60_000, 120_000),
    }),
  },
)

/** How a session starts, and what then happens to it. */
interface Story {
  readonly isInterrupted: boolean
  readonly endsLiveKey: boolean
  readonly expiresInMs: number
  readonly steps: readonly Step[]
}

const story: fc.Arbitrary<Story> = fc.record({
  isInterrupted: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  endsLiveKey: fc.boolean(),
  expiresInMs: fc.constantFrom(-1, 5_000, 90_000, 600_000, 600_000, 600_000, 600_000, 600_000),
  steps: fc.array(step, { minLength: 15, maxLength: 40 }),
})

const play = async ({ isInterrupted, endsLiveKey, expiresInMs, steps }: Story) => {
  const run = startEncode({
    subject: { endsLiveKey },
    expiresInMs,
    ...(isInterrupted ? { interrupted: writeIntent } : {}),
  })
  const seen = nobodySaw()
  const settled = new Set<unknown>()
  for (const next of steps) {
    await happen(run, settled, next, seen)
    if (run.actors.writeCard.calls.length > 0) seen.writerCalledAtMs ??= run.clock.now()
  }
  await driveToEnd(run, settled)
  return { run, seen }
}

/** Every promise with whether it was kept. */
const promises = (start: Story, run: EncodeRun, seen: Witness): Record<string, boolean> => {
  const calls = run.invoked.map((call) => call.actor)
  const called = new Set(calls)
  const isRecovered = called.has('recoverTruth')
  const common = {
    'one ending comes out': run.endings.length === 1,
    'the chart itself never fails': run.faults.length === 0,
  }
  const [ending] = run.endings
  if (ending === undefined) return common
  const { kind } = ending
  const recovered = {
    ...common,
    'a second look ends as the card says or unknown': ending === seen.truth || kind === 'unknown',
    'a second look is the last thing that happens': calls.indexOf('recoverTruth') === calls.length - 1,
  }
  if (start.isInterrupted) {
    return { ...recovered, 'an interrupted session does nothing but look': calls.length === 1 }
  }
  const permitted = {
    'no writer is called for an expired order': (seen.writerCalledAtMs ?? -Infinity) < start.expiresInMs,
    'an expired order takes no encoder': start.expiresInMs > 0 || called.size === 0,
    'a live key dies only with leave': !start.endsLiveKey || seen.clerkAnswered || called.size === 0,
    'nothing is scanned': kind !== 'scanned',
  }
  if (isRecovered) {
    return {
      ...recovered,
      ...permitted,
      'only what was begun is looked into': called.has('writeCard'),
      'what the card refused is not looked into': seen.refusal === null,
      'a success needs no second look': !seen.wasConfirmed,
    }
  }
  const isReadBack = kind === 'encoded' && ending.proof === 'readBack'
  const isAlreadyRight = kind === 'encoded' && ending.proof === 'alreadyRight'
  return {
    ...common,
    ...permitted,
    'readBack means written and confirmed': !isReadBack || (seen.wasWritten && seen.wasConfirmed),
    'alreadyRight means found right and not written':
      !isAlreadyRight || (seen.wasAlreadyRight && !called.has('writeCard')),
    'untouched means that nothing was written': kind !== 'untouched' || !seen.wroteBytes,
    'spoiled means that something was written': kind !== 'spoiled' || seen.wroteBytes,
    'what the card refused is spoiled for that reason':
      seen.refusal === null || (kind === 'spoiled' && ending.code === seen.refusal),
    'unknown is said after a second look only': kind !== 'unknown',
  }
}

describe('whatever happens in whatever order, an encode', () => {
  test('keeps every promise about its ending', async () => {
    const reached = new Set<string>()
    await fc.assert(
      fc.asyncProperty(story, async (start) => {
        const { run, seen } = await play(start)
        const broken = Object.entries(promises(start, run, seen)).filter(([, isKept]) => !isKept)
        expect(broken).toEqual([])
        const [kind = '', proof = ''] = run.outcome().split(' ')
        const way = !start.isInterrupted && seen.truth !== null ? ' as found' : ''
        reached.add(`${kind === 'encoded' ? `${kind} ${proof}` : kind}${way}`)
      }),
      { numRuns: 1000 },
    )
    // Sequences that never come this far would prove nothing.
    expect(reached).toEqual(
      new Set([
        'encoded readBack',
        'encoded readBack as found',
        'encoded alreadyRight',
        'untouched',
        'untouched as found',
        'spoiled',
        'spoiled as found',
        'unknown',
      ]),
    )
  })
})
