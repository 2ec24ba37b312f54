import { describe, expect, test } from 'vitest'
import { errorTable } from '../../src/contract/errors.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'
import type { Order } from '../../src/contract/order.ts'
import type { KeyPlan } from '../../src/sessions/key-plan.ts'
import { foundKey, keyStates, made, outcomeOf } from './key-chart-support.ts'
import type { KeyOptions, KeyRun, KeyStateName } from './key-chart-support.ts'

const codes = Object.keys(errorTable) as ErrorCode[]
const deviceGone = ['device_lost', 'device_closed', 'device_unresponsive']
/** KeySystem: what a system says when it has not acted, and when it has spoiled the card. Here they are written a second time. */
const notActed = [
  'key_encoder_unknown',
  'key_encoder_offline',
  'room_unknown',
  'room_checked_out',
  'room_out_of_service',
  'card_timeout',
  'card_misplaced',
  'card_foreign',
  'card_staff',
  'card_incompatible',
  'one_shot_used_up',
  'key_order_refused',
  'lock_system_fault',
  'credential_deleted',
  'credential_cannot_be_reissued',
  'seam_unauthorized',
  'seam_bridge_offline',
  'rate_limited',
  'device_absent',
  'not_supported',
]
const spoiled = ['card_write_refused', 'card_mismatch', 'card_stuck', 'write_interrupted']

/** Rejects one actor with each code of the error table, on a fresh chart each time, and tells where each code led. */
const outcomesOf = async (
  state: KeyStateName,
  actor: keyof KeyRun['actors'],
  options?: KeyOptions,
): Promise<Map<ErrorCode, string>> => {
  const outcomes = new Map<ErrorCode, string>()
  for (const code of codes) {
    const run = await keyStates[state](options)
    await run.actors[actor].call().reject(code)
    expect(run.faults).toEqual([])
    outcomes.set(code, lookedInto(run))
  }
  return outcomes
}

/** The outcome; while a key is looked into also why. */
const lookedInto = (run: KeyRun): string =>
  run.state() === 'recovering' ? `recovering ${run.actors.recoverKey.call().input.why.code}` : outcomeOf(run)

const expected = (ofCode: (code: ErrorCode) => string): Map<ErrorCode, string> =>
  new Map(codes.map((code) => [code, ofCode(code)]))

describe('a failure of every code', () => {
  test('while the order waits for its turn leaves everything as it is', async () => {
    expect(await outcomesOf('queued', 'takeTurn')).toEqual(expected((code) => `untouched ${code} -`))
  })

  test('while it is planned leaves everything as it is, or waits for a lost link in the queue', async () => {
    expect(await outcomesOf('leasing', 'planKey')).toEqual(
      expected((code) => (deviceGone.includes(code) ? 'working.queued' : `untouched ${code} -`)),
    )
  })

  test('before the command went out leaves everything as it is; a busy system is asked again', async () => {
    expect(await outcomesOf('ordering', 'giveCommand')).toEqual(
      expected((code) => {
        if (deviceGone.includes(code)) return 'working.queued'
        return code === 'key_encoder_busy' ? 'working.commanding.ordering' : `untouched ${code} -`
      }),
    )
  })

  test('after it went out is untouched or spoiled only where the system says so, and else in doubt', async () => {
    expect(await outcomesOf('makingKey', 'giveCommand')).toEqual(
      expected((code) => {
        if (code === 'key_encoder_busy') return 'working.commanding.ordering'
        if (notActed.includes(code)) return `untouched ${code} -`
        return spoiled.includes(code) ? `spoiled ${code} -` : `recovering ${code}`
      }),
    )
  })

  test('of a further command before it went out leaves the keys that were made', async () => {
    expect(await outcomesOf('orderingFurther', 'giveCommand')).toEqual(
      expected((code) => {
        if (deviceGone.includes(code)) return 'working.queued'
        return code === 'key_encoder_busy' ? 'working.commanding.ordering' : `encoded confirmed - 2/3 ${code}`
      }),
    )
  })

  test('of a further command leaves the keys that were made, and tells what is known of the others', async () => {
    expect(await outcomesOf('makingFurther', 'giveCommand')).toEqual(
      expected((code) => {
        if (code === 'key_encoder_busy') return 'working.commanding.ordering'
        const isKnown = [...notActed, ...spoiled].includes(code)
        return `encoded confirmed - 2/3 ${isKnown ? code : 'outcome_unknown'}`
      }),
    )
  })

  test.each(['recovering', 'recoveringAfterCrash'] as const)(
    'in %s leaves the key unknown',
    async (state) => {
      expect(await outcomesOf(state, 'recoverKey')).toEqual(expected(() => 'unknown outcome_unknown -'))
    },
  )
})

