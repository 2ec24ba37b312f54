import { describe, expect, test } from 'vitest'
import { type ByteTransport, type Card, type CardDevice, CardUid, noUid } from 'encoder-bridge/driver'
import { t5577AsEm4100, t5577AsHidProx } from '../../src/cards/t5577.ts'
import { createRig, endingOf, type Rig, type RigOptions } from '../../test/conformance/rig.ts'
import twn4 from './index.ts'

const idle = { signal: new AbortController().signal }
const NAME = '00000001'
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const blank = { type: 't5577', uid: NAME }
/** Configuration, then both halves of what an EM4100 with the ID 1122334455 sends (Proxmark3, `cmdlfem410x.c`). */
const imitation = hex('00148040FF8C65298C94A940')
const withConfiguration = (word: string): Uint8Array => Uint8Array.from([...hex(word), ...imitation.slice(4)])

interface Desk extends Rig {
  readonly device: CardDevice
  readonly sent: string[]
  find(): Promise<Card>
  read(block: number, card?: Card): Promise<Uint8Array>
  write(block: number, data: Uint8Array): Promise<void>
}

const t5577: Card = { uid: noUid, technology: 't5577' }

const openDesk = async (options: RigOptions = {}, change = (line: string) => line): Promise<Desk> => {
  const sent: string[] = []
  const wrap = (line: ByteTransport): ByteTransport => ({
    ...line,
    path: 'noted',
    write: (written) => {
      const text = Buffer.from(written).toString('latin1')
      sent.push(...text.split('\r').slice(0, -1))
      return line.write(Uint8Array.from(Buffer.from(change(text), 'latin1')))
    },
  })
  const rig = await createRig(twn4, { card: blank, wrap, ...options })
  const device = await rig.open()
  return {
    ...rig,
    device,
    sent,
    find: () => rig.clock.drive(device.waitForCard(idle)),
    read: (block, card = t5577) => rig.clock.drive(device.read(card, { kind: 'lfBlock', block }, idle)),
    write: (block, data) => rig.clock.drive(device.write(t5577, { kind: 'lfBlock', block }, data, idle)),
  }
}

describe('a T5577', () => {
  test.each([
    ['as delivered', '000880E8'],
    ['as delivered, without the terminator', '000880E0'],
    ['that imitates an EM4100', '00148040'],
    ['that imitates a fast EM4100', '00088040'],
    ['with a master key, as the document’s example has it', 'F0148040'],
  ])('%s (%s) is told as one, without an identifier', async (_, word) => {
    const { find, read } = await openDesk({ card: { ...blank, memory: withConfiguration(word) } })
    expect(await find()).toEqual(t5577)
    expect(await read(0)).toEqual(hex(word))
  })

  test('is made an EM4100: data first, configuration last, and read back under the new configuration', async () => {
    const { clock, device, emulator, find, read, sent, write } = await openDesk()
    await find()
    sent.length = 0
    const plan = t5577AsEm4100(hex('1122334455'))
    for (const { at, data } of plan) await clock.drive(device.write(t5577, at, data, idle))
    expect(sent).toEqual(['150301FF8C6529', '1503028C94A940', '15030000148040'])
    sent.length = 0
    for (const { at, data } of plan) expect(await clock.drive(device.read(t5577, at, idle))).toEqual(data)
    // Received at RF/64 now, and powered anew before it is read.
    expect(sent).toEqual(['0009070B01400C010000', '0501', '1500', '150100', '150101', '150102', '150100'])
    expect(emulator.dumpCard(NAME).slice(0, 12)).toEqual(imitation)
    expect(emulator.countWrites(NAME).slice(0, 8)).toEqual([1, 1, 1, 0, 0, 0, 0, 0])
    expect(await find()).toEqual(t5577)
    await write(1, hex('FF83C033'))
    expect(await read(1)).toEqual(hex('FF83C033'))
  })

  test('is seen as an EM4100 by whoever searches it afterwards', async () => {
    const { emulator } = await openDesk({ card: { ...blank, memory: imitation } })
    let said = ''
    emulator.connect((bytes) => {
      said += Buffer.from(bytes).toString('latin1')
    })
    emulator.receive(Uint8Array.from(Buffer.from('050010\r')))
    expect(said).toBe('00014028051122334455\r')
  })

  test('that ignores a write is not believed: reading it back tells', async () => {
    const { emulator, find, read, write } = await openDesk({ card: { ...blank, memory: imitation } })
    await find()
    emulator.inject({ fault: 'nakWrites' })
    await write(1, hex('00000000'))
    expect(await read(1)).toEqual(hex('FF8C6529'))
  })

  test('is received at whatever rate it was given', async () => {
    const { find, read, write } = await openDesk()
    await find()
    await write(0, hex('00048040'))
    expect(await read(0)).toEqual(hex('00048040'))
  })

  test('that did not answer once is asked again', async () => {
    let misses = 1
    const { find, read } = await openDesk({ card: { ...blank, memory: imitation } }, (line) =>
      // GetSAK without a card: the answer that a failed read would have.
      line === '150101\r' && misses-- > 0 ? '1205\r' : line,
    )
    await find()
    expect([await read(1), misses]).toEqual([hex('FF8C6529'), -1])
  })

  test('is searched for with the tag types told anew at every wait', async () => {
    const { emulator, find, sent } = await openDesk({ card: { ...blank, memory: imitation } })
    await find()
    emulator.powerCycle()
    sent.length = 0
    await find()
    expect(sent.slice(0, 2)).toEqual(['05020100000001000000', '050010'])
  })

  test('that is gone is removed, and another one in its place can’t be told from it', async () => {
    const { emulator, find, read } = await openDesk({ card: { ...blank, memory: imitation } })
    await find()
    emulator.removeCard()
    expect(await endingOf(read(1))).toBe('card_removed')
    emulator.placeCard({ type: 't5577', uid: '00000002' })
    expect(await read(0)).toEqual(hex('000880E8'))
  })

  test('whose refusal the reader tells is refused, and removed when it is gone', async () => {
    const { emulator, find, write } = await openDesk({ card: { ...blank, memory: imitation } }, (line) =>
      // GetSAK without a card: the answer that a failed write would have.
      line.startsWith('1503') ? '1205\r' : line,
    )
    await find()
    expect(await endingOf(write(1, hex('00000000')))).toBe('card_write_refused')
    emulator.removeCard()
    expect(await endingOf(write(1, hex('00000000')))).toBe('card_removed')
  })

  test.each([
    ['the password bit', 0, '00148050', 'not_supported'],
    ['answer on request', 0, '00148240', 'not_supported'],
    ['a master key', 0, '60148040', 'not_supported'],
    ['block 7, the password', 7, '00000000', 'not_supported'],
    ['a block too long', 1, '0000000000', 'not_supported'],
    ['a modulation that could not be read back', 0, '00107060', 'not_supported'],
    ['a block that there is not', 8, '00000000', 'card_incompatible'],
  ])('is never sent %s', async (_, block, data, code) => {
    const { find, sent, write } = await openDesk()
    await find()
    sent.length = 0
    expect(await endingOf(write(block, hex(data)))).toBe(code)
    expect(sent).toEqual([])
  })

  test('can’t be made a HID Prox card by this reader: the configuration is refused before it is sent', async () => {
    const { clock, device, emulator, find } = await openDesk()
    await find()
    const endings: string[] = []
    for (const { at, data } of t5577AsHidProx('10111011000000110010000110')) {
      endings.push(await endingOf(clock.drive(device.write(t5577, at, data, idle))))
    }
    expect(endings).toEqual(['done', 'done', 'done', 'not_supported'])
    expect(emulator.dumpCard(NAME).slice(0, 4)).toEqual(hex('000880E8'))
  })
})

