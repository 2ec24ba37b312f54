import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBridgeError } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { readFixtures } from '../../test/conformance/fixtures.ts'
import { ackFrame, createFrameReader, encodeFrame, type FrameEvent, nackFrame } from './frames.ts'
import * as pn532 from './protocol.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)
const read = (bytes: Uint8Array): readonly FrameEvent[] => createFrameReader().push(bytes)
const information = (payload: string): FrameEvent => ({ kind: 'information', payload: hex(payload) })

const transportKey = { type: 'A', value: new Uint8Array(6).fill(0xff) } as const

/** What the driver says in each exchange, in order. */
const commands: Record<string, readonly Uint8Array[]> = {
  'wake-up and SAMConfiguration': [pn532.samConfiguration],
  GetFirmwareVersion: [pn532.getFirmwareVersion],
  'RFConfiguration bounds the polls': [pn532.boundRetries],
  'RFConfiguration switches the field on': [pn532.setField(true)],
  'poll: one MIFARE Classic 1K card': [pn532.listTypeA(1)],
  'poll: nothing found': [pn532.listTypeA(1)],
  'authenticate and read': [pn532.authenticate(1, 2, transportKey, hex('E23FB81E')), pn532.readPlace(1, 2)],
  'release every card': [pn532.releaseAll],
  'the line goes to 921600 once the answer is acknowledged': [
    pn532.setSerialBaudRate(921600),
    ackFrame,
    pn532.getFirmwareVersion,
  ],
  'GET_VERSION of an NTAG213': [pn532.getVersion],
  'GET_VERSION is refused by an Ultralight, which a poll finds again': [
    pn532.getVersion,
    pn532.releaseAll,
    pn532.listTypeA(1),
  ],
  'an Ultralight C answers AUTHENTICATE with its challenge': [pn532.askChallenge],
  'READ answers four pages': [pn532.readPlace(1, 3)],
  'READ goes on from page 0 behind the last page': [pn532.readPlace(1, 15)],
  'a page is written': [pn532.writePage(1, 4, hex('DEADBEEF'))],
  'PWD_AUTH with the password of a new card': [pn532.showPassword(hex('FFFFFFFF'))],
  'PWD_AUTH with a wrong password': [pn532.showPassword(hex('00000000'))],
}

const exchanges = [...readFixtures(new URL('fixtures/', import.meta.url)).values()].flatMap(
  (file) => file.exchanges,
)
const covered = exchanges.filter(({ name }) => name in commands)

test('every command that is listed here has its fixture', () => {
  expect(covered.map(({ name }) => name).toSorted()).toEqual(Object.keys(commands).toSorted())
})

test.each(covered.map((exchange) => [exchange.name, exchange] as const))(
  '%s: the bytes are those of the fixture',
  (name, exchange) => {
    const sent = exchange.messages
      .filter(({ direction }) => direction === 'toDevice')
      .map((message) => formatHex(message.hex))
    const prefix = name.startsWith('wake-up') ? pn532.wakeUpBytes : new Uint8Array(0)
    const frameOf = (command: Uint8Array): Uint8Array =>
      command === ackFrame ? command : encodeFrame(command)
    expect((commands[name] ?? []).map((command) => formatHex(prefix) + formatHex(frameOf(command)))).toEqual(
      sent,
    )
  },
)

test.each(exchanges.map((exchange) => [exchange.name, exchange] as const))(
  '%s: the answers of the fixture are whole frames',
  (_, exchange) => {
    const answers = exchange.messages
      .filter(({ direction }) => direction === 'toHost')
      .map((message) => message.hex)
    const events = answers.map(read)
    expect(events.flat().map(({ kind }) => kind)).toEqual(
      answers.map((_answer, index) => (index % 2 === 0 ? 'ack' : 'information')),
    )
  },
)

test('ACK and NACK are the six bytes of the manual', () => {
  expect(formatHex(ackFrame)).toBe('0000FF00FF00')
  expect(formatHex(nackFrame)).toBe('0000FFFF0000')
  expect([...read(ackFrame), ...read(nackFrame)]).toEqual([{ kind: 'ack' }, { kind: 'nack' }])
})

test('the error frame is told from an answer', () => {
  expect(read(hex('00 00 FF 01 FF 7F 81 00'))).toEqual([{ kind: 'error' }])
})

test('a write command carries block and data', () => {
  expect(formatHex(pn532.writeBlock(1, 5, new Uint8Array(16).fill(0xab)))).toBe(`4001A005${'AB'.repeat(16)}`)
})

test('key B and a long UID: authentication takes 61 and the last four bytes', () => {
  const key = { type: 'B', value: hex('B0B1B2B3B4B5') } as const
  expect(formatHex(pn532.authenticate(1, 7, key, hex('04112233445580')))).toBe('40016107B0B1B2B3B4B533445580')
})

test.each([
  [115200, '1004'],
  [230400, '1005'],
  [460800, '1006'],
  [921600, '1007'],
] as const)('the speed %i is written as %s', (baudRate, command) => {
  expect(formatHex(pn532.setSerialBaudRate(baudRate))).toBe(command)
})

test('a command of 254 bytes still fits the normal frame, one of 255 takes the extended one', () => {
  const normal = encodeFrame(new Uint8Array(254).fill(0x01))
  const extended = encodeFrame(new Uint8Array(255).fill(0x01))
  expect(formatHex(normal.slice(0, 6))).toBe('0000FFFF01D4')
  expect(formatHex(extended.slice(0, 9))).toBe('0000FFFFFF0100FFD4')
  expect([normal.length, extended.length]).toEqual([254 + 8, 255 + 11])
})

