import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBridgeError } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { readFixtures } from '../../test/conformance/fixtures.ts'
import { crcA, createLineReader, decodeLine, encodeLine, lineCrc } from './frames.ts'
import * as twn4 from './protocol.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)
const defaultKey = { type: 'A', value: hex('A0A1A2A3A4A5') } as const

describe('the lines of DocRev25 §1.3.4', () => {
  test.each([
    ['0005', false, '0005\r'],
    ['0005', true, '000515A7\r'],
    ['0001', false, '0001\r'],
    ['0001', true, '000131E1\r'],
  ])('payload %s, CRC %j: %j', (payload, isCrcOn, line) => {
    expect(textOf(encodeLine(hex(payload), isCrcOn))).toBe(line)
    expect(decodeLine(line.slice(0, -1), isCrcOn)).toEqual(hex(payload))
  })

  test('the CRC goes over the payload’s bytes and is sent low byte first', () => {
    expect(formatHex(lineCrc(hex('0005')))).toBe('15A7')
    expect(formatHex(lineCrc(hex('0001')))).toBe('31E1')
  })

  test('CRC_A is that of ISO/IEC 14443-3: 63 63 for nothing, 41 76 for 1A 00', () => {
    expect(formatHex(crcA(hex('')))).toBe('6363')
    expect(formatHex(crcA(hex('1A00')))).toBe('4176')
  })

  test.each(['', '0', '000', '00G1', 'U0001', '0001 ', '\u00e5\u00000001', '00-01'])(
    '%j is no line',
    (line) => {
      expect(decodeLine(line, false)).toBeUndefined()
    },
  )

  test.each(['000131E0', '000131', '31E1', '', '000031E1', '0001E131'])(
    '%j is no line with a right CRC',
    (line) => {
      expect(decodeLine(line, true)).toBeUndefined()
    },
  )

  test('one flipped bit in any digit is found by the CRC', () => {
    const line = textOf(encodeLine(hex('0B0204000102030405060708090A0B0C0D0E0F'), true)).slice(0, -1)
    fc.assert(
      fc.property(fc.nat(line.length - 1), fc.nat(7), (at, bit) => {
        const flipped = String.fromCharCode((line.codePointAt(at) ?? 0) ^ (1 << bit))
        const damaged = line.slice(0, at) + flipped + line.slice(at + 1)
        const isOtherCase = damaged.toUpperCase() === line
        expect(decodeLine(damaged, true) === undefined).toBe(!isOtherCase)
      }),
    )
  })

  test('lower-case digits are read too', () => {
    expect(decodeLine('000b', false)).toEqual(hex('000B'))
  })
})

describe('the line reader', () => {
  test('gives whole lines, passes over line feeds and leaves empty lines out', () => {
    const reader = createLineReader()
    expect(reader.push(ascii('0001\r\n\r00'))).toEqual(['0001'])
    expect(reader.push(ascii('0B\r'))).toEqual(['000B'])
  })

  test('cut anywhere, lines are read as if they came whole', () => {
    const text = '01\r001D54574E342F42312E30332F\r0001\r'
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 40, maxLength: 40 }), (sizes) => {
        const reader = createLineReader()
        const lines: string[] = []
        let offset = 0
        for (const size of sizes) {
          lines.push(...reader.push(ascii(text.slice(offset, offset + size))))
          offset += size
        }
        expect(lines).toEqual(['01', '001D54574E342F42312E30332F', '0001'])
      }),
    )
  })

  test('a line without an end does not grow for ever, and the next one is read', () => {
    const reader = createLineReader()
    for (let piece = 0; piece < 100; piece++) reader.push(ascii('0'.repeat(100)))
    const [long = '', next] = reader.push(ascii('\r0001\r'))
    expect([long.length < 1000, next]).toEqual([true, '0001'])
  })
})

