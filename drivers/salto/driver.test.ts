import { type Driver, isBridgeError } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { openPmsDesk, pmsOrder } from '../../test/support/pms-desk.ts'
import salto from './index.ts'

const ONE = '04A1B2C3D4E580'
const TWO = '922E5832'

test.each(['tcp', 'serial'] as const)(
  'over %s each command does what it says, and says it once',
  async (transport) => {
    const desk = await openPmsDesk(salto, { transport, options: { operator: 'FD1' } })
    desk.lay(ONE)
    expect(await desk.order({ authorisations: ['3'] })).toMatchObject({
      ending: 'done',
      sendings: 1,
      result: { serialNumbers: [ONE], remark: null },
    })
    expect(await desk.order({ purpose: 'additional', rooms: ['101', '102'] })).toMatchObject({
      ending: 'done',
    })
    expect(desk.keyOn(ONE)).toMatchObject({ rooms: ['101', '102'], copy: 1 })
    expect(await desk.order({ purpose: 'oneShot' })).toMatchObject({ ending: 'done' })
    expect(desk.keyOn(ONE)).toMatchObject({ copy: 'oneShot' })
    expect(await desk.order({ purpose: 'replacement' })).toMatchObject({ ending: 'done' })
    expect(desk.keyOn(ONE)).toMatchObject({ copy: 0 })
    const { result } = await desk.command((io) => desk.system.readKey?.('1', io))
    expect(result).toEqual({
      kind: 'guest',
      rooms: ['101'],
      isValid: true,
      startsAt: pmsOrder.startsAt,
      endsAt: pmsOrder.endsAt,
      authorisations: [],
      copy: 'original',
      serialNumber: null,
    })
    const endsAt = { year: 2026, month: 11, day: 26, hour: 10, minute: 30 }
    const move = { room: '101', newRoom: '103', endsAt }
    const moved = await desk.command((io) => desk.system.moveStay?.('1', move, io))
    const out = await desk.command((io) => desk.system.checkOut?.('1', { room: '103' }, io))
    expect([moved, out]).toMatchObject([
      { ending: 'done', sendings: 1 },
      { ending: 'done', sendings: 1 },
    ])
    expect(desk.written.filter((text) => text !== 'ENQ')).toEqual([
      '|CN|1|E|101||||3||1500231126|1100251126|FD1||||2|',
      '|CC|1|E|101|102|||||1500231126|1100251126|FD1||||2|',
      '|CA|1|E|101||||||1500231126|1100251126|FD1||||2|',
      '|CN|1|E|101||||||1500231126|1100251126|FD1||||2|',
      '|LT|1|E|',
      '|MC|101|103|1030261126|',
      '|CO|0|103|',
    ])
  },
)

test('a card that is placed while the encoder waits becomes the key', async () => {
  const desk = await openPmsDesk(salto)
  const giving = desk.makeKey()
  await desk.clock.advance(20_000)
  desk.lay(ONE)
  expect(await desk.drive(giving)).toMatchObject({ ending: 'done', tookMs: 20_000 })
  expect(desk.writesOf(ONE)).toBe(1)
})

test('an encoder that waits in vain is told as card_timeout, and the link stays', async () => {
  const desk = await openPmsDesk(salto)
  expect(await desk.order()).toMatchObject({ ending: 'card_timeout', sendings: 1, tookMs: 25_000 })
  expect(desk.losses).toEqual([])
})

test.each([
  ['EO', 'key_encoder_busy', 'A key of this room is being made at another encoder (EO).'],
  ['EG', 'lock_system_fault', 'It says: Something else went wrong'],
  ['NC', 'key_encoder_offline', 'The encoder is off or disconnected, or Space has none of that name (NC).'],
  ['EV', 'card_staff', undefined],
])('%s is told as %s with its reason, and no key is made', async (fault, code, detail) => {
  const desk = await openPmsDesk(salto)
  desk.lay(ONE)
  desk.emulator.inject({ fault })
  expect(await desk.order()).toMatchObject({ ending: code, detail, sendings: 1 })
  expect([desk.writesOf(ONE), desk.losses]).toEqual([0, []])
})

test('a staff card is refused by the lock system, and read as that', async () => {
  const desk = await openPmsDesk(salto)
  desk.lay(ONE, 'Desk 1', 'staff')
  expect(await desk.order({}, 'Desk 1')).toMatchObject({ ending: 'card_staff' })
  const { result } = await desk.command((io) => desk.system.readKey?.('Desk 1', io))
  expect(result).toEqual({ kind: 'staff' })
})

