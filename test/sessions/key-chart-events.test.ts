import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { EncoderId } from 'encoder-bridge/driver'
import type { KeyEvent } from '../../src/sessions/key-context.ts'
import { encoderId, subject } from './chart-stubs.ts'
import { keyIntent, keyStates, lost, made, outcomeOf, startKey } from './key-chart-support.ts'
import type { KeyOptions, KeyRun, KeyStateName } from './key-chart-support.ts'

const otherEncoderId = EncoderId.parse(randomUUID())

const events = {
  'session.cancel': { type: 'session.cancel' },
  'clerk.confirmed': { type: 'clerk.confirmed' },
  'command.sent': { type: 'command.sent' },
  'patience.over': { type: 'patience.over' },
  'key.found': { type: 'key.found', found: 'A spare key.' },
  'device.lost': lost(),
} satisfies Record<KeyEvent['type'], KeyEvent>

type Heard = Partial<Record<KeyEvent['type'], string>>

const cancelled = 'untouched order_cancelled -'
const partly = 'encoded confirmed - 2/3'
/** Where each state goes on each event that it hears. Every pair that is missing here is forbidden. */
const heard: Record<KeyStateName, Heard> = {
  queued: { 'session.cancel': cancelled },
  leasing: { 'session.cancel': cancelled, 'device.lost': 'working.queued' },
  askingForLiveKey: { 'session.cancel': cancelled, 'clerk.confirmed': 'working.queued' },
  ordering: {
    'session.cancel': cancelled,
    'command.sent': 'working.commanding.makingKey',
    'patience.over': 'untouched key_encoder_busy -',
    'device.lost': 'working.queued',
  },
  orderingAgain: {
    'session.cancel': cancelled,
    'command.sent': 'working.commanding.makingKey',
    'patience.over': 'untouched key_encoder_busy -',
    'device.lost': 'working.queued',
  },
  orderingFurther: {
    'session.cancel': `${partly} order_cancelled`,
    'command.sent': 'working.commanding.makingKey',
    'patience.over': `${partly} key_encoder_busy`,
    'device.lost': 'working.queued',
  },
  makingKey: {
    'session.cancel': 'working.commanding.makingKey',
    'patience.over': 'working.commanding.makingKey',
    'device.lost': 'recovering',
  },
  makingFurther: {
    'session.cancel': 'working.commanding.makingKey',
    'patience.over': 'working.commanding.makingKey',
    'device.lost': `${partly} outcome_unknown`,
  },
  recovering: { 'session.cancel': 'unknown outcome_unknown -', 'key.found': 'recovering' },
  recoveringAfterCrash: { 'session.cancel': 'unknown outcome_unknown -', 'key.found': 'recovering' },
  ended: {},
}

const stateNames = Object.keys(heard) as KeyStateName[]
const eventTypes = Object.keys(events) as KeyEvent['type'][]
const pairs = stateNames.flatMap((state) => eventTypes.map((event) => ({ state, event })))

/** All that an event could change. */
const traceOf = (run: KeyRun) => ({
  outcome: outcomeOf(run),
  context: { ...run.context() },
  isAskedToStop: run.context().stop.signal.aborted,
  invoked: run.invoked.length,
  left: run.invoked.filter((call) => call.signal.aborted).length,
  endings: run.endings.length,
})

describe('the key chart', () => {
  const allowed = pairs.flatMap(({ state, event }) => {
    const goesTo = heard[state][event]
    return goesTo === undefined ? [] : [{ state, event, goesTo }]
  })
  test.each(allowed)('hears $event in $state and comes to $goesTo', async ({ state, event, goesTo }) => {
    const run = await keyStates[state]()
    expect(run.hears(events[event])).toBe(true)
    run.send(events[event])
    expect(outcomeOf(run)).toBe(goesTo)
    expect(run.faults).toEqual([])
  })

  const forbidden = pairs.filter(({ state, event }) => heard[state][event] === undefined)
  test.each(forbidden)('changes nothing on $event in $state', async ({ state, event }) => {
    const run = await keyStates[state]()
    const before = traceOf(run)
    expect(run.hears(events[event])).toBe(false)
    // xstate itself drops what is sent to a chart that has ended, and warns.
    if (state !== 'ended') run.send(events[event])
    expect(traceOf(run)).toEqual(before)
    expect(run.faults).toEqual([])
  })

  test.each(['ordering', 'orderingAgain', 'makingKey'] as const)(
    'stops the command that it leaves in %s',
    async (state) => {
      const run = await keyStates[state]()
      const { signal } = run.actors.giveCommand.call()
      run.send(lost())
      expect(signal.aborted).toBe(true)
    },
  )
})

