import { describe, expect, test } from 'vitest'
import { errorTable } from '../../src/contract/errors.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import { cardOf, encodeStates, guestCard, otherCard, writeIntent, writeTask } from './chart-support.ts'
import type { EncodeRun } from './chart-support.ts'

const uid = guestCard.uid
const codes = Object.keys(errorTable) as ErrorCode[]
const deviceGone = ['device_lost', 'device_closed', 'device_unresponsive']

/** Rejects one actor with each code of the error table, on a fresh chart each time, and tells where each code led. */
const outcomesOf = async (reach: () => Promise<EncodeRun>, actor: keyof EncodeRun['actors']) => {
  const outcomes = new Map<ErrorCode, string>()
  for (const code of codes) {
    const run = await reach()
    await run.actors[actor].call().reject(code)
    expect(run.faults).toEqual([])
    outcomes.set(code, lookedInto(run))
  }
  return outcomes
}

/** The outcome; while a card is read again also which one, and why. */
const lookedInto = (run: EncodeRun): string => {
  if (run.state() !== 'recovering') return run.outcome()
  const { why, intent } = run.actors.recoverTruth.call().input
  return `recovering ${why.code} ${intent.uid}`
}

const expected = (outcomeOf: (code: ErrorCode) => string): Map<ErrorCode, string> =>
  new Map(codes.map((code) => [code, outcomeOf(code)]))

describe('a failure of every code', () => {
  test('leaves the card untouched while the session waits for its turn', async () => {
    expect(await outcomesOf(encodeStates.queued, 'takeTurn')).toEqual(
      expected((code) => `untouched ${code} -`),
    )
  })

  test('while the encoder is probed leaves the card untouched, or waits for a lost device in the queue', async () => {
    expect(await outcomesOf(encodeStates.leasing, 'proveAlive')).toEqual(
      expected((code) => (deviceGone.includes(code) ? 'preparing.queued' : `untouched ${code} -`)),
    )
  })

  test('while a card is awaited leaves it untouched, or waits for a lost device in the queue', async () => {
    expect(await outcomesOf(encodeStates.waitingForCard, 'waitForCard')).toEqual(
      expected((code) => (deviceGone.includes(code) ? 'preparing.queued' : `untouched ${code} -`)),
    )
  })

  test('while the card is checked leaves it untouched, or waits for the card or the device again', async () => {
    expect(await outcomesOf(encodeStates.checkingCard, 'checkCard')).toEqual(
      expected((code) => {
        if (code === 'card_removed') return 'preparing.waitingForCard'
        return deviceGone.includes(code) ? 'preparing.queued' : `untouched ${code} ${uid}`
      }),
    )
  })

  test('before the first write leaves the card untouched', async () => {
    expect(await outcomesOf(encodeStates.writingUntouched, 'writeCard')).toEqual(
      expected((code) => `untouched ${code} ${uid}`),
    )
  })

  test('after the first write has the card read again, unless it tells about the card itself', async () => {
    const spoils = ['card_write_refused', 'card_mismatch', 'card_swapped']
    expect(await outcomesOf(encodeStates.writing, 'writeCard')).toEqual(
      expected((code) => {
        if (code === 'card_removed') return 'waitingForReturn'
        if (code === 'card_swipe_failed') return 'writing'
        return spoils.includes(code) ? `spoiled ${code} ${uid}` : `recovering ${code} ${uid}`
      }),
    )
  })

  test('while a half-written card is awaited has it read again', async () => {
    expect(await outcomesOf(encodeStates.waitingForReturn, 'waitForReturn')).toEqual(
      expected((code) => `recovering ${code} ${uid}`),
    )
  })

  test('while a written card is selected again has it read again', async () => {
    expect(await outcomesOf(encodeStates.verifying, 'confirmCard')).toEqual(
      expected((code) => `recovering ${code} ${uid}`),
    )
  })

  test.each(['recovering', 'recoveringAfterCrash'] as const)(
    'in %s leaves the card unknown',
    async (state) => {
      expect(await outcomesOf(encodeStates[state], 'recoverTruth')).toEqual(
        expected(() => `unknown outcome_unknown ${uid}`),
      )
    },
  )
})