/** The functions that the driver calls as the document's examples do, by fixture, with what they answer. */
const calls: Record<string, readonly (readonly [call: twn4.Call<unknown>, result: unknown])[]> = {
  GetVersionString: [[twn4.getVersion, 'TWN4/B1.03/CCF1.57/PRS1.03/PI']],
  GetDeviceType: [[twn4.getDeviceType, 11]],
  GetDeviceUID: [[twn4.getDeviceUid, hex('2D002F000B47303531353233')]],
  GPIOConfigureOutputs: [[twn4.gpioFunctions.prepare(1), undefined]],
  GPIOClearBits: [[twn4.gpioFunctions.off(1), undefined]],
  GPIOBlinkBits: [[twn4.gpioFunctions.blink(1, 100, 100), undefined]],
  Beep: [[twn4.beep(100, 2400, 500, 500), undefined]],
  LEDInit: [[twn4.ledFunctions.prepare(7), undefined]],
  LEDOff: [[twn4.ledFunctions.off(7), undefined]],
  LEDBlink: [[twn4.ledFunctions.blink(7, 500, 500), undefined]],
  SetRFOff: [[twn4.setRfOff, undefined]],
  SetTagTypes: [[twn4.setTagTypes(0xffffffff, 0xffffffff), undefined]],
  GetSupportedTagTypes: [[twn4.getSupportedLfTypes, 0x0007fe2f]],
  'SearchTag: a MIFARE card': [[twn4.searchTag, { type: 0x80, uid: '66CF4DC2' }]],
  'MIFARE Classic: login, read, write': [
    [twn4.login(0, defaultKey), true],
    [twn4.readBlock(2), new Uint8Array(16)],
    [twn4.writeBlock(2, new Uint8Array(16)), true],
  ],
  'MIFARE Ultralight: read and write': [
    [twn4.readPages(twn4.ultralightApi, 4), hex('00010203147870672E636F6D3A636172')],
    [twn4.writePage(twn4.ultralightApi, 4, hex('00010203')), true],
  ],
  'AT55: begin, read, write': [
    [twn4.beginT5577, undefined],
    [twn4.readT5577(0), hex('F0148040')],
    [twn4.writeT5577(0, hex('00010203')), true],
  ],
}

const exchanges = [...readFixtures(new URL('fixtures/', import.meta.url)).values()].flatMap(
  (file) => file.exchanges,
)

test.each(Object.entries(calls))('%s: request and result are those of the document', (name, listed) => {
  const messages = exchanges.find((exchange) => exchange.name === name)?.messages ?? []
  const said = (direction: string): readonly string[] =>
    messages.filter((message) => message.direction === direction).map((message) => textOf(message.hex))
  expect(listed.map(([call]) => textOf(encodeLine(call.request, false)))).toEqual(said('toDevice'))
  const results = said('toHost').map((line) => decodeLine(line.slice(0, -1), false) ?? hex(''))
  expect(results.map((result) => result[0])).toEqual(listed.map(() => 0))
  expect(listed.map(([call], index) => call.decode(results[index]?.subarray(1) ?? hex('')))).toEqual(
    listed.map(([, result]) => result),
  )
})

describe('further examples of DocRev25', () => {
  test.each([
    ['§1.5.11.10 GetVersion', '0C09', twn4.getTagVersion(twn4.ultralightApi), '010004030101000E03'],
    ['§1.5.26.6 GetVersion', '2005', twn4.getTagVersion(twn4.ntagApi), '010004040502011503'],
  ])('%s', (_, request, call, result) => {
    expect(formatHex(call.request)).toBe(request)
    expect(call.decode(hex(result))).toEqual(hex(result.slice(2)))
  })

  test('§1.5.17.6: the SAK', () => {
    expect([formatHex(twn4.getSak.request), twn4.getSak.decode(hex('0120'))]).toEqual(['1205', 0x20])
  })

  test('§1.5.17.9: three cards are counted', () => {
    const list = '0103180704D7A79A97378007042DA79A973780070450A79A973780'
    expect([formatHex(twn4.countTypeA.request), twn4.countTypeA.decode(hex(list))]).toEqual(['1208FF', 3])
  })

  test('§1.5.17.8: a raw command is counted and carries its CRC_A; a card that answers 4 bits refuses', () => {
    const { request, decode } = twn4.beginsUltralightC
    expect(formatHex(request)).toBe('1207041A004176FF1400')
    expect([decode(hex('010104')), decode(hex('010BAF0102030405060708EDD5')), decode(hex('00'))]).toEqual([
      false,
      true,
      false,
    ])
  })

  test('A.1: the masks for MIFARE only', () => {
    const mask = twn4.maskOf(twn4.tagTypes.iso14443a)
    expect(formatHex(twn4.setTagTypes(0, mask).request)).toBe('05020000000001000000')
    expect(twn4.maskOf(0x49)).toBe(0x00000200)
  })
})

