import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EmulatorOptions, isBridgeError } from 'encoder-bridge/driver'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { createMsr605Emulator } from './emulator.ts'

const UID = '00000001'
const SWIPED = 100
const latin = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)

/** ESC is written `^`; no track has it here. */
const escaped = (text: string): string => text.replaceAll('^', '\x1b')
const shown = (text: string): string => text.replaceAll('\x1b', '^')

interface Bench {
  readonly clock: FakeClock
  /** Sends, lets a card go through, and tells all that was said. */
  say(text: string): Promise<string>
  readonly emulator: ReturnType<typeof createMsr605Emulator>
  place(content: string, type?: string): void
  dump(): string
}

const startBench = (options: Partial<EmulatorOptions> = {}): Bench => {
  const clock = createFakeClock()
  const emulator = createMsr605Emulator({ clock, realtime: false, ...options })
  let said = ''
  if (emulator.kind === 'serial') emulator.connect((bytes) => (said += textOf(bytes)))
  return {
    clock,
    emulator,
    say: async (text) => {
      said = ''
      if (emulator.kind === 'serial') emulator.receive(latin(escaped(text)))
      await clock.advance(SWIPED)
      return shown(said)
    },
    place: (content, type = 'magstripe') => emulator.placeCard({ type, uid: UID, memory: latin(content) }),
    dump: () => textOf(emulator.dumpCard(UID)),
  }
}

const READ_ABC = '^s^\x01%ABC?^\x02;123?^\x03^+?\x1c^0'
const WRITE_XY = '^w^s^\x01XY^\x02^\x039?\x1c'

describe('commands', () => {
  test('are heard in whatever pieces, and what stands between them is nothing', async () => {
    const { say } = startBench()
    expect(await say('\x00u^')).toBe('')
    expect(await say('e..^e\x00')).toBe('^y^y')
  })

  test('at another line speed are rubbish', async () => {
    const { emulator, say } = startBench()
    if (emulator.kind !== 'serial') throw new Error('no line')
    emulator.receive(latin(escaped('^r')), 115200)
    expect(await say('^e')).toBe('^y')
  })

  test.each([
    ['^q', '^4'],
    ['^w^e', '^2'],
    ['^w^s^\x01abc^\x02^\x03?\x1c', '^2^4'],
    ['^w^s^\x01A?B^\x02^\x03?\x1c', '^2^4'],
    ['^w^s^\x01A^\x03^\x02?\x1c', '^2^4'],
    ['^w^s^\x01A^\x02^\x03^', '^2'],
    ['^b\x00', '^A'],
    ['^o\x04\x05\x05', '^A'],
  ])('%j is answered %j', async (command, status) => {
    const { say } = startBench()
    expect(await say(command)).toBe(status)
    expect(await say('^a^e')).toBe('^y')
  })

  test('other than a reset are nothing while a swipe is waited for', async () => {
    const { say, place } = startBench()
    expect(await say('^r^e^x^v^q')).toBe('')
    place('ABC\n123\n')
    expect(await say('')).toBe(READ_ABC)
    expect(await say('')).toBe('')
    expect(await say('^e')).toBe('^y')
  })

  test('arbitrary bytes never break it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        const { emulator, say } = startBench()
        if (emulator.kind === 'serial') emulator.receive(noise)
        // Whatever was begun: a raw block may wait for as many as 255 bytes of a track, three times.
        await say('\x00'.repeat(3 * 260))
        await say('^a^a')
        expect(await say('^e')).toMatch(/\^y$/)
      }),
    )
  })
})

