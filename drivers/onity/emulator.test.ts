import { expect, test } from 'vitest'
import { startPmsHost } from '../../test/support/pms-host.ts'
import { pmsBytes } from '../../test/support/pms-text.ts'
import onity from './index.ts'

const ONE = '04A1B2C3D4E580'
const TIMES = '|15231126|11251126|FD1|||'
const order = (command: string, room = '101'): string => `|${command}|1|E|${room}||||36|${TIMES}`

test('a key is made, answered with its UID, and read to the hour with its UID', async () => {
  const host = await startPmsHost(onity)
  host.lay(ONE)
  expect(host.say(order('CN'))).toEqual(['ACK', `|CN|1|${ONE}|`])
  expect(host.keyOn(ONE)).toEqual({
    rooms: ['101'],
    startsAt: '2026-11-23T15:00',
    endsAt: '2026-11-25T11:00',
    authorisations: ['3', '6'],
    copy: 0,
  })
  expect(host.say('|LT|1|E|')).toEqual(['ACK', `|LT|1|101||||CI|0|36|15231126|11251126|FD1|${ONE}|`])
})

test('a copy for a room without a guest is a new key, and the answer says so', async () => {
  const host = await startPmsHost(onity)
  host.lay(ONE)
  expect(host.say(order('CC'))).toEqual(['ACK', `|CN|1|${ONE}|`])
  expect(host.say(order('CC'))).toEqual(['ACK', `|CC|1|${ONE}|`])
  expect(host.keyOn(ONE)).toMatchObject({ copy: 1 })
})

test('a guest has four keys for one opening, and the next guest four more', async () => {
  const host = await startPmsHost(onity)
  host.lay(ONE)
  host.say(order('CN'))
  for (let count = 0; count < 4; count += 1) expect(host.say(order('CA'))).toEqual(['ACK', `|CA|1|${ONE}|`])
  expect(host.say(order('CA'))).toEqual(['ACK', '|EA|'])
  host.say(order('CN'))
  expect(host.say(order('CA'))).toEqual(['ACK', `|CA|1|${ONE}|`])
})

test('EX ends the wait for a card, is answered after it, and also where there is none', async () => {
  const host = await startPmsHost(onity)
  expect(host.say(order('CN'))).toEqual(['ACK'])
  expect(host.say('|EX|1|')).toEqual(['ACK', '|ED|', '|EX|1|'])
  expect(host.say('|EX|1|')).toEqual(['ACK', '|EX|1|'])
  host.lay(ONE)
  expect(host.emulator.countWrites(ONE)).toEqual([0])
})

test.each([
  ['times with minutes', '|CN|1|E|101|||||1500231126|1100251126|', 'ES'],
  ['authorisation 9', `|CN|1|E|101||||9|${TIMES}`, 'ES'],
  ['SALTO’s MC', '|MC|101|102|', 'ES'],
  ['CO without an encoder’s number', '|CO|x|101|', 'NC'],
  ['an unknown room', order('CN', '999'), 'TD'],
])('%s is refused', async (_, message, letters) => {
  const host = await startPmsHost(onity)
  expect(host.say(message)).toEqual(['ACK', `|${letters}|`])
})

test('a staff card is written over: the system has no letters for it', async () => {
  const host = await startPmsHost(onity)
  host.lay(ONE, '1', 'staff')
  expect(host.say(order('CN'))).toEqual(['ACK', `|CN|1|${ONE}|`])
})

test('RETURN in the place of the checksum is a wrong checksum', async () => {
  const host = await startPmsHost(onity)
  const message = pmsBytes('|LT|1|E|')
  message[message.length - 1] = 0x0d
  expect(host.sayBytes(message)).toEqual(['NAK'])
})

test('CO names the encoder, and the fifth copy is called undefined', async () => {
  const host = await startPmsHost(onity)
  host.lay(ONE)
  for (const command of ['CN', 'CC', 'CC', 'CC', 'CC', 'CC']) host.say(order(command))
  expect(host.say('|LT|1|E|')).toEqual(['ACK', `|LT|1|101||||CI|I|36|15231126|11251126|FD1|${ONE}|`])
  expect(host.say('|CO|1|101|')).toEqual(['ACK', '|CO|1|'])
})
