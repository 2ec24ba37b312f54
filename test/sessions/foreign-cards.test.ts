import { describe, expect, test } from 'vitest'
import { BridgeError, type Card, type CardAddress, CardUid, EncoderId } from 'encoder-bridge/driver'
import { createConfiguredLayout } from '../../src/cards/layouts/configured.ts'
import type { CardLease } from '../../src/contract/encoders.ts'
import { errorTable, type ErrorCode } from '../../src/contract/errors.ts'
import { LayoutDefinition } from '../../src/contract/layout-definition.ts'
import { createMifareClassic } from '../../src/emulation/mifare-classic.ts'
import { createPageCard } from '../../src/emulation/page-card.ts'
import { foreignText } from '../../src/sessions/foreign-card.ts'
import { createFakeCardDevice } from '../devices/fake-card-device.ts'
import { openDesk } from './desk.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const BLOCK = 16
const PAGE = 4

/** Under the public key A, with the access bits and the general purpose byte that AN10787 recommends. */
const directoryTrailer = 'A0A1A2A3A4A5 787788 C1 B0B1B2B3B4B5'
/** The example of AN10787, and a directory that gives sectors 2 and 3 to application 4812. */
const directories = {
  example: '89010108 01080108 00000000 00000400 03100310 02100210 00000000 00001130',
  single: '78010000 12481248 00000000 00000000 00000000 00000000 00000000 00000000',
}

const classicUid = 'DEADBEEF'
const classicWith = (directory: string, ...others: readonly (readonly [block: number, digits: string])[]) => {
  const memory = createMifareClassic('mifare-classic-1k', hex(classicUid)).dump()
  memory.set(hex(directory), BLOCK)
  memory.set(hex(directoryTrailer), 3 * BLOCK)
  for (const [block, digits] of others) memory.set(hex(digits), block * BLOCK)
  return { type: 'classic1k', uid: classicUid, memory }
}

const tagUid = '04112233445566'
const tagWith = (...others: readonly (readonly [page: number, digits: string])[]) => {
  const memory = createPageCard('ntag213', hex(tagUid)).dump()
  for (const [page, digits] of others) memory.set(hex(digits), page * PAGE)
  return { type: 'ntag213', uid: tagUid, memory }
}

describe.each(['pn532', 'virtual'])('a scan on %s of a card of another system', (driver) => {
  const other = [4, '0123456789ABCDEF0123456789ABCDEF'] as const
  const closed = [7, 'C0C1C2C3C4C5 FF0780 69 C0C1C2C3C4C5'] as const
  const names = 'It belongs to another system: its directory (MAD) names application'

  test.each([
    [
      'holds something else',
      classicWith(directories.example, other),
      `The card holds something that this site did not write. ${names}s 0x0801, 0x1003, 0x1002, 0x3011.`,
    ],
    [
      'refuses the key',
      classicWith(directories.single, closed),
      `The card refuses the key. ${names} 0x4812.`,
    ],
    ['is blank at our place', classicWith(directories.single), `The card is blank. ${names} 0x4812.`],
    [
      'has a directory with a wrong CRC',
      classicWith(directories.single.replace('78', '79'), closed),
      'The card refuses the key: it belongs to another system.',
    ],
    [
      'is a tag that can be read and not written',
      tagWith([4, 'DEADBEEF'], [0x29, '04000006']),
      'The card holds something that this site did not write. Its pages from 6 on can’t be written without its password.',
    ],
    [
      'is a blank tag with protected pages behind',
      tagWith([0x29, '0400002B'], [0x2a, '80050000']),
      'The card is blank. Its pages from 43 on can’t be read or written without its password.',
    ],
    [
      'is a tag that can’t be read',
      tagWith([0x29, '04000004'], [0x2a, '80050000']),
      'The card refuses the key. It is protected by a password.',
    ],
  ])('tells what it is: it %s', async (_, card, remark) => {
    await using desk = await openDesk({ driver })
    desk.emulators[0]?.placeCard(card)
    expect(await desk.ending(desk.scan())).toMatchObject({ kind: 'scanned', record: null, remark })
    expect(Math.max(...(desk.emulators[0]?.countWrites(card.uid) ?? [1]))).toBe(0)
  })
})

describe('what a foreign card tells of itself', () => {
  const card: Card = { uid: CardUid.parse(classicUid), technology: 'mifare-classic-1k' }
  const { signal } = new AbortController()
  const leaseOf = (read: (at: CardAddress) => Promise<Uint8Array>): CardLease => ({
    kind: 'card',
    device: { ...createFakeCardDevice(), read: (_, at) => read(at) },
    encoderId: EncoderId.parse('123e4567-e89b-42d3-a456-426614174000'),
    layout: 'demo',
    numberFormat: null,
    presentation: 'field',
    abort: 'anytime',
    lost: signal,
    release: () => Promise.resolve(),
  })

  test('costs two reads under one key, and one where the key is refused', async () => {
    const asked: CardAddress[] = []
    const directory = hex(directories.single)
    const reading = leaseOf((at) => {
      asked.push(at)
      return Promise.resolve(directory.slice(asked.length * BLOCK - BLOCK, asked.length * BLOCK))
    })
    expect(await foreignText(reading, card, signal)).toContain('0x4812')
    const key = { type: 'A', value: hex('A0A1A2A3A4A5') }
    expect(asked).toEqual([
      { kind: 'block', block: 1, key },
      { kind: 'block', block: 2, key },
    ])
    asked.length = 0
    const refusing = leaseOf((at) => {
      asked.push(at)
      return Promise.reject(new BridgeError('card_key_refused'))
    })
    expect(await foreignText(refusing, card, signal)).toBeNull()
    expect(asked).toHaveLength(1)
  })

  const codes = Object.keys(errorTable).filter((code): code is ErrorCode => code !== 'aborted')
  test.each(['mifare-classic-1k', 'ntag213'] as const)(
    'is nothing, and no fault of the scan, where a %s can’t be read any more',
    async (technology) => {
      for (const code of codes) {
        const failing = leaseOf(() => Promise.reject(new BridgeError(code)))
        const told = await foreignText(failing, { ...card, technology }, signal)
        const isTold = technology === 'ntag213' && code === 'card_key_refused'
        expect(told, code).toBe(isTold ? 'It is protected by a password.' : null)
      }
      const aborted = leaseOf(() => Promise.reject(new BridgeError('aborted')))
      await expect(foreignText(aborted, { ...card, technology }, signal)).rejects.toMatchObject({
        code: 'aborted',
      })
    },
  )

  test('is asked of no card without a directory and without pages', async () => {
    const never = leaseOf((at) => Promise.reject(new Error(`asked for ${at.kind}`)))
    for (const technology of ['t5577', 'mifare-ultralight', 'iso14443-4', 'unknown'] as const) {
      expect(await foreignText(never, { ...card, technology }, signal)).toBeNull()
    }
  })
})

