import { BridgeError } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { startPmsHost } from '../../test/support/pms-host.ts'
import { pmsBytes } from '../../test/support/pms-text.ts'
import salto from './index.ts'

const ONE = '04A1B2C3D4E580'
const TWO = '922E5832'
const THREE = '0F035682'
const TIMES = '|1500231126|1100251126|'
const CN = `|CN|1|E|101||||3|${TIMES}FD1||||1|`
const CC = `|CC|1|E|101|||||${TIMES}`
const LT = '|LT|1|E|'
const READ = '|LT|1|101||||CI|0|3|1500231126|1100251126|FD1|'

const start = (transport: 'tcp' | 'serial' = 'tcp') => startPmsHost(salto, { transport })

test('a key is made on the card that lies there, is dumped, and counts once', async () => {
  const host = await start()
  host.lay(ONE)
  expect(host.say('ENQ')).toEqual(['ACK'])
  expect(host.say(CN)).toEqual(['ACK', `|CN|1|${ONE}|`])
  expect(host.keyOn(ONE)).toEqual({
    rooms: ['101'],
    startsAt: '2026-11-23T15:00',
    endsAt: '2026-11-25T11:00',
    authorisations: ['3'],
    copy: 0,
  })
  expect(host.emulator.countWrites(ONE)).toEqual([1])
})

test('an encoder waits for a card, answers when it is placed, and gives up after 25 s', async () => {
  const host = await start()
  expect(host.say(CN)).toEqual(['ACK'])
  await host.clock.advance(20_000)
  host.lay(ONE)
  expect(host.hear()).toEqual([`|CN|1|${ONE}|`])
  host.emulator.removeCard()
  expect(host.say(CN)).toEqual(['ACK'])
  await host.clock.advance(25_000)
  expect(host.hear()).toEqual(['|ED|'])
  expect(host.emulator.countWrites(ONE)).toEqual([1])
})

test('encoders work side by side; one that works takes no other command', async () => {
  const host = await start()
  host.lay(TWO, 'Desk 1')
  expect(host.say(CN)).toEqual(['ACK'])
  expect(host.say(LT)).toEqual(['ACK', '|OV|'])
  expect(host.say(`|CN|Desk 1|E|102|||||${TIMES}`)).toEqual(['ACK', '|CN|Desk 1|'])
})

test('several keys need several cards: the first is the original, and the serial numbers are told as asked', async () => {
  const host = await start()
  for (const uid of [ONE, TWO]) host.lay(uid)
  expect(host.say(`|CN3|1|E|101|||||${TIMES}||||2|`)).toEqual(['ACK'])
  host.lay(THREE)
  expect(host.hear()).toEqual([`|CN|1|${ONE}|${TWO}|${THREE}|`])
  expect([ONE, TWO, THREE].map((uid) => host.keyOn(uid))).toMatchObject([
    { copy: 0 },
    { copy: 1 },
    { copy: 2 },
  ])
})

test('a copy is for the guest who is there, and there must be one', async () => {
  const host = await start()
  host.lay(ONE)
  expect(host.say(CC)).toEqual(['ACK', '|EA|'])
  host.say(CN)
  expect(host.say(CC)).toEqual(['ACK', '|CC|1|'])
  expect(host.say(LT)).toEqual(['ACK', '|LT|1|101||||CI|1||1500231126|1100251126||'])
  expect(host.say(`|CA|1|E|101|||||${TIMES}`)).toEqual(['ACK', '|CA|1|'])
  expect(host.keyOn(ONE)).toMatchObject({ copy: 'oneShot' })
  expect(host.say(LT)).toEqual(['ACK', '|LT|1|101||||CI|A||1500231126|1100251126||'])
})

test('the third copy is called undefined', async () => {
  const host = await start()
  host.lay(ONE)
  for (const command of [CN, CC, CC, CC]) host.say(command)
  expect(host.say(LT)).toEqual(['ACK', '|LT|1|101||||CI|I||1500231126|1100251126||'])
})

