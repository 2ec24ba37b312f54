import { expect, test } from 'vitest'
import { openPmsDesk, pmsOrder } from '../../test/support/pms-desk.ts'
import onity from './index.ts'

const ONE = '04A1B2C3D4E580'
const TWO = '922E5832'

test.each(['tcp', 'serial'] as const)(
  'over %s each command does what it says, and says it once',
  async (transport) => {
    const desk = await openPmsDesk(onity, { transport, options: { operator: 'FD1', eject: 'retain' } })
    desk.lay(ONE)
    expect(await desk.order({ authorisations: ['3', '6'] })).toMatchObject({
      ending: 'done',
      sendings: 1,
      result: { serialNumbers: [ONE], remark: null },
    })
    const { result } = await desk.command((io) => desk.system.readKey?.('1', io))
    expect(result).toEqual({
      kind: 'guest',
      rooms: ['101'],
      isValid: true,
      startsAt: pmsOrder.startsAt,
      endsAt: pmsOrder.endsAt,
      authorisations: ['3', '6'],
      copy: 'original',
      serialNumber: ONE,
    })
    expect(await desk.order({ purpose: 'additional' })).toMatchObject({ ending: 'done' })
    expect(desk.keyOn(ONE)).toMatchObject({ copy: 1 })
    expect(await desk.order({ purpose: 'oneShot' })).toMatchObject({ ending: 'done' })
    expect(await desk.order({ purpose: 'replacement' })).toMatchObject({ ending: 'done' })
    expect(desk.keyOn(ONE)).toMatchObject({ copy: 0 })
    const cancelled = await desk.command((io) => desk.system.cancelTask?.('1', io))
    const out = await desk.command((io) => desk.system.checkOut?.('1', { room: '101' }, io))
    expect([cancelled, out]).toMatchObject([
      { ending: 'done', sendings: 1 },
      { ending: 'done', sendings: 1 },
    ])
    expect(desk.written.filter((text) => text !== 'ENQ')).toEqual([
      '|CN|1|R|101||||36||15231126|11251126|FD1|||',
      '|LT|1|R|',
      '|CC|1|R|101||||||15231126|11251126|FD1|||',
      '|CA|1|R|101||||||15231126|11251126|FD1|||',
      '|CN|1|R|101||||||15231126|11251126|FD1|||',
      '|EX|1|',
      '|CO|1|101|',
    ])
  },
)

test('an order with minutes is refused, and nothing goes out', async () => {
  const desk = await openPmsDesk(onity)
  const before = desk.written.length
  const startsAt = { ...pmsOrder.startsAt, minute: 30 }
  expect(await desk.order({ startsAt })).toMatchObject({ ending: 'order_invalid', sendings: 0 })
  expect(desk.written).toHaveLength(before)
})

test('a copy for a room without a guest becomes a new key, and its answer counts', async () => {
  const desk = await openPmsDesk(onity)
  desk.lay(ONE)
  expect(await desk.order({ purpose: 'additional' })).toMatchObject({ ending: 'done' })
  expect(desk.keyOn(ONE)).toMatchObject({ copy: 0 })
})

test('the fifth key for one opening is refused as used up', async () => {
  const desk = await openPmsDesk(onity)
  desk.lay(ONE)
  expect(await desk.order()).toMatchObject({ ending: 'done' })
  for (let count = 0; count < 4; count += 1) {
    expect(await desk.order({ purpose: 'oneShot' })).toMatchObject({ ending: 'done' })
  }
  expect(await desk.order({ purpose: 'oneShot' })).toMatchObject({ ending: 'one_shot_used_up', sendings: 1 })
  expect(desk.losses).toEqual([])
})

test('an answer without a checksum is none: this dialect has no such thing', async () => {
  const desk = await openPmsDesk(onity)
  desk.lay(ONE)
  desk.emulator.inject({ fault: 'unchecked' })
  expect(await desk.order()).toMatchObject({ ending: 'outcome_unknown' })
})

test('an order that is given up while the encoder waits is ended by EX: nothing was made, and the link stays', async () => {
  const desk = await openPmsDesk(onity)
  const abort = new AbortController()
  const giving = desk.makeKey({}, '1', abort.signal)
  await desk.clock.advance(3000)
  abort.abort()
  expect(await desk.drive(giving)).toMatchObject({ ending: 'aborted', sendings: 1, tookMs: 3000 })
  expect([desk.written.slice(-2), desk.losses]).toEqual([['ENQ', '|EX|1|'], []])
  desk.lay(ONE)
  expect(desk.writesOf(ONE)).toBe(0)
  expect(await desk.order()).toMatchObject({ ending: 'done' })
})

test('an order that is given up before it was acknowledged is ended by EX once it was', async () => {
  const desk = await openPmsDesk(onity)
  const abort = new AbortController()
  const giving = desk.drive(
    desk.give(
      (io) =>
        desk.system.makeKey('1', pmsOrder, {
          ...io,
          beforeSending: () => {
            io.beforeSending()
            abort.abort()
          },
        }),
      abort.signal,
    ),
  )
  expect(await giving).toMatchObject({ ending: 'aborted', sendings: 1 })
  expect([desk.written.slice(-2), desk.losses]).toEqual([['ENQ', '|EX|1|'], []])
})

test('a reading that is given up is ended by EX as well, and the link stays', async () => {
  const desk = await openPmsDesk(onity)
  const abort = new AbortController()
  const reading = desk.give(async (io) => desk.system.readKey?.('1', io), abort.signal)
  await desk.clock.advance(3000)
  abort.abort()
  expect(await desk.drive(reading)).toMatchObject({ ending: 'aborted' })
  expect(desk.losses).toEqual([])
  desk.lay(ONE)
  expect(await desk.order()).toMatchObject({ ending: 'done' })
})

test('of several keys that are given up nobody says that none was made', async () => {
  const desk = await openPmsDesk(onity)
  desk.lay(ONE)
  const abort = new AbortController()
  const giving = desk.makeKey({ copies: 2 }, '1', abort.signal)
  await desk.clock.advance(3000)
  abort.abort()
  expect(await desk.drive(giving)).toMatchObject({ ending: 'outcome_unknown', sendings: 1 })
  expect([desk.writesOf(ONE), desk.losses]).toEqual([1, []])
})

test('a check-out that is given up is not: nothing waits for a card, and nobody knows', async () => {
  const desk = await openPmsDesk(onity)
  desk.emulator.inject({ fault: 'silent' })
  const abort = new AbortController()
  const giving = desk.give(async (io) => desk.system.checkOut?.('1', { room: '101' }, io), abort.signal)
  await desk.clock.advance(1000)
  abort.abort()
  expect(await desk.drive(giving)).toMatchObject({ ending: 'outcome_unknown', tookMs: 1000 })
  expect([desk.written.at(-1), desk.losses]).toEqual(['|CO|1|101|', ['device_lost']])
})

test('an encoder is cancelled for one that waits behind another encoder’s order, in its turn', async () => {
  const desk = await openPmsDesk(onity)
  const giving = desk.makeKey({}, '2')
  const cancelling = desk.give(async (io) => desk.system.cancelTask?.('1', io))
  await desk.clock.advance(1000)
  expect(desk.written).not.toContain('|EX|1|')
  desk.lay(TWO, '2')
  expect(await desk.drive(Promise.all([giving, cancelling]))).toMatchObject([
    { ending: 'done' },
    { ending: 'done' },
  ])
})
