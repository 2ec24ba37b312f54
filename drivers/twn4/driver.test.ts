import { describe, expect, test } from 'vitest'
import {
  type ByteTransport,
  type Card,
  type CardAddress,
  type CardDevice,
  type MifareKey,
} from 'encoder-bridge/driver'
import { createRig, endingOf, type Rig, type RigOptions } from '../../test/conformance/rig.ts'
import twn4 from './index.ts'

const idle = { signal: new AbortController().signal }
const UID = '04112233445580'
const classic = { type: 'classic1k', uid: UID }
const ntag = { type: 'ntag213', uid: UID }
const transportKey = { type: 'A', value: new Uint8Array(6).fill(0xff) } as const
const block = (number: number, key: MifareKey = transportKey): CardAddress => ({
  kind: 'block',
  block: number,
  key,
})
const page = (number: number, password: readonly number[] | null = null): CardAddress => ({
  kind: 'page',
  page: number,
  password: password === null ? null : Uint8Array.from(password),
})
const bytes = (value: number, count = 16): Uint8Array => new Uint8Array(count).fill(value)

interface Desk extends Rig {
  readonly device: CardDevice
  readonly card: Card
  /** The requests that the driver sent since the card was found, without their ends. */
  readonly sent: string[]
  read(at: CardAddress): Promise<Uint8Array>
  write(at: CardAddress, data: Uint8Array): Promise<void>
}

/** Notes each request, and lets it through as `change` makes it. */
const noteInto =
  (sent: string[], change: (line: string) => string) =>
  (line: ByteTransport): ByteTransport => ({
    ...line,
    path: 'noted',
    write: (written) => {
      const text = Buffer.from(written).toString('latin1')
      sent.push(...text.split('\r').filter((request) => request !== ''))
      return line.write(Uint8Array.from(Buffer.from(change(text), 'latin1')))
    },
  })

/** A device that has found the card in its field. */
const openDesk = async (options: RigOptions = {}, change = (line: string) => line): Promise<Desk> => {
  const sent: string[] = []
  const rig = await createRig(twn4, { card: classic, wrap: noteInto(sent, change), ...options })
  const device = await rig.open()
  const card = await rig.clock.drive(device.waitForCard(idle))
  sent.length = 0
  return {
    ...rig,
    device,
    card,
    sent,
    read: (at) => rig.clock.drive(device.read(card, at, idle)),
    write: (at, data) => rig.clock.drive(device.write(card, at, data, idle)),
  }
}

describe('a card that is found', () => {
  test.each([
    ['mini', 'mifare-classic-mini'],
    ['classic1k', 'mifare-classic-1k'],
    ['classic4k', 'mifare-classic-4k'],
    ['ultralight', 'mifare-ultralight'],
    ['mifare-ultralight-c', 'mifare-ultralight-c'],
    ['mifare-ultralight-ev1-48', 'mifare-ultralight-ev1-48'],
    ['mifare-ultralight-ev1-128', 'mifare-ultralight-ev1-128'],
    ['ntag213', 'ntag213'],
    ['ntag215', 'ntag215'],
    ['ntag216', 'ntag216'],
  ])('%s is told as %s', async (type, technology) => {
    const { card } = await openDesk({ card: { type, uid: UID } })
    expect(card).toEqual({ uid: UID, technology })
  })

  test('is refused while there are several, which an inventory tells', async () => {
    const { clock, device, emulator } = await openDesk()
    emulator.placeCard({ type: 'classic1k', uid: 'E23FB81E' })
    expect(await endingOf(clock.drive(device.waitForCard(idle)))).toBe('card_several')
    emulator.removeCard(UID)
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe('E23FB81E')
  })

  test('is taken by a reader that can’t count', async () => {
    const { card } = await openDesk({}, (line) => line.replace('1208FF', 'FE00'))
    expect(card.technology).toBe('mifare-classic-1k')
  })

  test('that goes away while it is being recognised is waited for', async () => {
    for (let count = 1; count < 260; count += 3) {
      const rig = await createRig(twn4, { card: ntag })
      const device = await rig.open()
      rig.emulator.inject({ fault: 'removeCardAfterBytes', count })
      const waiting = device.waitForCard(idle)
      await rig.clock.advance(200)
      rig.emulator.placeCard(ntag)
      expect((await rig.clock.drive(waiting)).technology, `after ${count} bytes`).toBe('ntag213')
    }
  })

  test('is searched for among the served types only, and told so at every wait: a reset forgets it', async () => {
    const { clock, device, emulator, sent } = await openDesk()
    emulator.powerCycle()
    expect((await clock.drive(device.waitForCard(idle))).uid).toBe(UID)
    const [types, search, , hfTypes] = sent
    expect([types, search, hfTypes]).toEqual(['05020100000001000000', '050010', '05020000000001000000'])
  })
})

