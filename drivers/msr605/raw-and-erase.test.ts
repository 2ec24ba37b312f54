import { describe, expect, test } from 'vitest'
import { type Card, type CardAddress, isBridgeError, noUid, type TransportKind } from 'encoder-bridge/driver'
import { trackBits } from '../../src/cards/iso7811.ts'
import { formatRawTracks, packTrack } from '../../src/cards/raw-tracks.ts'
import { parseHex } from '../../src/wire/hex.ts'
import { createRig, endingOf } from '../../test/conformance/rig.ts'
import msr605 from './index.ts'

const idle = { signal: new AbortController().signal }
const card: Card = { uid: noUid, technology: 'magstripe' }
const texts: CardAddress = { kind: 'tracks', coercivity: 'hi' }
const bits: CardAddress = { kind: 'rawTracks', coercivity: 'hi' }
const UID = '00000001'
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

/** `;12345?` on track 2 in the worked example of the manual, and bits of no text on track 3. */
const RAW = parseHex('0005D4119257F5029234')

const openDesk = async (transport: 'serial' | 'hid') => {
  const rig = await createRig<TransportKind>(msr605, { transport })
  const device = await rig.open()
  return {
    rig,
    place: (content: string): void =>
      rig.emulator.placeCard({ type: 'magstripe', uid: UID, memory: ascii(content) }),
    read: (at: CardAddress): Promise<Uint8Array> => rig.clock.drive(device.read(card, at, idle)),
    write: (at: CardAddress, data: Uint8Array): Promise<void> =>
      rig.clock.drive(device.write(card, at, data, idle)),
    release: (): Promise<void> => rig.clock.drive(device.release(idle)),
    dump: (): string => Buffer.from(rig.emulator.dumpCard(UID)).toString('latin1'),
    counts: (): readonly number[] => rig.emulator.countWrites(UID),
  }
}

describe.each(['serial', 'hid'] as const)('over %s', (transport) => {
  test('bits are written in one swipe and read as they were written; other tracks stay', async () => {
    const desk = await openDesk(transport)
    desk.place('OLD\n1\n2')
    await desk.write(bits, RAW)
    expect([desk.dump(), desk.counts()]).toEqual(['OLD\n12345\n?', [0, 1, 1]])
    const [, ...rest] = await desk.read(bits)
    expect(rest.slice(-RAW.length + 1)).toEqual([...RAW.subarray(1)])
  })

  test('texts are written and read again after bits', async () => {
    const desk = await openDesk(transport)
    desk.place('\n\n')
    await desk.write(bits, RAW)
    await desk.write(texts, ascii('A\n\n3'))
    expect(await desk.read(texts)).toEqual(ascii('A\n12345\n3'))
  })

  test.each([
    ['\x7f\n\n', '\n1\n2', [1, 0, 0]],
    ['\n\x7f\n\x7f', 'OLD\n\n', [0, 1, 1]],
    ['\x7f\n\x7f\n\x7f', '\n\n', [1, 1, 1]],
  ])('%j erases in one swipe', async (data, left, counts) => {
    const desk = await openDesk(transport)
    desk.place('OLD\n1\n2')
    expect(await desk.read(texts)).toEqual(ascii('OLD\n1\n2'))
    await desk.write(texts, ascii(data))
    expect([desk.dump(), desk.counts()]).toEqual([left, counts])
    expect(await desk.read(texts)).toEqual(ascii(left))
  })

  test('what would take two swipes is refused, and the card stays as it was', async () => {
    const desk = await openDesk(transport)
    desk.place('OLD\n1\n2')
    expect(await endingOf(desk.write(texts, ascii('\x7f\n12\n')))).toBe('not_supported')
    await desk.rig.clock.advance(60_000)
    expect([desk.dump(), desk.counts()]).toEqual(['OLD\n1\n2', [0, 0, 0]])
  })

  test.each([
    ['0', 'done'],
    ['1', 'card_swipe_failed'],
    ['2', 'protocol_error'],
    ['9', 'card_swipe_failed'],
    ['A', 'card_write_refused'],
  ])('the status %s of an erasure and of bits is %s', async (status, ending) => {
    const desk = await openDesk(transport)
    desk.place('\n\n')
    for (const [at, data] of [
      [texts, ascii('\x7f\n\n')],
      [bits, RAW],
    ] as const) {
      desk.rig.emulator.inject({ fault: 'swipeStatus', count: status.charCodeAt(0) })
      expect(await endingOf(desk.write(at, data)), at.kind).toBe(ending)
    }
  })

  test.each([
    ['an erasure', texts, ascii('\x7f\n\n')],
    ['bits', bits, RAW],
  ])('%s of which nothing is heard ends by itself, and is not done again', async (_, at, data) => {
    const desk = await openDesk(transport)
    desk.place('OLD\n\n')
    const writing = endingOf(desk.write(at, data))
    desk.rig.clock.setTimeout(() => desk.rig.emulator.inject({ fault: 'dropAnswers' }), 10)
    expect(await writing).toBe('device_unresponsive')
    expect(Math.max(...desk.counts())).toBe(1)
  })
})

test('bits that could not be read are unreadable, and a later swipe tells them', async () => {
  const desk = await openDesk('serial')
  desk.place('\n12345\n')
  desk.rig.emulator.inject({ fault: 'readError' })
  expect(await endingOf(desk.read(bits))).toBe('card_unreadable')
  expect(await desk.read(bits)).toEqual(parseHex('0005D4119257F500'))
})

test('an encoder that does not say that it takes eight bits reads and writes none', async () => {
  const desk = await openDesk('serial')
  desk.place('\n12345\n')
  desk.rig.emulator.inject({ fault: 'oldFirmware' })
  expect(await endingOf(desk.read(bits))).toBe('not_supported')
  expect(await endingOf(desk.write(bits, RAW))).toBe('not_supported')
  expect(desk.counts()).toEqual([0, 0, 0])
  expect(await desk.read(texts)).toEqual(ascii('\n12345\n'))
})

/** A number that card schemes publish for tests; no account has it. */
test('a payment card is neither read as bits nor made of them', async () => {
  const other = await openDesk('serial')
  other.place('\n4111111111111111=2512101\n')
  const refused = other.read(bits)
  expect(await endingOf(refused)).toBe('card_unreadable')
  expect(await refused.catch((error: unknown) => isBridgeError(error) && error.message)).not.toMatch(/4111/)
  const made = packTrack(trackBits(2, '4111111111111111=2512101'))
  const data = formatRawTracks([new Uint8Array(0), made, new Uint8Array(0)])
  expect(await endingOf(other.write(bits, data))).toBe('order_invalid')
  expect(other.counts()).toEqual([0, 0, 0])
})

test.each(['', '000000', '010000', '01FF00', '0102FF000000'])('%j is not written as bits', async (data) => {
  const desk = await openDesk('serial')
  desk.place('OLD\n\n')
  expect(await endingOf(desk.write(bits, parseHex(data)))).toBe('order_invalid')
  expect(desk.counts()).toEqual([0, 0, 0])
})
