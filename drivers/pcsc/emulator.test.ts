import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBridgeError, type PcscEmulator, type PcscState } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { endingOf } from '../../test/conformance/rig.ts'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { classic } from '../../test/support/pcsc-desk.ts'
import { createPcscEmulator } from './emulator.ts'
import type { ReaderModelName } from './emulator-models.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const uid = '04112233445580'
const LOAD = 'FF 82 00 00 06 FF FF FF FF FF FF'
const AUTHENTICATE_4 = 'FF 86 00 00 05 01 00 04 60 00'
const READ_4 = 'FF B0 00 04 10'
const WRITE_4 = `FF D6 00 04 10 ${'11'.repeat(16)}`

interface Bench {
  readonly clock: FakeClock
  readonly emulator: PcscEmulator
  /** What was told of the slot: `empty`, `mute`, or the card's name and check byte in the ATR. */
  readonly told: string[]
  say(apdu: string): Promise<string>
}

const nameOf = (state: PcscState): string =>
  state.kind === 'present' ? formatHex(state.atr.slice(12)) : state.kind

const startBench = (model: ReaderModelName = 'acr122u', realtime = false): Bench => {
  const clock = createFakeClock()
  const emulator = createPcscEmulator({ clock, realtime }, model)
  const told: string[] = []
  emulator.connect((state) => told.push(nameOf(state)))
  return {
    clock,
    emulator,
    told,
    say: async (apdu) => formatHex(await clock.drive(emulator.transmit(hex(apdu)))),
  }
}

const startWithCard = (model?: ReaderModelName, type = classic.type, cardUid = uid): Bench => {
  const bench = startBench(model)
  bench.emulator.placeCard({ type, uid: cardUid })
  bench.emulator.powerOn()
  return bench
}

describe('the slot', () => {
  test('is told at once, and at every change', () => {
    const { emulator, told } = startBench()
    emulator.placeCard(classic)
    emulator.removeCard()
    expect(told).toEqual(['empty', '030001000000006A', 'empty'])
  })

  test('reports the first of two cards, and the other one when that is gone', () => {
    const { emulator, told } = startBench()
    emulator.placeCard(classic)
    emulator.placeCard({ type: 'classic4k', uid: 'E23FB81E' })
    emulator.removeCard('922E5832')
    expect(told).toEqual(['empty', '030001000000006A', 'empty', '0300020000000069'])
  })

  /** LudovicRousseau/pcsc-tools `smartcard_list.txt`. */
  test.each([
    ['acr122u', 'mini', '030026000000004D'],
    ['acr122u', 'ultralight', '0300030000000068'],
    ['acr122u', 'ntag215', '0300030000000068'],
    ['acr122u', 'mifare-ultralight-c', '0300030000000068'],
    ['omnikey5022', 'mifare-ultralight-c', '03003A0000000051'],
  ] as const)('of an %s shows a %s as %s', (model, type, atr) => {
    const { emulator, told } = startBench(model)
    emulator.placeCard({ type, uid })
    expect(told).toEqual(['empty', atr])
  })

  test('gives power only to a card that lies there and answers to reset', () => {
    const { emulator, told } = startBench()
    expect(() => emulator.powerOn()).toThrow(
      expect.toSatisfy((error) => isBridgeError(error, 'card_removed')),
    )
    emulator.inject({ fault: 'muteCards' })
    emulator.placeCard(classic)
    expect(told).toEqual(['empty', 'mute'])
    expect(() => emulator.powerOn()).toThrow(
      expect.toSatisfy((error) => isBridgeError(error, 'device_fault')),
    )
  })

  test('without power no card answers', async () => {
    const { emulator, say } = startBench()
    emulator.placeCard(classic)
    expect(await endingOf(say('FF CA 00 00 00'))).toBe('card_removed')
    emulator.powerOn()
    expect(await say('FF CA 00 00 00')).toBe('922E58329000')
    emulator.powerOff()
    expect(await endingOf(say('FF CA 00 00 00'))).toBe('card_removed')
  })
})

