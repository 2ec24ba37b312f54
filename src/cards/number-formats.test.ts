import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import { NumberFormat } from '../contract/number-format.ts'
import { formatNumber } from './number-formats.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const misfit = expect.toSatisfy((error) => isBridgeError(error, 'card_incompatible'))

test.each([
  ['uid-hex', '04A1B2C3D4E5F6', '04A1B2C3D4E5F6'],
  ['uid-hex', '0a', '0A'],
  ['uid-hex-reversed', '04A1B2C3', 'C3B2A104'],
  ['uid-decimal', '00000100', '256'],
  ['uid-decimal', 'FFFFFFFFFFFFFF', '72057594037927935'],
  ['uid-decimal-reversed', '00010000', '256'],
  ['uid-decimal-last4', '0000000100000100', '256'],
  ['uid-decimal-last4', '01000063E9AE'.slice(2), '6547886'],
  ['wiegand-26', '02EC0C86', '11801603'],
  ['wiegand-34', '022468ACF1', '0466022136'],
  ['wiegand-35', '060EC00C87', '01180001603'],
  ['wiegand-37', '000025AD0F', '00001234567'],
  ['wiegand-37-facility', '103E906073', '01001012345'],
  ['wiegand-48', '0012341154A4', '00046600567890'],
] as const)('%s of %s is %s', (format, bytes, number) => {
  expect(formatNumber(format, hex(bytes))).toBe(number)
})

/** The numbers that are printed on two badges: RDM6300, M. Schoeffler's example. */
test.each([
  ['010063E9AE', '0006547886'],
  ['100086F444', '0008844356'],
])('the EM4100 badge %s bears %s', (id, printed) => {
  expect(formatNumber('em4100-decimal', hex(id))).toBe(printed)
})

test('the third byte and the last two of an EM4100 badge are facility and card', () => {
  expect(formatNumber('em4100-facility-card', hex('010063E9AE'))).toBe('09959822')
  expect(formatNumber('em4100-facility-card', hex('0100010002'))).toBe('00100002')
})

test('33 and 36 bits of zeros with their parity are the number 0', () => {
  expect(formatNumber('wiegand-33', hex('0000000001'))).toBe('00000000000')
  expect(formatNumber('wiegand-36', hex('0800000001'))).toBe('00000000000')
})

test('where the reader tells how many bits there are, the format must have as many', () => {
  const bits = hex('02EC0C86')
  expect(formatNumber('wiegand-26', bits, 26)).toBe('11801603')
  expect(formatNumber('wiegand-26', hex('0002EC0C86'), 26)).toBe('11801603')
  expect(() => formatNumber('wiegand-26', bits, 24)).toThrow(misfit)
  expect(() => formatNumber('wiegand-26', bits, 32)).toThrow(misfit)
})

test.each<[string, NumberFormat, string]>([
  ['no bytes', 'uid-hex', ''],
  ['no bytes', 'wiegand-26', ''],
  ['three bytes', 'uid-decimal-last4', '000001'],
  ['a UID of four bytes', 'em4100-decimal', '04A1B2C3'],
  ['a UID of seven bytes', 'em4100-facility-card', '04A1B2C3D4E5F6'],
  ['a wrong parity', 'wiegand-26', '02EC0C87'],
  ['a set bit above the 26', 'wiegand-26', '06EC0C86'],
  ['five bytes', 'wiegand-26', '0002EC0C86'],
  ['three bytes', 'wiegand-26', '00000001'.slice(2)],
  ['a UID of seven bytes', 'wiegand-35', '04A1B2C3D4E5F6'],
])('%s do not fit %s', (_, format, bytes) => {
  expect(() => formatNumber(format, hex(bytes))).toThrow(misfit)
})

test('the message names the format and not what was read', () => {
  expect(() => formatNumber('wiegand-26', hex('02EC0C87'))).toThrow(
    expect.toSatisfy(({ message }: Error) => message.includes('wiegand-26') && !/EC0C87|118/i.test(message)),
  )
})

test('any bytes in any format are a number, or do not fit', () => {
  const numberOrCode = (format: NumberFormat, bytes: Uint8Array): string => {
    try {
      return formatNumber(format, bytes)
    } catch (error) {
      return isBridgeError(error) ? error.code : 'thrown'
    }
  }
  fc.assert(
    fc.property(
      fc.constantFrom(...NumberFormat.options),
      fc.uint8Array({ maxLength: 12 }),
      (format, bytes) => {
        const number = format.startsWith('uid-hex')
          ? /^(?:[\dA-F]+|card_incompatible)$/
          : /^(?:\d+|card_incompatible)$/
        expect(numberOrCode(format, bytes)).toMatch(number)
      },
    ),
  )
})
