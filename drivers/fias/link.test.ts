import { describe, expect, test } from 'vitest'
import { endingOf } from '../../test/conformance/rig.ts'
import {
  bytesOf,
  commandOptions,
  createScriptedLock,
  idle,
  openDesk,
  order,
  plainLock,
} from '../../test/support/fias-desk.ts'

const now = 'DA261123|TI150000|'
const LD = `LD|${now}V#1.00|IFDL|`
const LR = 'LR|RIKR|FLWSKCRNKTK#G#GAGDDT|'

/** The ids of records, in order. */
const idsOf = (texts: readonly string[]): string => texts.map((text) => text.slice(0, 2)).join(' ')

describe('the link comes up', () => {
  test('when the lock system describes itself after our LS, and ends with LA, which is answered', async () => {
    const { clock, open, heard, say } = createScriptedLock()
    const opening = open()
    await clock.advance(10)
    expect(heard()).toEqual([`LS|${now}`])
    say(LD, LR, `LA|${now}`)
    const system = await clock.drive(opening)
    expect(system.info).toEqual({ model: 'FIAS key service', firmware: '1.00', serialNumber: null })
    expect(heard()).toEqual([`LA|${now}`])
    expect(clock.now()).toBe(10)
    await clock.drive(system.close())
  })

  test('when it says LS itself, and wants nothing but an LA', async () => {
    const { clock, open, heard, say } = createScriptedLock()
    const opening = open()
    await clock.advance(10)
    heard()
    say(`LS|${now}`)
    const system = await clock.drive(opening)
    expect(heard()).toEqual([`LA|${now}`])
    expect(system.info.firmware).toBe('unknown')
    await clock.drive(system.close())
  })

  test('when it says LS first and describes itself then, in either order of the two LS', async () => {
    const { clock, open, heard, say } = createScriptedLock()
    const opening = open()
    await clock.advance(10)
    say(`LS|${now}`)
    await clock.advance(400)
    say(LD, LR, `LA|${now}`)
    const system = await clock.drive(opening)
    expect(idsOf(heard())).toBe('LS LA')
    await clock.drive(system.close())
  })

  test('when it says LS twice a second', async () => {
    const { clock, open, say, heard } = createScriptedLock()
    const opening = open()
    for (let turn = 0; turn < 4; turn++) {
      await clock.advance(500)
      say(`LS|${now}`)
    }
    const system = await opening
    expect(clock.now()).toBe(2000)
    expect(idsOf(heard())).toBe('LS LA LA LA LA')
    await clock.drive(system.close())
  })

  test('when it was not ready for the first LS, and gets another one', async () => {
    const { clock, open, heard, say } = createScriptedLock()
    const opening = open()
    await clock.advance(3000)
    expect(idsOf(heard())).toBe('LS LS')
    say(`LA|${now}`)
    const system = await clock.drive(opening)
    await clock.drive(system.close())
  })

  test('when its description takes half a minute: opening ends before the slot’s 8 s, the order waits', async () => {
    const { clock, open, say, answerBy, heard } = createScriptedLock()
    const describeFor = async (seconds: number): Promise<void> => {
      for (let line = 0; line < seconds; line++) {
        say('LR|RIXL|FLRNG#|')
        await clock.advance(1000)
      }
    }
    let openedAtMs = Number.POSITIVE_INFINITY
    const opening = open().finally(() => {
      openedAtMs = clock.now()
    })
    await clock.advance(10)
    say(LD)
    await describeFor(8)
    const system = await opening
    expect(openedAtMs).toBeLessThan(7500)
    const made = endingOf(system.makeKey('1', order, commandOptions()))
    await describeFor(20)
    expect(idsOf(heard())).not.toContain('KR')
    answerBy(plainLock)
    say(LR, `LA|${now}`)
    expect(await clock.drive(made)).toBe('done')
    await clock.drive(system.close())
  })

  test('when its description ends without LA: silence does as well', async () => {
    const { clock, open, say, answerBy } = createScriptedLock()
    const opening = open()
    await clock.advance(10)
    say(LD, LR)
    const system = await clock.drive(opening)
    answerBy(plainLock)
    expect(await endingOf(clock.drive(system.makeKey('1', order, commandOptions())))).toBe('done')
    await clock.drive(system.close())
  })
})

