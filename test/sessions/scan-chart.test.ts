import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BridgeError, errorTable } from '../../src/contract/errors.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'
import type { ScanEvent } from '../../src/sessions/scan-machine.ts'
import { finding, guestCard, leaseOf, presented, scanStates, startScan } from './chart-support.ts'
import type { ScanOptions, ScanRun, ScanStateName } from './chart-support.ts'

const uid = guestCard.uid
const codes = Object.keys(errorTable) as ErrorCode[]
const deviceGone = ['device_lost', 'device_closed', 'device_unresponsive']

const events = {
  'session.cancel': { type: 'session.cancel' },
  'card.notice': { type: 'card.notice', code: 'card_several' },
  'device.lost': { type: 'device.lost', error: new BridgeError('device_lost') },
} satisfies Record<ScanEvent['type'], ScanEvent>

/** Where each state goes on each event that it hears. Every pair that is missing here is forbidden. */
const heard: Record<ScanStateName, Partial<Record<ScanEvent['type'], string>>> = {
  queued: { 'session.cancel': 'untouched order_cancelled -' },
  leasing: { 'session.cancel': 'untouched order_cancelled -', 'device.lost': 'working.queued' },
  waitingForCard: {
    'session.cancel': 'untouched order_cancelled -',
    'card.notice': 'working.waitingForCard',
    'device.lost': 'working.queued',
  },
  reading: { 'session.cancel': `untouched order_cancelled ${uid}`, 'device.lost': 'working.queued' },
  comparing: { 'session.cancel': `untouched order_cancelled ${uid}` },
  assigning: {},
  ended: {},
}

const stateNames = Object.keys(heard) as ScanStateName[]
const eventTypes = Object.keys(events) as ScanEvent['type'][]
const pairs = stateNames.flatMap((state) => eventTypes.map((event) => ({ state, event })))

const traceOf = (run: ScanRun) => ({
  outcome: run.outcome(),
  context: { ...run.context() },
  invoked: run.invoked.length,
  left: run.invoked.filter((call) => call.signal.aborted).length,
  endings: run.endings.length,
})

describe('the scan chart', () => {
  const allowed = pairs.flatMap(({ state, event }) => {
    const goesTo = heard[state][event]
    return goesTo === undefined ? [] : [{ state, event, goesTo }]
  })
  test.each(allowed)('hears $event in $state and comes to $goesTo', async ({ state, event, goesTo }) => {
    const run = await scanStates[state]()
    expect(run.hears(events[event])).toBe(true)
    run.send(events[event])
    expect(run.outcome()).toBe(goesTo)
    expect(run.faults).toEqual([])
  })

  const forbidden = pairs.filter(({ state, event }) => heard[state][event] === undefined)
  test.each(forbidden)('changes nothing on $event in $state', async ({ state, event }) => {
    const run = await scanStates[state]()
    const before = traceOf(run)
    expect(run.hears(events[event])).toBe(false)
    // xstate itself drops what is sent to a chart that has ended, and warns.
    if (state !== 'ended') run.send(events[event])
    expect(traceOf(run)).toEqual(before)
  })

  test('forgets the notice of several cards once one has been selected', async () => {
    const run = await scanStates.waitingForCard()
    run.actors.waitForCard.call().input.report(events['card.notice'])
    expect(run.context().notice).toBe('card_several')
    await run.actors.waitForCard.call().resolve(presented)
    expect(run.context().notice).toBeNull()
  })
})

describe('what a scan has lost', () => {
  test('is a card that was taken away: no ending names it', async () => {
    const run = await scanStates.reading()
    await run.actors.readCard.call().reject('card_removed')
    run.send(events['session.cancel'])
    expect(run.outcome()).toBe('untouched order_cancelled -')
  })

  test('is the lease of a device that was unplugged, and the card on it', async () => {
    const run = await scanStates.reading()
    run.send(events['device.lost'])
    expect(run.actors.readCard.call().signal.aborted).toBe(true)
    expect(run.context()).toMatchObject({ lease: null, presented: null })
    expect(run.actors.takeTurn.calls).toHaveLength(2)
  })
})