describe('a card', () => {
  test('that is taken away before it goes through is not swiped', async () => {
    const { emulator, clock, say, place } = startBench()
    place('ABC\n123\n')
    if (emulator.kind === 'serial') emulator.receive(latin(escaped('^r')))
    await clock.advance(10)
    emulator.removeCard()
    expect(await say('')).toBe('')
    place('ABC\n123\n')
    expect(await say('')).toBe(READ_ABC)
  })

  test('is swiped again whenever that is waited for', async () => {
    const { say, place } = startBench()
    place('ABC\n123\n')
    expect([await say('^r'), await say('^r')]).toEqual([READ_ABC, READ_ABC])
  })

  test('keeps the tracks for which a write has no text', async () => {
    const { say, place, dump, emulator } = startBench()
    place('ABC\n123\n')
    expect(await say(`^x${WRITE_XY}`)).toBe('^0^0')
    expect([dump(), emulator.countWrites(UID)]).toEqual(['XY\n123\n9', [1, 0, 1]])
  })

  test.each([
    ['magstripe', '', '^1', 'ABC\n123\n'],
    ['magstripe', '^x', '^0^0', 'XY\n123\n9'],
    ['magstripe-loco', '', '^0', 'XY\n123\n9'],
    ['magstripe-loco', '^x', '^0^0', 'XY\n123\n9'],
  ])('%s, written after %j: %s', async (type, before, said, content) => {
    const { say, place, dump } = startBench()
    place('ABC\n123\n', type)
    expect(await say(before + WRITE_XY)).toBe(said)
    expect(dump()).toBe(content)
  })

  test.each([
    ['\x00', '\n123\n9'],
    ['\x01', '\n123\n9'],
    ['\x02', 'ABC\n\n9'],
    ['\x06', 'ABC\n\n'],
    ['\x07', '\n\n'],
  ])('is erased as the select byte %j says', async (select, content) => {
    const { say, place, dump } = startBench()
    place('ABC\n123\n9')
    expect(await say(`^x^c${select}`)).toBe('^0^0')
    expect(dump()).toBe(content)
  })

  /** Five bits to the byte, the first recorded one highest: hasanen/msrx-tool, `src/tracks_data.rs`. */
  test('is read raw, a byte for each character', async () => {
    const { say, place } = startBench()
    place('\n0987\n')
    expect(await say('^m')).toContain('\x1a\x01\x13\x02\x1c')
  })

  test('is written raw, eight bits to the byte, as in the manual’s worked example', async () => {
    const { say, place, dump } = startBench()
    place('\n\n')
    const raw = '\x08\xc5\xb0\x78\x14\x95\x4e\x3e\x2a^\x02\x05\x2b\x88\x49\xea\xaf^\x03\x00'
    expect(await say(`^x^n^s^\x01${raw}?\x1c`)).toBe('^0^0')
    expect(dump()).toBe('ABC123\n12345\n')
  })

  test('that holds something else is told as not decoded', async () => {
    const { say, place } = startBench()
    place('\n\n')
    await say('^x^n^s^\x01\x02\x12\x34^\x02\x00^\x03\x00?\x1c')
    expect(await say('^r')).toBe('^s^\x01^*^\x02^+^\x03^+?\x1c^1')
  })

  test('that is no stripe has no place here, and nothing is shown to it', () => {
    const { emulator } = startBench()
    expect(() => emulator.placeCard({ type: 'ntag213', uid: '04112233445580' })).toThrow(
      coded('request_invalid'),
    )
    expect(() => emulator.present({ technology: 'magstripe', data: latin('A\n\n') })).toThrow(
      coded('not_supported'),
    )
  })
})