describe('a MIFARE Classic', () => {
  test('opens its sectors one by one', async () => {
    const { say } = startWithCard()
    expect(await say(READ_4)).toBe('6300')
  })

  test('is halted by a refusal until it is reset', async () => {
    const { emulator, say } = startWithCard()
    await say(LOAD)
    await say('FF 86 00 00 05 01 00 04 61 00')
    expect(await say(AUTHENTICATE_4)).toBe('6300')
    emulator.powerOff()
    emulator.powerOn()
    expect(await say(AUTHENTICATE_4)).toBe('9000')
    expect(await say(WRITE_4)).toBe('9000')
    expect(await say(READ_4)).toBe(`${'11'.repeat(16)}9000`)
    expect(emulator.countWrites(uid)[4]).toBe(1)
  })
})

describe('an APDU', () => {
  test.each([
    ['of an unknown class', '00 A4 04 00 00', '6E00'],
    ['of an unknown instruction', 'FF D7 00 04 05 00 00 00 00 01', '6A81'],
    ['with a key that is too short', 'FF 82 00 00 05 FF FF FF FF FF', '6700'],
    ['whose length is not that of its data', 'FF 82 00 00 06 FF', '6700'],
    ['for more than sixteen bytes', 'FF B0 00 04 20', '6300'],
    ['with a page’s data for a block', 'FF D6 00 04 04 00 00 00 00', '6700'],
    ['with a key that was never loaded', 'FF 86 00 00 05 01 00 04 60 01', '6300'],
    ['with an unknown command for the chip', 'FF 00 00 00 02 D4 7E', '6300'],
  ])('%s is refused', async (_, apdu, answer) => {
    const { say } = startWithCard()
    expect(await say(apdu)).toBe(answer)
  })

  test('of any bytes is answered with a status', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 24 }), async (apdu) => {
        const { emulator } = startWithCard()
        const answer = await emulator.transmit(Uint8Array.of(0xff, ...apdu))
        expect(answer.length).toBeGreaterThanOrEqual(2)
      }),
    )
  })
})

describe('keys', () => {
  test.each([
    ['acr122u', '00 00', '9000'],
    ['acr122u', '00 01', '9000'],
    ['acr122u', '20 00', '6300'],
    ['acr1252u', '00 20', '6300'],
    ['acr1281u', '00 00', '6300'],
    ['acr1281u', '00 20', '9000'],
    ['acr1281u', '20 1F', '9000'],
    ['omnikey5022', '00 00', '6986'],
    ['omnikey5022', '20 00', '9000'],
  ] as const)('an %s is asked to keep one at %s: %s', async (model, place, answer) => {
    const { say } = startWithCard(model)
    expect(await say(`FF 82 ${place} 06 FF FF FF FF FF FF`)).toBe(answer)
  })

  test.each([
    ['acr122u', '00 00', '00', '6300'],
    ['omnikey5022', '20 00', '00', '9000'],
  ] as const)('of an %s at %s after a loss of power', async (model, place, slot, answer) => {
    const { emulator, say } = startWithCard(model)
    await say(`FF 82 ${place} 06 FF FF FF FF FF FF`)
    emulator.powerCycle()
    emulator.powerOn()
    expect(await say(`FF 86 00 00 05 01 00 04 60 ${slot}`)).toBe(answer)
  })
})

describe('an escape command', () => {
  /** ACM1252U-Y3 Reference Manual V1.03, §5.3.1 (its example), §5.3.2; ACR122U API V2.04, §6.2, §6.3. */
  test.each([
    ['acr1252u', 'E0 00 00 18 00', 'E10000000F414352313235325 55F563230322E32'],
    ['acr1252u', 'E0 00 00 29 01 02', 'E10000000102'],
    ['acr122u', 'FF 00 48 00 00', '41435231323255323031'],
    ['acr122u', 'FF 00 40 0F 04 00 00 00 00', '9003'],
  ] as const)('to an %s: %s', async (model, command, answer) => {
    const { emulator } = startBench(model)
    expect(formatHex(await emulator.escape(hex(command)))).toBe(answer.replaceAll(' ', ''))
  })

  test.each([
    ['acr122u', 'E0 00 00 18 00'],
    ['acr1252u', 'E0 00 00 77 00'],
    ['omnikey5022', 'FF 00 48 00 00'],
  ] as const)('that an %s does not know (%s) is refused', async (model, command) => {
    expect(await endingOf(startBench(model).emulator.escape(hex(command)))).toBe('not_supported')
  })
})

