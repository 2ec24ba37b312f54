import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import {
  ACK,
  AUTH_BLOCK_2,
  CLASSIC,
  ERROR,
  FIRMWARE,
  FIRMWARE_ANSWER,
  FOUND,
  FOUND_NONE,
  NACK,
  POLL,
  READ_BLOCK_2,
  SAM,
  SAM_ANSWER,
  WAKE,
  WRITE_BLOCK_2,
  startAwake,
  startBench,
  startWithCard,
  toBytes,
  toHex,
} from '../../test/support/pn532-bench.ts'
import { createPn532Emulator } from './emulator.ts'

test('it is silent until it is woken, and then until SAMConfiguration', () => {
  const { say } = startBench()
  expect(say(SAM)).toEqual([])
  const second = startBench()
  expect(second.say(`${WAKE} ${FIRMWARE}`)).toEqual([])
  expect(second.say(SAM)).toEqual([ACK, SAM_ANSWER])
  expect(second.say(FIRMWARE)).toEqual([ACK, FIRMWARE_ANSWER])
})

test('five wake-up bytes are too few; the repeated command is heard', () => {
  const { say } = startBench()
  expect(say(`55 55 00 00 00 ${SAM}`)).toEqual([])
  expect(say(SAM)).toEqual([ACK, SAM_ANSWER])
})

test('the last wake-up bytes may be preamble and start code of the first frame', () => {
  const { say } = startBench()
  expect(say(`${WAKE} FF 03 FD D4 14 01 17 00`)).toEqual([ACK, SAM_ANSWER])
})

test('frames may be cut anywhere, and need neither preamble nor postamble', () => {
  const { emulator, heard, say } = startAwake()
  for (const byte of toBytes(FIRMWARE)) emulator.receive(Uint8Array.of(byte))
  expect(heard().map(([, text]) => text)).toEqual([ACK, FIRMWARE_ANSWER])
  expect(say('00 FF 02 FE D4 02 2A')).toEqual([ACK, FIRMWARE_ANSWER])
})

test.each([
  ['data checksum', '00 00 FF 02 FE D4 02 2B 00'],
  ['length checksum', '00 00 FF 02 FF D4 02 2A 00'],
  ['length of an extended frame', '00 00 FF FF FF 01 0A F5 D4 02 2A 00'],
])('it is silent on a bad %s and hears the next frame', (_what, frame) => {
  const { say } = startAwake()
  expect(say(frame)).toEqual([])
  expect(say(FIRMWARE)).toEqual([ACK, FIRMWARE_ANSWER])
})

test('a frame that stops in the middle is forgotten after 89 ms', async () => {
  const { say, clock } = startAwake()
  expect(say('00 00 FF 0F F1 D4')).toEqual([])
  await clock.advance(90)
  expect(say(FIRMWARE)).toEqual([ACK, FIRMWARE_ANSWER])
})

test.each([
  ['an unknown command', '00 00 FF 02 FE D4 7E AE 00'],
  ['another TFI', '00 00 FF 02 FE D5 02 29 00'],
  ['too few parameters', '00 00 FF 03 FD D4 4A 01 E1 00'],
  ['InListPassiveTarget of three cards', '00 00 FF 04 FC D4 4A 03 00 DF 00'],
  ['InCommunicateThru without data', '00 00 FF 02 FE D4 42 EA 00'],
  ['GET_VERSION through InDataExchange', '00 00 FF 04 FC D4 40 01 60 8B 00'],
  ['an unknown baud rate', '00 00 FF 03 FD D4 10 09 13 00'],
])('%s is acknowledged and answered with the error frame', (_what, frame) => {
  const { say } = startWithCard()
  expect(say(frame)).toEqual([ACK, ERROR])
})

test('NACK repeats the last answer', () => {
  const { say } = startAwake()
  expect(say(FIRMWARE)).toEqual([ACK, FIRMWARE_ANSWER])
  expect(say(NACK)).toEqual([FIRMWARE_ANSWER])
  expect(say(NACK)).toEqual([FIRMWARE_ANSWER])
})