describe('the work with a MIFARE Classic', () => {
  test('takes one login a sector and one request for each block', async () => {
    const { sent, read, write } = await openDesk()
    await write(block(4), bytes(1))
    await read(block(4))
    await write(block(5), bytes(2))
    await read(block(8))
    expect(sent).toEqual([
      '0B00FFFFFFFFFFFF0001',
      `0B0204${'01'.repeat(16)}`,
      '0B0104',
      `0B0205${'02'.repeat(16)}`,
      '0B00FFFFFFFFFFFF0002',
      '0B0108',
    ])
  })

  test.each([
    [124, '1F'],
    [128, '20'],
    [240, '27'],
  ])('logs in to the sector of block %i of a 4K card by its number', async (number, sector) => {
    const { sent, read } = await openDesk({ card: { type: 'classic4k', uid: UID } })
    await read(block(number))
    expect(sent[0]).toBe(`0B00FFFFFFFFFFFF00${sector}`)
  })

  test('logs in anew for another key of the same sector', async () => {
    const { sent, read, write } = await openDesk()
    const other = { type: 'A', value: bytes(0xab, 6) } as const
    await write(block(7), Uint8Array.from([...other.value, 0xff, 0x07, 0x80, 0x69, ...transportKey.value]))
    expect(await endingOf(read(block(4, other)))).toBe('done')
    expect(sent.filter((request) => request.startsWith('0B00'))).toHaveLength(2)
  })

  test('never sends a write to block 0, or of a trailer that contradicts itself', async () => {
    const { sent, write } = await openDesk()
    expect(await endingOf(write(block(0), bytes(0)))).toBe('not_supported')
    expect(await endingOf(write(block(7), bytes(0)))).toBe('not_supported')
    expect(sent).toEqual([])
  })
})

describe('the work with pages', () => {
  /** AUTH0 at page 5, reading protected too; the password is 01 02 03 04 and its acknowledgement 9A 9B. */
  const protectedTag = (): Uint8Array => {
    const memory = new Uint8Array(45 * 4)
    memory.set([0x04, 0x11, 0x22, 0xbf, 0x33, 0x44, 0x55, 0x80, 0xa2, 0x48, 0, 0, 0xe1, 0x10, 0x12, 0])
    memory.set([4, 0, 0, 5, 0x80, 5, 0, 0, 1, 2, 3, 4, 0x9a, 0x9b, 0, 0], 0x29 * 4)
    return memory
  }

  test('uses the functions of its family, and the first of the four pages that a read gives', async () => {
    const { sent, read, write } = await openDesk({ card: ntag })
    await write(page(5), bytes(7, 4))
    expect(await read(page(5))).toEqual(bytes(7, 4))
    const ultralight = await openDesk({ card: { type: 'ultralight', uid: UID } })
    await ultralight.write(page(5), bytes(7, 4))
    expect([sent, ultralight.sent]).toEqual([['20010507070707', '200005'], ['0C010507070707']])
  })

  test('presents a password once, raw, because only the card knows its acknowledgement', async () => {
    const { sent, read, write } = await openDesk({ card: { ...ntag, memory: protectedTag() } })
    await write(page(6, [1, 2, 3, 4]), bytes(9, 4))
    expect(await read(page(6, [1, 2, 3, 4]))).toEqual(bytes(9, 4))
    expect(sent).toEqual(['1207071B01020304B536FF1400', '20010609090909', '200006'])
  })

  test('with a wrong password or none is refused, and the wrong one is not tried twice', async () => {
    const { sent, read, write } = await openDesk({ card: { ...ntag, memory: protectedTag() } })
    expect(await endingOf(read(page(6)))).toBe('card_key_refused')
    sent.length = 0
    expect(await endingOf(write(page(6, [1, 2, 3, 5]), bytes(9, 4)))).toBe('card_key_refused')
    expect(sent.filter((request) => request.startsWith('1207'))).toHaveLength(1)
    expect(await endingOf(read(page(6, [1, 2, 3, 4])))).toBe('done')
    expect(await endingOf(read(page(6, [1, 2, 3, 5])))).toBe('card_key_refused')
  })

  test('never writes UID, lock bits, one-way bits or configuration', async () => {
    const { sent, write } = await openDesk({ card: ntag })
    for (const number of [0, 1, 2, 3, 0x28, 0x29, 0x2a, 0x2b, 0x2c]) {
      expect(await endingOf(write(page(number), bytes(0, 4))), `page ${number}`).toBe('not_supported')
    }
    expect(await endingOf(write(page(45), bytes(0, 4)))).toBe('card_incompatible')
    expect(sent).toEqual([])
  })
})

