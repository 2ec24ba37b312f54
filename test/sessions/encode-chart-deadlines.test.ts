import { describe, expect, test } from 'vitest'
import { encodeStates, guestCard, startEncode, writeTask } from './chart-support.ts'
import type { EncodeOptions, EncodeStateName } from './chart-support.ts'

const uid = guestCard.uid

interface Deadline {
  readonly state: EncodeStateName
  readonly afterMs: number
  readonly goesTo: string
  readonly options?: EncodeOptions
}

/** The order expires before any other deadline of its states. */
const soon = { expiresInMs: 5_000 }
const deadlines: readonly Deadline[] = [
  { state: 'queued', afterMs: 5_000, options: soon, goesTo: 'untouched order_expired -' },
  { state: 'leasing', afterMs: 5_000, options: soon, goesTo: 'untouched order_expired -' },
  { state: 'waitingForCard', afterMs: 5_000, options: soon, goesTo: 'untouched order_expired -' },
  { state: 'checkingCard', afterMs: 5_000, options: soon, goesTo: `untouched order_expired ${uid}` },
  { state: 'askingForLiveKey', afterMs: 5_000, options: soon, goesTo: 'untouched order_expired -' },
  { state: 'askingForOccupied', afterMs: 5_000, options: soon, goesTo: `untouched order_expired ${uid}` },
  { state: 'waitingForCard', afterMs: 60_000, goesTo: 'untouched card_timeout -' },
  { state: 'askingForLiveKey', afterMs: 60_000, goesTo: 'untouched order_unconfirmed -' },
  { state: 'askingForOccupied', afterMs: 60_000, goesTo: `untouched card_occupied ${uid}` },
  { state: 'waitingForReturn', afterMs: 30_000, goesTo: `spoiled card_removed ${uid}` },
  { state: 'writingUntouched', afterMs: 45_000, goesTo: 'recovering' },
  { state: 'writing', afterMs: 45_000, goesTo: 'recovering' },
  { state: 'verifying', afterMs: 30_000, goesTo: 'recovering' },
  { state: 'recovering', afterMs: 120_000, goesTo: `unknown outcome_unknown ${uid}` },
  { state: 'recoveringAfterCrash', afterMs: 120_000, goesTo: `unknown outcome_unknown ${uid}` },
]

