import { describe, expect, test } from 'vitest'
import { isBridgeError } from '../contract/errors.ts'
import { formatRawTracks, packTrack, parseRawTracks, splitRawTracks } from './raw-tracks.ts'

const invalid = expect.toSatisfy((error) => isBridgeError(error, 'order_invalid'))
const none = new Uint8Array(0)

test('three parts are joined with their lengths, and parted again', () => {
  const parts = [Uint8Array.of(0xc5, 0x1b), none, Uint8Array.of(0x81)] as const
  const data = Uint8Array.of(2, 0xc5, 0x1b, 0, 1, 0x81)
  expect(formatRawTracks(parts)).toEqual(data)
  expect(splitRawTracks(data)).toEqual(parts)
  expect(parseRawTracks(data)).toEqual(parts)
})

test('a blank stripe can be told, and is nothing to write', () => {
  expect(splitRawTracks(Uint8Array.of(0, 0, 0))).toEqual([none, none, none])
  expect(() => parseRawTracks(Uint8Array.of(0, 0, 0))).toThrow(invalid)
})

test.each([[[]], [[0]], [[0, 0]], [[0, 0, 0, 0]], [[1, 0x80, 0]], [[0, 0, 2, 0x80]], [[9, 0x80, 0, 0]]])(
  '%j is no three parts',
  (data) => {
    expect(() => splitRawTracks(Uint8Array.from(data))).toThrow(invalid)
  },
)

test.each([[[1, 0x7f, 0, 0]], [[0, 2, 0x80, 0x00, 0]], [[0, 0, 1, 0]]])(
  '%j has clocking zeros and is not written',
  (data) => {
    expect(() => parseRawTracks(Uint8Array.from(data))).toThrow(invalid)
  },
)

describe('the bits of a track', () => {
  test('are packed most significant first, without the zeros around them', () => {
    expect(packTrack(Uint8Array.of(0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0))).toEqual(Uint8Array.of(0xd0, 0x80))
  })

  test('are none where no bit is set', () => {
    expect(packTrack(Uint8Array.of(0, 0, 0))).toEqual(none)
    expect(packTrack(none)).toEqual(none)
  })
})