test('a place of another kind of card is not supported', async () => {
  const { card, clock, device, read, sent } = await openDesk()
  expect(await endingOf(read(page(4)))).toBe('not_supported')
  expect(await endingOf(read({ kind: 'lfBlock', block: 1 }))).toBe('not_supported')
  const tracks = { kind: 'tracks', coercivity: 'hi' } as const
  expect(await endingOf(read(tracks))).toBe('not_supported')
  expect(await endingOf(clock.drive(device.write(card, tracks, bytes(0), idle)))).toBe('not_supported')
  expect(sent).toEqual([])
})

describe('a card that refuses', () => {
  test('a key leaves the device usable with the right one', async () => {
    const { read } = await openDesk()
    expect(await endingOf(read(block(4, { type: 'A', value: bytes(0, 6) })))).toBe('card_key_refused')
    expect(await endingOf(read(block(4)))).toBe('done')
  })

  test('is looked for again among cards of its frequency, and may be missed once', async () => {
    let misses = 0
    const { read, sent } = await openDesk({}, (line) =>
      // ReadBlock without a login: the answer of a search that finds nothing.
      line === '050010\r' && misses-- > 0 ? '0B0104\r' : line,
    )
    misses = 1
    expect(await endingOf(read(block(4, { type: 'A', value: bytes(0, 6) })))).toBe('card_key_refused')
    expect(sent).toEqual(['0B000000000000000001', '050010', '050010'])
  })

  test.each([
    [classic, block(4), bytes(1)],
    [ntag, page(4), bytes(1, 4)],
  ])('a write of %j is told from one that is gone, and from another one', async (card, at, data) => {
    const { emulator, write } = await openDesk({ card })
    emulator.inject({ fault: 'nakWrites' })
    expect(await endingOf(write(at, data))).toBe('card_write_refused')
    emulator.inject({ fault: 'removeCardAfterWrites' })
    expect(await endingOf(write(at, data))).toBe('done')
    expect(await endingOf(write(at, data))).toBe('card_removed')
    emulator.placeCard({ type: 'classic1k', uid: 'E23FB81E' })
    expect(await endingOf(write(at, data))).toBe('card_swapped')
    emulator.removeCard()
    emulator.placeCard(card)
    expect(await endingOf(write(at, data))).toBe('done')
    expect(emulator.countWrites(UID)[4]).toBe(2)
  })

  test('because it was torn away in the middle of a write is removed, and never written again', async () => {
    const { emulator, write } = await openDesk()
    emulator.inject({ fault: 'tearWrite' })
    expect(await endingOf(write(block(4), bytes(1)))).toBe('card_removed')
    expect(emulator.countWrites(UID)[4]).toBe(1)
  })

  test('a read once is searched for and read again', async () => {
    let refusals = 1
    const { read } = await openDesk({}, (line) =>
      line.startsWith('0B0104') && refusals-- > 0 ? line.replace('0B0104', '0B0108') : line,
    )
    expect(await endingOf(read(block(4)))).toBe('done')
  })
})