test('of several keys with too few cards nobody says that none was made', async () => {
  const desk = await openPmsDesk(salto)
  desk.lay(ONE)
  const outcome = await desk.order({ copies: 2 })
  expect(outcome).toMatchObject({
    ending: 'outcome_unknown',
    detail: 'Of several keys some may have been made before the lock system said ED.',
  })
  expect([desk.writesOf(ONE), desk.losses]).toEqual([1, []])
})

test('nine keys are made by one command, and all serial numbers told', async () => {
  const desk = await openPmsDesk(salto)
  const uids = Array.from({ length: 9 }, (_, index) => `04A1B2C3D4E58${index}`)
  for (const uid of uids) desk.lay(uid)
  expect(await desk.order({ copies: 9 })).toMatchObject({ ending: 'done', result: { serialNumbers: uids } })
})

test.each([
  ['noise', 1],
  ['duplicateAnswers', 1],
  ['splitBytes', 1],
  ['unchecked', 1],
  ['nakStorm', 2],
  ['nakMessages', 2],
  ['deafEnquiries', 2],
])('%s, %i times, hinders no order: one key, one announcement', async (fault, count) => {
  const desk = await openPmsDesk(salto)
  desk.lay(ONE)
  desk.emulator.inject({ fault, count })
  expect(await desk.order()).toMatchObject({ ending: 'done', sendings: 1 })
  expect(await desk.order()).toMatchObject({ ending: 'done', sendings: 1 })
  expect([desk.writesOf(ONE), desk.losses]).toEqual([2, []])
})

test.each([
  ['nakStorm', 3, 'key_encoder_busy', 0, false],
  ['nakMessages', 3, 'protocol_error', 1, false],
  ['deafEnquiries', 3, 'device_unresponsive', 0, true],
  ['hangUp', 1, 'outcome_unknown', 1, true],
  ['noAck', 1, 'outcome_unknown', 1, true],
])('%s, %i times, ends an order with %s and without a key', async (fault, count, code, sendings, isLost) => {
  const desk = await openPmsDesk(salto)
  desk.lay(ONE)
  desk.emulator.inject({ fault, count })
  expect(await desk.order()).toMatchObject({ ending: code, sendings })
  expect([desk.writesOf(ONE), desk.losses]).toEqual([0, isLost ? ['device_lost'] : []])
  if (isLost) await desk.reopen()
  expect(await desk.order()).toMatchObject({ ending: 'done' })
})

test.each(['otherEncoder', 'otherCommand', 'cutInAnswer', 'lateByMessage', 'late'])(
  '%s: nobody knows what became of the order, and the next one has its own answer',
  async (fault) => {
    const desk = await openPmsDesk(salto)
    desk.lay(ONE)
    desk.emulator.inject({ fault })
    expect(await desk.order()).toMatchObject({ ending: 'outcome_unknown', sendings: 1 })
    expect([desk.writesOf(ONE), desk.losses]).toEqual([1, ['device_lost']])
    await desk.reopen()
    desk.emulator.inject({ fault: 'room_out_of_service' })
    expect(await desk.order()).toMatchObject({ ending: 'room_out_of_service' })
    expect(await desk.order()).toMatchObject({ ending: 'done' })
    expect(desk.writesOf(ONE)).toBe(2)
  },
)

test.each([0x02, 0x03, 0x05, 0x06, 0x0d, 0x15])('an answer may have the checksum %i', async (count) => {
  const desk = await openPmsDesk(salto)
  desk.lay(ONE)
  desk.emulator.inject({ fault: 'lrc', count })
  expect(await desk.order()).toMatchObject({ ending: 'done', result: { serialNumbers: [ONE] } })
  desk.emulator.inject({ fault: 'lrc', count })
  const { result } = await desk.command((io) => desk.system.readKey?.('1', io))
  expect(result).toMatchObject({ kind: 'guest', rooms: ['101'] })
})

test('without checksums our messages say so, and are taken', async () => {
  const desk = await openPmsDesk(salto, {
    options: { lrc: 'unchecked', serialNumbers: 'none', eject: 'retain' },
  })
  desk.lay(ONE)
  expect(await desk.order()).toMatchObject({ ending: 'done', result: { serialNumbers: [] } })
  expect(desk.written.at(-1)).toBe('|CN|1|R|101||||||1500231126|1100251126|||||0| (checksum D)')
})

test('the time for an answer is an option', async () => {
  const desk = await openPmsDesk(salto, { options: { operationTimeoutMs: 10_000 } })
  expect(await desk.order()).toMatchObject({ ending: 'outcome_unknown', tookMs: 10_000 })
})