describe('an EM4100', () => {
  test('that is read-only has its identifier and no blocks', async () => {
    const { find, read } = await openDesk({ card: { type: 'em4100', uid: '0F0368568B' } })
    const card = await find()
    expect(card).toEqual({ uid: CardUid.parse('0F0368568B'), technology: 'em4100' })
    expect(await endingOf(read(1, card))).toBe('not_supported')
  })

  test.each([
    ['a part of what it sends', 'FF8C6529'],
    ['a configuration for another way of sending', '000880E8'],
    ['bits that no configuration has', '0F148040'],
    ['answer on request', '00148240'],
    ['a password', '00148050'],
    ['another modulation', '00147040'],
  ])('that gives %s instead of a configuration is not taken for a T5577', async (_, word) => {
    const { find } = await openDesk({
      card: { type: 'em4100', uid: '1122334455' },
      wrap: (line) => {
        let isRead = false
        return {
          ...line,
          write: (written) => {
            isRead = Buffer.from(written).toString('latin1') === '150100\r'
            return line.write(written)
          },
          listen: (listener) =>
            line.listen({
              onLost: (error) => listener.onLost(error),
              onBytes: (given) =>
                listener.onBytes(isRead ? Uint8Array.from(Buffer.from(`0001${word}\r`)) : given),
            }),
        }
      },
    })
    expect(await find()).toEqual({ uid: '1122334455', technology: 'em4100' })
  })

  test('is also what a T5577 behind a password is: it can’t be written', async () => {
    const { find } = await openDesk({ card: { ...blank, memory: withConfiguration('00148050') } })
    expect(await find()).toEqual({ uid: '1122334455', technology: 'em4100' })
  })
})

test('a reader without the low frequencies is not asked for them', async () => {
  const { clock, emulator, device, sent } = await openDesk({}, (line) =>
    // GetTagTypes instead of GetSupportedTagTypes, when only MIFARE was set.
    line.startsWith('0504') ? '0503\r' : line.startsWith('0502') ? '05020000000001000000\r' : line,
  )
  const waiting = device.waitForCard(idle)
  await clock.advance(1000)
  emulator.placeCard({ type: 'classic1k', uid: '66CF4DC2' })
  expect((await clock.drive(waiting)).uid).toBe('66CF4DC2')
  expect(sent.filter((line) => line.startsWith('15'))).toEqual([])
})

test('a card of 13.56 MHz comes before a transponder that lies with it', async () => {
  const { emulator, find } = await openDesk({ card: { ...blank, memory: imitation } })
  emulator.placeCard({ type: 'ntag213', uid: '04112233445580' })
  expect((await find()).technology).toBe('ntag213')
  emulator.removeCard('04112233445580')
  expect((await find()).technology).toBe('t5577')
})

test('functions that lock, or need a password, are never sent', async () => {
  const { clock, device, find, read, sent, write } = await openDesk()
  await find()
  await write(1, hex('00000001'))
  await read(1)
  await clock.drive(device.release(idle))
  await clock.drive(device.close())
  expect(sent.filter((line) => /^15(?:0[2456])/.test(line))).toEqual([])
  expect(sent.filter((line) => line.startsWith('1503'))).toHaveLength(1)
})
