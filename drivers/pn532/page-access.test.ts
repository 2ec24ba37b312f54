import { describe, expect, test } from 'vitest'
import type { ByteTransport } from 'encoder-bridge/driver'
import { formatHex, parseHex } from '../../src/wire/hex.ts'
import { tamperWith } from '../../test/conformance/line-faults.ts'
import { createRig, endingOf } from '../../test/conformance/rig.ts'
import {
  block,
  commandsOf,
  type Desk,
  idle,
  noteInto,
  openDesk,
  page,
} from '../../test/support/pn532-desk.ts'
import pn532 from './index.ts'

const uid = '04112233445580'
const right = parseHex('A0B1C2D3')
const wrong = parseHex('00000000')

/** Memory with these pages written into it, from the first. */
const memoryOf = (pages: Record<number, string>): Uint8Array => {
  const last = Math.max(...Object.keys(pages).map(Number))
  const memory = new Uint8Array(4 * last + 4)
  memory.set(parseHex('041122BF33445580A2480000E1101200'))
  for (const [number, bytes] of Object.entries(pages)) memory.set(parseHex(bytes), 4 * Number(number))
  return memory
}

/** An NTAG213 that wants a password from page `auth0` on, for reading too where ACCESS says so. */
const guarded = (auth0: string, access: string): { type: string; uid: string; memory: Uint8Array } => ({
  type: 'ntag213',
  uid,
  memory: memoryOf({
    4: '04040404',
    5: '05050505',
    6: '06060606',
    40: '000000BD',
    41: `040000${auth0}`,
    42: `${access}050000`,
    43: 'A0B1C2D3',
    44: 'CAFE0000',
  }),
})

const openCard = (card: { type: string; uid: string; memory?: Uint8Array }): Promise<Desk> =>
  openDesk({ card, options: { sessionBaudRate: 115200 } })

describe('a card without a Classic’s SAK', () => {
  test.each([
    'mifare-ultralight',
    'mifare-ultralight-c',
    'mifare-ultralight-ev1-48',
    'mifare-ultralight-ev1-128',
    'ntag213',
    'ntag215',
    'ntag216',
  ])('is told to be %s, and can be read at once', async (type) => {
    const { card, sent, read } = await openCard({ type, uid })
    expect(card).toEqual({ uid, technology: type })
    expect(formatHex(await read(page(0)))).toBe('041122BF')
    expect(commandsOf(sent)).toEqual(['D440013000'])
  })

  test('is asked twice before it is taken for one that has no GET_VERSION', async () => {
    const { clock, device, card, emulator } = await openCard({ type: 'ntag213', uid })
    emulator.inject({ fault: 'errorStatus', count: 0x02 })
    expect(await clock.drive(device.waitForCard(idle))).toEqual(card)
  })

  test('that leaves while it is asked is waited for again', async () => {
    const rig = await createRig(pn532, { card: { type: 'ntag213', uid }, realtime: true })
    const device = await rig.open()
    // RF field on and InListPassiveTarget take 65 bytes with their answers; then the line changes its speed.
    rig.emulator.inject({ fault: 'removeCardAfterBytes', count: 70 })
    const waiting = device.waitForCard(idle)
    await rig.clock.advance(500)
    rig.emulator.placeCard({ type: 'classic1k', uid: '922E5832' })
    expect((await rig.clock.drive(waiting)).uid).toBe('922E5832')
  })

  test('of a version that nobody knows is unknown, and neither read nor written', async () => {
    const wrap = (line: ByteTransport): ByteTransport =>
      tamperWith(line, {
        // NTAG I2C: subtype 05 instead of 02, size code 13.
        toHost: (piece) => [
          formatHex(piece) === '00FF0BF5D543000004040201000F03CB'
            ? parseHex('00FF0BF5D543000004040502011303C2')
            : piece,
        ],
      })
    const rig = await createRig(pn532, { card: { type: 'ntag213', uid }, wrap })
    const device = await rig.open()
    const card = await rig.clock.drive(device.waitForCard(idle))
    expect(card.technology).toBe('unknown')
    expect(await endingOf(rig.clock.drive(device.read(card, page(4), idle)))).toBe('not_supported')
    expect(await endingOf(rig.clock.drive(device.write(card, page(4), wrong, idle)))).toBe('not_supported')
  })
})