describe('a cancel after the command went out', () => {
  test('asks the driver to stop and waits for what it says, where the system can give a command up', async () => {
    const run = await keyStates.makingKey({ abort: 'anytime' })
    const { input, signal } = run.actors.giveCommand.call()
    run.send(events['session.cancel'])
    expect(input.stop.aborted).toBe(true)
    expect(signal.aborted).toBe(false)
    expect(run.state()).toBe('working.commanding.makingKey')
  })

  test.each(['betweenBlocks', 'neverWhileWriting'] as const)(
    'is not heard with abort promise %s',
    async (abort) => {
      const run = await keyStates.makingKey({ abort })
      const before = traceOf(run)
      expect(run.hears(events['session.cancel'])).toBe(false)
      run.send(events['session.cancel'])
      expect(traceOf(run)).toEqual(before)
    },
  )

  test.each([
    ['made the key after all', 'encoded confirmed - 1/1', (run: KeyRun) => answer(run).resolve(made())],
    ['made none', 'untouched card_timeout -', (run: KeyRun) => answer(run).reject('card_timeout')],
    ['does not know', 'recovering', (run: KeyRun) => answer(run).reject('outcome_unknown')],
    ['gave it up without a word', 'recovering', (run: KeyRun) => answer(run).reject('aborted')],
    [
      'was busy all the time',
      'untouched key_encoder_busy -',
      (run: KeyRun) => answer(run).reject('key_encoder_busy'),
    ],
  ])('ends as the driver says: the system %s', async (_, outcome, settle) => {
    const run = await keyStates.makingKey()
    run.send(events['session.cancel'])
    await settle(run)
    expect(outcomeOf(run)).toBe(outcome)
  })

  test('gives no further command', async () => {
    const run = await keyStates.makingKey({ subject: { copies: 3 } })
    run.send(events['session.cancel'])
    await answer(run).resolve(made(2))
    expect(outcomeOf(run)).toBe('encoded confirmed - 2/3 order_cancelled')
    expect(run.actors.giveCommand.calls).toHaveLength(1)
  })
})

const answer = (run: KeyRun) => run.actors.giveCommand.call()

describe('the live key of a door', () => {
  const liveKey = { endsLiveKey: true } as const
  const asking: readonly (readonly [string, KeyOptions, string])[] = [
    ['a new key that nobody confirmed is asked about', { subject: liveKey }, 'working.awaitingConfirmation'],
    ['a confirmed new key is not', { subject: { ...liveKey, confirmed: true } }, 'working.queued'],
    ['a new key of a free door is not', { subject: { endsLiveKey: false } }, 'working.queued'],
    [
      'a replacement is too, where the hub knows that it ends others',
      { subject: { ...liveKey, purpose: 'replacement' } },
      'working.awaitingConfirmation',
    ],
    ['a replacement that ends none is not', { subject: { purpose: 'replacement' } }, 'working.queued'],
  ]
  test.each(asking)('%s', (_, options, state) => {
    expect(startKey(options).state()).toBe(state)
  })

  test('is asked about before an encoder is taken, and the confirmation travels with the order', async () => {
    const run = await keyStates.askingForLiveKey()
    expect(run.invoked).toHaveLength(0)
    run.send(events['clerk.confirmed'])
    expect(run.actors.takeTurn.call().input.order.encode?.confirmed).toBe(true)
  })
})

