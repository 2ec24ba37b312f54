import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CardWrite } from '../contract/card.ts'
import { isBridgeError } from '../contract/errors.ts'
import { ndefWrites, readNdef } from './ndef-tag.ts'
import type { NdefRecord } from './ndef.ts'
import { checkPageWrite, userSizeBytes } from './ntag.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)
const uri = (text: string): NdefRecord => ({ kind: 'uri', uri: text })
const pageOf = ({ at }: CardWrite): number => (at.kind === 'page' ? at.page : -1)

/** The data area after these writes, on a card that held `before`. */
const areaAfter = (writes: readonly CardWrite[], before: Uint8Array): Uint8Array => {
  const area = before.slice()
  for (const write of writes) area.set(write.data, (pageOf(write) - 4) * 4)
  return area
}

test('a message is written empty first, then its data, then its length', () => {
  const writes = ndefWrites('ntag213', [uri('https://www.example.com')])
  expect(writes.map(({ data }) => Buffer.from(data).toString('hex').toUpperCase())).toEqual([
    '0300FE00',
    '0C550265',
    '78616D70',
    '6C652E63',
    '6F6DFE00',
    '0310D101',
  ])
  expect(writes.map(pageOf)).toEqual([4, 5, 6, 7, 8, 4])
})

test('the last page is filled up with zeros', () => {
  const writes = ndefWrites('ntag213', [uri('https://a')])
  expect(writes.map(({ data }) => Buffer.from(data).toString('hex').toUpperCase())).toEqual([
    '0300FE00',
    '02550461',
    'FE000000',
    '0306D101',
  ])
})

test('a message of 255 bytes has its length in two', () => {
  const writes = ndefWrites('ntag215', [uri(`https://${'a'.repeat(250)}`)])
  expect(writes.at(-1)?.data).toEqual(hex('03 FF 00 FF'))
  expect(ndefWrites('ntag215', [uri(`https://${'a'.repeat(249)}`)]).at(-1)?.data).toEqual(hex('03 FE D1 01'))
})

test('the password stands in every address', () => {
  const password = hex('01020304')
  const writes = ndefWrites('ntag213', [uri('https://a')], password)
  expect(writes.every(({ at }) => at.kind === 'page' && at.password === password)).toBe(true)
  expect(
    ndefWrites('ntag213', [uri('x')]).every(({ at }) => at.kind === 'page' && at.password === null),
  ).toBe(true)
})

test('a message that just fits is written, and one byte more is refused', () => {
  // TLV type, length and terminator, and five bytes of record header and prefix code leave 48 - 8.
  expect(ndefWrites('mifare-ultralight', [uri('x'.repeat(40))]).every((write) => pageOf(write) <= 15)).toBe(
    true,
  )
  expect(() => ndefWrites('mifare-ultralight', [uri('x'.repeat(41))])).toThrow(coded('order_invalid'))
})

test('a card without pages holds no message', () => {
  expect(() => ndefWrites('mifare-classic-1k', [uri('x')])).toThrow(coded('card_incompatible'))
})

test('a write that is torn off leaves the old message, none or the whole new one, on user pages only', () => {
  const technology = fc.constantFrom('ntag213', 'ntag215', 'ntag216', 'mifare-ultralight-c' as const)
  fc.assert(
    fc.property(technology, fc.string({ maxLength: 120 }), (kind, content) => {
      const old: readonly NdefRecord[] = [uri('https://www.example.com/an-older-message')]
      const records: readonly NdefRecord[] = [{ kind: 'text', language: 'en', text: content }]
      const before = areaAfter(ndefWrites(kind, old), new Uint8Array(userSizeBytes(kind)))
      const writes = ndefWrites(kind, records)
      for (const write of writes) checkPageWrite(kind, pageOf(write), write.data)
      expect(readNdef(before)).toEqual({ kind: 'message', records: old })
      for (let count = 1; count < writes.length; count++) {
        expect(readNdef(areaAfter(writes.slice(0, count), before))).toEqual({ kind: 'none' })
      }
      expect(readNdef(areaAfter(writes, before))).toEqual({ kind: 'message', records })
    }),
  )
})

test.each<[string, string, unknown]>([
  ['an NTAG213 as delivered', '01 03 A0 0C 34 03 00 FE', { kind: 'none' }],
  ['an NTAG215 as delivered', '03 00 FE 00', { kind: 'none' }],
  ['nothing', '', { kind: 'none' }],
  ['zeros', '00 00 00 00', { kind: 'none' }],
  ['a terminator before the message', 'FE 03 06 D1 01 02 55 04 61', { kind: 'none' }],
  [
    'zeros before the message',
    '00 00 03 06 D1 01 02 55 04 61',
    { kind: 'message', records: [uri('https://a')] },
  ],
  [
    'a lock control block before the message',
    '01 03 A0 0C 34 03 06 D1 01 02 55 04 61 FE',
    { kind: 'message', records: [uri('https://a')] },
  ],
  [
    'a proprietary block with a long length before the message',
    'FD FF 00 02 AA BB 03 06 D1 01 02 55 04 61 FE',
    { kind: 'message', records: [uri('https://a')] },
  ],
  [
    'a message without terminator',
    '03 06 D1 01 02 55 04 61',
    { kind: 'message', records: [uri('https://a')] },
  ],
  ['a message longer than the card', '03 10 D1 01 02 55 04 61', { kind: 'malformed' }],
  ['a long message longer than the card', '03 FF FF FF D1 01 02 55', { kind: 'malformed' }],
  ['a block longer than the card', '01 FE A0 0C', { kind: 'malformed' }],
  ['a message of rubbish', '03 02 12 34 FE', { kind: 'malformed' }],
])('%s', (_, area, reading) => {
  expect(readNdef(hex(area))).toEqual(reading)
})

test('hostile bytes are never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 900 }), (bytes) => {
      expect(['none', 'message', 'malformed']).toContain(readNdef(bytes).kind)
      expect(readNdef(Uint8Array.of(3, ...bytes)).kind).toBeTypeOf('string')
    }),
  )
})