describe('a doubt', () => {
  test('ends as what was read', async () => {
    const run = await keyStates.recovering()
    expect(run.actors.recoverKey.call().input).toMatchObject({ plan: run.plan, intent: { made: 0 } })
    await run.actors.recoverKey.call().resolve(foundKey)
    expect(run.endings).toEqual([foundKey])
    expect(run.actors.giveCommand.calls).toHaveLength(1)
  })

  test('that stays tells why there is one, and what was read in the place of the key', async () => {
    const run = await keyStates.makingKey()
    await run.actors.giveCommand.call().reject('outcome_unknown', 'The line was cut.')
    run.send({ type: 'key.found', found: 'A guest key of room 7.' })
    run.send({ type: 'key.found', found: 'A spare key.' })
    run.send({ type: 'session.cancel' })
    expect(run.endings).toEqual([
      {
        kind: 'unknown',
        code: 'outcome_unknown',
        detail: 'The line was cut. Read was: A spare key.',
        uid: null,
      },
    ])
  })

  test('names a fault of the bridge itself', async () => {
    const run = await keyStates.makingKey()
    await run.actors.giveCommand.call().break(new TypeError('bytes is not iterable'))
    expect(run.actors.recoverKey.call().input.why).toMatchObject({
      code: 'internal_error',
      detail: 'bytes is not iterable',
    })
  })

  test('about a further key is told beside those that were made', async () => {
    const run = await keyStates.makingFurther()
    await run.actors.giveCommand.call().reject('protocol_error', 'An answer without end.')
    expect(run.endings).toMatchObject([
      {
        kind: 'encoded',
        keys: {
          made: 2,
          shortfall: {
            code: 'outcome_unknown',
            detail: expect.stringContaining('An answer without end.') as string,
          },
        },
      },
    ])
  })
})