describe('the link does not come up', () => {
  test.each([
    ['when nothing is said', '', 'device_unresponsive'],
    ['when what is said is not FIAS', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'device_mismatch'],
    ['when frames come that hold no records', '\u0002LT³1³101³\u0003L', 'device_mismatch'],
    ['when records come that start no link', '\u0002GI|RN101|\u0003', 'device_unresponsive'],
  ])('%s', async (_, bytes, code) => {
    const lock = createScriptedLock()
    const opening = endingOf(lock.open())
    await lock.clock.advance(10)
    if (bytes !== '') lock.sayBytes(bytesOf(bytes))
    expect(await lock.clock.drive(opening, 7500)).toBe(code)
    expect([lock.isClosed, lock.clock.pendingTimers]).toEqual([true, 0])
  })

  test('when the connection ends meanwhile, or the opening is given up', async () => {
    const lock = createScriptedLock()
    const opening = endingOf(lock.open())
    await lock.clock.advance(100)
    lock.hangUp()
    expect(await lock.clock.drive(opening)).toBe('device_lost')

    const other = createScriptedLock()
    const abort = new AbortController()
    const given = endingOf(other.open({}, abort.signal))
    await other.clock.advance(100)
    abort.abort()
    expect(await other.clock.drive(given)).toBe('aborted')
    expect([lock.clock.pendingTimers, other.clock.pendingTimers]).toEqual([0, 0])
    expect([lock.isClosed, other.isClosed]).toEqual([true, true])
  })
})

describe('a lock system that is up', () => {
  const openPlain = async (options: unknown = {}) => {
    const lock = createScriptedLock()
    lock.answerBy(plainLock)
    const system = await lock.clock.drive(lock.open(options))
    await lock.clock.advance(1000)
    lock.heard()
    return Object.assign(lock, { system })
  }

  test('has its LA answered, once', async () => {
    const { say, heard, clock } = await openPlain()
    say(`LA|${now}`)
    await clock.advance(1000)
    expect(heard()).toEqual([`LA|${now}`])
  })

  test('and echoes every LA is not answered for ever', async () => {
    const { answerBy, say, heard, clock, system } = await openPlain()
    answerBy((text) => (text.startsWith('LA') ? [text] : plainLock(text)))
    say(`LA|${now}`)
    await clock.advance(10_000)
    expect(idsOf(heard())).toBe('LA')
    expect(await endingOf(clock.drive(system.probe(idle)))).toBe('done')
    await clock.advance(10_000)
    expect(idsOf(heard())).toBe('LA')
  })

  test('and echoes every LS is not answered for ever', async () => {
    const { answerBy, say, heard, clock } = await openPlain()
    await clock.advance(5000)
    answerBy((text) => (text.startsWith('LS') ? [text] : []))
    say(`LS|${now}`)
    await clock.advance(60_000)
    expect(idsOf(heard())).toBe('LA LS')
  })

  test('and floods us with LS, LA and DR gets no flood back', async () => {
    const { say, heard, clock, system } = await openPlain()
    for (let turn = 0; turn < 1000; turn++) say(`LS|${now}`, `LA|${now}`, `DR|${now}`, 'XX|')
    await clock.advance(2000)
    expect(heard().length).toBeLessThanOrEqual(8)
    expect(await endingOf(clock.drive(system.makeKey('1', order, commandOptions())))).toBe('done')
  })

  test('and starts anew every second has its orders carried out in between', async () => {
    const { say, clock, system, heard } = await openPlain()
    const endings: string[] = []
    for (let second = 0; second < 10; second++) {
      say(`LS|${now}`)
      const made = endingOf(system.makeKey('1', order, commandOptions()))
      await clock.advance(1000)
      endings.push(await clock.drive(made))
    }
    expect(endings).toEqual(Array.from({ length: 10 }, () => 'done'))
    expect(heard().filter((text) => text.startsWith('LS')).length).toBeLessThanOrEqual(2)
  })

  test('gets an empty list of guests when it asks for one, or nothing where that is set up', async () => {
    const { say, heard, clock } = await openPlain()
    say(`DR|${now}`)
    await clock.advance(100)
    expect(heard()).toEqual([`DS|${now}`, `DE|${now}`])
    const silent = await openPlain({ resync: 'ignored' })
    silent.say(`DR|${now}`)
    await silent.clock.advance(100)
    expect(silent.heard()).toEqual([])
  })

  test('ends the link with LE: the device is lost, and told so once', async () => {
    const { say, system, clock, heard } = await openPlain()
    const losses: string[] = []
    system.onLost(({ code, detail }) => losses.push(`${code}: ${detail}`))
    say(`LE|${now}`, `LE|${now}`)
    expect(losses).toEqual(['device_lost: The lock system has ended the link.'])
    say(`LS|${now}`)
    await clock.advance(1000)
    expect(heard()).toEqual([])
    expect(await endingOf(system.probe(idle))).toBe('device_lost')
    await clock.drive(system.close())
    expect(await endingOf(system.probe(idle))).toBe('device_closed')
    expect(clock.pendingTimers).toBe(0)
  })

  test('is told LE when we close', async () => {
    const lock = await openPlain()
    let losses = 0
    lock.system.onLost(() => (losses += 1))
    await lock.clock.drive(lock.system.close())
    expect(lock.heard()).toEqual([`LE|${now}`])
    expect([lock.isClosed, lock.clock.pendingTimers, losses]).toEqual([true, 0, 0])
  })
})

test('closing waits half a second for LE to leave, and no longer', async () => {
  const { clock, open, transport, answerBy } = createScriptedLock()
  answerBy(plainLock)
  const system = await clock.drive(open())
  let isHung = false
  transport.write = () => {
    isHung = true
    return new Promise(() => undefined)
  }
  const before = clock.now()
  await clock.drive(system.close())
  expect([isHung, clock.now() - before, clock.pendingTimers]).toEqual([true, 500, 0])
})

