import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cardTechnologies, type CardTechnology } from '../contract/card.ts'
import { decodeLocks, decodeProtection } from './ntag-protection.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const span = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

/** Page 2: check byte, internal, lock 0, lock 1 (NTAG213/215/216 §8.5.2). */
test.each([
  ['EA 48 00 00', [], []],
  ['EA 48 08 00', [3], []],
  ['EA 48 10 00', [4], []],
  ['EA 48 80 00', [7], []],
  ['EA 48 00 01', [8], []],
  ['EA 48 00 80', [15], []],
  ['EA 48 01 00', [], [3]],
  ['EA 48 02 00', [], span(4, 9)],
  ['EA 48 04 00', [], span(10, 15)],
  ['EA 48 FF FF', span(3, 15), span(3, 15)],
])('page 2 as %s locks %j and freezes %j', (page, locked, frozen) => {
  expect(decodeLocks('ntag213', hex(page), undefined)).toEqual({ locked, frozen })
  expect(decodeLocks('mifare-ultralight', hex(page), undefined)).toEqual({ locked, frozen })
})

/** NXP community, "NTAG213 Dynamic Lock Bytes"; MF0ICU2 §7.5.3. Sixteen pages for each bit are *unverified*. */
test.each<[CardTechnology, string, readonly number[], readonly number[]]>([
  ['ntag213', '00 00 00 BD', [], []],
  ['ntag213', '03 00 00 BD', span(16, 19), []],
  ['ntag213', '00 00 3F BD', [], span(16, 39)],
  ['ntag213', '00 00 01 BD', [], span(16, 19)],
  ['ntag213', 'FF 0F 3F BD', span(16, 39), span(16, 39)],
  ['ntag215', '01 00 00 BD', span(16, 31), []],
  ['ntag215', '80 00 00 BD', span(128, 129), []],
  ['ntag215', '00 00 08 BD', [], span(112, 129)],
  ['ntag216', '00 20 00 BD', span(224, 225), []],
  ['ntag216', 'FF 3F 7F BD', span(16, 225), span(16, 225)],
  ['mifare-ultralight-ev1-128', 'FF 03 1F BD', span(16, 35), span(16, 35)],
  ['mifare-ultralight-c', 'E0 00 00 00', span(28, 39), []],
  ['mifare-ultralight-c', '02 00 00 00', span(16, 19), []],
  ['mifare-ultralight-c', '01 00 00 00', [], span(16, 27)],
  ['mifare-ultralight-c', '10 00 00 00', [], span(28, 39)],
  ['mifare-ultralight-ev1-48', 'FF FF FF FF', [], []],
])('%s: the dynamic lock page %s locks %j and freezes %j', (technology, page, locked, frozen) => {
  expect(decodeLocks(technology, hex('EA480000'), hex(page))).toEqual({ locked, frozen })
})

test('static and dynamic locks are told together', () => {
  expect(decodeLocks('ntag213', hex('EA 48 00 80'), hex('01 00 00 BD')).locked).toEqual([15, 16, 17])
})

test('what is locked lies on the card and is not told twice, whatever the bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 6 })
  fc.assert(
    fc.property(fc.constantFrom(...cardTechnologies), bytes, bytes, (technology, page2, dynamic) => {
      const { locked, frozen } = decodeLocks(technology, page2, dynamic)
      for (const pages of [locked, frozen]) {
        expect(new Set(pages).size).toBe(pages.length)
        expect(pages.every((page) => page >= 3 && page <= 0xe1)).toBe(true)
      }
    }),
  )
})

/** CFG0 and CFG1 as delivered, and with each field set; AUTH0 and AUTH1 of Ultralight C. */
test.each<[CardTechnology, string, string, unknown]>([
  ['ntag213', '04 00 00 FF', '00 05 00 00', { firstPage: null, isReadProtected: false }],
  ['ntag213', '04 00 00 04', '00 05 00 00', { firstPage: 4, isReadProtected: false }],
  ['ntag213', '04 00 00 04', '80 05 00 00', { firstPage: 4, isReadProtected: true }],
  ['ntag213', '04 00 00 04', '47 05 00 00', { firstPage: 4, isReadProtected: false }],
  ['ntag213', '04 00 00 2C', '18 05 00 00', { firstPage: 0x2c, isReadProtected: false }],
  ['ntag213', '04 00 00 2D', '00 05 00 00', { firstPage: null, isReadProtected: false }],
  ['ntag216', '04 00 00 2D', '00 05 00 00', { firstPage: 0x2d, isReadProtected: false }],
  ['mifare-ultralight-ev1-48', '00 00 00 00', '00 05 00 00', { firstPage: 0, isReadProtected: false }],
  ['mifare-ultralight-c', '30 00 00 00', '00 00 00 00', { firstPage: null, isReadProtected: true }],
  ['mifare-ultralight-c', '2A 00 00 00', '01 00 00 00', { firstPage: 0x2a, isReadProtected: false }],
  ['mifare-ultralight', '00 00 00 00', '00 00 00 00', undefined],
  ['mifare-classic-1k', '00 00 00 00', '00 00 00 00', undefined],
])('%s: %s and %s say %j', (technology, first, second, protection) => {
  expect(decodeProtection(technology, [hex(first), hex(second)])).toEqual(protection)
})