describe('the deadlines of a scan', () => {
  const soon = { expiresInMs: 5_000 }
  const deadlines: readonly {
    readonly state: ScanStateName
    readonly afterMs: number
    readonly ending: string
    readonly options?: ScanOptions
  }[] = [
    { state: 'queued', afterMs: 5_000, options: soon, ending: 'untouched order_expired -' },
    { state: 'leasing', afterMs: 5_000, options: soon, ending: 'untouched order_expired -' },
    { state: 'waitingForCard', afterMs: 5_000, options: soon, ending: 'untouched order_expired -' },
    { state: 'reading', afterMs: 5_000, options: soon, ending: `untouched order_expired ${uid}` },
    { state: 'waitingForCard', afterMs: 60_000, ending: 'untouched card_timeout -' },
    { state: 'comparing', afterMs: 5_000, ending: `scanned unchecked ${uid}` },
    { state: 'assigning', afterMs: 120_000, ending: `unknown outcome_unknown ${uid}` },
  ]
  test.each(deadlines)(
    'end $state as $ending after $afterMs ms and not one before',
    async ({ state, afterMs, ending, options }) => {
      const run = await scanStates[state](options)
      const before = run.state()
      run.clock.increment(afterMs - 1)
      expect(run.outcome()).toBe(before)
      run.clock.increment(1)
      expect(run.outcome()).toBe(ending)
      expect(run.endings).toHaveLength(1)
      expect(run.invoked.at(-1)?.signal.aborted).toBe(true)
    },
  )

  test('let an order expire without consequence once its card has been read', async () => {
    const run = await scanStates.comparing({ expiresInMs: 1_000 })
    run.clock.increment(4_999)
    expect(run.outcome()).toBe('comparing')
    await run.actors.compareRecord.call().resolve({ kind: 'nothing' })
    expect(run.outcome()).toBe(`scanned nothing ${uid}`)
  })

  test.each([0, -1])('take no encoder for an order that expires in %i ms', (expiresInMs) => {
    const run = startScan({ expiresInMs })
    expect(run.outcome()).toBe('untouched order_expired -')
    expect(run.invoked).toHaveLength(0)
  })

  test('end the wait for a card as card_several when several cards lay there to the end', async () => {
    const run = await scanStates.waitingForCard()
    run.actors.waitForCard.call().input.report(events['card.notice'])
    run.clock.increment(60_000)
    expect(run.outcome()).toBe('untouched card_several -')
  })
})

describe('a scan that meets a failure of any code', () => {
  const outcomesOf = async (state: ScanStateName, actor: keyof ScanRun['actors']) => {
    const outcomes = new Map<ErrorCode, string>()
    for (const code of codes) {
      const run = await scanStates[state]()
      await run.actors[actor].call().reject(code)
      outcomes.set(code, run.outcome())
    }
    return outcomes
  }
  const expected = (outcomeOf: (code: ErrorCode) => string) =>
    new Map(codes.map((code) => [code, outcomeOf(code)]))
  const orQueue = (code: ErrorCode, ending: string): string =>
    deviceGone.includes(code) ? 'working.queued' : ending

  test('leaves the card untouched, and waits for a lost device in the queue', async () => {
    expect(await outcomesOf('queued', 'takeTurn')).toEqual(expected((code) => `untouched ${code} -`))
    expect(await outcomesOf('leasing', 'proveAlive')).toEqual(
      expected((code) => orQueue(code, `untouched ${code} -`)),
    )
    expect(await outcomesOf('waitingForCard', 'waitForCard')).toEqual(
      expected((code) => orQueue(code, `untouched ${code} -`)),
    )
  })

  test('waits for a card that was taken away while it was read', async () => {
    expect(await outcomesOf('reading', 'readCard')).toEqual(
      expected((code) =>
        code === 'card_removed' ? 'working.waitingForCard' : orQueue(code, `untouched ${code} ${uid}`),
      ),
    )
  })

  test('says that the card was not assigned when whoever was asked says so', async () => {
    expect(await outcomesOf('assigning', 'giveCard')).toEqual(expected((code) => `untouched ${code} ${uid}`))
  })

  test('tells what was read even when it could not be compared', async () => {
    expect(await outcomesOf('comparing', 'compareRecord')).toEqual(expected(() => `scanned unchecked ${uid}`))
  })
})