test('the speed of a serial line is an option: at another one than the system’s nothing is understood', async () => {
  const desk = await openPmsDesk(salto, { transport: 'serial' })
  expect(desk.system.info).toEqual({ model: 'SALTO Space', firmware: '', serialNumber: null })
  const wrong = openPmsDesk(salto, { transport: 'serial', options: { baudRate: 19_200 } })
  await expect(wrong).rejects.toSatisfy(
    (error) => isBridgeError(error, 'device_unresponsive') || isBridgeError(error, 'protocol_error'),
  )
})

test('an order that waits behind one without an answer is told of the link’s end, and was never sent', async () => {
  const desk = await openPmsDesk(salto)
  desk.lay(TWO, '2')
  desk.emulator.inject({ fault: 'noAck' })
  const outcomes = await desk.drive(Promise.all([desk.makeKey(), desk.makeKey({ rooms: ['102'] }, '2')]))
  expect(outcomes).toMatchObject([
    { ending: 'outcome_unknown', sendings: 1 },
    { ending: 'device_lost', sendings: 0 },
  ])
  expect(desk.writesOf(TWO)).toBe(0)
})

test('an order that is given up after it went out is unknown at once, and a card that comes later is the system’s', async () => {
  const desk = await openPmsDesk(salto)
  const abort = new AbortController()
  const giving = desk.makeKey({}, '1', abort.signal)
  await desk.clock.advance(3000)
  abort.abort()
  expect(await giving).toMatchObject({ ending: 'outcome_unknown', sendings: 1, tookMs: 3000 })
  await desk.reopen()
  expect(await desk.order()).toMatchObject({ ending: 'key_encoder_busy' })
  desk.lay(ONE)
  expect(await desk.order()).toMatchObject({ ending: 'done' })
  expect(desk.writesOf(ONE)).toBe(2)
})

test('a link that says nothing any more is found by the probe', async () => {
  let isDeaf = false
  const desk = await openPmsDesk(salto, { isDeaf: () => isDeaf })
  expect(await desk.command((io) => desk.system.probe(io))).toMatchObject({ ending: 'done' })
  desk.emulator.inject({ fault: 'nakStorm', count: 9 })
  expect(await desk.command((io) => desk.system.probe(io))).toMatchObject({ ending: 'done' })
  isDeaf = true
  expect(await desk.command((io) => desk.system.probe(io))).toMatchObject({ ending: 'device_unresponsive' })
})

test('who asks for the loss after it has happened is told of it', async () => {
  const desk = await openPmsDesk(salto)
  desk.emulator.powerCycle()
  await desk.clock.advance(1)
  const told: string[] = []
  desk.system.onLost((error) => told.push(error.code))
  expect([desk.losses, told]).toEqual([['device_lost'], ['device_lost']])
  expect(await desk.order()).toMatchObject({ ending: 'device_lost', sendings: 0 })
})

test('a probe while a command is under way is refused, and does not disturb it', async () => {
  const desk = await openPmsDesk(salto)
  const giving = desk.makeKey()
  await desk.clock.advance(1000)
  expect(await desk.give((io) => desk.system.probe(io))).toMatchObject({ ending: 'device_busy' })
  desk.lay(ONE)
  expect(await desk.drive(giving)).toMatchObject({ ending: 'done' })
})

test('Space takes one connection: a second one is hung up on, and the first goes on', async () => {
  const desk = await openPmsDesk(salto)
  desk.lay(ONE)
  desk.rig.reconnect()
  await expect(desk.rig.openKeys()).rejects.toSatisfy((error) => isBridgeError(error, 'device_lost'))
  expect(await desk.order()).toMatchObject({ ending: 'done' })
  expect(desk.losses).toEqual([])
})

test('after a link that owes an answer, a late refusal without a name is nobody’s, for as long as it may come', async () => {
  const driver: Driver = salto
  const desk = await openPmsDesk({
    ...driver,
    open: (context, io) => driver.open({ ...context, owesAnswer: true }, io),
  })
  desk.emulator.inject({ fault: 'room_unknown' })
  expect(await desk.order()).toMatchObject({ ending: 'room_unknown' })
  // ED of 25 s, which names no encoder.
  expect(await desk.order()).toMatchObject({ ending: 'outcome_unknown', sendings: 1 })
  expect(desk.losses).toEqual(['device_lost'])
  await desk.reopen()
  await desk.clock.advance(90_000)
  expect(await desk.order()).toMatchObject({ ending: 'card_timeout' })
})
