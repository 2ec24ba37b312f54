import { describe, expect, test } from 'vitest'
import { endingOf } from '../../test/conformance/rig.ts'
import {
  cardOf,
  commandOptions,
  createScriptedLock,
  openDesk,
  order,
  plainLock,
} from '../../test/support/fias-desk.ts'

const keyOn = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))

describe('many key coders', () => {
  test('two hundred orders on eight coders at once are each carried out once, with their own answers', async () => {
    const { system, clock, emulator, sent } = await openDesk({ realtime: true })
    const rooms = emulator.lockSystem?.rooms ?? []
    const coders = emulator.lockSystem?.encoders ?? []
    const endings: string[] = []
    const serve = async (coder: string, count: number): Promise<void> => {
      for (let turn = 0; turn < count; turn++) {
        const uid = cardOf(coder, turn)
        if (turn > 0) emulator.removeCard(cardOf(coder, turn - 1))
        emulator.placeCard({ type: 'key', uid, encoder: coder })
        const room = rooms[(Number(coder) + turn) % rooms.length] ?? ''
        const ending = await endingOf(system.makeKey(coder, { ...order, rooms: [room] }, commandOptions()))
        const key = keyOn(emulator.dumpCard(uid))
        expect(key).toMatchObject({ rooms: [room] })
        endings.push(ending)
      }
    }
    await clock.drive(Promise.all(coders.map((coder) => serve(coder, 25))))
    expect(endings).toEqual(Array.from({ length: 200 }, () => 'done'))
    expect(sent.filter((text) => text.startsWith('KR'))).toHaveLength(200)
    // 25 keys one after the other on each coder, 1.2 s a key: the eight went side by side.
    expect(clock.now()).toBeLessThan(31_000)
  })

  test('of two orders for one coder the second is device_busy, however its number is written', async () => {
    const { system, make, clock, emulator } = await openDesk()
    emulator.removeCard(cardOf('1'))
    const first = endingOf(system.makeKey('1', order, commandOptions()))
    await clock.advance(100)
    expect(await make('01')).toBe('device_busy')
    emulator.placeCard({ type: 'key', uid: cardOf('1'), encoder: '1' })
    expect(await clock.drive(first)).toBe('done')
  })

  test('an answer for another coder with the same status is nobody’s', async () => {
    const { make, emulator, system, clock } = await openDesk()
    emulator.inject({ fault: 'deaf' })
    const eighth = endingOf(system.makeKey('8', order, commandOptions()))
    await clock.advance(100)
    emulator.inject({ fault: 'otherCoderFirst' })
    expect(await make('1')).toBe('done')
    expect(await clock.drive(eighth)).toBe('outcome_unknown')
    expect(emulator.countWrites(cardOf('8'))).toEqual([0])
  })

  test('a coder’s number is the same as 1 and as 01', async () => {
    const { make, emulator } = await openDesk()
    emulator.inject({ fault: 'paddedCoder' })
    expect(await make('1')).toBe('done')
    expect(await make('01')).toBe('done')
    expect(emulator.countWrites(cardOf('1'))).toEqual([2])
  })
})