describe('reading pages', () => {
  test('takes one exchange for four of them in order', async () => {
    const { sent, read } = await openCard(guarded('FF', '00'))
    const found = [await read(page(4)), await read(page(5)), await read(page(6)), await read(page(7))]
    expect(found.map(formatHex)).toEqual(['04040404', '05050505', '06060606', '00000000'])
    await read(page(8))
    expect(commandsOf(sent)).toEqual(['D440013004', 'D440013008'])
  })

  test('gives a page that was read ahead only once, and not after a write or another selection', async () => {
    const { clock, device, sent, read, write } = await openCard(guarded('FF', '00'))
    await read(page(4))
    await read(page(5))
    await read(page(5))
    await write(page(8), wrong)
    await read(page(6))
    await clock.drive(device.waitForCard(idle))
    await read(page(7))
    expect(commandsOf(sent).filter((command) => command.startsWith('D4400130'))).toEqual([
      'D440013004',
      'D440013005',
      'D440013006',
      'D440013007',
    ])
  })

  test('reads back from the card what was written to a page that was read ahead', async () => {
    const { emulator, read, write } = await openCard(guarded('FF', '00'))
    await read(page(4))
    emulator.inject({ fault: 'flipWrittenBit' })
    await write(page(5), parseHex('AABBCCDD'))
    expect(formatHex(await read(page(5)))).toBe('ABBBCCDD')
  })

  test('does not take the card’s beginning for the pages behind the last one that it may read', async () => {
    // From page 6 on reading needs the password: READ of page 5 goes on with page 0.
    const { read } = await openCard(guarded('06', '80'))
    expect(formatHex(await read(page(5)))).toBe('05050505')
    expect(await endingOf(read(page(6)))).toBe('card_key_refused')
    expect(formatHex(await read(page(6, right)))).toBe('06060606')
  })

  test('of the last page works, and of the one behind it is refused without asking the card', async () => {
    const { sent, read } = await openCard({ type: 'mifare-ultralight', uid })
    expect(formatHex(await read(page(15)))).toBe('00000000')
    sent.length = 0
    expect(await endingOf(read(page(16)))).toBe('card_incompatible')
    expect(sent).toEqual([])
  })

  test('tells a card that is gone from one that was swapped', async () => {
    const { emulator, read } = await openCard({ type: 'ntag213', uid })
    emulator.removeCard()
    expect(await endingOf(read(page(4)))).toBe('card_removed')
    emulator.placeCard({ type: 'ntag213', uid: '04A1B2C3D4E580' })
    expect(await endingOf(read(page(4)))).toBe('card_swapped')
  })
})

describe('writing pages', () => {
  test('takes one exchange each, through InDataExchange', async () => {
    const { sent, write, emulator } = await openCard({ type: 'ntag216', uid })
    await write(page(4), parseHex('DEADBEEF'))
    await write(page(225), parseHex('01020304'))
    expect(commandsOf(sent)).toEqual(['D44001A204DEADBEEF', 'D44001A2E101020304'])
    expect(formatHex(emulator.dumpCard(uid).subarray(16, 20))).toBe('DEADBEEF')
    expect(emulator.countWrites(uid).filter((count) => count > 0)).toEqual([1, 1])
  })

  test.each([2, 3, 40, 41, 42, 43])('of page %i is never sent: it would close the card', async (number) => {
    const { sent, write } = await openCard({ type: 'ntag213', uid })
    expect(await endingOf(write(page(number), wrong))).toBe('not_supported')
    expect(sent).toEqual([])
  })

  test('that the card refuses is told, and never repeated', async () => {
    const { sent, emulator, write } = await openCard({ type: 'ntag213', uid })
    emulator.inject({ fault: 'nakWrites' })
    expect(await endingOf(write(page(4), wrong))).toBe('card_write_refused')
    expect(commandsOf(sent).filter((command) => command.startsWith('D44001A2'))).toHaveLength(1)
    expect(await endingOf(write(page(4), wrong))).toBe('done')
    expect(emulator.countWrites(uid)[4]).toBe(1)
  })

  test('torn in the middle is a removed card, written once', async () => {
    const { emulator, write } = await openCard({ type: 'ntag213', uid })
    emulator.inject({ fault: 'tearWrite' })
    expect(await endingOf(write(page(4), parseHex('AABBCCDD')))).toBe('card_removed')
    expect(formatHex(emulator.dumpCard(uid).subarray(16, 20))).toBe('AABBA00C')
  })

  test('of a block, and reading one, is refused; so are pages of a Classic', async () => {
    const ntag = await openCard({ type: 'ntag213', uid })
    expect(await endingOf(ntag.read(block(4)))).toBe('not_supported')
    expect(await endingOf(ntag.write(block(4), new Uint8Array(16)))).toBe('not_supported')
    const { read, write } = await openDesk()
    expect(await endingOf(read(page(4)))).toBe('not_supported')
    expect(await endingOf(write(page(4), wrong))).toBe('not_supported')
    expect(await endingOf(read({ kind: 'lfBlock', block: 1 }))).toBe('not_supported')
  })
})