test("the host's ACK after an answer is accepted in silence", () => {
  const { say } = startAwake()
  say(FIRMWARE)
  expect(say(ACK)).toEqual([])
  expect(say(FIRMWARE)).toEqual([ACK, FIRMWARE_ANSWER])
})

test('Diagnose echoes, also in extended frames of both directions', () => {
  const { say } = startAwake()
  expect(say('00 00 FF 09 F7 D4 00 00 6C 69 62 6E 66 63 BE 00')).toEqual([
    ACK,
    '00 00 FF 09 F7 D5 01 00 6C 69 62 6E 66 63 BC 00',
  ])
  const echo = '00 '.repeat(253)
  expect(say(`00 00 FF FF FF 01 00 FF D4 00 00 ${echo}2C 00`)).toEqual([
    ACK,
    `00 00 FF FF FF 01 00 FF D5 01 00 ${echo}2A 00`,
  ])
})

test('registers keep what is written to them', () => {
  const { say } = startAwake()
  expect(say('00 00 FF 05 FB D4 08 63 0D 10 A4 00')).toEqual([ACK, '00 00 FF 02 FE D5 09 22 00'])
  expect(say('00 00 FF 06 FA D4 06 63 0D 63 38 1B 00')).toEqual([ACK, '00 00 FF 04 FC D5 07 10 00 14 00'])
})

test('with SetParameters bit 6 answers come without preamble and postamble', () => {
  const { say } = startAwake()
  expect(say('00 00 FF 03 FD D4 12 54 C6 00')).toEqual([ACK, '00 00 FF 02 FE D5 13 18 00'])
  expect(say(FIRMWARE)).toEqual([ACK, '00 FF 06 FA D5 03 32 01 06 07 E8'])
})

test('after PowerDown it must be woken again', () => {
  const { say } = startAwake()
  expect(say('00 00 FF 03 FD D4 16 F0 26 00')).toEqual([ACK, '00 00 FF 03 FD D5 17 00 14 00'])
  expect(say(FIRMWARE)).toEqual([])
  expect(say(`${WAKE} ${SAM}`)).toEqual([ACK, SAM_ANSWER])
})

test("the new line speed holds from the host's ACK on, and other speeds are rubbish", () => {
  const { emulator, say } = startAwake()
  expect(say('00 00 FF 03 FD D4 10 07 15 00', 115_200)).toEqual([ACK, '00 00 FF 02 FE D5 11 1A 00'])
  expect(emulator.baudRate).toBe(115_200)
  expect(say(ACK, 115_200)).toEqual([])
  expect(emulator.baudRate).toBe(921_600)
  expect(say(FIRMWARE, 115_200)).toEqual([])
  expect(say(FIRMWARE, 921_600)).toEqual([ACK, FIRMWARE_ANSWER])
})

test("without the host's ACK the old line speed stays", () => {
  const { emulator, say } = startAwake()
  say('00 00 FF 03 FD D4 10 07 15 00')
  expect(say(FIRMWARE)).toEqual([ACK, FIRMWARE_ANSWER])
  say(ACK)
  expect(emulator.baudRate).toBe(115_200)
})

test('an empty field is polled for as many tries as configured', async () => {
  const { say, heard, clock } = startAwake()
  expect(say(POLL)).toEqual([ACK])
  await clock.advance(9.9)
  expect(heard()).toEqual([])
  await clock.advance(0.2)
  expect(heard()).toEqual([[10, FOUND_NONE]])
})

test('without a limit it polls until a card comes', async () => {
  const { emulator, say, heard, clock } = startBench()
  say(`${WAKE} ${SAM}`)
  expect(say(POLL)).toEqual([ACK])
  await clock.advance(60_000)
  expect(heard()).toEqual([])
  emulator.placeCard(CLASSIC)
  expect(heard()).toEqual([[60_000, FOUND]])
})