describe('an answer that comes oddly', () => {
  test.each(['duplicateAnswers', 'noise', 'splitBytes', 'paddedCoder'])(
    '%s: it counts once, and for its own order',
    async (fault) => {
      const { make, emulator } = await openDesk()
      emulator.inject({ fault })
      expect(await make('1')).toBe('done')
      emulator.inject({ fault: 'deaf' })
      expect(await make('1')).toBe('outcome_unknown')
      expect(emulator.countWrites(cardOf('1'))).toEqual([1])
    },
  )

  test('after its order was given up is not taken for the next one’s, which goes out at once', async () => {
    const { system, make, clock, emulator } = await openDesk()
    emulator.removeCard(cardOf('1'))
    const abort = new AbortController()
    const first = endingOf(system.makeKey('1', order, commandOptions(abort.signal)))
    await clock.advance(1000)
    abort.abort()
    expect(await first).toBe('outcome_unknown')
    // The coder still waits for the first order's card, and refuses the second one.
    expect(await make('1')).toBe('key_encoder_busy')
    emulator.inject({ fault: 'deaf' })
    const third = endingOf(system.makeKey('1', order, commandOptions()))
    await clock.advance(1000)
    emulator.placeCard({ type: 'key', uid: cardOf('1'), encoder: '1' })
    expect(emulator.countWrites(cardOf('1'))).toEqual([1])
    expect(await clock.drive(third)).toBe('outcome_unknown')
  })

  test('is counted with for as long as an order has, and no longer', async () => {
    const { make, clock, emulator } = await openDesk({ options: { answerMs: 5000 } })
    emulator.inject({ fault: 'silent' })
    const before = clock.now()
    expect(await make('1')).toBe('outcome_unknown')
    expect(clock.now() - before).toBe(5000)
  })
})

describe('answers that do not tell orders apart', () => {
  const options = { workstation: 'DESK', answerMs: 10_000 }

  test('keep a coder from being used while an earlier one may come: on a new link, and after silence', async () => {
    const { make, clock, emulator, sent } = await openDesk({ options })
    expect(await make('1')).toBe('key_encoder_busy')
    await clock.advance(10_000)
    expect(await make('1')).toBe('done')
    expect(await make('1')).toBe('done')
    emulator.inject({ fault: 'silent' })
    expect(await make('1')).toBe('outcome_unknown')
    sent.length = 0
    expect(await make('1')).toBe('key_encoder_busy')
    expect(sent).toEqual([])
    expect(await make('2')).toBe('done')
    await clock.advance(10_000)
    expect(await make('1')).toBe('done')
  })

  test('make way when the late one has come', async () => {
    const { make, clock, emulator, system } = await openDesk({ options })
    await clock.advance(10_000)
    emulator.removeCard(cardOf('1'))
    const abort = new AbortController()
    const first = endingOf(system.makeKey('1', order, commandOptions(abort.signal)))
    await clock.advance(1000)
    abort.abort()
    expect(await first).toBe('outcome_unknown')
    expect(await make('1')).toBe('key_encoder_busy')
    emulator.placeCard({ type: 'key', uid: cardOf('1'), encoder: '1' })
    await clock.advance(1)
    expect(await make('1')).toBe('done')
    expect(emulator.countWrites(cardOf('1'))).toEqual([2])
  })

  test('because they name no workstation: the first on a young link leaves its order unknown', async () => {
    const { clock, open, answerBy } = createScriptedLock()
    answerBy((text) => plainLock(text).map((answer) => answer.replace(/WS[^|]*\|/, '')))
    const system = await clock.drive(open({ answerMs: 10_000 }))
    const make = (): Promise<string> => endingOf(clock.drive(system.makeKey('1', order, commandOptions())))
    expect(await make()).toBe('outcome_unknown')
    expect(await make()).toBe('key_encoder_busy')
    await clock.advance(10_000)
    expect(await make()).toBe('done')
  })

  test('an answer of the link before this one, to another order, is not taken for this one’s', async () => {
    const { make, emulator, system, clock, reconnect, openKeys } = await openDesk()
    emulator.removeCard(cardOf('1'))
    const first = endingOf(system.makeKey('1', order, commandOptions()))
    await clock.advance(1000)
    await clock.drive(system.close())
    expect(await first).toBe('outcome_unknown')
    expect(await make('1')).toBe('device_closed')
    reconnect()
    await clock.advance(1000)
    const again = await openKeys()
    emulator.inject({ fault: 'deaf' })
    const second = endingOf(again.makeKey('1', order, commandOptions()))
    await clock.advance(1000)
    emulator.placeCard({ type: 'key', uid: cardOf('1'), encoder: '1' })
    expect(await clock.drive(second)).toBe('outcome_unknown')
    expect(emulator.countWrites(cardOf('1'))).toEqual([1])
  })
})
