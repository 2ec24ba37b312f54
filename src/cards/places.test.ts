import { describe, expect, test } from 'vitest'
import type { CardAddress } from '../contract/card.ts'
import { groupOf, nameOf, writtenPart } from './places.ts'

const stripe: CardAddress = { kind: 'tracks', coercivity: 'hi' }
const bits: CardAddress = { kind: 'rawTracks', coercivity: 'hi' }
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

test('the bits of a stripe are another place than its texts, in the same group', () => {
  expect(nameOf(stripe)).toBe('the stripe')
  expect(nameOf(bits)).toBe('the stripe’s bits')
  expect(groupOf(bits)).toBe(groupOf(stripe))
})

describe('a track that was erased', () => {
  const write = { at: stripe, data: ascii('\x7f\n12\n') }

  test('must be found blank', () => {
    expect(writtenPart(write, ascii('\n12\nanything'))).toEqual(write.data)
    expect(writtenPart(write, ascii('OLD\n12\n'))).not.toEqual(write.data)
    expect(writtenPart(write, ascii('?\n12\n'))).not.toEqual(write.data)
  })

  test('is no excuse for another that is blank', () => {
    expect(writtenPart(write, ascii('\n\n'))).not.toEqual(write.data)
  })
})

test('of the bits of a stripe, tracks that were not written may hold anything', () => {
  const write = { at: bits, data: Uint8Array.of(0, 2, 0xc5, 0x80, 0) }
  expect(writtenPart(write, Uint8Array.of(1, 0xff, 2, 0xc5, 0x80, 1, 0x81))).toEqual(write.data)
  expect(writtenPart(write, Uint8Array.of(0, 2, 0xc5, 0x81, 0))).not.toEqual(write.data)
  expect(writtenPart(write, Uint8Array.of(0, 0, 0))).not.toEqual(write.data)
})
