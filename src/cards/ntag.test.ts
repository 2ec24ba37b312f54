import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cardTechnologies, type CardTechnology } from '../contract/card.ts'
import { isBridgeError } from '../contract/errors.ts'
import {
  checkPage,
  checkPageWrite,
  decodeCapability,
  pageMapOf,
  technologyOfCapability,
  technologyOfVersion,
  userSizeBytes,
} from './ntag.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)
const zeros = new Uint8Array(4)

/** Pages, last user page and user bytes of the data sheets. */
const sizes = [
  ['mifare-ultralight', 16, 0x0f, 48],
  ['mifare-ultralight-c', 48, 0x27, 144],
  ['mifare-ultralight-ev1-48', 20, 0x0f, 48],
  ['mifare-ultralight-ev1-128', 41, 0x23, 128],
  ['ntag213', 45, 0x27, 144],
  ['ntag215', 135, 0x81, 504],
  ['ntag216', 231, 0xe1, 888],
] as const

test.each(sizes)(
  '%s has %i pages, the last user page %i and %i user bytes',
  (technology, pages, last, bytes) => {
    expect(pageMapOf(technology)).toMatchObject({ pageCount: pages, lastUserPage: last })
    expect(userSizeBytes(technology)).toBe(bytes)
  },
)

test('all other technologies have no pages', () => {
  const others = cardTechnologies.filter((technology) => !sizes.some(([name]) => name === technology))
  expect(others).toContain('mifare-classic-1k')
  for (const technology of others) {
    expect(pageMapOf(technology)).toBeUndefined()
    expect(userSizeBytes(technology)).toBe(0)
    expect(() => checkPage(technology, 4)).toThrow(coded('not_supported'))
  }
})

/** NTAG213/215/216 §10.1 and MF0ULX1 §10.1; the others from Proxmark3 `client/src/cmdhfmfu.c`. */
test.each<[string, CardTechnology]>([
  ['00 04 04 02 01 00 0F 03', 'ntag213'],
  ['00 04 04 02 01 00 11 03', 'ntag215'],
  ['00 04 04 02 01 00 13 03', 'ntag216'],
  ['00 04 03 01 01 00 0B 03', 'mifare-ultralight-ev1-48'],
  ['00 04 03 02 01 00 0B 03', 'mifare-ultralight-ev1-48'],
  ['00 04 03 01 01 00 0E 03', 'mifare-ultralight-ev1-128'],
  ['00 04 03 02 01 00 0E 03', 'mifare-ultralight-ev1-128'],
  ['00 04 04 05 01 01 13 03', 'unknown'],
  ['00 04 04 05 02 01 13 03', 'unknown'],
  ['00 04 03 01 04 00 0F 03', 'unknown'],
  ['00 04 04 02 03 00 0F 03', 'unknown'],
  ['00 05 04 02 01 00 0F 03', 'unknown'],
  ['01 04 04 02 01 00 0F 03', 'unknown'],
  ['00 04 04 02 01 00 0F 04', 'unknown'],
  ['00 04 04 02 01 00 0F', 'unknown'],
  ['00 04 04 02 01 00 0F 03 00', 'unknown'],
  ['', 'unknown'],
])('the version %s is %s', (version, technology) => {
  expect(technologyOfVersion(hex(version))).toBe(technology)
})

test.each([
  ['E1 10 12 00', { sizeBytes: 144, isReadOnly: false }],
  ['E1 10 3E 00', { sizeBytes: 496, isReadOnly: false }],
  ['E1 10 6D 0F', { sizeBytes: 872, isReadOnly: true }],
  ['E1 11 12 00', { sizeBytes: 144, isReadOnly: false }],
  ['00 00 00 00', undefined],
  ['E1 20 12 00', undefined],
  ['E1 10 12', undefined],
  ['', undefined],
])('the capability container %s says %j', (page, capability) => {
  expect(decodeCapability(hex(page))).toEqual(capability)
})

