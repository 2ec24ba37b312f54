import { describe, expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import type { EncodeEvent } from '../../src/sessions/encode-context.ts'
import { encodeStates, guestCard, occupant, otherCard, startEncode, writeTask } from './chart-support.ts'
import type { EncodeOptions, EncodeRun, EncodeStateName } from './chart-support.ts'

const events = {
  'session.cancel': { type: 'session.cancel' },
  'clerk.confirmed': { type: 'clerk.confirmed' },
  'card.notice': { type: 'card.notice', code: 'card_several' },
  'write.started': { type: 'write.started' },
  'write.readingBack': { type: 'write.readingBack' },
  'write.progress': { type: 'write.progress', done: 3, total: 6 },
  'device.lost': { type: 'device.lost', error: new BridgeError('device_lost') },
} satisfies Record<EncodeEvent['type'], EncodeEvent>

type Heard = Partial<Record<EncodeEvent['type'], string>>

const uid = guestCard.uid
const whileWriting: Heard = {
  'session.cancel': 'writing',
  'card.notice': 'writing',
  'write.started': 'writing',
  'write.readingBack': 'writing',
  'write.progress': 'writing',
}
/** Where each state goes on each event that it hears. Every pair that is missing here is forbidden. */
const heard: Record<EncodeStateName, Heard> = {
  queued: { 'session.cancel': 'untouched order_cancelled -' },
  leasing: { 'session.cancel': 'untouched order_cancelled -', 'device.lost': 'preparing.queued' },
  waitingForCard: {
    'session.cancel': 'untouched order_cancelled -',
    'card.notice': 'preparing.waitingForCard',
    'device.lost': 'preparing.queued',
  },
  checkingCard: { 'session.cancel': `untouched order_cancelled ${uid}`, 'device.lost': 'preparing.queued' },
  askingForLiveKey: {
    'session.cancel': 'untouched order_cancelled -',
    'clerk.confirmed': 'preparing.queued',
  },
  askingForOccupied: {
    'session.cancel': `untouched order_cancelled ${uid}`,
    'clerk.confirmed': 'preparing.waitingForCard',
    'device.lost': 'preparing.queued',
  },
  writingUntouched: whileWriting,
  writing: whileWriting,
  waitingForReturn: { 'session.cancel': `spoiled order_cancelled ${uid}`, 'card.notice': 'waitingForReturn' },
  verifying: {},
  recovering: { 'session.cancel': `unknown outcome_unknown ${uid}`, 'card.notice': 'recovering' },
  recoveringAfterCrash: { 'session.cancel': `unknown outcome_unknown ${uid}`, 'card.notice': 'recovering' },
  ended: {},
}

const stateNames = Object.keys(heard) as EncodeStateName[]
const eventTypes = Object.keys(events) as EncodeEvent['type'][]
const pairs = stateNames.flatMap((state) => eventTypes.map((event) => ({ state, event })))

/** All that an event could change. */
const traceOf = (run: EncodeRun) => ({
  outcome: run.outcome(),
  context: { ...run.context() },
  isAskedToStop: run.context().stop.signal.aborted,
  invoked: run.invoked.length,
  left: run.invoked.filter((call) => call.signal.aborted).length,
  endings: run.endings.length,
})

describe('the encode chart', () => {
  const allowed = pairs.flatMap(({ state, event }) => {
    const goesTo = heard[state][event]
    return goesTo === undefined ? [] : [{ state, event, goesTo }]
  })
  test.each(allowed)('hears $event in $state and comes to $goesTo', async ({ state, event, goesTo }) => {
    const run = await encodeStates[state]()
    expect(run.hears(events[event])).toBe(true)
    run.send(events[event])
    expect(run.outcome()).toBe(goesTo)
    expect(run.faults).toEqual([])
  })

  const forbidden = pairs.filter(({ state, event }) => heard[state][event] === undefined)
  test.each(forbidden)('changes nothing on $event in $state', async ({ state, event }) => {
    const run = await encodeStates[state]()
    const before = traceOf(run)
    expect(run.hears(events[event])).toBe(false)
    // xstate itself drops what is sent to a chart that has ended, and warns.
    if (state !== 'ended') run.send(events[event])
    expect(traceOf(run)).toEqual(before)
    expect(run.faults).toEqual([])
  })

  test('stops the actor of a state that it leaves', async () => {
    const run = await encodeStates.waitingForCard()
    const { signal } = run.actors.waitForCard.call()
    run.send(events['device.lost'])
    expect(signal.aborted).toBe(true)
    expect(run.context()).toMatchObject({ lease: null, card: null })
  })
})

describe('the notice of a waiting card device', () => {
  const notice = (run: EncodeRun): unknown => run.context().notice
  test.each(['waitingForCard', 'waitingForReturn', 'recovering'] as const)(
    'is kept in %s until it is withdrawn',
    async (state) => {
      const run = await encodeStates[state]()
      run.send(events['card.notice'])
      expect(notice(run)).toBe('card_several')
      run.send({ type: 'card.notice', code: null })
      expect(notice(run)).toBeNull()
    },
  )

  test('is gone once one card has been selected', async () => {
    const run = await encodeStates.waitingForCard()
    run.actors.waitForCard.call().input.report({ type: 'card.notice', code: 'card_several' })
    await run.actors.waitForCard.call().resolve(guestCard)
    expect(run.state()).toBe('preparing.checkingCard')
    expect(notice(run)).toBeNull()
  })

  test('is gone once the same card has come back', async () => {
    const run = await encodeStates.waitingForReturn()
    run.actors.waitForReturn.call().input.report({ type: 'card.notice', code: 'card_several' })
    await run.actors.waitForReturn.call().resolve(guestCard)
    expect(run.state()).toBe('writing')
    expect(notice(run)).toBeNull()
  })

  test('is gone once the wait for the card was cut short: what it complained of is looked at anew', async () => {
    const run = await encodeStates.waitingForReturn()
    run.actors.waitForReturn.call().input.report({ type: 'card.notice', code: 'card_several' })
    await run.actors.waitForReturn.call().reject('device_lost')
    expect(run.state()).toBe('recovering')
    expect(notice(run)).toBeNull()
  })
})

describe('the progress of a writing', () => {
  test('is what the writer reported last', async () => {
    const run = await encodeStates.writing()
    expect(run.context().progress).toBeNull()
    run.actors.writeCard.call().input.report({ type: 'write.progress', done: 3, total: 6 })
    expect(run.context().progress).toEqual({ done: 3, total: 6 })
  })
})

describe('a cancel while the card is being written', () => {
  test.each(['anytime', 'betweenBlocks'] as const)(
    'asks the writer to stop and waits for it with abort promise %s',
    async (abort) => {
      const run = await encodeStates.writing({ abort })
      const { input, signal } = run.actors.writeCard.call()
      run.send(events['session.cancel'])
      expect(input.stop.aborted).toBe(true)
      expect(signal.aborted).toBe(false)
      expect(run.state()).toBe('writing')
    },
  )

  test('is not heard with abort promise neverWhileWriting', async () => {
    const run = await encodeStates.writing({ abort: 'neverWhileWriting' })
    expect(run.hears(events['session.cancel'])).toBe(false)
    run.send(events['session.cancel'])
    expect(run.actors.writeCard.call().input.stop.aborted).toBe(false)
    expect(run.state()).toBe('writing')
  })

  test('is heard with abort promise neverWhileWriting once the card was taken away', async () => {
    const run = await encodeStates.waitingForReturn({ abort: 'neverWhileWriting' })
    run.send(events['session.cancel'])
    expect(run.outcome()).toBe(`spoiled order_cancelled ${uid}`)
  })
})

describe('the live key of a door', () => {
  const liveKey = { endsLiveKey: true } as const
  const asking: readonly (readonly [string, EncodeOptions, string])[] = [
    [
      'a new key that nobody confirmed is asked about',
      { subject: liveKey },
      'preparing.awaitingConfirmation',
    ],
    ['a confirmed new key is not', { subject: { ...liveKey, confirmed: true } }, 'preparing.queued'],
    ['a new key of a free door is not', { subject: { endsLiveKey: false } }, 'preparing.queued'],
    [
      'a replacement is too, where the hub knows that it ends others',
      { subject: { ...liveKey, purpose: 'replacement' } },
      'preparing.awaitingConfirmation',
    ],
    ['a replacement that ends none is not', { subject: { purpose: 'replacement' } }, 'preparing.queued'],
  ]
  test.each(asking)('%s', (_, options, state) => {
    expect(startEncode(options).state()).toBe(state)
  })

  test('is asked about before an encoder is taken, and the confirmation travels with the order', async () => {
    const run = await encodeStates.askingForLiveKey()
    expect(run.invoked).toHaveLength(0)
    run.send(events['clerk.confirmed'])
    expect(run.actors.takeTurn.call().input.order.encode.confirmed).toBe(true)
  })

  test('stays confirmed when the encoder is lost afterwards', async () => {
    const run = await encodeStates.askingForLiveKey()
    run.send(events['clerk.confirmed'])
    await run.actors.takeTurn.call().resolve(run.lease)
    run.send(events['device.lost'])
    expect(run.state()).toBe('preparing.queued')
    expect(run.actors.takeTurn.call().input.order.encode.confirmed).toBe(true)
  })
})

describe('an occupied card', () => {
  test('is overwritten only after the clerk has confirmed, and is selected and checked again', async () => {
    const run = await encodeStates.checkingCard()
    expect(run.actors.checkCard.call().input.overwrite).toBeNull()
    await run.actors.checkCard.call().resolve({ kind: 'occupied', occupant })
    expect(run.context().question).toBe('occupied')
    run.send(events['clerk.confirmed'])
    await run.actors.waitForCard.call().resolve(guestCard)
    expect(run.actors.checkCard.call().input.overwrite).toEqual(occupant)
    await run.actors.checkCard.call().resolve({ kind: 'free', task: writeTask })
    expect(run.state()).toBe('writing')
  })

  test('is asked about again when another card lies there after the confirmation', async () => {
    const run = await encodeStates.askingForOccupied()
    run.send(events['clerk.confirmed'])
    await run.actors.waitForCard.call().resolve(otherCard)
    expect(run.actors.checkCard.call().input).toMatchObject({ card: otherCard, overwrite: occupant })
    await run.actors.checkCard
      .call()
      .resolve({ kind: 'occupied', occupant: { ...occupant, uid: otherCard.uid } })
    expect(run.state()).toBe('preparing.awaitingConfirmation')
  })
})

describe('a session that the daemon left in mid-write', () => {
  test('reads the card and takes no turn of its own, even when the order has expired', async () => {
    const run = await encodeStates.recoveringAfterCrash({ expiresInMs: -1 })
    expect(run.state()).toBe('recovering')
    expect(run.invoked.map((call) => call.actor)).toEqual(['recoverTruth'])
  })

  test('asks no question about a live key: nothing is written', async () => {
    const run = await encodeStates.recoveringAfterCrash({ subject: { endsLiveKey: true } })
    expect(run.state()).toBe('recovering')
  })
})
