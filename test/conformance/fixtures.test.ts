import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  BridgeError,
  type Driver,
  type EmulatedRead,
  type Emulator,
  type EmulatorLine,
  type HttpRequest,
} from 'encoder-bridge/driver'
import pn532 from '../../drivers/pn532/index.ts'
import { createStillEmulator } from '../support/still-emulator.ts'
import { Fixture } from './fixtures.ts'
import { converse, replay } from './replay.ts'

const header = { model: 'PN532', firmware: '1.6', origin: 'documented', source: 'UM0701-02 §7.2.2' }
const exchange = { name: 'something', messages: [{ direction: 'toHost', hex: '00 FF' }] }

const parse = (change: object, headerChange: object = {}): Fixture =>
  Fixture.parse({ header: { ...header, ...headerChange }, exchanges: [{ ...exchange, ...change }] })

const exchangeOf = (change: object): Fixture['exchanges'][number] => {
  const [first] = parse(change).exchanges
  if (first === undefined) throw new Error('There is no exchange.')
  return first
}

test.each(['model', 'firmware', 'origin', 'source'])('a fixture without its %s is refused', (field) => {
  expect(() => parse({}, { [field]: undefined })).toThrow(field)
  expect(() => parse({}, { [field]: '' })).toThrow(field)
})

test.each([
  ['an origin that is none of the three', {}, { origin: 'guessed' }],
  ['lower case', { messages: [{ direction: 'toHost', hex: 'ff' }] }, {}],
  ['half a byte', { messages: [{ direction: 'toHost', hex: 'F' }] }, {}],
  ['a way to cross that there is not', { messages: [{ direction: 'toHost', as: 'smoke', hex: '' }] }, {}],
  ['no message', { messages: [] }, {}],
  ['a field that there is not', { comment: 'see the manual' }, {}],
])('%s is refused', (_, change, headerChange) => {
  expect(() => parse(change, headerChange)).toThrow(z.ZodError)
})

const firmware = {
  before: ['55 55 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 FF 05 FB D4 14 01 14 01 02 00'],
  messages: [
    { direction: 'toDevice', hex: '00 00 FF 02 FE D4 02 2A 00' },
    { direction: 'toHost', hex: '00 00 FF 00 FF 00' },
    { direction: 'toHost', hex: '00 00 FF 06 FA D5 03 32 01 06 07 E8 00' },
  ],
}

test('an exchange on a line is played whole or byte by byte, and what the device says runs on', async () => {
  const answer = '0000FF00FF000000FF06FAD50332010607E800'
  expect(await replay(pn532, exchangeOf(firmware))).toEqual({ expected: answer, answered: answer })
  expect((await replay(pn532, exchangeOf(firmware), { chunk: () => 1 })).answered).toBe(answer)
})

test('an answer that the fixture does not have, or has otherwise, shows', async () => {
  const [command, ack] = firmware.messages
  const { expected, answered } = await replay(pn532, exchangeOf({ ...firmware, messages: [command, ack] }))
  expect(answered).not.toBe(expected)
})

/** A driver of which only the emulator is asked for. */
const driverOf = (emulator: Emulator): Driver => ({ ...pn532, emulate: async () => emulator })

const hidDriver = (): Driver => {
  let send: (report: Uint8Array) => void = () => undefined
  let feature = new Uint8Array()
  return driverOf(
    Object.assign(createStillEmulator(), {
      kind: 'hid' as const,
      facts: {
        vendorId: 1,
        productId: 2,
        manufacturer: '',
        product: '',
        serialNumber: '',
        usagePage: 1,
        usage: 1,
      },
      reportDescriptor: new Uint8Array(),
      connect: (next: typeof send) => {
        send = next
      },
      /** Answers `report id, data` and two bytes of filler. */
      receive: (reportId: number, data: Uint8Array) => send(Uint8Array.of(reportId, ...data, 0xee, 0xee)),
      setFeature: (_: number, data: Uint8Array) => {
        feature = data.slice()
      },
      getFeature: (_: number, sizeBytes: number) => feature.slice(0, sizeBytes),
    }),
  )
}

test('reports and features of a hid device stand apart; what follows a short report is filler', async () => {
  const played = await replay(
    hidDriver(),
    exchangeOf({
      transport: 'hid',
      before: [{ reportId: 7, hex: '99' }],
      messages: [
        { direction: 'toDevice', reportId: 2, hex: '01' },
        { direction: 'toHost', hex: '02 01' },
        { direction: 'toDevice', as: 'feature', hex: 'AA BB CC' },
        { direction: 'toHost', as: 'feature', hex: 'AA BB' },
        { direction: 'toDevice', hex: '05' },
        { direction: 'toHost', hex: '00 05 EE EE' },
      ],
    }),
  )
  expect(played).toEqual({ expected: '0201 AABB 0005EEEE', answered: '0201 AABB 0005EEEE' })
})

test('a report too many shows', async () => {
  const messages = [
    { direction: 'toDevice', hex: '01' },
    { direction: 'toDevice', hex: '02' },
    { direction: 'toHost', hex: '00 01' },
  ]
  const { expected, answered } = await replay(hidDriver(), exchangeOf({ transport: 'hid', messages }))
  expect([expected, answered]).toEqual(['0001', '0001 0002EEEE'])
})