test('what is no lock system of this kind is not told LE', async () => {
  const lock = createScriptedLock()
  const opening = endingOf(lock.open())
  await lock.clock.drive(opening)
  expect(idsOf(lock.heard())).toBe('LS LS LS')
})

describe('the sign of life', () => {
  test('is LA, and any record is one', async () => {
    const { system, sent, clock } = await openDesk()
    sent.length = 0
    expect(await endingOf(clock.drive(system.probe(idle)))).toBe('done')
    expect(idsOf(sent)).toBe('LA')
    await clock.advance(5000)
    expect(idsOf(sent)).toBe('LA')
  })

  test('of a lock system that does not answer LA is LS, and then no more than one a minute', async () => {
    const { system, sent, clock, emulator } = await openDesk()
    emulator.inject({ fault: 'ignoresAlive' })
    sent.length = 0
    const probes: string[] = []
    for (let turn = 0; turn < 12; turn++) {
      probes.push(await endingOf(clock.drive(system.probe(idle), 2000)))
      await clock.advance(10_000)
    }
    expect(new Set(probes)).toEqual(new Set(['done']))
    expect(idsOf(sent)).toBe('LA LS LA LS LA')
  })

  test('of a connection whose other end is gone without a word is none, within the slot’s 2 s', async () => {
    const { system, clock, emulator } = await openDesk()
    emulator.inject({ fault: 'frozen' })
    expect(await endingOf(clock.drive(system.probe(idle), 2000))).toBe('device_unresponsive')
    expect(await endingOf(clock.drive(system.probe(idle), 2000))).toBe('device_unresponsive')
  })

  test('is LA alone while a coder works: an LS could make it forget', async () => {
    const { system, clock, emulator, sent } = await openDesk()
    emulator.inject({ fault: 'deaf' })
    const made = endingOf(system.makeKey('1', order, commandOptions()))
    await clock.advance(100)
    sent.length = 0
    expect(await endingOf(clock.drive(system.probe(idle)))).toBe('done')
    emulator.inject({ fault: 'ignoresAlive' })
    expect(await endingOf(clock.drive(system.probe(idle)))).toBe('device_unresponsive')
    expect(idsOf(sent)).toBe('LA LA')
    expect(await clock.drive(made)).toBe('outcome_unknown')
    expect(await endingOf(clock.drive(system.probe(idle)))).toBe('done')
  })

  test('that takes its time is still an answer, and not answered', async () => {
    const { clock, open, say, heard } = createScriptedLock()
    const opening = open()
    await clock.advance(10)
    say(`LA|${now}`)
    const system = await opening
    await clock.advance(1000)
    heard()
    const probe = endingOf(system.probe(idle))
    await clock.advance(600)
    say(`LA|${now}`)
    expect(await probe).toBe('done')
    expect(idsOf(heard())).toBe('LA')
  })

  test('may be asked for by two at once', async () => {
    const { system, clock } = await openDesk()
    const both = Promise.all([endingOf(system.probe(idle)), endingOf(system.probe(idle))])
    expect(await clock.drive(both)).toEqual(['done', 'done'])
  })
})

test('a lock system that works for somebody is not made to describe itself again', async () => {
  const { clock, open, heard, say } = createScriptedLock()
  const opening = open()
  await clock.advance(10)
  say(LD, 'LR|RIKD|FLWSKCRN|', `LA|${now}`)
  const system = await opening
  const leaving = endingOf(system.checkOut?.('2', { room: '202' }, commandOptions()) ?? Promise.resolve())
  await clock.advance(10)
  heard()
  const made = endingOf(system.makeKey('1', order, commandOptions()))
  expect(await clock.drive(made)).toBe('not_supported')
  expect(heard()).toEqual([])
  expect(await clock.drive(leaving)).toBe('outcome_unknown')
})

test('a description that lost the LR for KR is asked for once more, and no oftener', async () => {
  const { clock, open, heard, say, answerBy } = createScriptedLock()
  const opening = open()
  await clock.advance(10)
  say(LD, 'LR|RIKA|FLWSKCAS|', `LA|${now}`)
  const system = await clock.drive(opening)
  answerBy((text) => (text.startsWith('LS') ? [LD, LR, `LA|${now}`] : plainLock(text)))
  heard()
  const made = await endingOf(clock.drive(system.makeKey('1', order, commandOptions())))
  expect(made).toBe('done')
  expect(idsOf(heard())).toContain('LS')
  const moved = { room: '202', newRoom: '203', endsAt: null }
  const options = commandOptions()
  const moving = system.moveStay?.('1', moved, options)
  expect(await endingOf(clock.drive(moving ?? Promise.resolve()))).toBe('not_supported')
  expect(idsOf(heard())).not.toContain('LS')
  expect(options.announced()).toBe(0)
})
