import { expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import { formatTracks, parseTracks } from './tracks.ts'

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const invalid = expect.toSatisfy((error) => isBridgeError(error, 'order_invalid'))

test('three tracks are joined by line feeds and parted again', () => {
  expect(formatTracks(['ABC123', '12345', ''])).toEqual(ascii('ABC123\n12345\n'))
  expect(parseTracks(ascii('ABC123\n12345\n'))).toEqual(['ABC123', '12345', ''])
  expect(parseTracks(ascii('\n\n12345'))).toEqual(['', '', '12345'])
})

test('sentinels are left out of the data', () => {
  expect(formatTracks(['%ABC?', ';1?', ';2?'])).toEqual(ascii('ABC\n1\n2'))
})

test.each(['', '\n\n', 'ABC', 'ABC\n1', 'ABC\n1\n2\n3', 'abc\n1\n2', 'ABC\nX\n', 'ABC\n\nX', '\xc4BC\n1\n2'])(
  '%j is no stripe',
  (text) => {
    expect(() => parseTracks(ascii(text))).toThrow(invalid)
  },
)

test('a text that its track cannot hold is refused before it is joined', () => {
  expect(() => formatTracks(['A', 'B', ''])).toThrow(invalid)
  expect(() => formatTracks(['', '', ''])).toThrow(invalid)
})

test('U+007F alone erases a track, and is no part of a text', () => {
  expect(formatTracks(['\x7f', '12', ''])).toEqual(ascii('\x7f\n12\n'))
  expect(parseTracks(ascii('\n\x7f\n\x7f'))).toEqual(['', '\x7f', '\x7f'])
  expect(() => parseTracks(ascii('A\x7f\n\n'))).toThrow(invalid)
  expect(() => parseTracks(ascii('\n\x7f\x7f\n'))).toThrow(invalid)
})