describe('an order to assign', () => {
  test('has the card that was read given away by its number, with nothing compared', async () => {
    const run = await scanStates.assigning()
    expect(run.actors.compareRecord.calls).toHaveLength(0)
    expect(run.actors.giveCard.call().input).toMatchObject({
      card: { uid, cardNumber: '4711', technology: 'mifare-classic-1k' },
      isRepeat: false,
    })
    await run.actors.giveCard.call().resolve()
    expect(run.outcome()).toBe(`assigned 4711 ${uid}`)
  })

  test('asks nobody for a card without a number', async () => {
    const run = await scanStates.reading({ isAssign: true })
    await run.actors.readCard.call().resolve(finding)
    expect(run.outcome()).toBe(`untouched card_not_assigned ${uid}`)
    expect(run.actors.giveCard.calls).toHaveLength(0)
  })

  test('that was cut short reads no card again, however late it is, and asks as a repetition', async () => {
    const { encoderId } = leaseOf('anytime')
    const card = { encoderId, uid, technology: 'mifare-classic-1k', cardNumber: '4711' } as const
    const run = startScan({ isAssign: true, interrupted: { kind: 'assign', ...card }, expiresInMs: -1 })
    expect(run.actors.takeTurn.calls).toHaveLength(0)
    expect(run.actors.giveCard.call().input).toMatchObject({ card, isRepeat: true })
    await run.actors.giveCard.call().resolve()
    expect(run.outcome()).toBe(`assigned 4711 ${uid}`)
  })
})

describe('the ending of a scan', () => {
  test('tells the card, what was on it and how it compares', async () => {
    const run = await scanStates.comparing()
    expect(run.actors.compareRecord.call().input.finding).toBe(finding)
    await run.actors.compareRecord.call().resolve({ kind: 'notFound' })
    expect(run.endings).toEqual([
      {
        kind: 'scanned',
        cardNumber: null,
        uid,
        technology: 'mifare-classic-1k',
        record: null,
        remark: 'blank',
        comparison: { kind: 'notFound' },
      },
    ])
  })

  test('is exactly one and never worse than untouched, whatever happens in whatever order', async () => {
    const reached = new Set<string>()
    const settle = async (run: ScanRun, choice: number): Promise<void> => {
      const { actors } = run
      const working = run.invoked.at(-1)
      if (working === undefined || working.signal.aborted) return
      if (choice > 0) return working.reject(codes[choice % codes.length] ?? 'internal_error')
      if (working.actor === 'takeTurn') return actors.takeTurn.call().resolve(run.lease)
      if (working.actor === 'proveAlive') return actors.proveAlive.call().resolve()
      if (working.actor === 'waitForCard') return actors.waitForCard.call().resolve(presented)
      if (working.actor === 'readCard') return actors.readCard.call().resolve(finding)
      return actors.compareRecord.call().resolve({ kind: 'same' })
    }
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.constant(async (run: ScanRun) => settle(run, 0)) },
      { weight: 1, arbitrary: fc.nat(200).map((choice) => async (run: ScanRun) => settle(run, choice)) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(...Object.values(events)).map((event) => async (run: ScanRun) => {
          run.send(event)
        }),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(1, 4_999, 5_000, 60_000).map((ms) => async (run: ScanRun) => {
          run.clock.increment(ms)
        }),
      },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const run = startScan({ expiresInMs: 90_000 })
        for (const next of steps) if (run.endings.length === 0) await next(run)
        if (run.endings.length === 0) run.clock.increment(90_000)
        expect(run.faults).toEqual([])
        expect(run.endings).toHaveLength(1)
        const kind = run.endings[0]?.kind ?? ''
        expect(['scanned', 'untouched']).toContain(kind)
        expect(kind === 'scanned').toBe(
          run.actors.compareRecord.calls.length > 0 && !run.outcome().includes('cancelled'),
        )
        reached.add(kind)
      }),
      { numRuns: 300 },
    )
    expect(reached).toEqual(new Set(['scanned', 'untouched']))
  })
})