test('extended answers are read, also where a normal frame would have done', () => {
  expect(read(hex('00 00 FF FF FF 00 03 FD D5 41 00 EA 00'))).toEqual([information('41 00')])
})

test('preamble and postamble may be long or missing', () => {
  expect(read(hex('00 FF 03 FD D5 41 00 EA 00 FF 00 FF 00 00 00 00 FF 03 FD D5 41 14 D6'))).toEqual([
    information('41 00'),
    { kind: 'ack' },
    information('41 14'),
  ])
})

test.each([
  ['a length that fails its checksum', '00 00 FF 03 FC D5 41 00 EA 00', 'length'],
  ['a length of nothing', '00 00 FF 00 00 00', 'length'],
  ['an extended length beyond 265', '00 00 FF FF FF 01 0A F5 D5', 'length'],
  ['data that fail their checksum', '00 00 FF 03 FD D5 41 01 EA 00', 'data'],
  ['a frame of another direction', '00 00 FF 02 FE D4 02 2A 00', 'data'],
  ['a frame without a code', '00 00 FF 01 FF D5 2B 00', 'data'],
])('%s is reported as corrupt, and the next frame is read', (_, bytes, part) => {
  expect(read(hex(`${bytes} 00 00 FF 03 FD D5 41 00 EA 00`))).toEqual([
    { kind: 'corrupt', part },
    information('41 00'),
  ])
})

test('an answer cut anywhere, with noise before it, is read as if it came whole', () => {
  const answer = hex('00 00 FF 13 ED D5 41 00 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 72 00')
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.map((byte) => byte | 1)),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 30, maxLength: 30 }),
      (noise, sizes) => {
        const reader = createFrameReader()
        const line = Uint8Array.from([...noise, ...answer])
        const events: FrameEvent[] = []
        let offset = 0
        for (const size of sizes) {
          events.push(...reader.push(line.slice(offset, offset + size)))
          offset += size
        }
        events.push(...reader.push(line.slice(offset)))
        expect(events).toEqual([information('41 00 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F')])
      },
    ),
  )
})

test('no bytes whatever make the reader throw or invent an answer without its checksum', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const plain = bytes.map((byte) => (byte === 0xd5 ? 0 : byte))
      expect(read(plain).filter(({ kind }) => kind === 'information')).toEqual([])
    }),
  )
})

test('after a reset the beginning of a frame is forgotten', () => {
  const reader = createFrameReader()
  reader.push(hex('00 00 FF 13 ED D5 41'))
  reader.reset()
  expect(reader.push(ackFrame)).toEqual([{ kind: 'ack' }])
})

test('the firmware of a PN532 is named, another chip is refused', () => {
  expect(pn532.decodeFirmware(hex('32 01 06 07'))).toBe('1.6')
  expect(() => pn532.decodeFirmware(hex('33 01 06 07'))).toThrow(coded('device_mismatch'))
  expect(() => pn532.decodeFirmware(hex('04 02'))).toThrow(coded('device_mismatch'))
})

test.each([
  ['nothing', '00', { count: 0, first: undefined }],
  [
    'a Classic 1K',
    '01 01 00 04 08 04 92 2E 58 32',
    { count: 1, first: { number: 1, sak: 8, uid: '922E5832' } },
  ],
  [
    'a UID of seven bytes',
    '01 01 00 44 00 07 04 11 22 33 44 55 80',
    { count: 1, first: { number: 1, sak: 0, uid: '04112233445580' } },
  ],
  [
    'an ATS behind the UID',
    '01 01 00 04 28 04 FD E6 08 99 10 78 80 90 02 20 90 00 00 00 00 00 FD E6 08 99',
    { count: 1, first: { number: 1, sak: 0x28, uid: 'FDE60899' } },
  ],
  [
    'two cards',
    '02 01 00 04 08 04 92 2E 58 32 02 00 04 08 04 E2 3F B8 1E',
    { count: 2, first: { number: 1, sak: 8, uid: '922E5832' } },
  ],
])('the target record of %s is understood', (_, answer, targets) => {
  expect(pn532.decodeTargets(hex(answer))).toEqual(targets)
})

test.each([
  '',
  '01',
  '01 01 00 04 08',
  '01 01 00 04 08 04 92 2E',
  '01 01 00 04 08 03 92 2E 58',
  '01 01 00 04 08 00',
])('the target record "%s" is refused', (answer) => {
  expect(() => pn532.decodeTargets(hex(answer))).toThrow(coded('protocol_error'))
})

test('a status is split from its data; one that announces a NAD or more frames is refused', () => {
  expect(pn532.decodeExchange(hex('00 AA BB'))).toEqual({ status: 0, data: hex('AA BB') })
  expect(pn532.decodeExchange(hex('14'))).toEqual({ status: 0x14, data: hex('') })
  for (const answer of ['', '40', 'EA'])
    expect(() => pn532.decodeExchange(hex(answer))).toThrow(coded('protocol_error'))
})

test('a status is described by the words of the manual', () => {
  expect(pn532.describeStatus(0x14)).toBe('14: MIFARE authentication failed')
  expect(pn532.describeStatus(0x3f)).toBe('3F: unknown status')
})
