import { BridgeError } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import {
  ACK,
  AUTH_BLOCK_2,
  CARD_GONE,
  CARD_NAK,
  EXCHANGE_OK,
  FIRMWARE,
  FIRMWARE_ANSWER,
  NACK,
  READ_BLOCK_2,
  SAM,
  SAM_ANSWER,
  WAKE,
  WRITE_BLOCK_2,
  startAwake,
  startWithCard,
  toHex,
} from '../../test/support/pn532-bench.ts'

test.each([
  ['loseCommands', [[], [ACK, FIRMWARE_ANSWER]]],
  ['noAck', [[FIRMWARE_ANSWER], [ACK, FIRMWARE_ANSWER]]],
  ['dropAnswers', [[ACK], [ACK, FIRMWARE_ANSWER]]],
  [
    'corruptChecksum',
    [
      [ACK, '00 00 FF 06 FA D5 03 32 01 06 07 E9 00'],
      [ACK, FIRMWARE_ANSWER],
    ],
  ],
  [
    'noise',
    [
      [ACK, 'E5 00 E5 55', FIRMWARE_ANSWER],
      [ACK, FIRMWARE_ANSWER],
    ],
  ],
  [
    'splitBytes',
    [
      [ACK, ...FIRMWARE_ANSWER.split(' ')],
      [ACK, FIRMWARE_ANSWER],
    ],
  ],
  [
    'duplicateAnswers',
    [
      [ACK, FIRMWARE_ANSWER, FIRMWARE_ANSWER],
      [ACK, FIRMWARE_ANSWER],
    ],
  ],
  ['lateAnswers', [[ACK], [FIRMWARE_ANSWER, ACK, FIRMWARE_ANSWER]]],
])('fault %s happens once', (fault, expected) => {
  const { emulator, say } = startAwake()
  emulator.inject({ fault })
  expect([say(FIRMWARE), say(FIRMWARE)]).toEqual(expected)
})

test('a NACK brings an answer that was lost', () => {
  const { emulator, say } = startAwake()
  emulator.inject({ fault: 'dropAnswers' })
  expect(say(FIRMWARE)).toEqual([ACK])
  expect(say(NACK)).toEqual([FIRMWARE_ANSWER])
})

test('fault silent lasts until the power is cycled, which also resets speed and wakefulness', () => {
  const { emulator, say } = startAwake()
  emulator.inject({ fault: 'silent' })
  expect(say(FIRMWARE)).toEqual([])
  emulator.powerCycle()
  expect(say(FIRMWARE)).toEqual([])
  expect(say(`${WAKE} ${SAM}`)).toEqual([ACK, SAM_ANSWER])
})

test('fault nakWrites refuses a write and halts the card', () => {
  const { emulator, say } = startWithCard()
  emulator.inject({ fault: 'nakWrites' })
  say(AUTH_BLOCK_2)
  expect(say(WRITE_BLOCK_2)).toEqual([ACK, CARD_NAK])
  expect(say(READ_BLOCK_2)).toEqual([ACK, CARD_GONE])
  expect(emulator.countWrites('922E5832')[2]).toBe(0)
})

test('fault flipWrittenBit acknowledges a write that is stored wrong', () => {
  const { emulator, say } = startWithCard()
  emulator.inject({ fault: 'flipWrittenBit' })
  say(AUTH_BLOCK_2)
  expect(say(WRITE_BLOCK_2)).toEqual([ACK, EXCHANGE_OK])
  expect(toHex(emulator.dumpCard('922E5832').subarray(32, 36))).toBe('01 01 02 03')
})

test('fault tearWrite leaves a block half written and the card gone', () => {
  const { emulator, say } = startWithCard()
  say(AUTH_BLOCK_2)
  emulator.inject({ fault: 'tearWrite' })
  expect(say(WRITE_BLOCK_2)).toEqual([ACK, CARD_GONE])
  expect(toHex(emulator.dumpCard('922E5832').subarray(32, 48))).toBe(
    '00 01 02 03 04 05 06 07 00 00 00 00 00 00 00 00',
  )
})

test('fault removeCardAfterWrites takes the card away after the write was acknowledged', () => {
  const { emulator, say } = startWithCard()
  emulator.inject({ fault: 'removeCardAfterWrites', count: 2 })
  say(AUTH_BLOCK_2)
  expect(say(WRITE_BLOCK_2)).toEqual([ACK, EXCHANGE_OK])
  expect(say(WRITE_BLOCK_2)).toEqual([ACK, EXCHANGE_OK])
  expect(say(WRITE_BLOCK_2)).toEqual([ACK, CARD_GONE])
  expect(emulator.countWrites('922E5832')[2]).toBe(2)
})

/** The request has 22 bytes, its ACK 6, the answer 10. */
test.each([
  [22, CARD_GONE],
  [28, CARD_GONE],
  [29, EXCHANGE_OK],
])('fault removeCardAfterBytes %i: the card sees the command or it does not', (count, answer) => {
  const { emulator, say } = startWithCard()
  emulator.inject({ fault: 'removeCardAfterBytes', count })
  expect(say(AUTH_BLOCK_2)).toEqual([ACK, answer])
  expect(say(READ_BLOCK_2)).toEqual([ACK, CARD_GONE])
})

test('fault errorStatus answers the next card exchange with that status, and the card sees nothing', () => {
  const { emulator, say } = startWithCard()
  emulator.inject({ fault: 'errorStatus', count: 0x0d })
  expect(say(AUTH_BLOCK_2)).toEqual([ACK, '00 00 FF 03 FD D5 41 0D DD 00'])
  expect(say(AUTH_BLOCK_2)).toEqual([ACK, EXCHANGE_OK])
})

test.each([{ fault: 'fire' }, { fault: 'noAck', count: 0 }, { fault: 'noAck', count: 1.5 }])(
  'inject refuses %j',
  (fault) => {
    expect(() => startAwake().emulator.inject(fault)).toThrow(BridgeError)
  },
)
