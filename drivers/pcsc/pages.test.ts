import { describe, expect, test } from 'vitest'
import { endingOf } from '../../test/conformance/rig.ts'
import { idle, openDesk, page } from '../../test/support/pcsc-desk.ts'

const uid = '04112233445580'
const ntag213 = { type: 'ntag213', uid }
const DEFAULT_PASSWORD = Uint8Array.of(0xff, 0xff, 0xff, 0xff)

/** An NTAG213 whose pages from 6 on need the password to be read too: AUTH0 06, ACCESS 80 (NTAG213/215/216 §8.5.7). */
const protectedNtag213 = (): Uint8Array => {
  const memory = new Uint8Array(45 * 4)
  memory.set([0x04, 0x11, 0x22, 0xbf, 0x33, 0x44, 0x55, 0x80, 0xa2, 0x48, 0, 0, 0xe1, 0x10, 0x12, 0x00])
  for (let number = 4; number < 40; number++) memory.fill(number, number * 4, number * 4 + 4)
  memory.set([0x04, 0x00, 0x00, 0x06, 0x80, 0x05, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff], 41 * 4)
  return memory
}

describe('what a card is', () => {
  test.each([
    'mifare-ultralight',
    'mifare-ultralight-c',
    'mifare-ultralight-ev1-48',
    'mifare-ultralight-ev1-128',
    'ntag213',
    'ntag215',
    'ntag216',
  ])('an ACR122U finds out by asking the card itself: %s', async (type) => {
    expect((await openDesk({ card: { type, uid } })).card).toEqual({ uid, technology: type })
  })

  test('an Ultralight, which refuses these questions, is ready to be written afterwards', async () => {
    const { sent, write } = await openDesk({ card: { type: 'ultralight', uid } })
    await write(page(4), Uint8Array.of(1, 2, 3, 4))
    expect(sent).toEqual(['FFD600040401020304'])
  })

  test.each([
    ['mifare-ultralight', 'mifare-ultralight'],
    ['mifare-ultralight-c', 'mifare-ultralight-c'],
    ['mifare-ultralight-ev1-128', 'mifare-ultralight'],
    ['ntag213', 'mifare-ultralight'],
    ['ntag215', 'ntag215'],
    ['ntag216', 'ntag216'],
  ])('a reader that passes no commands through tells of a %s no more than %s', async (type, technology) => {
    const { card, read } = await openDesk({ card: { type, uid }, model: 'omnikey5022' })
    expect(card.technology).toBe(technology)
    expect(await endingOf(read(page(4)))).toBe('done')
  })

  test('a card that is none of type A storage cards can’t be read', async () => {
    const { read } = await openDesk()
    expect(await endingOf(read(page(4)))).toBe('not_supported')
  })
})

describe('reading ahead', () => {
  test('four pages come with one APDU', async () => {
    const { sent, read } = await openDesk({ card: { ...ntag213, memory: protectedNtag213() } })
    await read(page(0))
    for (const number of [1, 2, 3]) await read(page(number))
    expect(sent).toEqual(['FFB0000010'])
  })

  test('ends with every write, and with every selection', async () => {
    const { clock, device, sent, read, write } = await openDesk({ card: ntag213 })
    await read(page(4))
    await write(page(5), Uint8Array.of(1, 2, 3, 4))
    expect(await read(page(5))).toEqual(Uint8Array.of(1, 2, 3, 4))
    expect(sent).toEqual(['FFB0000410', 'FFD600050401020304', 'FFB0000510'])
    await clock.drive(device.waitForCard(idle))
    sent.length = 0
    await read(page(6))
    expect(sent).toEqual(['FFB0000610'])
  })

  test('ends when the card goes, so that nothing is said of one that is not there', async () => {
    const { clock, emulator, read } = await openDesk({ card: ntag213 })
    await read(page(4))
    emulator.removeCard()
    await clock.advance(0)
    expect(await endingOf(read(page(5)))).toBe('card_removed')
  })

  test('does not take page 0 for the page behind the last one that may be read', async () => {
    const { read } = await openDesk({ card: { ...ntag213, memory: protectedNtag213() } })
    expect(await read(page(4))).toEqual(new Uint8Array(4).fill(4))
    expect(await read(page(5))).toEqual(new Uint8Array(4).fill(5))
    expect(await endingOf(read(page(6)))).toBe('card_key_refused')
  })

  test('stops at the end of the card', async () => {
    const { sent, read } = await openDesk({ card: ntag213 })
    await read(page(44))
    expect(await endingOf(read(page(45)))).toBe('card_incompatible')
    expect(sent).toEqual(['FFB0002C10'])
  })
})

describe('a password', () => {
  test('opens what it protects, once for a selection', async () => {
    const { sent, read, write } = await openDesk({ card: { ...ntag213, memory: protectedNtag213() } })
    expect(await read(page(6, DEFAULT_PASSWORD))).toEqual(new Uint8Array(4).fill(6))
    await write(page(7, DEFAULT_PASSWORD), Uint8Array.of(1, 2, 3, 4))
    expect(sent).toEqual(['FF00000007D4421BFFFFFFFF', 'FFB0000610', 'FFD600070401020304'])
  })

  test('is given anew to a card that was selected again', async () => {
    const { clock, device, sent, read } = await openDesk({ card: { ...ntag213, memory: protectedNtag213() } })
    await read(page(6, DEFAULT_PASSWORD))
    await clock.drive(device.waitForCard(idle))
    sent.length = 0
    await read(page(6, DEFAULT_PASSWORD))
    expect(sent).toEqual(['FF00000007D4421BFFFFFFFF', 'FFB0000610'])
  })

  test('is asked of the card even where the page was read without one', async () => {
    const { read } = await openDesk({ card: { ...ntag213, memory: protectedNtag213() } })
    await read(page(4))
    expect(await endingOf(read(page(5, Uint8Array.of(1, 2, 3, 4))))).toBe('card_key_refused')
  })

  test('that is wrong is tried once only: cards count the failures', async () => {
    const { sent, read } = await openDesk({ card: { ...ntag213, memory: protectedNtag213() } })
    expect(await endingOf(read(page(6, Uint8Array.of(1, 2, 3, 4))))).toBe('card_key_refused')
    expect(sent.filter((apdu) => apdu.startsWith('FF00000007D4421B'))).toHaveLength(1)
    expect(await endingOf(read(page(6, DEFAULT_PASSWORD)))).toBe('done')
  })

  test('can’t be given through a reader that passes no commands through', async () => {
    const { sent, read } = await openDesk({ card: ntag213, model: 'omnikey5022' })
    expect(await endingOf(read(page(4, DEFAULT_PASSWORD)))).toBe('not_supported')
    expect(sent).toEqual([])
  })
})

test('pages that can’t be written back as they were are never written', async () => {
  const { sent, write } = await openDesk({ card: ntag213 })
  for (const number of [2, 3, 40, 41, 43]) {
    expect(await endingOf(write(page(number), new Uint8Array(4)))).toBe('not_supported')
  }
  expect(sent).toEqual([])
})