describe('faults', () => {
  const open = async (bench: Bench): Promise<void> => {
    await bench.say(LOAD)
    await bench.say(AUTHENTICATE_4)
  }

  test.each([
    ['nakWrites', '6300', 0, '00'.repeat(16)],
    ['flipWrittenBit', '9000', 1, `10${'11'.repeat(15)}`],
    ['tearWrite', '6300', 1, '11'.repeat(8) + '00'.repeat(8)],
    ['removeCardAfterWrites', '9000', 1, '11'.repeat(16)],
  ])('%s: a write is answered with %s and was done %i times', async (fault, answer, count, held) => {
    const bench = startWithCard()
    await open(bench)
    bench.emulator.inject({ fault })
    expect(await bench.say(WRITE_4)).toBe(answer)
    expect(bench.emulator.countWrites(uid)[4]).toBe(count)
    expect(formatHex(bench.emulator.dumpCard(uid).slice(64, 80))).toBe(held)
  })

  test.each([
    ['removeDuringTransmit', 'card_removed', 0],
    ['failTransmits', 'device_fault', 0],
    ['loseAnswers', 'device_fault', 1],
  ])('%s: a write ends with %s and was done %i times', async (fault, code, count) => {
    const bench = startWithCard()
    await open(bench)
    bench.emulator.inject({ fault })
    expect(await endingOf(bench.say(WRITE_4))).toBe(code)
    expect(bench.emulator.countWrites(uid)[4]).toBe(count)
  })

  test('errorStatus: the next APDU does nothing and has that status', async () => {
    const bench = startWithCard()
    await open(bench)
    bench.emulator.inject({ fault: 'errorStatus', count: 0x6281 })
    expect(await bench.say(WRITE_4)).toBe('6281')
    expect(await bench.say(READ_4)).toBe(`${'00'.repeat(16)}9000`)
  })

  test('sharingViolation: nobody connects, for once', () => {
    const { emulator } = startBench()
    emulator.placeCard(classic)
    emulator.inject({ fault: 'sharingViolation' })
    expect(() => emulator.powerOn()).toThrow(expect.toSatisfy((error) => isBridgeError(error, 'device_busy')))
    emulator.powerOn()
  })

  test('loseRemovals: that the slot is empty is not told', () => {
    const { emulator, told } = startBench()
    emulator.placeCard(classic)
    emulator.inject({ fault: 'loseRemovals' })
    emulator.removeCard()
    expect(told).toEqual(['empty', '030001000000006A'])
  })

  test('an unknown one, and a count that is none, are refused', () => {
    const { emulator } = startBench()
    for (const fault of [{ fault: 'fire' }, { fault: 'silent', count: 0 }]) {
      expect(() => emulator.inject(fault)).toThrow(
        expect.toSatisfy((error) => isBridgeError(error, 'request_invalid')),
      )
    }
  })
})

test('in real time an answer takes the time of USB and of the card', async () => {
  const { clock, emulator, say } = startBench('acr122u', true)
  emulator.placeCard(classic)
  emulator.powerOn()
  await say(LOAD)
  expect(clock.now()).toBe(2)
  await say(AUTHENTICATE_4)
  await say(WRITE_4)
  expect(clock.now()).toBeCloseTo(2 + 4.05 + 8.4)
})

test('after close nothing is told and no timer is left', async () => {
  const { clock, emulator, told } = startBench('acr122u', true)
  emulator.placeCard(classic)
  emulator.powerOn()
  void emulator.transmit(hex(LOAD))
  await clock.advance(0)
  emulator.close()
  emulator.removeCard()
  expect(clock.pendingTimers).toBe(0)
  expect(told).toEqual(['empty', '030001000000006A'])
})

test('it is a contactless reader and nothing else', () => {
  const { emulator } = startBench()
  expect(() => emulator.present({ technology: 'barcode', data: hex('31') })).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'not_supported')),
  )
  expect(() => createPcscEmulator({ clock: createFakeClock(), realtime: false, transport: 'hid' })).toThrow(
    expect.toSatisfy((error) => isBridgeError(error, 'not_supported')),
  )
})