describe('the encode chart', () => {
  test.each(deadlines)(
    'leads $state to $goesTo after $afterMs ms and not one before',
    async ({ state, afterMs, goesTo, options }) => {
      const run = await encodeStates[state](options)
      const before = run.state()
      const atWork = run.invoked.at(-1)
      run.clock.increment(afterMs - 1)
      expect(run.outcome()).toBe(before)
      run.clock.increment(1)
      expect(run.outcome()).toBe(goesTo)
      expect(run.endings).toHaveLength(goesTo === 'recovering' ? 0 : 1)
      // A question to the clerk has no actor of its own: the last one has settled.
      expect(atWork?.signal.aborted ?? false).toBe(!state.startsWith('asking'))
      expect(run.faults).toEqual([])
    },
  )

  test.each(['queued', 'leasing', 'checkingCard'] as const)(
    'gives %s until the order expires',
    async (state) => {
      const run = await encodeStates[state]()
      run.clock.increment(599_999)
      expect(run.outcome()).toBe(`preparing.${state}`)
    },
  )

  test.each([0, -1, -600_000])('touches nothing for an order that expires in %i ms', (expiresInMs) => {
    const run = startEncode({ expiresInMs })
    expect(run.outcome()).toBe('untouched order_expired -')
    expect(run.invoked).toHaveLength(0)
  })

  test('counts the expiry from the start, also when the device is lost again and again', async () => {
    const run = await encodeStates.leasing({ expiresInMs: 5_000 })
    for (let losses = 0; losses < 4; losses += 1) {
      run.clock.increment(1_000)
      await run.actors.proveAlive.call().reject('device_lost')
      await run.actors.takeTurn.call().resolve(run.lease)
    }
    run.clock.increment(999)
    expect(run.outcome()).toBe('preparing.leasing')
    run.clock.increment(1)
    expect(run.outcome()).toBe('untouched order_expired -')
  })

  test('gives every card its own time to appear', async () => {
    const run = await encodeStates.waitingForCard()
    run.clock.increment(59_999)
    await run.actors.waitForCard.call().resolve(guestCard)
    await run.actors.checkCard.call().reject('card_removed')
    run.clock.increment(59_999)
    expect(run.outcome()).toBe('preparing.waitingForCard')
    run.clock.increment(1)
    expect(run.outcome()).toBe('untouched card_timeout -')
  })

  test('ends the wait for a card as card_several when several cards lay there to the end', async () => {
    const run = await encodeStates.waitingForCard()
    run.actors.waitForCard.call().input.report({ type: 'card.notice', code: 'card_several' })
    run.clock.increment(60_000)
    expect(run.outcome()).toBe('untouched card_several -')
  })

  test('lets an order expire without consequence once its card is being written', async () => {
    const run = await encodeStates.writing({ expiresInMs: 5_000 })
    run.clock.increment(29_999)
    expect(run.outcome()).toBe('writing')
    expect(run.context().stop.signal.aborted).toBe(false)
  })

  test('asks a writer that takes 30 s to stop, and gives it 15 s more for its answer', async () => {
    const run = await encodeStates.writing()
    const { input, signal } = run.actors.writeCard.call()
    run.clock.increment(29_999)
    expect(input.stop.aborted).toBe(false)
    run.clock.increment(1)
    expect(input.stop.aborted).toBe(true)
    run.clock.increment(14_999)
    expect(signal.aborted).toBe(false)
    expect(run.outcome()).toBe('writing')
  })

  test('has the card read when the writer hangs, and hears nothing more of that writer', async () => {
    const run = await encodeStates.writing()
    run.clock.increment(45_000)
    const { input } = run.actors.recoverTruth.call()
    expect(input.why.code).toBe('device_unresponsive')
    expect(input.intent).toBe(writeTask.intent)
    await run.actors.writeCard.call().resolve()
    expect(run.outcome()).toBe('recovering')
    expect(run.actors.confirmCard.calls).toHaveLength(0)
  })

  test('gives up a writer that hangs after a cancel, and names the device for it', async () => {
    const run = await encodeStates.writing()
    run.send({ type: 'session.cancel' })
    run.clock.increment(44_999)
    expect(run.outcome()).toBe('writing')
    run.clock.increment(1)
    expect(run.actors.recoverTruth.call().input.why.code).toBe('device_unresponsive')
  })

  test('has a card read that is not found again after it was written, and says that it was taken away', async () => {
    const run = await encodeStates.verifying()
    run.clock.increment(30_000)
    const { input } = run.actors.recoverTruth.call()
    expect(input.why.code).toBe('card_removed')
    expect(input.intent).toBe(writeTask.intent)
  })

  test('gives a card that came back the whole time for its writing', async () => {
    const run = await encodeStates.writing()
    run.clock.increment(29_999)
    await run.actors.writeCard.call().reject('card_removed')
    await run.actors.waitForReturn.call().resolve(guestCard)
    run.clock.increment(29_999)
    expect(run.actors.writeCard.call().input.stop.aborted).toBe(false)
    run.clock.increment(15_000)
    expect(run.outcome()).toBe('writing')
    run.clock.increment(1)
    expect(run.outcome()).toBe('recovering')
  })

  test('gives every look at a card the whole time, however long it was written before', async () => {
    const run = await encodeStates.writing()
    run.clock.increment(45_000)
    run.clock.increment(119_999)
    expect(run.outcome()).toBe('recovering')
    run.clock.increment(1)
    expect(run.outcome()).toBe(`unknown outcome_unknown ${uid}`)
  })

  test('sets no timer beyond 31 bits, which would fire at once: after 24 days an order is given up', () => {
    const run = startEncode({ expiresInMs: 100 * 86_400_000 })
    run.clock.increment(2_147_483_646)
    expect(run.outcome()).toBe('preparing.queued')
    run.clock.increment(1)
    expect(run.outcome()).toBe('untouched order_expired -')
  })
})