describe('faults', () => {
  test.each([
    ['badSwipe', '^9', 'ABC\n123\n'],
    ['noPower', '^1', 'ABC\n123\n'],
    ['dropAnswers', '', 'XY\n123\n9'],
    ['corruptAnswers', 'U0', 'XY\n123\n9'],
    ['noise', 'U\x00\xffU^0', 'XY\n123\n9'],
    ['duplicateAnswers', '^0^0', 'XY\n123\n9'],
    ['lateAnswers', '', 'XY\n123\n9'],
    ['loseCommands', '', 'ABC\n123\n'],
    ['silent', '', 'ABC\n123\n'],
    ['echo', WRITE_XY, 'ABC\n123\n'],
    ['wornStripe', '^0', '?\n123\n?'],
    ['removeCardAfterWrites', '^0', 'XY\n123\n9'],
  ])('%s: a write is answered %j', async (fault, said, content) => {
    const { emulator, say, place, dump } = startBench()
    place('ABC\n123\n')
    await say('^x')
    emulator.inject({ fault })
    expect(await say(WRITE_XY)).toBe(said)
    expect(dump()).toBe(content)
  })

  test.each([
    ['readError', '^r', '^s^\x01^*^\x02^*^\x03^*?\x1c^1'],
    ['swipeStatus', '^r', '^\x01'],
    ['plainBlanks', '^r', '^s^\x01%ABC?^\x02;123?^\x03?\x1c^0'],
    ['capitals', '^d', '^L'],
    ['fixedCoercivity', '^x^d', '^0^l'],
    ['oldFirmware', '^d^t^v^o\x07\x05\x05^e', '^y'],
  ])('%s: %j is answered %j', async (fault, command, said) => {
    const { emulator, say, place } = startBench()
    place('ABC\n123\n')
    emulator.inject({ fault })
    expect(await say(command)).toBe(said)
  })

  test('a late answer comes with the next one', async () => {
    const { emulator, say } = startBench()
    emulator.inject({ fault: 'lateAnswers' })
    expect(await say('^x')).toBe('')
    expect(await say('^e')).toBe('^0^y')
  })

  test('last as long as their count, and only power ends a silence', async () => {
    const { emulator, say } = startBench()
    emulator.inject({ fault: 'dropAnswers', count: 2 })
    expect([await say('^e'), await say('^e'), await say('^e')]).toEqual(['', '', '^y'])
    emulator.inject({ fault: 'silent' })
    expect([await say('^e'), await say('^e')]).toEqual(['', ''])
    emulator.powerCycle()
    expect(await say('^e^d')).toBe('^y^l')
  })

  test('that do not exist, or with an odd count, are refused', () => {
    const { emulator } = startBench()
    expect(() => emulator.inject({ fault: 'explode' })).toThrow(coded('request_invalid'))
    expect(() => emulator.inject({ fault: 'noise', count: 0 })).toThrow(coded('request_invalid'))
  })
})

test('in real time an answer takes its bytes at 9600 baud, and a swipe a second', async () => {
  const { emulator, clock, place } = startBench({ realtime: true })
  const heardAtMs: number[] = []
  if (emulator.kind === 'serial') {
    emulator.connect(() => heardAtMs.push(clock.now()))
    emulator.receive(latin(escaped('^e')))
  }
  await clock.advance(10)
  expect(heardAtMs).toEqual([20 / 9.6])
  place('A\n\n')
  if (emulator.kind === 'serial') emulator.receive(latin(escaped('^r')))
  await clock.advance(2000)
  expect(heardAtMs.at(-1)).toBeCloseTo(10 + 1000 + (10 * 19) / 9.6, 6)
})

describe('reports', () => {
  const startUsb = () => {
    const clock = createFakeClock()
    const emulator = createMsr605Emulator({ clock, realtime: false, transport: 'hid' })
    if (emulator.kind !== 'hid') throw new Error('no HID device')
    const reports: Uint8Array[] = []
    emulator.connect((report) => reports.push(report))
    return { clock, emulator, reports }
  }

  test('are always whole, and what lies behind an answer is of the one before', () => {
    const { emulator, reports } = startUsb()
    emulator.setFeature(0, latin('\xc2\x1bv'))
    emulator.setFeature(0, latin('\xc2\x1be'))
    expect(reports.map((report) => report.length)).toEqual([64, 64])
    expect(textOf(reports[1] ?? latin('')).slice(0, 10)).toBe('\xc2\x1byEVT3.12')
  })

  test.each([
    ['of a longer length than the command', '\xff\x00\x1be'],
    ['of a first packet that is also the last', '\xbb\x1be'],
    ['without the marks of first and last', '\x02\x1be'],
    ['with a rest behind the command', '\xc2\x1be\x1be'],
  ])('%s are understood', (_, data) => {
    const { emulator, reports } = startUsb()
    emulator.setFeature(0, latin(data.padEnd(64, '\x00')))
    expect(reports.map((report) => textOf(report.subarray(0, 3)))).toEqual(['\xc2\x1by'])
  })

  test('come as output just as well, and are refused with another id, or where a feature is asked for', () => {
    const { emulator, reports } = startUsb()
    emulator.receive(0, latin('\xc2\x1be'))
    expect(reports).toHaveLength(1)
    expect(() => emulator.setFeature(1, latin('\xc2\x1be'))).toThrow(coded('device_fault'))
    expect(() => emulator.getFeature(0, 64)).toThrow(coded('device_fault'))
    emulator.inject({ fault: 'stall' })
    expect(() => emulator.setFeature(0, latin('\xc2\x1be'))).toThrow(coded('device_fault'))
    expect(reports).toHaveLength(1)
  })
})