test('a key is read as checked out after CO, as no longer valid after the next guest’s, and moves with MC', async () => {
  const host = await start()
  host.lay(ONE)
  host.say(CN)
  expect(host.say(LT)).toEqual(['ACK', READ])
  expect(host.say('|CO|0|101|')).toEqual(['ACK', '|CO|0|'])
  expect(host.say(LT)).toEqual(['ACK', READ.replace('CI', 'CO')])
  expect(host.say('|MC|101|102|')).toEqual(['ACK', '|EA|'])
  host.emulator.removeCard()
  host.lay(TWO)
  host.say(CN)
  host.emulator.removeCard()
  host.lay(ONE)
  expect(host.say(LT)).toEqual(['ACK', '|LT|1|LC|'])
  expect(host.say('|MC|101|102|1100261126|')).toEqual(['ACK', '|MC|101|'])
  expect(host.say('|MC|102||1100261126|')).toEqual(['ACK', '|MC|102|'])
  expect(host.say('|MC|101||1100261126|')).toEqual(['ACK', '|EA|'])
})

test.each([
  ['key', 'LD'],
  ['staff', 'LM'],
  ['spare', 'LR'],
  ['foreign', 'LD'],
])('a card of the kind %s is read as %s', async (kind, letters) => {
  const host = await start()
  host.lay(ONE, '1', kind)
  expect(host.say(LT)).toEqual(['ACK', `|LT|1|${letters}|`])
})

test.each([
  ['staff', 'EV'],
  ['foreign', 'EF'],
])('a card of the kind %s is no guest’s card: %s', async (kind, letters) => {
  const host = await start()
  host.lay(ONE, '1', kind)
  expect(host.say(CN)).toEqual(['ACK', `|${letters}|`])
  expect(host.emulator.countWrites(ONE)).toEqual([0])
})

test.each([
  ['an unknown command', '|ZZ|1|', 'ES'],
  ['a time with the digits of the other dialect', '|CN|1|E|101|||||15231126|11251126|', 'ES'],
  ['an authorisation that is none', `|CN|1|E|101||||~|${TIMES}`, 'ES'],
  ['a way out that is none', `|CN|1|X|101|||||${TIMES}`, 'ES'],
  ['no room', `|CN|1|E||||||${TIMES}`, 'TD'],
  ['an unknown room', `|CN|1|E|999|||||${TIMES}`, 'TD'],
  ['an unknown room to check out', '|CO|0|999|', 'TD'],
  ['an unknown encoder', '|LT|9|E|', 'NC'],
])('%s is refused', async (_, message, letters) => {
  const host = await start()
  expect(host.say(message)).toEqual(['ACK', `|${letters}|`])
})

test('a message whose checksum is wrong is refused, and one with RETURN in its place is not checked', async () => {
  const host = await start()
  host.lay(ONE)
  const message = pmsBytes(CN)
  message[message.length - 1] = 0x0d
  expect(host.sayBytes(message)).toEqual(['ACK', `|CN|1|${ONE}|`])
  message[message.length - 1] = 0x0e
  expect(host.sayBytes(message)).toEqual(['NAK'])
})

test('an enquiry is heard also where a message was cut off', async () => {
  const host = await start('serial')
  expect(host.sayBytes(pmsBytes(CN).slice(0, 20))).toEqual([])
  expect(host.say('ENQ')).toEqual(['ACK'])
})

test('there is one connection: a rival is hung up on, and a free line is taken', async () => {
  const host = await start()
  let rivals = 0
  const rival = { send: () => undefined, hangUp: () => (rivals += 1) }
  if (host.emulator.kind !== 'tcp') throw new Error('There is no connection.')
  host.emulator.connect(rival)
  expect([rivals, host.hangUps]).toEqual([1, 0])
  expect(host.say('ENQ')).toEqual(['ACK'])
  host.emulator.disconnected()
  host.emulator.connect(rival)
  expect(rivals).toBe(1)
})

