import { describe, expect, test } from 'vitest'
import { BridgeError, isBridgeError } from 'encoder-bridge/driver'
import { endingOf } from '../../test/conformance/rig.ts'
import {
  bytesOf,
  cardOf,
  commandOptions,
  createScriptedLock,
  fieldOf,
  idle,
  openDesk,
  order,
  plainLock,
  textsIn,
} from '../../test/support/fias-desk.ts'

const keyOn = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))

/** A method that the manifest promises. */
const must = <Method>(method: Method | undefined): Method => {
  if (method === undefined) throw new Error('The method is not there.')
  return method
}

const refusal = async (call: Promise<unknown>): Promise<BridgeError> => {
  const error: unknown = await call.catch((cause: unknown) => cause)
  if (!isBridgeError(error)) throw new Error('It was carried out.')
  return error
}

describe('an order', () => {
  test('goes out with what the lock system has asked for, and the key is made for it', async () => {
    const { make, sent, emulator } = await openDesk()
    expect(await make('3')).toBe('done')
    const [request = ''] = sent.filter((text) => text.startsWith('KR'))
    expect(request.replace(/^KR\|WS[^|]*/, '')).toBe('|KC3|RN202|KTN|K#1|G#202|GA261123|GD261125|DT11:00|')
    expect(keyOn(emulator.dumpCard(cardOf('3')))).toEqual({
      rooms: ['202'],
      startsAt: '2026-11-23T15:00',
      endsAt: '2026-11-25T11:00',
      authorisations: [],
      copy: 0,
    })
  })

  test('names a workstation of its own', async () => {
    const { make, sent } = await openDesk()
    for (const encoder of ['1', '2', '1']) expect(await make(encoder)).toBe('done')
    const names = sent.filter((text) => text.startsWith('KR')).map((text) => fieldOf(text, 'WS') ?? '')
    expect(new Set(names).size).toBe(3)
    for (const name of names) expect(name).toMatch(/^[0-9A-Z-]{3,16}$/)
  })

  test('for one opening, a duplicate and a replacement are what they are called', async () => {
    const { make, emulator } = await openDesk()
    expect(await make('1')).toBe('done')
    expect(await make('2', { purpose: 'additional' })).toBe('done')
    expect(await make('3', { purpose: 'oneShot' })).toBe('done')
    expect(await make('4', { purpose: 'replacement' })).toBe('done')
    const copies = [cardOf('1'), cardOf('2'), cardOf('3'), cardOf('4')].map((uid) =>
      keyOn(emulator.dumpCard(uid)),
    )
    expect(copies).toMatchObject([{ copy: 0 }, { copy: 1 }, { copy: 'oneShot' }, { copy: 0 }])
  })

  test('waits for the card as long as the lock system does', async () => {
    const { system, emulator, clock } = await openDesk()
    emulator.removeCard(cardOf('1'))
    const made = endingOf(system.makeKey('1', order, commandOptions()))
    await clock.advance(15_000)
    emulator.placeCard({ type: 'key', uid: cardOf('9'), encoder: '1' })
    expect(await clock.drive(made)).toBe('done')
    emulator.removeCard()
    const refused = await clock.drive(refusal(system.makeKey('2', order, commandOptions())))
    expect([refused.code, refused.detail]).toEqual([
      'key_order_refused',
      'The lock system answers UR: “NO CARD”.',
    ])
  })

  test('that the lock system took without asking for the time of departure says so', async () => {
    const { clock, open, answerBy } = createScriptedLock()
    answerBy((text) =>
      text.startsWith('LS')
        ? ['LD|V#1|', 'LR|RIKR|FLWSKCRNKTK#GAGDGNTI|', 'LA|DA261123|TI150000|']
        : plainLock(text).map((answer) => `${answer}CTCARD 2 OF 2|`),
    )
    const system = await clock.drive(open())
    const { remark } = await clock.drive(system.makeKey('1', order, commandOptions()))
    expect(remark).toBe(
      'CARD 2 OF 2 The lock system does not ask for the time of departure: it sets its own.',
    )
  })

  test('is refused before anything goes out where the lock system asked for no key requests', async () => {
    const { clock, open, answerBy, heard } = createScriptedLock()
    answerBy((text) => (text.startsWith('LS') ? ['LD|V#1|', 'LR|RIKD|FLWSKCRN|', 'LA|'] : plainLock(text)))
    const system = await clock.drive(open())
    const options = commandOptions()
    expect(await endingOf(clock.drive(system.makeKey('1', order, options)))).toBe('not_supported')
    expect(options.announced()).toBe(0)
    expect(heard().filter((text) => text.startsWith('KR'))).toEqual([])
  })

  test.each([
    ['BY', 'key_encoder_busy'],
    ['RY', 'key_encoder_busy'],
    ['NA', 'key_encoder_busy'],
    ['NG', 'room_checked_out'],
    ['UR', 'key_order_refused'],
    ['DN', 'key_order_refused'],
    ['FX', 'key_order_refused'],
    ['IA', 'key_order_refused'],
    ['NF', 'key_order_refused'],
    ['NR', 'outcome_unknown'],
    ['CD', 'outcome_unknown'],
    ['DE', 'outcome_unknown'],
    ['X!', 'outcome_unknown'],
  ])('that is answered %s ends as %s, and the next one is carried out', async (status, code) => {
    const { make, emulator } = await openDesk()
    const [high = 0, low = 0] = bytesOf(status)
    emulator.inject({ fault: 'status', count: high * 256 + low })
    expect(await make('1')).toBe(code)
    expect(emulator.countWrites(cardOf('1'))).toEqual([0])
    expect(await make('1')).toBe('done')
  })
})