test("the host's ACK aborts a poll: no answer comes, the next command works", async () => {
  const { emulator, say, heard, clock } = startBench()
  say(`${WAKE} ${SAM}`)
  say(POLL)
  expect(say(ACK)).toEqual([])
  emulator.placeCard(CLASSIC)
  await clock.advance(5000)
  expect(heard()).toEqual([])
  expect(say(FIRMWARE)).toEqual([ACK, FIRMWARE_ANSWER])
})

test('in real time the frames leave when their last byte would, whatever the test machine does', async () => {
  const { emulator, clock, heard } = startBench(true)
  emulator.placeCard(CLASSIC)
  emulator.receive(toBytes(`${WAKE} ${SAM}`))
  await clock.advance(100)
  heard()
  const talk = async (hex: string): Promise<number[]> => {
    const startMs = clock.now()
    emulator.receive(toBytes(hex))
    await clock.advance(100)
    return heard().map(([atMs]) => Number((atMs - startMs).toFixed(2)))
  }
  // Line time of request, ACK and answer at 115200 baud, and the card's: 5.00, 2.05, 6.40 and 2.05 ms.
  expect(await talk(POLL)).toEqual([1.48, 8.13])
  expect(await talk(AUTH_BLOCK_2)).toEqual([2.43, 5.35])
  expect(await talk(WRITE_BLOCK_2)).toEqual([2.95, 10.22])
  expect(await talk(READ_BLOCK_2)).toEqual([1.56, 5.87])
})

test('in real time an answer that left late shifts nothing after it', async () => {
  const clock = createFakeClock()
  const lateClock = { ...clock, setTimeout: (run: () => void, ms: number) => clock.setTimeout(run, ms + 0.7) }
  const emulator = createPn532Emulator({ clock: { ...lateClock, now: () => clock.now() }, realtime: true })
  const answeredAtMs: number[] = []
  let left = 10
  emulator.connect((bytes) => {
    if (toHex(bytes) === ACK) return
    answeredAtMs.push(clock.now())
    if (left-- > 0) queueMicrotask(() => emulator.receive(toBytes(FIRMWARE)))
  })
  emulator.receive(toBytes(`${WAKE} ${SAM}`))
  await clock.advance(1000)
  // Ten times 9 + 6 + 13 bytes of 0.0868 ms: the 0.7 ms of each timer do not add up.
  expect((answeredAtMs.at(-1) ?? 0) - (answeredAtMs[0] ?? 0)).toBeCloseTo(24.31, 2)
})

test('after close nothing is said and no timer is left', async () => {
  const { emulator, clock, heard, say } = startAwake()
  say(POLL)
  emulator.close()
  expect(clock.pendingTimers).toBe(0)
  emulator.receive(toBytes(FIRMWARE))
  await clock.advance(1000)
  expect(heard()).toEqual([])
})

test('no bytes of the host break it: with its power cycled it answers again', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
      const { emulator, heard, say } = startAwake()
      for (const chunk of chunks) emulator.receive(chunk)
      heard()
      emulator.powerCycle()
      expect(say(`${WAKE} ${SAM}`)).toEqual([ACK, SAM_ANSWER])
    }),
  )
})

test('every command with any parameters gets an ACK and at most one answer', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 24 }), (code, parameters) => {
      const { emulator, say } = startAwake()
      emulator.placeCard(CLASSIC)
      say(POLL)
      const content = [0xd4, code, ...parameters]
      const checksum = content.reduce((sum, byte) => sum - byte, 0)
      const frame = Uint8Array.from([0, 0, 0xff, content.length, -content.length, ...content, checksum, 0])
      const [ack, ...answers] = say(toHex(frame))
      expect(ack).toBe(ACK)
      expect(answers.length).toBeLessThanOrEqual(1)
    }),
  )
})
