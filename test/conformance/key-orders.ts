import { expect } from 'vitest'
import { BridgeError, type KeyOrder, type LocalTime } from 'encoder-bridge/driver'
import { expectNextOrder, type KeyDesk, openKeyDesk, type Rule } from './key-desk.ts'
import { driversOwnCodes, oddEnd, oddStart, usualEnd, usualPurpose, usualStart } from './reference-keys.ts'
import type { Subject } from './subject.ts'

const two = (value: number): string => String(value).padStart(2, '0')

/** As EmulatedKey has it. */
const textOfTime = ({ year, month, day, hour, minute }: LocalTime): string =>
  `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`

const copyOf: Readonly<Record<KeyOrder['purpose'], (copy: number | 'oneShot') => boolean>> = {
  new: (copy) => copy === 0,
  additional: (copy) => typeof copy === 'number' && copy > 0,
  replacement: (copy) => typeof copy === 'number',
  oneShot: (copy) => copy === 'oneShot',
}

/** Proves that the card holds what was ordered, as far as the system is told of it. */
const expectKey = (desk: KeyDesk, uid: string, order: Partial<KeyOrder>): void => {
  const key = desk.keyOn(uid)
  expect(key).not.toBeNull()
  if (key === null || desk.keys.rooms === 0) return
  expect(key.rooms).toEqual(order.rooms)
  if (order.authorisations !== undefined) expect(key.authorisations).toEqual(order.authorisations)
  if (order.startsAt !== undefined) expect(key.startsAt).toBe(textOfTime(order.startsAt))
  expect(key.endsAt).toBe(textOfTime(order.endsAt ?? usualEnd))
}

const refused = ['order_invalid', 'not_supported']

/** Orders that the protocol can't say, by what is wrong with them. */
const impossible = ({ keys, rooms }: KeyDesk): readonly (readonly [string, Partial<KeyOrder>])[] => {
  const others = (['new', 'additional', 'replacement', 'oneShot'] as const).filter(
    (purpose) => !keys.purposes.includes(purpose),
  )
  const tooMany = Array.from({ length: keys.rooms + 1 }, (_, index) => rooms[index % 2] ?? '')
  return [
    ['no copy', { copies: 0 }],
    ['half a copy', { copies: 0.5 }],
    ['more copies than one command makes', { copies: keys.copiesAtOnce + 1 }],
    ['more rooms than there is space for', { rooms: tooMany }],
    ...(keys.rooms === 0 ? [] : [['no room', { rooms: [] }] as const]),
    ...(keys.rooms === 0 ? [] : [['a room without a name', { rooms: [''] }] as const]),
    ...(keys.authorisations ? [] : [['authorisations', { authorisations: ['1'] }] as const]),
    ...(keys.needsEnd ? [['no end', { endsAt: null }] as const] : []),
    ...(keys.timeStep === 'hour' ? [['minutes of the start', { startsAt: oddStart }] as const] : []),
    ...(keys.timeStep === 'hour' ? [['minutes of the end', { endsAt: oddEnd }] as const] : []),
    ...others.map((purpose) => [`the purpose ${purpose}`, { purpose }] as const),
  ]
}

/** Characters that frames and fields are made of somewhere, and a name that fits nowhere. */
const hostileNames = [
  '1\u00021',
  '1\u00031',
  '1|1',
  '1³1',
  '1\r1',
  '1\n1',
  '1\u00001',
  '日本',
  '9'.repeat(300),
]

