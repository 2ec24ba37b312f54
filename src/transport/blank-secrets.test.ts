import { expect, test } from 'vitest'
import { blankSecrets } from './blank-secrets.ts'
import type { RecordedMessage } from './recorder.ts'

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
const toDevice = (...values: readonly number[]): RecordedMessage => ({
  direction: 'toDevice',
  bytes: bytes(...values),
})
const toHost = (...values: readonly number[]): RecordedMessage => ({
  direction: 'toHost',
  bytes: bytes(...values),
})
const feature = (...values: readonly number[]): RecordedMessage => ({
  ...toHost(...values),
  as: 'feature',
  reportId: 0,
})
const json = (direction: RecordedMessage['direction'], value: object): RecordedMessage => ({
  direction,
  as: 'json',
  bytes: new TextEncoder().encode(JSON.stringify(value)),
})

test('a secret in JSON becomes digits, and the rest stays JSON', () => {
  const { messages, blanked } = blankSecrets(
    [json('toHost', { body: 'key a0a1a2a3 and abcd' })],
    [bytes(0xa0, 0xa1, 0xa2, 0xa3), new TextEncoder().encode('abcd')],
  )
  expect([messages, blanked]).toEqual([[json('toHost', { body: 'key 00000000 and 0000' })], 2])
})

test('a secret becomes zeros wherever it stands, as bytes and as hexadecimal text', () => {
  const secret = bytes(0xa0, 0xa1, 0xa2, 0xa3)
  const text = (value: string): Uint8Array => new TextEncoder().encode(value)
  const { messages, blanked } = blankSecrets(
    [
      toDevice(1, ...secret, 2, ...secret),
      { direction: 'toHost', bytes: text('key a0a1A2A3 A0A1A2A3 a0a1a2a3') },
      toHost(0xa0, 0xa1, 0xa2),
    ],
    [secret],
  )
  expect(blanked).toBe(4)
  expect(messages[0]?.bytes).toEqual(bytes(1, 0, 0, 0, 0, 2, 0, 0, 0, 0))
  expect(new TextDecoder().decode(messages[1]?.bytes)).toBe('key a0a1A2A3 00000000 00000000')
  expect(messages[2]?.bytes).toEqual(bytes(0xa0, 0xa1, 0xa2))
})

test('a secret of zeros changes nothing', () => {
  expect(blankSecrets([toDevice(0, 0, 0, 0)], [bytes(0, 0)]).blanked).toBe(0)
})

const secret = [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5]

test.each([
  ['after its first byte', 1],
  ['in the middle', 3],
  ['before its last byte', 5],
])('a secret that is cut over two HID POS reports becomes zeros in both: %s', (_, cut) => {
  // Report id, length, AIM identifier, 56 bytes of data, symbology, flags (drivers/hid-scanner/pos-report.ts).
  const report = (data: readonly number[], flags: number): number[] => [
    ...[0x02, data.length, 0x5d, 0x51, 0x30],
    ...data,
    ...Array<number>(56 - data.length).fill(0),
    ...[0x73, 0x00, flags],
  ]
  const filling = Array<number>(56 - cut).fill(0x41)
  const split = (hidden: readonly number[]): RecordedMessage[] => [
    toHost(...report([...filling, ...hidden.slice(0, cut)], 1)),
    toHost(...report([...hidden.slice(cut), 0x42], 0)),
  ]
  expect(blankSecrets(split(secret), [bytes(...secret)])).toEqual({
    messages: split([0, 0, 0, 0, 0, 0]),
    blanked: 1,
  })
})

test('a secret may be cut over more than two reports, with the host’s words between them', () => {
  const { messages, blanked } = blankSecrets(
    [
      feature(0, 7, 0xa0, 0xa1),
      toDevice(0xa2, 0xa3),
      feature(0, 7, 0xa2, 0xa3),
      feature(0, 7, 0xa4, 0xa5, 9),
      feature(0xa4, 0xa5),
    ],
    [bytes(...secret)],
  )
  expect(blanked).toBe(1)
  expect(messages).toEqual([
    feature(0, 7, 0, 0),
    toDevice(0xa2, 0xa3),
    feature(0, 7, 0, 0),
    feature(0, 7, 0, 0, 9),
    feature(0xa4, 0xa5),
  ])
})

test('its digits may be cut too', () => {
  const text = (value: string): RecordedMessage => toHost(...new TextEncoder().encode(value))
  const { messages, blanked } = blankSecrets([text('key A0A1A'), text('2A3A4A5 end')], [bytes(...secret)])
  expect([messages, blanked]).toEqual([[text('key 00000'), text('0000000 end')], 1])
})

test.each([
  ['in another direction', [toHost(0xa0, 0xa1, 0xa2), toDevice(0xa3, 0xa4, 0xa5)]],
  ['in a report of another kind', [toHost(0xa0, 0xa1, 0xa2), feature(0xa3, 0xa4, 0xa5)]],
  [
    'with more between them than frames a message',
    [toHost(0xa0, 0xa1, 0xa2), toHost(1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa3, 0xa4, 0xa5)],
  ],
  [
    'with more behind the first than frames a message',
    [toHost(0xa0, 0xa1, 0xa2, 1, 2, 3, 4, 5, 6, 7, 8, 9), toHost(0xa3, 0xa4, 0xa5)],
  ],
  ['in two answers of a server', [json('toHost', ['A0A1A2']), json('toHost', ['A3A4A5'])]],
  ['with a message between them', [toHost(0xa0, 0xa1, 0xa2), toHost(1), toHost(0xa3, 0xa4, 0xa5)]],
] as const)('halves are no secret %s', (_, messages) => {
  expect(blankSecrets(messages, [bytes(...secret)])).toEqual({ messages, blanked: 0 })
})

test('reports that nearly hold a secret over and over are done with soon', () => {
  const nearly = Array.from({ length: 2_000 }, () => toHost(...Array<number>(8).fill(0xaa)))
  const wanted = bytes(...Array<number>(31).fill(0xaa), 0xab)
  expect(blankSecrets(nearly, [wanted]).blanked).toBe(0)
})

test('a secret that reads as what is put in its place is done with', () => {
  expect(blankSecrets([json('toHost', { body: '0000' })], [bytes(0x30, 0x30)]).blanked).toBe(0)
})