test('APDUs go to the powered card, escape commands to the reader', async () => {
  let isPowered = false
  const emulator = Object.assign(createStillEmulator(), {
    kind: 'pcsc' as const,
    readerName: 'Reader',
    placeCard: () => undefined,
    connect: () => undefined,
    powerOn: () => {
      isPowered = true
    },
    powerOff: () => undefined,
    transmit: async (apdu: Uint8Array) => {
      if (!isPowered) throw new BridgeError('card_removed')
      return Uint8Array.of(apdu.length, 0x90, 0x00)
    },
    escape: async () => Uint8Array.of(0xe5),
  })
  const played = await replay(
    driverOf(emulator),
    exchangeOf({
      transport: 'pcsc',
      card: { type: 'ntag213', uid: '04112233445580' },
      messages: [
        { direction: 'toDevice', hex: 'FF CA 00 00 00' },
        { direction: 'toHost', hex: '05 90 00' },
        { direction: 'toDevice', as: 'escape', hex: 'E0' },
        { direction: 'toHost', as: 'escape', hex: 'E5' },
      ],
    }),
  )
  expect(played).toEqual({ expected: '059000 E5', answered: '059000 E5' })
})

test('what a peer over TCP says is one run of bytes, its greeting included', async () => {
  let line: EmulatorLine | undefined
  const driver = driverOf(
    Object.assign(createStillEmulator(), {
      kind: 'tcp' as const,
      connect: (next: EmulatorLine) => {
        line = next
        next.send(Uint8Array.of(0x05))
      },
      receive: (bytes: Uint8Array) => line?.send(bytes),
      disconnected: () => undefined,
    }),
  )
  const messages = [
    { direction: 'toDevice', hex: 'AA BB' },
    { direction: 'toHost', hex: 'AA BB' },
  ]
  const played = await replay(driver, exchangeOf({ transport: 'tcp', messages }), { chunk: () => 1 })
  expect(played).toEqual({ expected: 'AABB', answered: 'AABB' })
})

const server = (): Driver => {
  let count = 0
  return driverOf(
    Object.assign(createStillEmulator(), {
      kind: 'http' as const,
      inject: () => {
        count += 100
      },
      handle: async ({ method, path, body }: HttpRequest) => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: { asked: { method, path, body: body ?? null }, count: ++count, list: [{ id: 1, name: 'one' }] },
      }),
    }),
  )
}

const conversationOf = (change: object): Fixture['conversations'][number] => {
  const call = { request: { method: 'POST', path: '/get', body: { id: 7 } } }
  const response = { status: 200, body: { count: 2, asked: { body: { id: 7 } }, list: [{ id: 1 }] } }
  const conversation = {
    name: 'something',
    before: [{ method: 'GET', path: '/' }],
    calls: [{ ...call, response: { ...response, ...change } }],
  }
  const [first] = Fixture.parse({ header, conversations: [conversation] }).conversations
  if (first === undefined) throw new Error('There is no conversation.')
  return first
}

test('a conversation is held in order, and of an answer only what the fixture tells is compared', async () => {
  const { expected, answered } = await converse(server(), conversationOf({}))
  expect(answered).toEqual(expected)
  expect(answered).toEqual([
    { status: 200, headers: {}, body: { count: 2, asked: { body: { id: 7 } }, list: [{ id: 1 }] } },
  ])
})

test.each([
  ['another status', { status: 404 }],
  ['another value', { body: { count: 3 } }],
  ['a property that the answer has not', { body: { missing: null } }],
  ['a longer list', { body: { list: [] } }],
  ['a shorter list', { body: { list: [{ id: 1 }, { id: 2 }] } }],
  ['another header', { headers: { 'content-type': 'text/html' } }],
])('%s shows', async (_, change) => {
  const { expected, answered } = await converse(server(), conversationOf(change))
  expect(answered).not.toEqual(expected)
})

test('a fault of the scene is injected when the server is in its state', async () => {
  const { answered } = await converse(server(), { ...conversationOf({}), faults: ['slow'] })
  expect(answered).toMatchObject([{ body: { count: 102 } }])
})

test('what a scanner is shown is typed as pairs of usage and state', async () => {
  let hit: (key: { usage: number; isPressed: boolean; atMs: number }) => void = () => undefined
  const shown: EmulatedRead[] = []
  const emulator = Object.assign(createStillEmulator(), {
    kind: 'keyboard' as const,
    connect: (send: typeof hit) => {
      hit = send
    },
    present: (read: EmulatedRead) => {
      shown.push(read)
      hit({ usage: 0x04, isPressed: true, atMs: 0 })
      hit({ usage: 0x04, isPressed: false, atMs: 1 })
    },
  })
  const played = await replay(
    driverOf(emulator),
    exchangeOf({
      transport: 'keyboard',
      shown: { technology: 'barcode', data: '61', symbology: ']Q3' },
      messages: [{ direction: 'toHost', hex: '04 01 04 00' }],
    }),
  )
  expect(played).toEqual({ expected: '04010400', answered: '04010400' })
  expect(shown).toEqual([{ technology: 'barcode', data: Uint8Array.of(0x61), symbology: ']Q3' }])
})
