import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBridgeError } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { readFixtures } from '../../test/conformance/fixtures.ts'
import * as pcprox from './protocol.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)

const exchanges = [...readFixtures(new URL('fixtures/', import.meta.url)).values()].flatMap(
  (file) => file.exchanges,
)

const messagesOf = (name: string, direction: 'toDevice' | 'toHost'): readonly Uint8Array[] =>
  exchanges
    .filter((exchange) => exchange.name.startsWith(name))
    .flatMap(({ messages }) => messages.filter((message) => message.direction === direction))
    .map((message) => message.hex)

test('a badge is asked for by the bytes of the fixture, and its answers are the badge that was shown', () => {
  expect(messagesOf('H10301', 'toDevice')).toEqual([pcprox.readCard, pcprox.readBitCount])
  const [card = hex(''), count = hex('')] = messagesOf('H10301', 'toHost')
  expect(pcprox.decodeBadge(card, count)).toEqual({
    technology: 'unknown',
    data: hex('9F 14 D0'),
    bitCount: 24,
    symbology: null,
  })
})

test('the other fixtures are asked for by their bytes, and understood', () => {
  expect(messagesOf('an empty field', 'toDevice')).toEqual([pcprox.readCard])
  expect(messagesOf('an empty field', 'toHost').map(pcprox.isBlank)).toEqual([true])
  expect(messagesOf('device info', 'toDevice')).toEqual([pcprox.readInfo])
  expect(messagesOf('device info', 'toHost').map(pcprox.decodeInfo)).toEqual([
    { firmware: '07.3.0', type: '0B01' },
  ])
  expect(messagesOf('page 0', 'toDevice')).toEqual([pcprox.selectPage(0)])
})

// micolous/pcprox, protocol.md, "List of commands".
test.each([
  ['card buffer 0', pcprox.readCard, '8F00000000000000'],
  ['card buffer 1', pcprox.readBitCount, '8E00000000000000'],
  ['device info', pcprox.readInfo, '8A00000000000000'],
  ['page 0', pcprox.selectPage(0), '8000000000000000'],
  ['page 1', pcprox.selectPage(1), '8100000000000000'],
  ['page 2', pcprox.selectPage(2), '8200000000000000'],
  ['the end of a configuration, nothing saved', pcprox.finishConfiguration, '9000000000000000'],
])('the command for %s is that of the document', (_, command, expected) => {
  expect(formatHex(command)).toBe(expected)
})

test('the device info tells the firmware as the maker writes it, and the type in its byte order', () => {
  expect(pcprox.decodeInfo(hex('00 00 30 07 00 34 12 00'))).toEqual({ firmware: '07.3.0', type: '1234' })
  expect(pcprox.decodeInfo(hex('00 00 2A 11 00 01 00 00'))).toEqual({ firmware: '17.2.10', type: '0001' })
})

test.each(['00 00 00 00 00 00 00 00', 'FF FF FF FF FF FF FF FF', '00 00 30 07 00 34 12', ''])(
  'the answer "%s" is no device info',
  (answer) => {
    expect(() => pcprox.decodeInfo(hex(answer))).toThrow(coded('device_mismatch'))
  },
)

test('halting the keystrokes changes bit 7 of the last byte of page 0, and nothing else', () => {
  expect(formatHex(pcprox.haltKeystrokes(hex('03 05 11 10 1A 2D 28 2F')))).toBe('030511101A2D28AF')
  expect(formatHex(pcprox.haltKeystrokes(hex('03 05 11 10 1A 2D 28 AF')))).toBe('030511101A2D28AF')
})

test('the hold time is raised in steps of 50 ms where it is shorter, and left where it is longer', () => {
  expect(formatHex(pcprox.holdAtLeast(hex('00 0A 01 14 01 01 00 00'), 250))).toBe('000A051401010000')
  expect(formatHex(pcprox.holdAtLeast(hex('00 0A 14 14 01 01 00 00'), 250))).toBe('000A141401010000')
})

test('the lights are bits 0 and 1 of page 2, and bit 1 of its second byte gives them to the host', () => {
  const page = hex('0D 04 41 42 10 43 44 45')
  expect(formatHex(pcprox.showLights(page, { red: false, green: true }))).toBe('0E06414210434445')
  expect(formatHex(pcprox.showLights(page, { red: true, green: false }))).toBe('0D06414210434445')
  expect(formatHex(pcprox.showLights(page, { red: false, green: false }))).toBe('0C06414210434445')
})

test('an H10301 badge (facility 159, card 5328) is its 24 bits, the highest first', () => {
  const read = pcprox.decodeBadge(hex('D0 14 9F 00 00 00 00 00'), hex('18 18 00 00 00 00 00 00'))
  expect(read).toEqual({ technology: 'unknown', data: hex('9F 14 D0'), bitCount: 24, symbology: null })
  expect(0x9f).toBe(159)
  expect(0x14d0).toBe(5328)
})

test('a badge of 32 bits (Corporate 1000 without its parity) has the card in the lower 20', () => {
  const read = pcprox.decodeBadge(hex('45 23 B1 00 00 00 00 00'), hex('20 20 00 00 00 00 00 00'))
  expect(formatHex(read?.data ?? hex(''))).toBe('00B12345')
})

test('bits beyond the count do not belong to the badge', () => {
  const read = pcprox.decodeBadge(hex('FF FF 00 00 00 00 00 00'), hex('0A 0A 00 00 00 00 00 00'))
  expect(read).toEqual({ technology: 'unknown', data: hex('03 FF'), bitCount: 10, symbology: null })
})

test.each(['00 00', '18 19', '18 00', '41 41', ''])('a bit count of "%s" makes no badge', (count) => {
  expect(pcprox.decodeBadge(hex('D0 14 9F 00 00 00 00 00'), hex(count))).toBeUndefined()
})

test('an empty buffer is all zero', () => {
  expect(pcprox.isBlank(hex('00 00 00 00 00 00 00 00'))).toBe(true)
  expect(pcprox.isBlank(hex('00 00 00 00 00 00 00 01'))).toBe(false)
})

test('whatever the buffers hold, a badge has as many bytes as its bits need, and none of a higher value', () => {
  const report = fc.uint8Array({ minLength: 8, maxLength: 8 })
  fc.assert(
    fc.property(report, fc.integer({ min: 1, max: 64 }), (card, bitCount) => {
      const read = pcprox.decodeBadge(card, Uint8Array.of(bitCount, bitCount))
      expect(read?.data.length).toBe(Math.ceil(bitCount / 8))
      expect(BigInt(`0x${formatHex(read?.data ?? card)}`) < 1n << BigInt(bitCount)).toBe(true)
    }),
  )
})
