import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import { decodeNdef, encodeNdef, type NdefRecord } from './ndef.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const uri = (text: string): NdefRecord => ({ kind: 'uri', uri: text })
const text = (language: string, content: string): NdefRecord => ({ kind: 'text', language, text: content })

/** NTAG's example; then by hand from the record type definitions, prefix codes 00, 04, 05 and 23 and their neighbours. */
test.each<[string, readonly NdefRecord[]]>([
  ['D1 01 0C 55 02 65 78 61 6D 70 6C 65 2E 63 6F 6D', [uri('https://www.example.com')]],
  ['D1 01 02 55 04 61', [uri('https://a')]],
  ['D1 01 02 55 03 61', [uri('http://a')]],
  ['D1 01 03 55 05 2B 34', [uri('tel:+4')]],
  ['D1 01 02 55 00 78', [uri('x')]],
  ['D1 01 01 55 00', [uri('')]],
  ['D1 01 02 55 23 78', [uri('urn:nfc:x')]],
  ['D1 01 02 55 1E 78', [uri('urn:epc:id:x')]],
  ['D1 01 02 55 13 78', [uri('urn:x')]],
  ['D1 01 05 54 02 65 6E 48 69', [text('en', 'Hi')]],
  ['D1 01 05 54 02 64 65 C3 A4', [text('de', 'ä')]],
  ['91 01 02 55 04 61 51 01 04 54 02 65 6E 62', [uri('https://a'), text('en', 'b')]],
])('%s is %j', (bytes, records) => {
  expect(encodeNdef(records)).toEqual(hex(bytes))
  expect(decodeNdef(hex(bytes))).toEqual(records)
})

test('a payload of 256 bytes has its length in four', () => {
  const message = encodeNdef([uri(`https://${'a'.repeat(255)}`)])
  expect(message.subarray(0, 8)).toEqual(hex('C1 01 00 00 01 00 55 04'))
  expect(decodeNdef(message)).toEqual([uri(`https://${'a'.repeat(255)}`)])
})

test.each<[string, readonly NdefRecord[]]>([
  ['no record', []],
  ['a language that is none', [text('', 'x')]],
  ['a language of letters that are not ASCII', [text('ä', 'x')]],
  ['a language of 64 letters', [text('a'.repeat(64), 'x')]],
])('%s is not encoded', (_, records) => {
  expect(() => encodeNdef(records)).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'order_invalid')),
  )
})

test.each<[string, string, unknown]>([
  ['an id is passed over', 'D9 01 02 01 55 7A 04 61', uri('https://a')],
  ['UTF-16 without a mark is big-endian', 'D1 01 05 54 82 65 6E 00 62', text('en', 'b')],
  ['UTF-16 with a mark, big-endian', 'D1 01 07 54 82 65 6E FE FF 00 62', text('en', 'b')],
  ['UTF-16 with a mark, little-endian', 'D1 01 07 54 82 65 6E FF FE 62 00', text('en', 'b')],
  ['an unassigned prefix stands for none', 'D1 01 02 55 24 61', uri('a')],
  [
    'a media type is another record',
    'D2 01 01 55 61',
    { kind: 'other', typeName: 2, type: hex('55'), payload: hex('61') },
  ],
  [
    'a longer type is another record',
    'D1 02 00 53 70',
    { kind: 'other', typeName: 1, type: hex('5370'), payload: hex('') },
  ],
  ['a URI without prefix', 'D1 01 00 55', { kind: 'other', typeName: 1, type: hex('55'), payload: hex('') }],
  [
    'a URI that is no UTF-8',
    'D1 01 02 55 04 FF',
    { kind: 'other', typeName: 1, type: hex('55'), payload: hex('04FF') },
  ],
  ['a text without status', 'D1 01 00 54', { kind: 'other', typeName: 1, type: hex('54'), payload: hex('') }],
  [
    'a language that is cut short',
    'D1 01 02 54 05 65',
    { kind: 'other', typeName: 1, type: hex('54'), payload: hex('0565') },
  ],
  ['an empty record', 'D0 00 00', { kind: 'other', typeName: 0, type: hex(''), payload: hex('') }],
])('%s', (_, bytes, record) => {
  expect(decodeNdef(hex(bytes))).toEqual([record])
})

test.each([
  ['nothing', ''],
  ['a header that is cut short', 'D1 01'],
  ['a long length that is cut short', 'C1 01 00 00 01'],
  ['an id length that is missing', 'D9 01 02'],
  ['a payload that is cut short', 'D1 01 0C 55 02'],
  ['a payload of 4 GB', 'C1 01 FF FF FF FF 55 02'],
  ['no end', '91 01 02 55 04 61'],
  ['bytes behind the end', 'D1 01 02 55 04 61 00'],
  ['no beginning', '51 01 02 55 04 61'],
  ['two beginnings', '91 01 02 55 04 61 D1 01 02 55 04 61'],
  ['chunks', 'F1 01 02 55 04 61'],
])('%s is no message', (_, bytes) => {
  expect(decodeNdef(hex(bytes))).toBeUndefined()
})

const anyRecord: fc.Arbitrary<NdefRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('uri' as const),
    uri: fc.oneof(fc.webUrl(), fc.string({ unit: 'grapheme', maxLength: 300 })),
  }),
  fc.record({
    kind: fc.constant('text' as const),
    language: fc.stringMatching(/^[a-z]{2}(?:-[A-Z]{2})?$/),
    text: fc.string({ unit: 'grapheme', maxLength: 300 }),
  }),
)

test('any records are read back', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 5 }), (records) => {
      expect(decodeNdef(encodeNdef(records))).toEqual(records)
    }),
  )
})

test('hostile bytes are never thrown at, and give no more records than they have headers for', () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(fc.array(anyRecord, { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat(255))
      .map(([records, at, value]) => {
        const message = encodeNdef(records)
        return message.with(at % message.length, value)
      }),
  )
  fc.assert(
    fc.property(hostile, (bytes) => {
      expect((decodeNdef(bytes) ?? []).length).toBeLessThanOrEqual(bytes.length / 3)
    }),
  )
})