describe('a busy lock system', () => {
  const busyAgain = async (run: KeyRun): Promise<void> => {
    run.actors.giveCommand.call().input.report({ type: 'command.sent' })
    await run.actors.giveCommand.call().reject('key_encoder_busy')
  }

  test('is told to the clerk, and asked again with a new command', async () => {
    const run = await keyStates.orderingAgain()
    expect(run.state()).toBe('working.commanding.ordering')
    expect(run.context().notice).toBe('key_encoder_busy')
    expect(run.actors.giveCommand.calls).toHaveLength(2)
    expect(run.actors.giveCommand.calls.map(({ input }) => input.isAgain)).toEqual([false, true])
    run.actors.giveCommand.call().input.report({ type: 'command.sent' })
    expect(run.context().notice).toBeNull()
    await run.actors.giveCommand.call().resolve(made())
    expect(outcomeOf(run)).toBe('encoded confirmed - 1/1')
  })

  test('is asked for a minute from the first time on, however often it answers', async () => {
    const run = await keyStates.orderingAgain()
    for (let count = 0; count < 5; count += 1) {
      run.clock.increment(11_999)
      await busyAgain(run)
    }
    expect(run.state()).toBe('working.commanding.ordering')
    run.clock.increment(5)
    expect(outcomeOf(run)).toBe('untouched key_encoder_busy -')
    expect(run.actors.giveCommand.call().signal.aborted).toBe(true)
  })

  test('is not asked again when the minute passed while a command was under way', async () => {
    const run = await keyStates.orderingAgain()
    run.actors.giveCommand.call().input.report({ type: 'command.sent' })
    run.clock.increment(60_000)
    expect(run.state()).toBe('working.commanding.makingKey')
    await run.actors.giveCommand.call().reject('key_encoder_busy')
    expect(outcomeOf(run)).toBe('untouched key_encoder_busy -')
  })

  test('has a minute of its own for each key', async () => {
    const run = await keyStates.orderingAgain({ subject: { copies: 3 } })
    run.clock.increment(30_000)
    await busyAgain(run)
    run.clock.increment(29_999)
    run.actors.giveCommand.call().input.report({ type: 'command.sent' })
    await run.actors.giveCommand.call().resolve(made(2))
    await busyAgain(run)
    run.clock.increment(59_999)
    expect(run.state()).toBe('working.commanding.ordering')
    run.clock.increment(1)
    expect(outcomeOf(run)).toBe('encoded confirmed - 2/3 key_encoder_busy')
  })

  test('has a new minute once the link was lost', async () => {
    const run = await keyStates.orderingAgain()
    run.clock.increment(59_999)
    run.send({ type: 'session.cancel' })
    expect(outcomeOf(run)).toBe('untouched order_cancelled -')
    const other = await keyStates.orderingAgain()
    other.clock.increment(59_999)
    await other.actors.giveCommand.call().reject('device_lost')
    expect(other.state()).toBe('working.queued')
    await other.actors.takeTurn.call().resolve(other.lease)
    await other.actors.planKey.call().resolve(other.plan)
    other.clock.increment(1)
    expect(other.state()).toBe('working.commanding.ordering')
    expect(other.actors.giveCommand.call().input.isAgain).toBe(false)
  })
})

describe('an order that makes no key', () => {
  const stay: KeyOptions = {
    order: { kind: 'stay', origin: 'desk', stay: { kind: 'checkOut', room: '101' } } satisfies Partial<Order>,
    plan: { kind: 'checkOut', order: { room: '101' }, remark: null },
  }
  const move: KeyPlan = {
    kind: 'moveStay',
    order: { room: '101', newRoom: '102', endsAt: null },
    remark: 'Whole hours.',
  }
  const assign: KeyOptions = {
    order: { kind: 'scan_to_assign', assignTo: { acsUserId: null, userIdentityId: null } },
    plan: { kind: 'assign', to: { acsUserId: null, userIdentityId: null }, remark: null },
  }

  test('ends as carried out, with what there is to know', async () => {
    const run = await keyStates.makingKey(stay)
    expect(run.asked()).toBe('-')
    await run.actors.giveCommand.call().resolve({ kind: 'carriedOut' })
    expect(run.endings).toEqual([{ kind: 'carriedOut', remark: null }])
    const moving = await keyStates.makingKey({ ...stay, plan: move })
    await moving.actors.giveCommand.call().resolve({ kind: 'carriedOut' })
    expect(moving.endings).toEqual([{ kind: 'carriedOut', remark: 'Whole hours.' }])
  })

  test('ends as the scan that Seam made', async () => {
    const run = await keyStates.makingKey(assign)
    const reading = { kind: 'credential', cardNumber: '4711', comparison: { kind: 'same' } } as const
    await run.actors.giveCommand.call().resolve({ kind: 'assigned', reading })
    expect(run.endings).toMatchObject([
      { kind: 'scanned', cardNumber: '4711', comparison: { kind: 'same' }, record: null },
    ])
  })

  test.each([
    ['stay', stay],
    ['assign', assign],
  ])(
    'is in doubt after every failure that is no refusal, and never spoils a card (%s)',
    async (_, options) => {
      expect(await outcomesOf('makingKey', 'giveCommand', options)).toEqual(
        expected((code) => {
          if (code === 'key_encoder_busy') return 'working.commanding.ordering'
          return notActed.includes(code) ? `untouched ${code} -` : `recovering ${code}`
        }),
      )
    },
  )
})