/** How often a password was shown to the card. */
const shown = (sent: readonly string[]): number =>
  commandsOf(sent).filter((command) => command.startsWith('D4421B')).length

describe('a password', () => {
  test('is shown once, before the first page that it opens', async () => {
    const { sent, read, write } = await openCard(guarded('04', '80'))
    await write(page(4, right), parseHex('DEADBEEF'))
    expect(formatHex(await read(page(4, right)))).toBe('DEADBEEF')
    expect(formatHex(await read(page(5, right)))).toBe('05050505')
    expect(commandsOf(sent)).toEqual(['D4421BA0B1C2D3', 'D44001A204DEADBEEF', 'D440013004'])
  })

  test('is shown again after another selection', async () => {
    const { clock, device, sent, read } = await openCard(guarded('04', '80'))
    await read(page(4, right))
    await clock.drive(device.waitForCard(idle))
    await read(page(4, right))
    expect(shown(sent)).toBe(2)
  })

  test('that is wrong is refused, and none is tried again until the card is presented again', async () => {
    const { clock, device, sent, read, write } = await openCard(guarded('04', '82'))
    expect(await endingOf(read(page(4, wrong)))).toBe('card_key_refused')
    expect(await endingOf(read(page(4, wrong)))).toBe('card_key_refused')
    expect(await endingOf(write(page(4, right), wrong))).toBe('card_key_refused')
    expect(shown(sent)).toBe(1)
    await clock.drive(device.waitForCard(idle))
    // AUTHLIM is 2: the second failure would have closed the card for good.
    expect(formatHex(await read(page(4, right)))).toBe('04040404')
  })

  test.each(['dropAnswers', 'noAck', 'corruptChecksum'])(
    'is not shown twice because of %s',
    async (fault) => {
      const { emulator, sent, read } = await openCard(guarded('04', '80'))
      emulator.inject({ fault })
      expect(formatHex(await read(page(4, right)))).toBe('04040404')
      expect(shown(sent)).toBe(1)
    },
  )

  test('that nobody knows the fate of is not tried again', async () => {
    let isLosing = false
    const sent: string[] = []
    const wrap = (line: ByteTransport): ByteTransport =>
      tamperWith(line, {
        toDevice: noteInto(sent),
        toHost: (piece) => (isLosing ? [piece.slice(0, 3)] : [piece]),
      })
    const { read } = await openDesk({ card: guarded('04', '80'), wrap })
    await read(page(0))
    isLosing = true
    expect(await endingOf(read(page(4, right)))).toBe('protocol_error')
    isLosing = false
    expect(await endingOf(read(page(4, right)))).toBe('card_key_refused')
    expect(shown(sent)).toBe(1)
  })

  test('is refused for cards that have none, and with another length than four', async () => {
    const plain = await openCard({ type: 'mifare-ultralight', uid })
    expect(await endingOf(plain.read(page(4, right)))).toBe('not_supported')
    const ultralightC = await openCard({ type: 'mifare-ultralight-c', uid })
    expect(await endingOf(ultralightC.write(page(4, right), wrong))).toBe('not_supported')
    const { read, sent } = await openCard(guarded('04', '80'))
    expect(await endingOf(read(page(4, right.subarray(1))))).toBe('not_supported')
    expect(sent).toEqual([])
  })

  test('is in no error’s text', async () => {
    const { device, card, clock } = await openCard(guarded('04', '80'))
    const refused = clock.drive(device.read(card, page(4, parseHex('CA11AB1E')), idle))
    await expect(refused).rejects.toSatisfy((error) => !/CA11AB1E|202,17,171,30/i.test(String(error)))
  })
})
