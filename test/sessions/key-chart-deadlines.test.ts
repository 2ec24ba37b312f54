import { describe, expect, test } from 'vitest'
import { keyStates, outcomeOf, startKey } from './key-chart-support.ts'
import type { KeyOptions, KeyStateName } from './key-chart-support.ts'

interface Deadline {
  readonly state: KeyStateName
  readonly afterMs: number
  readonly goesTo: string
  readonly options?: KeyOptions
}

/** The order expires before any other deadline of its states. */
const soon = { expiresInMs: 5_000 }
const deadlines: readonly Deadline[] = [
  { state: 'queued', afterMs: 5_000, options: soon, goesTo: 'untouched order_expired -' },
  { state: 'leasing', afterMs: 5_000, options: soon, goesTo: 'untouched order_expired -' },
  { state: 'askingForLiveKey', afterMs: 5_000, options: soon, goesTo: 'untouched order_expired -' },
  { state: 'ordering', afterMs: 5_000, options: soon, goesTo: 'untouched order_expired -' },
  { state: 'orderingAgain', afterMs: 5_000, options: soon, goesTo: 'untouched order_expired -' },
  {
    state: 'orderingFurther',
    afterMs: 5_000,
    options: soon,
    goesTo: 'encoded confirmed - 2/3 order_expired',
  },
  { state: 'askingForLiveKey', afterMs: 60_000, goesTo: 'untouched order_unconfirmed -' },
  { state: 'orderingAgain', afterMs: 60_000, goesTo: 'untouched key_encoder_busy -' },
  { state: 'makingKey', afterMs: 135_000, goesTo: 'recovering' },
  { state: 'makingFurther', afterMs: 135_000, goesTo: 'encoded confirmed - 2/3 outcome_unknown' },
  { state: 'recovering', afterMs: 120_000, goesTo: 'unknown outcome_unknown -' },
  { state: 'recoveringAfterCrash', afterMs: 120_000, goesTo: 'unknown outcome_unknown -' },
]

describe('the key chart', () => {
  test.each(deadlines)(
    'leads $state to $goesTo after $afterMs ms and not one before',
    async ({ state, afterMs, goesTo, options }) => {
      const run = await keyStates[state](options)
      const before = run.state()
      run.clock.increment(afterMs - 1)
      expect(outcomeOf(run)).toBe(before)
      run.clock.increment(1)
      expect(outcomeOf(run)).toBe(goesTo)
      expect(run.faults).toEqual([])
    },
  )

  test('takes no encoder for an order that has expired', () => {
    const run = startKey({ expiresInMs: 0 })
    expect(outcomeOf(run)).toBe('untouched order_expired -')
    expect(run.invoked).toEqual([])
  })

  test('lets the order expire while its key is made', async () => {
    const run = await keyStates.makingKey(soon)
    run.clock.increment(60_000)
    expect(run.state()).toBe('working.commanding.makingKey')
    expect(run.context().stop.signal.aborted).toBe(false)
  })

  test('asks the driver to stop after two minutes and not before, counted from the sending', async () => {
    const run = await keyStates.ordering()
    run.clock.increment(90_000)
    const { input } = run.actors.giveCommand.call()
    input.report({ type: 'command.sent' })
    run.clock.increment(119_999)
    expect(input.stop.aborted).toBe(false)
    run.clock.increment(1)
    expect(input.stop.aborted).toBe(true)
    expect(run.state()).toBe('working.commanding.makingKey')
    await run.actors.giveCommand.call().reject('outcome_unknown')
    expect(run.state()).toBe('recovering')
  })
})
