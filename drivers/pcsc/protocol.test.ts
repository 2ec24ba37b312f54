import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBridgeError } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { readFixtures } from '../../test/conformance/fixtures.ts'
import * as pcsc from './protocol.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)
const slot = { structure: 0x00, slot: 0x00 } as const
const counting = hex('000102030405060708090A0B0C0D0E0F')

/** What the driver says for each documented exchange, in order. */
const commands: Record<string, readonly Uint8Array[]> = {
  'UID of four bytes': [pcsc.getUid],
  'UID of seven bytes': [pcsc.getUid],
  'write block 4 with key A and read it back': [
    pcsc.loadKey(slot, hex('FFFFFFFFFFFF')),
    pcsc.authenticate(4, 'A', slot),
    pcsc.write(4, counting),
    pcsc.read(4),
  ],
  'a wrong key': [pcsc.loadKey(slot, hex('A0A1A2A3A4A5')), pcsc.authenticate(4, 'B', slot)],
  'write page 4 of an Ultralight and read four pages': [pcsc.write(4, hex('00010203')), pcsc.read(4)],
  'GET_VERSION of an NTAG213': [pcsc.getVersion],
  'PWD_AUTH with the password as delivered': [pcsc.authenticatePages(hex('FFFFFFFF'))],
  'firmware, without status bytes': [pcsc.acr122GetFirmware],
  'firmware by an escape command, without a card': [pcsc.acr122GetFirmware],
}

const exchanges = [...readFixtures(new URL('fixtures/', import.meta.url)).values()].flatMap(
  (file) => file.exchanges,
)

test('every command that is listed here has its fixture', () => {
  const known = exchanges.map(({ name }) => name)
  expect(Object.keys(commands).filter((name) => !known.includes(name))).toEqual([])
})

test.each(
  exchanges.filter(({ name }) => name in commands).map((exchange) => [exchange.name, exchange] as const),
)('%s: the bytes are those of the fixture', (name, { messages }) => {
  const sent = messages
    .filter(({ direction }) => direction === 'toDevice')
    .map((message) => formatHex(message.hex))
  expect((commands[name] ?? []).map(formatHex)).toEqual(sent)
})

/** LudovicRousseau/pcsc-tools `smartcard_list.txt`; the last five from ACR122U API V2.04, §3.1. */
test.each([
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 01 00 00 00 00 6A', 'mifare-classic-1k'],
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 02 00 00 00 00 69', 'mifare-classic-4k'],
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 03 00 00 00 00 68', 'mifare-ultralight'],
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 26 00 00 00 00 4D', 'mifare-classic-mini'],
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 3A 00 00 00 00 51', 'mifare-ultralight-c'],
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 36 00 00 00 00 5D', 'mifare-classic-1k'],
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 37 00 00 00 00 5C', 'mifare-classic-4k'],
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 11 00 3B 00 00 00 00 42', 'unknown'],
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 0B 00 14 00 00 00 00 77', 'unknown'],
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 FF 28 00 00 00 00 BC', 'mifare-classic-1k'],
  ['3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 F0 04 00 00 00 00 9F', 'unknown'],
  ['3B 81 80 01 80 80', 'iso14443-4'],
  ['3B 86 80 01 06 75 77 81 02 80 00', 'iso14443-4'],
  ['3B 6D 00 00 80 31 80 65 B0', 'unknown'],
  ['', 'unknown'],
])('the ATR %s means %s', (atr, technology) => {
  expect(pcsc.technologyOfAtr(hex(atr))).toBe(technology)
})

test('a card name means nothing with another standard than ISO/IEC 14443 A', () => {
  const atr = hex('3B 8F 80 01 80 4F 0C A0 00 00 03 06 0B 00 03 00 00 00 00 60')
  expect(pcsc.technologyOfAtr(atr)).toBe('unknown')
})

test('no ATR breaks it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 33 }), (atr) => {
      expect(typeof pcsc.technologyOfAtr(atr)).toBe('string')
    }),
  )
})

describe('an answer', () => {
  test('is cut into data and status', () => {
    expect(pcsc.decodeAnswer(hex('922E58329000'))).toEqual({ status: 0x9000, data: hex('922E5832') })
    expect(pcsc.decodeAnswer(hex('6300'))).toEqual({ status: 0x6300, data: hex('') })
  })

  test.each(['', '90'])('without two status bytes (%j) is none', (answer) => {
    expect(() => pcsc.decodeAnswer(hex(answer))).toThrow(coded('protocol_error'))
  })

  test('to a direct transmit is the card’s only with status 00 of the chip and 9000 of the reader', () => {
    expect(pcsc.decodeDirect(hex('D543000004040201000F039000'))).toEqual(hex('0004040201000F03'))
    for (const refusal of ['D543029000', 'D543019000', '6300', 'D54300001122336300', 'D541009000']) {
      expect(pcsc.decodeDirect(hex(refusal))).toBeUndefined()
    }
  })

  test('to a signal is 90 and the state of the lights, whatever they are', () => {
    expect(() => pcsc.checkSignal(hex('9003'))).not.toThrow()
    expect(() => pcsc.checkSignal(hex('6300'))).toThrow(coded('device_fault'))
  })

  test('with the firmware is text', () => {
    expect(pcsc.decodeText(hex('41435231323255323031'))).toBe('ACR122U201')
    // ACM1252U-Y3 Reference Manual V1.03, §5.3.1, example.
    const answer = hex('E10000000F 41435231323532555F563230322E32')
    expect(pcsc.decodeText(answer.slice(pcsc.ACR1252_HEADER_BYTES))).toBe('ACR1252U_V202.2')
    for (const noText of ['', '6300', '4143FF']) {
      expect(() => pcsc.decodeText(hex(noText))).toThrow(coded('protocol_error'))
    }
  })
})

test.each([
  ['922E5832', '922E5832'],
  ['04112233445580', '04112233445580'],
  ['04112233445566778899', '04112233445566778899'],
])('a UID of %s is told as it is', (bytes, uid) => {
  expect(pcsc.decodeUid(hex(bytes))).toBe(uid)
})

test.each(['', '9000', '041122334455'])('%j is no UID', (bytes) => {
  expect(() => pcsc.decodeUid(hex(bytes))).toThrow(coded('protocol_error'))
})

test('a status is named for people as documents do', () => {
  expect(pcsc.describeStatus(0x6300)).toBe('SW 63 00')
  expect(pcsc.describeStatus(0x0a0b)).toBe('SW 0A 0B')
})