test.each([
  ['E1 10 3E 00', 'ntag215'],
  ['E1 10 6D 00', 'ntag216'],
  ['E1 10 12 00', undefined],
  ['E1 10 06 00', undefined],
  ['00 00 00 00', undefined],
])('the capability container %s suggests %s', (page, technology) => {
  expect(technologyOfCapability(hex(page))).toBe(technology)
})

test.each(sizes)(
  '%s: of %i pages those from 4 to %i may be written, and nothing else',
  (technology, pages, last) => {
    const isRefused = (page: number): boolean => {
      try {
        checkPageWrite(technology, page, hex('FFFFFFFF'))
        return false
      } catch (error) {
        return isBridgeError(error, 'not_supported')
      }
    }
    const all = Array.from({ length: pages }, (_, page) => page)
    expect(all.filter(isRefused)).toEqual(all.filter((page) => page < 4 || page > last))
  },
)

test.each(sizes)('%s: a page beyond its %i is refused', (technology, pages) => {
  for (const page of [pages, -1, 4.5, Number.NaN]) {
    expect(() => checkPageWrite(technology, page, zeros)).toThrow(coded('card_incompatible'))
    expect(() => checkPage(technology, page)).toThrow(coded('card_incompatible'))
  }
  expect(() => checkPage(technology, pages - 1)).not.toThrow()
})

test.each([0, 3, 5, 16])('%i bytes are no page', (length) => {
  expect(() => checkPageWrite('ntag213', 4, new Uint8Array(length))).toThrow(coded('not_supported'))
})

/** CFG0, CFG1, PWD and PACK, or AUTH0, AUTH1 and the key; and the pages before them that stay closed. */
test.each([
  ['mifare-ultralight-ev1-48', [0x10, 0x11, 0x12, 0x13], [0, 1, 2, 3]],
  ['mifare-ultralight-ev1-128', [0x25, 0x26, 0x27, 0x28], [2, 3, 0x24]],
  ['ntag213', [0x29, 0x2a, 0x2b, 0x2c], [2, 3, 0x28]],
  ['ntag215', [0x83, 0x84, 0x85, 0x86], [2, 3, 0x82]],
  ['ntag216', [0xe3, 0xe4, 0xe5, 0xe6], [2, 3, 0xe2]],
  ['mifare-ultralight-c', [0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f], [2, 3, 0x28, 0x29]],
] as const)('%s: the pages %j are written on express permission, %j never', (technology, open, closed) => {
  for (const page of open)
    expect(() => checkPageWrite(technology, page, zeros, 'configuration')).not.toThrow()
  for (const page of closed) {
    expect(() => checkPageWrite(technology, page, zeros, 'configuration')).toThrow(coded('not_supported'))
  }
})

test.each([
  ['ntag213', 0x2a],
  ['ntag215', 0x84],
  ['ntag216', 0xe4],
  ['mifare-ultralight-ev1-48', 0x11],
  ['mifare-ultralight-ev1-128', 0x26],
] as const)('%s: CFGLCK and AUTHLIM are never set in page %i', (technology, page) => {
  for (const access of ['40', '01', '02', '04', 'C7']) {
    expect(() => checkPageWrite(technology, page, hex(`${access} 05 00 00`), 'configuration')).toThrow(
      coded('not_supported'),
    )
  }
  for (const access of ['00', '80', '90', '98']) {
    expect(() => checkPageWrite(technology, page, hex(`${access} 05 00 00`), 'configuration')).not.toThrow()
  }
})

test('AUTH1 of an Ultralight C has bit 0 set for write protection alone', () => {
  expect(() => checkPageWrite('mifare-ultralight-c', 0x2b, hex('01000000'), 'configuration')).not.toThrow()
})

test('arbitrary bytes are a version or not, a container or not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 10 }), (bytes) => {
      expect(cardTechnologies).toContain(technologyOfVersion(bytes))
      expect(decodeCapability(bytes) === undefined).toBe(
        bytes.length < 4 || bytes[0] !== 0xe1 || bytes[1] === undefined || bytes[1] >> 4 !== 1,
      )
    }),
  )
})