/** Rules about what is ordered and what is made of it. */
export const orderRules = (subject: Subject): readonly Rule[] => {
  const { keys } = subject.driver.manifest
  if (keys === null) return []
  const others = keys.purposes.filter((purpose) => purpose !== usualPurpose(keys))

  const rules: Rule[] = [
    {
      title: 'its emulated lock system has two encoders and two rooms, and knows the faults that it must',
      run: async () => {
        const { rig, encoders, rooms } = await openKeyDesk(subject)
        expect(new Set(encoders).size).toBe(2)
        expect(new Set(rooms).size).toBe(2)
        const faults = ['silent', 'deaf', 'garbled', 'late', ...keys.refusals]
        if (subject.transport !== 'serial') faults.push('cut')
        for (const fault of faults) expect(() => rig.emulator.inject({ fault }), fault).not.toThrow()
        expect(() => rig.emulator.inject({ fault: 'noSuchFault' })).toThrow(BridgeError)
        expect(() =>
          rig.emulator.placeCard({ type: 'key', uid: '04A1B2C3D4E580', encoder: 'no such encoder' }),
        ).toThrow(BridgeError)
      },
    },
    {
      title: 'no system refuses an order with a code by which the driver speaks of itself',
      run: async () => {
        expect(keys.refusals.filter((code) => driversOwnCodes.includes(code))).toEqual([])
        expect(new Set(keys.refusals).size).toBe(keys.refusals.length)
      },
    },
    {
      title:
        'an order makes one key, on the card of its encoder and for its room, and tells no card but that',
      run: async () => {
        const desk = await openKeyDesk(subject)
        const [first, second] = [desk.lay(0), desk.lay(1)]
        const outcome = await desk.order(1)
        expect([outcome.ending, outcome.sendings]).toEqual(['done', 1])
        expect([desk.made(first), desk.made(second)]).toEqual([0, 1])
        expect(desk.keyOn(first)).toBeNull()
        expectKey(desk, second, {
          rooms: [desk.rooms[1]],
          authorisations: [],
          startsAt: usualStart,
        })
        expect(outcome.keys?.serialNumbers.filter((number) => number !== second)).toEqual([])
        await desk.leave()
      },
    },
    ...others.map((purpose) => ({
      title: `${purpose}: one more key for the guest, and the card says what it is`,
      run: async () => {
        const desk = await openKeyDesk(subject)
        expect((await desk.order(0)).ending).toBe('done')
        const uid = desk.lay(0)
        expect((await desk.order(0, { purpose })).ending).toBe('done')
        expect(desk.made(uid)).toBe(1)
        expectKey(desk, uid, { rooms: [desk.rooms[0]] })
        expect(copyOf[purpose](desk.keyOn(uid)?.copy ?? -1), `${desk.keyOn(uid)?.copy}`).toBe(true)
        await desk.leave()
      },
    })),
    {
      title: 'beforeSending is called once, when nothing was made yet',
      run: async () => {
        const desk = await openKeyDesk(subject)
        const uid = desk.lay(0)
        let madeBefore = -1
        const onSending = (): void => {
          madeBefore = desk.made(uid)
        }
        const { ending, sendings } = await desk.order(0, {}, { onSending })
        expect([ending, sendings, madeBefore, desk.made(uid)]).toEqual(['done', 1, 0, 1])
      },
    },
    {
      title: 'what beforeSending throws is rejected with, nothing is made, and the next order is carried out',
      run: async () => {
        const desk = await openKeyDesk(subject)
        const full = new BridgeError('data_unwritable')
        const onSending = (): never => {
          throw full
        }
        const { error, sendings } = await desk.order(0, {}, { onSending })
        expect(error).toBe(full)
        expect(sendings).toBe(1)
        await desk.rig.clock.advance(60_000)
        expect(desk.made()).toBe(0)
        await expectNextOrder(desk)
        await desk.leave()
      },
    },
    {
      title: 'what the protocol can’t say is refused before anything is sent',
      run: async () => {
        const desk = await openKeyDesk(subject)
        for (const [what, change] of impossible(desk)) {
          const { ending, sendings } = await desk.order(0, change)
          expect(refused, what).toContain(ending)
          expect([sendings, desk.made()], what).toEqual([0, 0])
        }
        await expectNextOrder(desk)
        await desk.leave()
      },
    },
    {
      title: 'an encoder that the system does not know makes nothing, and no other one makes it in its place',
      run: async () => {
        const desk = await openKeyDesk(subject)
        for (const encoder of ['no such encoder', '', ...hostileNames]) {
          const { ending } = await desk.drive(
            desk.give((options) => desk.system.makeKey(encoder, desk.orderOf(0), options)),
          )
          expect(ending, JSON.stringify(encoder)).not.toBe('done')
          expect(desk.made(), JSON.stringify(encoder)).toBe(0)
          await desk.recover()
        }
        await expectNextOrder(desk)
        await desk.leave()
      },
    },
  ]
  if (keys.rooms > 0) {
    rules.push({
      title: 'a room that the system does not know, or whose name is made of framing, gets no key',
      run: async () => {
        const desk = await openKeyDesk(subject)
        for (const room of ['no such room', ...hostileNames]) {
          const { ending } = await desk.order(0, { rooms: [room] })
          expect(ending, JSON.stringify(room)).not.toBe('done')
          expect(desk.made(), JSON.stringify(room)).toBe(0)
          await desk.recover()
        }
        await expectNextOrder(desk)
        await desk.leave()
      },
    })
  }
  if (keys.timeStep === 'minute' && keys.rooms > 0) {
    rules.push({
      title: 'the minutes of the end are kept',
      run: async () => {
        const desk = await openKeyDesk(subject)
        const uid = desk.lay(0)
        expect((await desk.order(0, { endsAt: oddEnd })).ending).toBe('done')
        expectKey(desk, uid, { rooms: [desk.rooms[0]], endsAt: oddEnd })
      },
    })
  }
  if (!keys.needsEnd && keys.rooms > 0) {
    rules.push({
      title: 'a key without an end has none',
      run: async () => {
        const desk = await openKeyDesk(subject)
        const uid = desk.lay(0)
        expect((await desk.order(0, { endsAt: null })).ending).toBe('done')
        expect(desk.keyOn(uid)?.endsAt).toBeNull()
      },
    })
  }
  if (keys.rooms > 1) {
    rules.push({
      title: 'a key for two rooms opens both, the main one first',
      run: async () => {
        const desk = await openKeyDesk(subject)
        const uid = desk.lay(0)
        const rooms = [desk.rooms[1], desk.rooms[0]]
        expect((await desk.order(0, { rooms })).ending).toBe('done')
        expectKey(desk, uid, { rooms })
      },
    })
  }
  if (keys.authorisations) {
    rules.push({
      title: 'what is granted beside the rooms is on the key',
      run: async () => {
        const desk = await openKeyDesk(subject)
        const uid = desk.lay(0)
        const authorisations = ['1', '2']
        expect((await desk.order(0, { authorisations })).ending).toBe('done')
        expectKey(desk, uid, { rooms: [desk.rooms[0]], authorisations })
      },
    })
  }
  if (keys.copiesAtOnce > 1) rules.push(...copyRules(subject, keys.copiesAtOnce))
  return rules
}

/** Rules about commands that make several keys: the cards are laid onto the encoder one beside the other, and taken in turn. */
const copyRules = (subject: Subject, copies: number): readonly Rule[] => [
  {
    title: `${copies} copies at once are so many keys, each card made once`,
    run: async () => {
      const desk = await openKeyDesk(subject)
      const uids = [desk.lay(0), ...Array.from({ length: copies - 1 }, () => desk.layBeside(0))]
      const spare = desk.layBeside(0)
      expect((await desk.order(0, { copies })).ending).toBe('done')
      expect(uids.map((uid) => desk.made(uid))).toEqual(uids.map(() => 1))
      expect(desk.made(spare)).toBe(0)
      await desk.leave()
    },
  },
  {
    title: 'fewer cards than copies is no success, and nobody says that none was made',
    run: async () => {
      const desk = await openKeyDesk(subject)
      const uid = desk.lay(0)
      const { ending } = await desk.order(0, { copies: 2 })
      expect(ending).not.toBe('done')
      if (desk.made(uid) > 0) expect(ending).toBe('outcome_unknown')
    },
  },
]