describe('the detail of a failure', () => {
  test('is the one that the actor gave', async () => {
    const run = await encodeStates.checkingCard()
    await run.actors.checkCard.call().reject('desk_limit', 'It allows 5 cards an hour.')
    expect(run.endings).toEqual([
      { kind: 'untouched', code: 'desk_limit', detail: 'It allows 5 cards an hour.', uid },
    ])
  })

  test('after an interrupted write says why the card could not be read', async () => {
    const run = await encodeStates.recovering()
    await run.actors.recoverTruth.call().reject('not_paired', 'The keys of this site have not arrived yet.')
    expect(run.endings[0]).toMatchObject({
      detail: expect.stringContaining('The keys of this site have not arrived yet.') as string,
    })
  })

  test('is kept for a fault of the bridge itself', async () => {
    const run = await encodeStates.writing()
    await run.actors.writeCard.call().break(new TypeError('plan is not iterable'))
    const { why } = run.actors.recoverTruth.call().input
    expect(why).toMatchObject({ code: 'internal_error', detail: 'plan is not iterable' })
  })
})

describe('a card that was taken away in mid-write', () => {
  test('is written on when it comes back', async () => {
    const run = await encodeStates.waitingForReturn()
    await run.actors.waitForReturn.call().resolve(guestCard)
    expect(run.state()).toBe('writing')
    expect(run.actors.writeCard.calls).toHaveLength(2)
    await run.actors.writeCard.call().resolve()
    await run.actors.confirmCard.call().resolve()
    expect(run.outcome()).toBe(`encoded readBack ${uid}`)
  })

  test('is recognised by its UID alone', async () => {
    const run = await encodeStates.waitingForReturn()
    await run.actors.waitForReturn.call().resolve(cardOf(uid))
    expect(run.state()).toBe('writing')
  })

  test('stays spoiled when another card is put there, and that one is not written', async () => {
    const run = await encodeStates.waitingForReturn()
    await run.actors.waitForReturn.call().resolve(otherCard)
    expect(run.outcome()).toBe(`spoiled card_swapped ${uid}`)
    expect(run.actors.writeCard.calls).toHaveLength(1)
  })

  test('is never untouched by a failure of the second writer before its first write', async () => {
    const run = await encodeStates.waitingForReturn()
    await run.actors.waitForReturn.call().resolve(guestCard)
    await run.actors.writeCard.call().reject('order_expired')
    expect(lookedInto(run)).toBe(`recovering order_expired ${uid}`)
  })
})

describe('a card that was taken away before the write', () => {
  test('is named in no ending after it is gone', async () => {
    const run = await encodeStates.checkingCard()
    await run.actors.checkCard.call().reject('card_removed')
    run.send({ type: 'session.cancel' })
    expect(run.outcome()).toBe('untouched order_cancelled -')
  })
})

describe('a writer that was asked to stop', () => {
  const cancelled = async (reach: () => Promise<EncodeRun>): Promise<EncodeRun> => {
    const run = await reach()
    run.send({ type: 'session.cancel' })
    return run
  }

  test('after a write has the card read again, and the ending says that it was cancelled', async () => {
    const run = await cancelled(encodeStates.writing)
    await run.actors.writeCard.call().reject('aborted')
    expect(lookedInto(run)).toBe(`recovering order_cancelled ${uid}`)
    const { why } = run.actors.recoverTruth.call().input
    const ending = { kind: 'spoiled', code: why.code, detail: null, uid } as const
    await run.actors.recoverTruth.call().resolve({ ending })
    expect(run.endings).toEqual([ending])
  })

  test('leaves the card unknown when the second look is cancelled as well', async () => {
    const run = await cancelled(encodeStates.writing)
    await run.actors.writeCard.call().reject('aborted')
    const { signal } = run.actors.recoverTruth.call()
    run.send({ type: 'session.cancel' })
    expect(run.outcome()).toBe(`unknown outcome_unknown ${uid}`)
    expect(signal.aborted).toBe(true)
  })

  test('ends as cancelled and untouched before any write', async () => {
    const run = await cancelled(encodeStates.writingUntouched)
    await run.actors.writeCard.call().reject('aborted')
    expect(run.outcome()).toBe(`untouched order_cancelled ${uid}`)
  })

  test('ends as encoded when it had finished after all', async () => {
    const run = await cancelled(encodeStates.writing)
    await run.actors.writeCard.call().resolve()
    await run.actors.confirmCard.call().resolve()
    expect(run.outcome()).toBe(`encoded readBack ${uid}`)
  })

  test('ends with its own fault when it met one first', async () => {
    const run = await cancelled(encodeStates.writing)
    await run.actors.writeCard.call().reject('card_mismatch')
    expect(run.outcome()).toBe(`spoiled card_mismatch ${uid}`)
  })

  test('writes no more to a card that was taken away: it is only read', async () => {
    const run = await cancelled(encodeStates.writing)
    await run.actors.writeCard.call().reject('card_removed')
    expect(lookedInto(run)).toBe(`recovering card_removed ${uid}`)
  })

  test('because its time was up names the device for it', async () => {
    const run = await encodeStates.writing()
    run.clock.increment(30_000)
    await run.actors.writeCard.call().reject('aborted')
    expect(lookedInto(run)).toBe(`recovering device_unresponsive ${uid}`)
  })

  test('keeps the reason that came first', async () => {
    const run = await encodeStates.writing()
    run.send({ type: 'session.cancel' })
    run.clock.increment(30_000)
    await run.actors.writeCard.call().reject('aborted')
    expect(lookedInto(run)).toBe(`recovering order_cancelled ${uid}`)
  })
})

