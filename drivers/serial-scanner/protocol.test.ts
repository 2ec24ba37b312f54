import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SerialScannerOptions } from './options.ts'
import { createMessageReader, interpret, type Message } from './protocol.ts'

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const defaults = SerialScannerOptions.parse({})
/** What the whole line says when it falls silent at the end. */
const messagesOf = (...pieces: readonly (string | Uint8Array)[]): readonly Message[] => {
  const reader = createMessageReader()
  const cut = pieces.flatMap((piece) => reader.push(typeof piece === 'string' ? ascii(piece) : piece))
  return [...cut, ...reader.flush()]
}
const read = (text: string, options: Partial<SerialScannerOptions> = {}) =>
  messagesOf(text).map((message) => {
    const found = interpret(message, { ...defaults, ...options })
    return found === 'unreadable' ? found : [found.symbology, Buffer.from(found.data).toString('latin1')]
  })
const badge = (text: string, options: Partial<SerialScannerOptions> = {}) =>
  messagesOf(text).map((message) => {
    const found = interpret(message, { ...defaults, ...options })
    return found === 'unreadable' ? found : [found.technology, Buffer.from(found.data).toString('hex')]
  })

test.each([
  ['CR', '12345\r'],
  ['CR LF', '12345\r\n'],
  ['TAB', '12345\t'],
  ['silence', '12345'],
])('a text that ends with %s is one scan', (_, line) => {
  expect(read(line)).toEqual([[null, '12345']])
})

test('two scans in one piece are two, and an empty line is none', () => {
  expect(read('A1\r\nB2\r\n\r\n')).toEqual([
    [null, 'A1'],
    [null, 'B2'],
  ])
})

test('an AIM identifier is taken off and told: 5D 51 30 48 49 0D is the QR code HI', () => {
  expect(read(']Q0HI\r')).toEqual([[']Q0', 'HI']])
  expect(read(']C101095040001\u001d17\r')).toEqual([[']C1', '01095040001\u001d17']])
  expect(read(']Q0HI\r', { aim: false })).toEqual([[null, ']Q0HI']])
})

test('prefix and suffix are taken off, and a text without them is no scan', () => {
  const options = { prefix: '<', suffix: '>' }
  expect(read('<]Q0HI>\r', options)).toEqual([[']Q0', 'HI']])
  expect(read('HI\r', options)).toEqual(['unreadable'])
  expect(read('<>\r', options)).toEqual(['unreadable'])
})

test('a frame of an RDM6300 is the EM4100 of its digits', () => {
  expect(badge('\x02010063E9AE25\x03')).toEqual([['em4100', '010063e9ae']])
  expect(badge('\x02100086F44426\x03')).toEqual([['em4100', '100086f444']])
})

test('ID-12 puts a line end into the frame, and EM-18 has no frame', () => {
  expect(badge('\x02010063E9AE25\r\n\x03')).toEqual([['em4100', '010063e9ae']])
  expect(badge('010063E9AE25', { content: 'em4100' })).toEqual([['em4100', '010063e9ae']])
  // By itself it could be a barcode of twelve digits.
  expect(badge('010063E9AE25')).toEqual([['barcode', Buffer.from('010063E9AE25').toString('hex')]])
})

test.each([
  ['a wrong checksum', '\x02010063E9AE24\x03'],
  ['a digit too few', '\x0210063E9AE25\x03'],
  ['a letter that is no digit', '\x0201006GE9AE25\x03'],
  ['a cut-off frame', '\x020100'],
])('%s is no badge', (_, line) => {
  expect(badge(line)).toEqual(['unreadable'])
})

test('a badge is no text where texts are wanted, and the other way round', () => {
  expect(badge('\x02010063E9AE25\x03', { content: 'text' })).toEqual(['unreadable'])
  expect(badge('HELLO\r', { content: 'em4100' })).toEqual(['unreadable'])
})

test('a line that never ends is no scan, takes no room, and the next one is read', () => {
  expect(read(`${'9'.repeat(100_000)}\r12345\r`)).toEqual(['unreadable', [null, '12345']])
})

test('however the bytes come, the messages are the same', () => {
  const line = ascii('A1\r\n\x02010063E9AE25\x03]Q0HI\r')
  const whole = messagesOf(line)
  expect(whole).toHaveLength(3)
  fc.assert(
    fc.property(fc.array(fc.nat(line.length), { maxLength: 8 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((left, right) => left - right), line.length]
      const pieces = edges.slice(1).map((edge, index) => line.slice(edges[index], edge))
      expect(messagesOf(...pieces)).toEqual(whole)
    }),
  )
})

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const sizes = messagesOf(bytes).map((message) => {
        const found = interpret(message, defaults)
        return found === 'unreadable' ? 0 : found.data.length
      })
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bytes.length)
    }),
  )
})
