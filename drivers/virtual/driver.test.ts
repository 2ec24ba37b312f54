import { expect, test } from 'vitest'
import { type Card, type CardAddress, noUid, type TransportKind } from 'encoder-bridge/driver'
import { parseHex } from '../../src/wire/hex.ts'
import { createRig, endingOf } from '../../test/conformance/rig.ts'
import virtual from './index.ts'

const idle = { signal: new AbortController().signal }
const card: Card = { uid: noUid, technology: 'magstripe' }
const texts: CardAddress = { kind: 'tracks', coercivity: 'hi' }
const bits: CardAddress = { kind: 'rawTracks', coercivity: 'hi' }
const UID = '00000001'
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

const openField = async (content: string) => {
  const rig = await createRig<TransportKind>(virtual, { transport: 'none' })
  const device = await rig.open()
  rig.emulator.placeCard({ type: 'magstripe', uid: UID, memory: ascii(content) })
  return {
    device,
    read: (at: CardAddress): Promise<Uint8Array> => rig.clock.drive(device.read(card, at, idle)),
    write: (at: CardAddress, data: Uint8Array): Promise<void> =>
      rig.clock.drive(device.write(card, at, data, idle)),
    counts: (): readonly number[] => rig.emulator.countWrites(UID),
  }
}

test('U+007F erases a track, beside a text for another', async () => {
  const field = await openField('OLD\n1\n2')
  await field.write(texts, ascii('\x7f\n12\n'))
  expect(await field.read(texts)).toEqual(ascii('\n12\n2'))
  expect(field.counts()).toEqual([1, 1, 0])
})

/** `;12345?` with its LRC: MSR605 Programmer's Manual, the worked example at eight bits a character, bit-reversed. */
test('the bits of a text are told, and written bits are read as the text', async () => {
  const field = await openField('\n12345\n')
  expect(await field.read(bits)).toEqual(parseHex('0005D4119257F500'))
  await field.write(bits, parseHex('000005D4119257F5'))
  expect(await field.read(texts)).toEqual(ascii('\n12345\n12345'))
  expect(field.counts()).toEqual([0, 0, 1])
})

test('bits that are no text are kept as they are', async () => {
  const field = await openField('A\n\n')
  await field.write(bits, parseHex('000292340181'))
  expect(await field.read(texts)).toEqual(ascii('A\n?\n?'))
  const found = await field.read(bits)
  expect(found.slice(-5)).toEqual(parseHex('0292340181'))
})

test.each(['', '000000', '010000', '01FF00'])('%j is not written as bits', async (data) => {
  const field = await openField('OLD\n\n')
  expect(await endingOf(field.write(bits, parseHex(data)))).toBe('order_invalid')
  expect(field.counts()).toEqual([0, 0, 0])
})