describe('the keys of an order', () => {
  /** Lets every command succeed, and tells what each asked for. */
  const commandsOf = async (options: KeyOptions): Promise<readonly string[]> => {
    const run = await keyStates.ordering(options)
    const asked: string[] = []
    while (run.endings.length === 0) {
      asked.push(run.asked())
      const { input } = answer(run)
      input.report(events['command.sent'])
      await answer(run).resolve(made(input.part?.copies))
    }
    return [...asked, outcomeOf(run)]
  }

  test.each<[string, KeyOptions, readonly string[]]>([
    ['one needs one command', {}, ['new 1', 'encoded confirmed - 1/1']],
    ['as many as fit into one need one', { subject: { copies: 2 } }, ['new 2', 'encoded confirmed - 2/2']],
    [
      'of more only the first command ends earlier keys',
      { subject: { copies: 5 } },
      ['new 2', 'additional 2', 'additional 1', 'encoded confirmed - 5/5'],
    ],
    [
      'a replacement’s further ones are additional',
      { subject: { copies: 2, purpose: 'replacement' }, keys: { copiesAtOnce: 1 } },
      ['replacement 1', 'additional 1', 'encoded confirmed - 2/2'],
    ],
    [
      'those that open once are made one at a time, and every one opens once',
      { subject: { copies: 3, purpose: 'oneShot' } },
      ['oneShot 1', 'oneShot 1', 'oneShot 1', 'encoded confirmed - 3/3'],
    ],
  ])('%s', async (_, options, expected) => {
    expect(await commandsOf(options)).toEqual(expected)
  })

  test('are counted, with what the system told of each', async () => {
    const run = await keyStates.makingKey({ subject: { copies: 3 } })
    await answer(run).resolve(
      made(2, { serialNumbers: ['04A1B2C3', '04A1B2C4'], remark: 'Batteries are low.' }),
    )
    const before = { made: 2, serialNumbers: ['04A1B2C3', '04A1B2C4'], remark: 'Batteries are low.' }
    expect(answer(run).input.before).toEqual(before)
    answer(run).input.report(events['command.sent'])
    await answer(run).resolve(made(1, { serialNumbers: ['04A1B2C5'], remark: 'Batteries are low.' }))
    expect(run.endings).toEqual([
      {
        kind: 'encoded',
        uid: null,
        technology: 'unknown',
        proof: 'confirmed',
        keys: {
          made: 3,
          wanted: 3,
          serialNumbers: ['04A1B2C3', '04A1B2C4', '04A1B2C5'],
          shortfall: null,
          remark: 'Batteries are low.',
        },
      },
    ])
  })

  test('one alone is known by its serial number where that is an identifier', async () => {
    const uidOf = async (serial: string) => {
      const run = await keyStates.makingKey()
      await answer(run).resolve(made(1, { serialNumbers: [serial] }))
      return run.endings
    }
    expect(await uidOf('04A1B2C3D4E580')).toMatchObject([{ uid: '04A1B2C3D4E580' }])
    expect(await uidOf('4711')).toMatchObject([{ uid: null, keys: { serialNumbers: ['4711'] } }])
    expect(await uidOf('00000000')).toMatchObject([{ uid: null }])
  })

  test('that are left are made at the same encoder, and alike, when its link is lost between two commands', async () => {
    const pool = [otherEncoderId, encoderId]
    const order = { kind: 'encode', encoderIds: pool, encode: { ...subject, copies: 3 } } as const
    const run = await keyStates.orderingFurther({ order })
    expect(run.actors.takeTurn.call().input.order.encoderIds).toEqual(pool)
    run.send(lost())
    expect(run.state()).toBe('working.queued')
    // Another lock system may stand behind the other one, and there no guest has the room.
    expect(run.actors.takeTurn.call().input.order.encoderIds).toEqual([encoderId])
    await run.actors.takeTurn.call().resolve(run.lease)
    expect(run.actors.planKey.call().input.plan).toBe(run.plan)
    await run.actors.planKey.call().resolve(run.plan)
    expect(run.asked()).toBe('additional 1')
    expect(answer(run).input.before.made).toBe(2)
  })
})

test('an order of which no key is made yet goes on wherever it can, worked out anew', async () => {
  const pool = [otherEncoderId, encoderId]
  const run = await keyStates.ordering({ order: { kind: 'encode', encoderIds: pool, encode: subject } })
  run.send(lost())
  expect(run.actors.takeTurn.call().input.order.encoderIds).toEqual(pool)
  await run.actors.takeTurn.call().resolve(run.lease)
  expect(run.actors.planKey.call().input.plan).toBeNull()
})

describe('a session that the daemon left after its command went out', () => {
  test('gives no command, even when the order has not expired', async () => {
    const run = await keyStates.recoveringAfterCrash()
    expect(run.invoked.map((call) => call.actor)).toEqual(['recoverKey'])
    expect(run.actors.recoverKey.call().input).toMatchObject({
      intent: keyIntent,
      plan: null,
      why: { code: 'write_interrupted' },
    })
  })

  test('tells the keys that were confirmed before, and that another one is in doubt', async () => {
    const interrupted = { ...keyIntent, made: 1, serialNumbers: ['04A1B2C3'], remark: 'Whole hours.' }
    const run = startKey({ interrupted, subject: { copies: 2 } })
    expect(outcomeOf(run)).toBe('encoded confirmed 04A1B2C3 1/2 outcome_unknown')
    expect(run.endings).toMatchObject([{ keys: { serialNumbers: ['04A1B2C3'], remark: 'Whole hours.' } }])
    expect(run.invoked).toEqual([])
  })

  test('asks no question about a live key', async () => {
    const run = await keyStates.recoveringAfterCrash({ subject: { endsLiveKey: true } })
    expect(run.state()).toBe('recovering')
  })
})
