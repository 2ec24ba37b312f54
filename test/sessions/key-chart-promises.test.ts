import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../src/contract/errors.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import type { KeyEvent } from '../../src/sessions/key-context.ts'
import { foundKey, keyIntent, lost, made, outcomeOf, startKey } from './key-chart-support.ts'
import type { KeyRun } from './key-chart-support.ts'

/** One thing that happens to a session. `settle` picks an outcome of whichever actor is at work; a command may go out before. */
type Step =
  | { readonly kind: 'event'; readonly event: KeyEvent }
  | { readonly kind: 'settle'; readonly isSent: boolean; readonly pick: number }
  | { readonly kind: 'wait'; readonly ms: number }

/** What a system says when it has not acted, and when it has spoiled the card. */
const refusals: readonly ErrorCode[] = ['key_encoder_busy', 'room_unknown', 'card_timeout']
const spoils: readonly ErrorCode[] = ['card_mismatch', 'card_stuck']
const doubts: readonly ErrorCode[] = [
  'outcome_unknown',
  'aborted',
  'protocol_error',
  'device_lost',
  'internal_error',
]
const failures = [...refusals, ...spoils, ...doubts]

/** What the outside world saw of a session: kept by the test, never read from the chart. */
interface Witness {
  confirmed: number
  /** Commands that went out and were not answered clearly. */
  inDoubt: number
  /** A command was given after one that is in doubt. */
  wasGivenAgain: boolean
  wasSpoiled: boolean
  /** The command at work has gone out. */
  isOut: boolean
  truth: Ending | null
}

const settle = async (
  run: KeyRun,
  settled: Set<unknown>,
  { isSent, pick }: Extract<Step, { kind: 'settle' }>,
  seen: Witness,
): Promise<void> => {
  const working = run.invoked.at(-1)
  if (working === undefined || working.signal.aborted || settled.has(working)) return
  settled.add(working)
  const code = failures[pick % failures.length] ?? 'internal_error'
  const isLucky = pick < 14
  switch (working.actor) {
    case 'takeTurn':
      return isLucky ? run.actors.takeTurn.call().resolve(run.lease) : working.reject(code)
    case 'planKey':
      return isLucky ? run.actors.planKey.call().resolve(run.plan) : working.reject(code)
    case 'recoverKey':
      if (!isLucky) return working.reject(code)
      seen.truth = foundKey
      return run.actors.recoverKey.call().resolve(foundKey)
    default:
  }
  const command = run.actors.giveCommand.call()
  if (isSent && !seen.isOut) {
    command.input.report({ type: 'command.sent' })
    seen.isOut = true
  }
  if (!seen.isOut) return working.reject(code)
  seen.isOut = false
  if (pick < 10) {
    const copies = command.input.part?.copies ?? 0
    seen.confirmed += copies
    return command.resolve(made(copies))
  }
  if (doubts.includes(code)) seen.inDoubt += 1
  if (spoils.includes(code)) seen.wasSpoiled = true
  return working.reject(code)
}

const happen = async (run: KeyRun, settled: Set<unknown>, step: Step, seen: Witness): Promise<void> => {
  if (run.endings.length > 0) return
  const commands = run.actors.giveCommand.calls.length
  const doubtsBefore = seen.inDoubt
  if (step.kind === 'wait') run.clock.increment(step.ms)
  else if (step.kind === 'settle') await settle(run, settled, step, seen)
  else {
    const isOrdering = run.state() === 'working.commanding.ordering'
    // A command goes out from the driver alone; anywhere else the event is a forgery.
    if (step.event.type === 'command.sent' && isOrdering) seen.isOut = true
    run.send(step.event)
  }
  // A command that went out and was left alone, by a lost link or the last deadline, is in doubt too.
  if (seen.isOut && run.actors.giveCommand.call().signal.aborted) {
    seen.isOut = false
    seen.inDoubt += 1
  }
  const isGiven = run.actors.giveCommand.calls.length > commands
  if (isGiven && (doubtsBefore > 0 || seen.inDoubt > 0)) seen.wasGivenAgain = true
}

const driveToEnd = async (run: KeyRun, settled: Set<unknown>, seen: Witness): Promise<void> => {
  for (let turns = 0; run.endings.length === 0 && turns < 40; turns += 1) {
    await happen(run, settled, { kind: 'wait', ms: 60_000 }, seen)
  }
}