describe('an encode on a tag whose pages want a password', () => {
  const withPassword = createConfiguredLayout(
    LayoutDefinition.parse({
      name: 'guarded',
      technologies: ['ntag213'],
      content: { kind: 'record', password: { value: '01020304' } },
    }),
    () => '',
  )
  /** AUTH0 and PROT of CFG0 and CFG1, and PWD (NTAG213/215/216 §8.5.7). */
  const guarded = (auth0: string, access = '00') =>
    tagWith([0x29, `040000${auth0}`], [0x2a, `${access}050000`], [0x2b, '01020304'])

  test.each([
    ['the first', '04'],
    ['the last', '0F'],
  ])('is refused before the first byte, though it could be read: %s of them', async (_, auth0) => {
    await using desk = await openDesk({ driver: 'virtual' })
    desk.emulators[0]?.placeCard(guarded(auth0))
    expect(await desk.ending(desk.order())).toMatchObject({
      kind: 'untouched',
      code: 'card_key_refused',
      detail: `Its pages from ${Number.parseInt(auth0, 16)} on can’t be written without its password.`,
    })
    expect(Math.max(...(desk.emulators[0]?.countWrites(tagUid) ?? [1]))).toBe(0)
  })

  test.each([
    ['they lie behind the record', 'demo', guarded('10')],
    ['they lie behind the record, and so does what protects them', 'demo', guarded('10', '80')],
    ['the layout has the password to write', 'guarded', guarded('04')],
    ['the layout has the password to read and write', 'guarded', guarded('04', '80')],
  ])('goes well where %s', async (_, layout, card) => {
    await using desk = await openDesk({ driver: 'virtual', layout, layouts: [withPassword] })
    desk.emulators[0]?.placeCard(card)
    expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded', proof: 'readBack' })
  })
})

/** The container is E1, version 1.0, size in eights, access (NFC Forum Type 2 Tag §6.1; NTAG213/215/216 §8.5.6). */
describe('an address for phones on a tag', () => {
  const phone = createConfiguredLayout(
    LayoutDefinition.parse({
      name: 'phone',
      technologies: ['ntag213'],
      content: { kind: 'ndefUri', uri: 'https://hotel.example/k/{card_number}' },
    }),
    () => '',
  )
  const openPhoneDesk = () => openDesk({ driver: 'virtual', layout: 'phone', layouts: [phone] })
  const subject = { credentialId: 'a3f1c8f0-58a5-4a8e-9d0e-111122223333' }

  test.each([
    ['00000000', 'not formatted for NDEF'],
    ['E2101200', 'something other than NDEF'],
    ['E1201200', 'something other than NDEF'],
    ['E110120F', 'read-only'],
    ['E1100200', '16 bytes'],
  ])('is refused before the first byte where its container is %s: %s', async (container, words) => {
    await using desk = await openPhoneDesk()
    desk.emulators[0]?.placeCard(tagWith([3, container]))
    expect(await desk.ending(desk.order())).toMatchObject({
      kind: 'untouched',
      code: 'card_incompatible',
      detail: expect.stringContaining(words),
    })
    expect(Math.max(...(desk.emulators[0]?.countWrites(tagUid) ?? [1]))).toBe(0)
  })

  test('is no right card without a container, whatever its pages hold', async () => {
    await using desk = await openPhoneDesk()
    desk.emulators[0]?.placeCard(tagWith())
    expect(await desk.ending(desk.order({}, subject))).toMatchObject({ kind: 'encoded' })
    const memory = desk.emulators[0]?.dumpCard(tagUid) ?? new Uint8Array(0)
    memory.fill(0, 3 * PAGE, 4 * PAGE)
    desk.emulators[0]?.removeCard(tagUid)
    desk.emulators[0]?.placeCard({ ...tagWith(), memory })
    expect(await desk.ending(desk.order({}, subject))).toMatchObject({ code: 'card_incompatible' })
  })

  // 03 1D D1 01 19 55 04, "hotel.example/k/" and the number, FE: 32 bytes with a number of 8 digits.
  test.each([
    ['47110815', { kind: 'encoded' }],
    ['471108150', { kind: 'untouched', code: 'card_incompatible' }],
  ])('is written where its container has room for it: %s in 32 bytes', async (cardNumber, ending) => {
    await using desk = await openPhoneDesk()
    desk.emulators[0]?.placeCard(tagWith([3, 'E1100400']))
    expect(await desk.ending(desk.order({}, { ...subject, cardNumber }))).toMatchObject(ending)
  })
})