describe('check-out and move', () => {
  test('end the keys of a room, and take a stay to another one', async () => {
    const { system, make, clock, sent } = await openDesk()
    const moved = { room: '202', newRoom: '203', endsAt: null }
    expect(await make('1')).toBe('done')
    expect(await endingOf(clock.drive(must(system.moveStay)('1', moved, commandOptions())))).toBe('done')
    expect(await make('2', { rooms: ['203'], purpose: 'additional' })).toBe('done')
    const leaving = must(system.checkOut)('1', { room: '203' }, commandOptions())
    expect(await endingOf(clock.drive(leaving))).toBe('done')
    expect(await make('2', { rooms: ['203'], purpose: 'additional' })).toBe('room_checked_out')
    expect(sent.filter((text) => /^K[DM]/.test(text)).map((text) => text.replace(/WS[^|]*\|/, ''))).toEqual([
      'KM|KC1|RN203|RO202|G#202|',
      'KD|KC1|RN203|G#203|',
    ])
  })

  test('are done as well when the answer says that the key has been deleted', async () => {
    const { clock, open, answerBy } = createScriptedLock()
    answerBy((text) => plainLock(text).map((answer) => answer.replace('ASOK', 'ASDE')))
    const system = await clock.drive(open())
    const leaving = must(system.checkOut)('1', { room: '202' }, commandOptions())
    expect(await endingOf(clock.drive(leaving))).toBe('done')
    const made = system.makeKey('1', order, commandOptions())
    expect(await endingOf(clock.drive(made))).toBe('outcome_unknown')
  })
})

describe('the lock system goes', () => {
  test('and starts anew: what was sent is unknown at once, and the next order is carried out', async () => {
    const { system, make, clock, emulator } = await openDesk()
    emulator.removeCard(cardOf('1'))
    const first = refusal(system.makeKey('1', order, commandOptions()))
    await clock.advance(1000)
    const before = clock.now()
    emulator.inject({ fault: 'restart' })
    const { code, detail } = await clock.drive(first)
    expect([code, detail]).toEqual(['outcome_unknown', 'The lock system has started anew.'])
    expect(clock.now()).toBe(before)
    expect(await make('2')).toBe('done')
  })

  test.each([
    ['end', 'LE'],
    ['powerCycle', 'a hang-up'],
  ])('for good by %s (%s): what was sent is unknown, what was not is device_lost', async (how) => {
    const { system, make, clock, emulator } = await openDesk()
    emulator.removeCard(cardOf('1'))
    const first = endingOf(system.makeKey('1', order, commandOptions()))
    await clock.advance(1000)
    if (how === 'end') emulator.inject({ fault: how })
    else emulator.powerCycle()
    expect(await clock.drive(first)).toBe('outcome_unknown')
    expect(await make('2')).toBe('device_lost')
  })

  test('while an order waits for its description: nothing was sent', async () => {
    const { clock, open, say, hangUp, heard } = createScriptedLock()
    const opening = open()
    say('LA|')
    const system = await clock.drive(opening)
    say('LD|V#1|')
    const options = commandOptions()
    const waiting = endingOf(system.makeKey('1', order, options))
    await clock.advance(100)
    hangUp()
    expect(await waiting).toBe('device_lost')
    expect(options.announced()).toBe(0)
    expect(heard().filter((text) => text.startsWith('KR'))).toEqual([])
  })
})

describe('between the decision and the first byte', () => {
  test('a connection that ends lets nothing be announced', async () => {
    const { clock, open, say, hangUp } = createScriptedLock()
    const opening = open()
    say('LA|')
    const system = await clock.drive(opening)
    say('LD|V#1|')
    const options = commandOptions()
    const waiting = endingOf(system.makeKey('1', order, options))
    await clock.advance(100)
    say('LA|')
    hangUp()
    expect(await waiting).toBe('device_lost')
    expect(options.announced()).toBe(0)
  })

  test('an abort keeps it from going out, and is unknown all the same: it was announced', async () => {
    const { system, sent } = await openDesk()
    const abort = new AbortController()
    const options = { signal: abort.signal, beforeSending: () => abort.abort() }
    expect(await endingOf(system.makeKey('1', order, options))).toBe('outcome_unknown')
    expect(sent.filter((text) => text.startsWith('KR'))).toEqual([])
  })

  test('a line that refuses it leaves it unknown at once: it may have got through', async () => {
    const { clock, open, transport, answerBy } = createScriptedLock()
    answerBy(plainLock)
    const system = await clock.drive(open())
    transport.write = () => Promise.reject(new BridgeError('device_lost'))
    const before = clock.now()
    expect(await endingOf(clock.drive(system.makeKey('1', order, commandOptions())))).toBe('outcome_unknown')
    expect(clock.now()).toBe(before)
  })
})

test('what beforeSending throws keeps the order from going out, and the coder is free again', async () => {
  const { system, make, sent } = await openDesk()
  const options = {
    signal: idle.signal,
    beforeSending: () => {
      throw new TypeError('The disk is full.')
    },
  }
  await expect(system.makeKey('1', order, options)).rejects.toThrow('The disk is full.')
  expect(sent.filter((text) => text.startsWith('KR'))).toEqual([])
  expect(await make('1')).toBe('done')
})

test('nothing of an order stands in what its failure says', async () => {
  const { system, clock, emulator } = await openDesk()
  const secret = 'Penthouse 7'
  emulator.inject({ fault: 'silent' })
  const { message } = await clock.drive(
    refusal(system.makeKey('1', { ...order, rooms: [secret] }, commandOptions())),
  )
  expect(message).not.toContain(secret)
  expect(textsIn(bytesOf(message))).toEqual([])
})