describe('a success', () => {
  test('needs the writing and the second selection of the card', async () => {
    const run = await encodeStates.writing()
    await run.actors.writeCard.call().resolve()
    expect(run.endings).toEqual([])
    expect(run.actors.confirmCard.call().input.task).toBe(writeTask)
    await run.actors.confirmCard.call().resolve()
    expect(run.endings).toEqual([
      { kind: 'encoded', uid, technology: 'mifare-classic-1k', proof: 'readBack', keys: null },
    ])
  })

  test('of a card that is already right needs no write', async () => {
    const run = await encodeStates.checkingCard()
    await run.actors.checkCard.call().resolve({ kind: 'alreadyRight' })
    expect(run.outcome()).toBe(`encoded alreadyRight ${uid}`)
    expect(run.actors.writeCard.calls).toHaveLength(0)
  })

  test('takes its encoder, card, order and plan from what the actors said', async () => {
    const run = await encodeStates.writingUntouched()
    const { input } = run.actors.writeCard.call()
    expect(input.lease).toBe(run.lease)
    expect(input.task).toBe(writeTask)
    expect(input.order.orderId).toBe('order-1')
  })
})

describe('a write that was cut short', () => {
  const truths: readonly Ending[] = [
    { kind: 'encoded', uid, technology: 'mifare-classic-1k', proof: 'readBack', keys: null },
    { kind: 'untouched', code: 'write_interrupted', detail: null, uid },
    { kind: 'spoiled', code: 'write_interrupted', detail: null, uid },
  ]
  test.each(truths)('by the end of the daemon ends as the card itself says: $kind', async (ending) => {
    const run = await encodeStates.recoveringAfterCrash()
    expect(lookedInto(run)).toBe(`recovering write_interrupted ${uid}`)
    expect(run.actors.recoverTruth.call().input.intent).toBe(writeIntent)
    await run.actors.recoverTruth.call().resolve({ ending })
    expect(run.endings).toEqual([ending])
  })

  test.each(truths)('by a lost device ends as the card itself says: $kind', async (ending) => {
    const run = await encodeStates.recovering()
    expect(run.actors.recoverTruth.call().input.intent).toBe(writeTask.intent)
    expect(run.actors.recoverTruth.call().input.order.orderId).toBe('order-1')
    await run.actors.recoverTruth.call().resolve({ ending })
    expect(run.endings).toEqual([ending])
    expect(run.actors.writeCard.calls).toHaveLength(1)
  })

  test.each(['waitingForReturn', 'verifying'] as const)(
    'in %s is looked into with its own intent',
    async (state) => {
      const run = await encodeStates[state]()
      await run.actors[state === 'verifying' ? 'confirmCard' : 'waitForReturn'].call().reject('device_lost')
      expect(run.actors.recoverTruth.call().input.intent).toBe(writeTask.intent)
    },
  )
})
