import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import type { EncodeEvent } from '../../src/sessions/encode-context.ts'
import { guestCard, leaseOf, otherCard, startEncode, writeIntent, writeTask } from './chart-support.ts'
import type { EncodeRun } from './chart-support.ts'

type ActorName = keyof EncodeRun['actors']

/** One thing that happens to a session. `settle` picks among the outcomes of whichever actor is at work. */
type Step =
  | { readonly kind: 'event'; readonly event: EncodeEvent }
  | { readonly kind: 'settle'; readonly choice: number }
  | { readonly kind: 'wait'; readonly ms: number }

const uid = guestCard.uid
const technology = guestCard.technology

const failures: readonly ErrorCode[] = [
  'card_removed',
  'card_swapped',
  'card_mismatch',
  'device_lost',
  'aborted',
  'internal_error',
]

/** What each actor may resolve with; every other choice rejects with one of the failures. */
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
      () => actors.checkCard.call().resolve({ kind: 'free', task: writeTask }),
      () => actors.checkCard.call().resolve({ kind: 'occupied' }),
      () => actors.checkCard.call().resolve({ kind: 'alreadyRight' }),
    ],
    writeCard: [() => actors.writeCard.call().resolve()],
    confirmCard: [() => actors.confirmCard.call().resolve()],
    waitForReturn: [guestCard, otherCard].map((card) => () => actors.waitForReturn.call().resolve(card)),
    recoverTruth: truths.map((ending) => () => actors.recoverTruth.call().resolve({ ending })),
  }
}

const truths: readonly Ending[] = [
  { kind: 'encoded', uid, technology, proof: 'readBack' },
  { kind: 'untouched', code: 'write_interrupted', detail: null, uid },
  { kind: 'spoiled', code: 'write_interrupted', detail: null, uid },
]

/** What the outside world saw of a session: kept by the test, never read from the chart. */
interface Witness {
  wroteFirstAtMs: number | null
  wasWritten: boolean
  wasConfirmed: boolean
  wasAlreadyRight: boolean
  clerkAnswered: boolean
  truth: Ending | null
}

const nobodySaw = (): Witness => ({
  wroteFirstAtMs: null,
  wasWritten: false,
  wasConfirmed: false,
  wasAlreadyRight: false,
  clerkAnswered: false,
  truth: null,
})

/** The actor that is at work now: settled ones are never touched again. */
const workingActor = (run: EncodeRun, settled: ReadonlySet<unknown>): EncodeRun['invoked'][number] | null => {
  const newest = run.invoked.at(-1)
  return newest === undefined || newest.signal.aborted || settled.has(newest) ? null : newest
}

const settle = async (
  run: EncodeRun,
  settled: Set<unknown>,
  choice: number,
  seen: Witness,
): Promise<void> => {
  const working = workingActor(run, settled)
  if (working === null) return
  settled.add(working)
  const options = successes(run)[working.actor as ActorName]
  const success = options[choice]
  if (success === undefined) {
    const failure = failures[(choice - options.length) % failures.length] ?? 'internal_error'
    await working.reject(failure)
    return
  }
  if (working.actor === 'checkCard') seen.wasAlreadyRight = choice === 3
  if (working.actor === 'writeCard') seen.wasWritten = true
  if (working.actor === 'confirmCard') seen.wasConfirmed = true
  if (working.actor === 'recoverTruth') seen.truth = truths[choice] ?? null
  await success()
}