test.each([
  ['silent', [['ACK'], ['ACK']], 1],
  ['deaf', [['ACK'], ['ACK']], 0],
  ['noAck', [[], ['ACK']], 0],
  ['garbled', [['ACK', `|CN|1|${ONE}| (checksum 42)`], ['ACK']], 1],
  ['late', [['ACK'], [`|CN|1|${ONE}|`, 'ACK']], 1],
  ['noise', [['ACK', '55', 'AA', '0', 'FF', `|CN|1|${ONE}|`], ['ACK']], 1],
  ['duplicateAnswers', [['ACK', `|CN|1|${ONE}|`, `|CN|1|${ONE}|`], ['ACK']], 1],
  ['splitBytes', [['ACK', `|CN|1|${ONE}|`], ['ACK']], 1],
  ['otherEncoder', [['ACK', `|CN|2|${ONE}|`], ['ACK']], 1],
  ['otherCommand', [['ACK', `|CO|1|${ONE}|`], ['ACK']], 1],
  ['unchecked', [['ACK', `|CN|1|${ONE}| (checksum D)`], ['ACK']], 1],
  ['nakStorm', [['NAK'], ['ACK']], 0],
  ['nakMessages', [['NAK'], ['ACK']], 0],
  ['deafEnquiries', [['ACK', `|CN|1|${ONE}|`], []], 1],
  ['room_unknown', [['ACK', '|TD|'], ['ACK']], 0],
  ['EO', [['ACK', '|EO|'], ['ACK']], 0],
  ['EG', [['ACK', '|EG|1|Something else went wrong|'], ['ACK']], 0],
])('fault %s happens once, and the key is made or it is not', async (fault, heard, writes) => {
  const host = await start()
  host.lay(ONE)
  host.emulator.inject({ fault })
  expect([host.say(CN), host.say('ENQ')]).toEqual(heard)
  expect(host.emulator.countWrites(ONE)).toEqual([writes])
})

test('fault lateByMessage brings the answer between the next ENQ and its message', async () => {
  const host = await start()
  host.lay(ONE)
  host.emulator.inject({ fault: 'lateByMessage' })
  expect(host.say(CN)).toEqual(['ACK'])
  expect(host.say('ENQ')).toEqual(['ACK'])
  expect(host.say('|CO|0|101|')).toEqual([`|CN|1|${ONE}|`, 'ACK', '|CO|0|'])
})

test.each([
  ['cut', /^ACK$/, 1],
  ['cutInAnswer', /^ACK 2 B3 43 4E/, 1],
  ['hangUp', /^$/, 0],
])('fault %s ends the connection, and the key is made or it is not', async (fault, heard, writes) => {
  const host = await start()
  host.lay(ONE)
  host.emulator.inject({ fault })
  expect(host.say(CN).join(' ')).toMatch(heard)
  expect([host.hangUps, host.emulator.countWrites(ONE)]).toEqual([1, [writes]])
})

test.each([0x02, 0x03, 0x05, 0x06, 0x0d, 0x15, 0xff])(
  'fault lrc brings an answer with the checksum %i',
  async (lrc) => {
    const host = await start()
    const sent: number[] = []
    if (host.emulator.kind !== 'tcp') throw new Error('There is no connection.')
    host.emulator.disconnected()
    host.emulator.connect({ send: (bytes) => sent.push(...bytes), hangUp: () => undefined })
    host.emulator.inject({ fault: 'lrc', count: lrc })
    host.emulator.receive(pmsBytes('|CO|0|101|'))
    expect(sent.at(-1)).toBe(lrc)
    expect(sent.slice(2).reduce((sum, byte) => sum ^ byte, 0)).toBe(0)
  },
)

test('over a serial line nothing is cut, and the line has 9600 baud', async () => {
  const host = await start('serial')
  expect(() => host.emulator.inject({ fault: 'cut' })).toThrow(BridgeError)
  expect(host.emulator).toHaveProperty('baudRate', 9600)
})

test.each([
  { type: 'classic1k', uid: ONE },
  { type: 'key', uid: 'ABC' },
  { type: 'key', uid: ONE, encoder: '9' },
  { type: 'key', uid: ONE, memory: Uint8Array.of(1) },
])('no such card is placed: %j', async (card) => {
  const host = await start()
  expect(() => host.emulator.placeCard(card)).toThrow(BridgeError)
})

test('a power cut forgets what is under way, and keeps the keys', async () => {
  const host = await start('serial')
  host.lay(ONE)
  host.say(CN)
  host.emulator.removeCard()
  expect(host.say(CN)).toEqual(['ACK'])
  host.emulator.powerCycle()
  expect(host.clock.pendingTimers).toBe(0)
  expect(host.say(CN)).toEqual(['ACK'])
  host.lay(ONE)
  expect(host.hear()).toEqual([`|CN|1|${ONE}|`])
})

test('in real time a card takes its time, and a serial line too', async () => {
  const host = await startPmsHost(salto, { transport: 'serial', realtime: true })
  host.lay(ONE)
  expect(host.say(CN)).toEqual([])
  await host.clock.advance(2)
  expect(host.hear()).toEqual(['ACK'])
  await host.clock.advance(700)
  expect(host.hear()).toEqual([])
  await host.clock.advance(30)
  expect(host.hear()).toEqual([`|CN|1|${ONE}|`])
})