const event: fc.Arbitrary<KeyEvent> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<KeyEvent>({ type: 'session.cancel' }) },
  { weight: 6, arbitrary: fc.constant<KeyEvent>({ type: 'clerk.confirmed' }) },
  { weight: 8, arbitrary: fc.constant<KeyEvent>({ type: 'command.sent' }) },
  { weight: 1, arbitrary: fc.constant<KeyEvent>({ type: 'key.found', found: 'A spare key.' }) },
  { weight: 1, arbitrary: fc.constant<KeyEvent>(lost()) },
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('event' as const), event }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      isSent: fc.nat(7).map((roll) => roll > 0),
      pick: fc.nat(15 + failures.length),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 1_000, 59_999, 60_000, 120_000, 135_000),
    }),
  },
)

const story = fc.record({
  copies: fc.integer({ min: 1, max: 5 }),
  interrupted: fc.constantFrom(null, null, null, null, keyIntent),
  endsLiveKey: fc.boolean(),
  expiresInMs: fc.constantFrom(-1, 5_000, 600_000, 600_000, 600_000),
  steps: fc.array(step, { minLength: 10, maxLength: 40 }),
})

type Story = typeof story extends fc.Arbitrary<infer Told> ? Told : never

const play = async ({ copies, interrupted, endsLiveKey, expiresInMs, steps }: Story) => {
  const run = startKey({
    subject: { copies, endsLiveKey },
    expiresInMs,
    ...(interrupted === null ? {} : { interrupted }),
  })
  const seen: Witness = {
    confirmed: interrupted?.made ?? 0,
    inDoubt: interrupted === null ? 0 : 1,
    wasGivenAgain: false,
    wasSpoiled: false,
    isOut: false,
    truth: null,
  }
  const settled = new Set<unknown>()
  for (const next of steps) await happen(run, settled, next, seen)
  await driveToEnd(run, settled, seen)
  return { run, seen }
}

/** Every promise with whether it was kept. */
const promises = (start: Story, run: KeyRun, seen: Witness): Record<string, boolean> => {
  const common = {
    'one ending comes out': run.endings.length === 1,
    'the chart itself never fails': run.faults.length === 0,
    'no command follows one that is in doubt': !seen.wasGivenAgain,
    'an expired order takes no encoder': start.expiresInMs > 0 || run.actors.takeTurn.calls.length === 0,
  }
  const [ending] = run.endings
  if (ending === undefined) return common
  const { kind } = ending
  const isRead = ending === seen.truth
  const keys = kind === 'encoded' ? ending.keys : null
  return {
    ...common,
    'what is told is what was confirmed, or read': isRead || (keys?.made ?? 0) === seen.confirmed,
    'all keys are told only when all are there':
      keys === null || isRead || (keys.shortfall === null) === (keys.made === start.copies),
    'untouched means that nothing is in doubt':
      kind !== 'untouched' || (seen.inDoubt === 0 && seen.confirmed === 0),
    'spoiled is said by the lock system': kind !== 'spoiled' || seen.wasSpoiled,
    'unknown means that something is in doubt': kind !== 'unknown' || seen.inDoubt > 0,
    'a doubt is never passed over':
      seen.inDoubt === 0 || kind === 'unknown' || isRead || keys?.shortfall?.code === 'outcome_unknown',
    'a key is read only when it is in doubt': run.actors.recoverKey.calls.length === 0 || seen.inDoubt > 0,
  }
}

describe('whatever happens in whatever order, an order for keys', () => {
  test('keeps every promise about its ending', async () => {
    const reached = new Set<string>()
    await fc.assert(
      fc.asyncProperty(story, async (start) => {
        const { run, seen } = await play(start)
        const broken = Object.entries(promises(start, run, seen)).filter(([, isKept]) => !isKept)
        expect(broken, outcomeOf(run)).toEqual([])
        const [ending] = run.endings
        const isShort = ending?.kind === 'encoded' && ending.keys?.shortfall !== null
        reached.add(
          `${run.outcome().split(' ')[0] ?? ''}${ending === seen.truth ? ' as read' : ''}${isShort ? ' in part' : ''}`,
        )
      }),
      { numRuns: 1000 },
    )
    // Sequences that never come this far would prove nothing.
    expect(reached).toEqual(
      new Set(['encoded', 'encoded as read', 'encoded in part', 'untouched', 'spoiled', 'unknown']),
    )
  })
})