const happen = async (run: EncodeRun, settled: Set<unknown>, step: Step, seen: Witness): Promise<void> => {
  if (run.endings.length > 0) return
  switch (step.kind) {
    case 'wait':
      run.clock.increment(step.ms)
      return
    case 'settle':
      return settle(run, settled, step.choice, seen)
    case 'event':
      // A write is real exactly while a writer is at work; anywhere else the event is a forgery.
      if (step.event.type === 'write.started' && workingActor(run, settled)?.actor === 'writeCard') {
        seen.wroteFirstAtMs ??= run.clock.now()
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
  { weight: 3, arbitrary: fc.constant({ type: 'clerk.confirmed' } as const) },
  { weight: 1, arbitrary: fc.constant({ type: 'card.notice', code: 'card_several' } as const) },
  { weight: 6, arbitrary: fc.constant({ type: 'write.started' } as const) },
  { weight: 1, arbitrary: fc.constant({ type: 'write.progress', done: 1, total: 3 } as const) },
  {
    weight: 1,
    arbitrary: fc.constant({ type: 'device.lost', error: new BridgeError('device_lost') } as const),
  },
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('event' as const), event }) },
  // Low choices succeed, so that most sessions come far.
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      choice: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(9) }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 1_000, 29_999, 30_000, 60_000, 120_000),
    }),
  },
)

const session = fc.record({
  isInterrupted: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  endsLiveKey: fc.boolean(),
  expiresInMs: fc.constantFrom(-1, 5_000, 90_000, 600_000, 600_000),
  steps: fc.array(step, { maxLength: 40 }),
})

const play = async ({ isInterrupted, endsLiveKey, expiresInMs, steps }: fc.Value<typeof session>) => {
  const run = startEncode({
    subject: { endsLiveKey },
    expiresInMs,
    ...(isInterrupted ? { interrupted: writeIntent } : {}),
  })
  const seen = nobodySaw()
  const settled = new Set<unknown>()
  for (const next of steps) await happen(run, settled, next, seen)
  await driveToEnd(run, settled)
  return { run, seen, invoked: run.invoked.map((call) => call.actor) }
}

describe('whatever happens in whatever order, an encode', () => {
  test('keeps every promise about its ending', async () => {
    const kinds = new Set<string>()
    await fc.assert(
      fc.asyncProperty(session, async (start) => {
        const { run, seen, invoked } = await play(start)
        expect(run.faults).toEqual([])
        expect(run.endings, 'exactly one ending').toHaveLength(1)
        const [ending] = run.endings
        if (ending === undefined) return
        kinds.add(
          run
            .outcome()
            .split(' ')
            .slice(0, ending.kind === 'encoded' ? 2 : 1)
            .join(' '),
        )

        if (start.isInterrupted) {
          expect(new Set(invoked), 'an interrupted session only reads').toEqual(new Set(['recoverTruth']))
          expect(ending).toEqual(seen.truth ?? { ...ending, kind: 'unknown', code: 'outcome_unknown' })
          return
        }
        if (start.expiresInMs <= 0) expect(invoked, 'an expired order takes no encoder').toEqual([])
        if (start.endsLiveKey && !seen.clerkAnswered) {
          expect(invoked, 'a live key dies only with leave').toEqual([])
        }
        switch (ending.kind) {
          case 'encoded':
            if (ending.proof === 'readBack') {
              expect(seen).toMatchObject({ wasWritten: true, wasConfirmed: true })
            } else {
              expect(seen.wasAlreadyRight, 'the check said so').toBe(true)
              expect(invoked, 'nothing was written').not.toContain('writeCard')
            }
            break
          case 'untouched':
            expect(seen.wroteFirstAtMs, 'nothing had been written').toBeNull()
            break
          case 'spoiled':
            expect(seen.wroteFirstAtMs, 'something had been written').not.toBeNull()
            break
          case 'unknown':
            expect(seen, 'written to the end and not seen again').toMatchObject({
              wasWritten: true,
              wasConfirmed: false,
            })
            break
          case 'scanned':
            expect.unreachable('an encode scans nothing')
        }
      }),
      { numRuns: 500 },
    )
    expect(kinds, 'the sequences come far enough to mean something').toEqual(
      new Set(['encoded readBack', 'encoded alreadyRight', 'untouched', 'spoiled', 'unknown']),
    )
  })
})