test('the password travels as a raw PWD_AUTH, and only two bytes of answer are a yes', () => {
  const { request, decode, isOnce } = twn4.authenticatePages(hex('01020304'))
  expect(formatHex(request)).toBe('1207071B01020304B536FF1400')
  expect([decode(hex('01020000')), decode(hex('010104')), decode(hex('00'))]).toEqual([true, false, false])
  expect(isOnce).toBe(true)
})

test('key B and a sector of the upper half of a 4K card', () => {
  const key = { type: 'B', value: hex('B0B1B2B3B4B5') } as const
  expect(formatHex(twn4.login(39, key).request)).toBe('0B00B0B1B2B3B4B50127')
})

test('the reception of a T5577 is set by AT55_BITRATE and AT55_OPTIONS', () => {
  const { request } = twn4.setT5577Reception({ bitRate: 32, isTerminated: true })
  expect(formatHex(request)).toBe('0009070B01200C010100')
})

test('what changes a card is sent once, and no function that locks is there at all', () => {
  const once = [twn4.writeBlock(4, hex('')), twn4.writePage(0x20, 4, hex('')), twn4.writeT5577(1, hex(''))]
  expect(once.map((call) => call.isOnce)).toEqual([true, true, true])
  expect(formatHex(twn4.writeT5577(7, hex('00000000')).request)).toBe('15030700000000')
})

test('a search that finds nothing says so, a tag without a usable number has none', () => {
  expect(twn4.searchTag.decode(hex('00'))).toBeUndefined()
  expect(twn4.searchTag.decode(hex('01 40 28 05 1122334455'))).toEqual({ type: 0x40, uid: '1122334455' })
  expect(twn4.searchTag.decode(hex('01 49 1A 04 05000980'))).toEqual({ type: 0x49, uid: '05000980' })
  expect(twn4.searchTag.decode(hex('01 44 00 00'))).toEqual({ type: 0x44, uid: undefined })
})

test.each([
  [
    'SearchTag',
    twn4.searchTag,
    ['', '02', '0001', '01', '0180', '018020', '01802004 66CF4D', '01802003 66CF4DC2'],
  ],
  ['GetSAK', twn4.getSak, ['', '01', '010800', '0208']],
  ['SearchMultiTag', twn4.countTypeA, ['', '01', '0102', '01020A 0411223344']],
  ['ReadBlock', twn4.readBlock(4), ['', '01', `01${'00'.repeat(15)}`, `01${'00'.repeat(17)}`, '00AA']],
  ['WriteBlock', twn4.writeBlock(4, hex('')), ['', '02', '0001', '0101']],
  ['SetRFOff', twn4.setRfOff, ['00', '01']],
  ['GetDeviceUID', twn4.getDeviceUid, ['', '2D002F000B473035313532', '2D002F000B4730353135323300']],
])('%s: results of another shape are refused', (_, call: twn4.Call<unknown>, results) => {
  for (const result of results)
    expect(() => call.decode(hex(result)), result).toThrow(coded('protocol_error'))
})

test('the version string is told from every other result', () => {
  const version = '1D54574E342F42312E30332F434346312E35372F505253312E30332F5049'
  expect(twn4.versionIn(hex(version))).toBe('TWN4/B1.03/CCF1.57/PRS1.03/PI')
  for (const other of ['', '01', '03414243', '1C54574E34', '0654574E340A0D', version.slice(0, -2)]) {
    expect(twn4.versionIn(hex(other)), other).toBeUndefined()
  }
})
