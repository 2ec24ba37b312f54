import { expect, test } from 'vitest'
import { applicationsIn, applicationText, madPlaces } from './mad.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** The example of AN10787: CRC, info byte, then 15 identifiers, application code first. Sector 7 is the card holder's. */
const example = hex('89 01 0108 0108 0108 0000 0000 0000 0400 0310 0310 0210 0210 0000 0000 0000 1130')

test('the applications of the example are told once each, without free sectors and the card’s own (AN10787)', () => {
  expect(applicationsIn(example)).toEqual([0x0801, 0x1003, 0x1002, 0x3011])
})

test('no single wrong bit passes the CRC', () => {
  for (let bit = 0; bit < example.length * 8; bit++) {
    const wrong = example.with(bit >> 3, (example[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
    expect(applicationsIn(wrong), `bit ${bit}`).toEqual([])
  }
})

/** Zeros behind the CRC that they have. */
test.each([
  [0, ''],
  [1, 'C7'],
  [16, '0B'],
  [31, '88'],
  [48, '16'],
])('%i bytes are no directory, be their CRC right', (length, crc) => {
  expect(applicationsIn(hex(crc.padEnd(length * 2, '0')))).toEqual([])
})

test('it lies in blocks 1 and 2 under the public key A', () => {
  const key = { type: 'A', value: hex('A0A1A2A3A4A5') }
  expect(madPlaces).toEqual([
    { kind: 'block', block: 1, key },
    { kind: 'block', block: 2, key },
  ])
})

test.each([
  [0x0801, '0x0801'],
  [0x4812, '0x4812'],
  [0xe103, '0xE103 (NDEF, for phones)'],
])('application %i is %s to people', (application, text) => {
  expect(applicationText(application)).toBe(text)
})
