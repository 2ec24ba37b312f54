import { expect, test } from 'vitest'
import {
  ACK,
  AUTH_BLOCK_2,
  AUTH_FAILED,
  AUTH_WRONG_KEY,
  BLOCK_2,
  BLOCK_2_EMPTY,
  CARD_GONE,
  CARD_NAK,
  CLASSIC,
  EXCHANGE_OK,
  FOUND,
  POLL,
  POLL_TWO,
  READ_BLOCK_2,
  RELEASED,
  RELEASE_ALL,
  RF_ANSWER,
  SAM,
  ULTRALIGHT,
  WAKE,
  WRITE_BLOCK_2,
  startAwake,
  startWithCard,
  toHex,
} from '../../test/support/pn532-bench.ts'

test('an Ultralight answers with its UID of seven bytes, and is found by it', () => {
  const { emulator, say } = startAwake()
  emulator.placeCard(CLASSIC)
  emulator.placeCard(ULTRALIGHT)
  const found = '00 00 FF 0F F1 D5 4B 01 01 00 44 00 07 04 11 22 33 44 55 80 10 00'
  expect(say('00 00 FF 0C F4 D4 4A 01 00 88 04 11 22 33 44 55 80 D6 00')).toEqual([ACK, found])
})

test('two cards of different kinds garble the first SENS_RES; the first is left halted until InSelect', () => {
  const { emulator, say } = startAwake()
  emulator.placeCard(CLASSIC)
  emulator.placeCard(ULTRALIGHT)
  expect(say(POLL_TWO)).toEqual([
    ACK,
    '00 00 FF 18 E8 D5 4B 02 01 00 00 08 04 92 2E 58 32 02 00 44 00 07 04 11 22 33 44 55 80 B7 00',
  ])
  expect(say(AUTH_BLOCK_2)).toEqual([ACK, CARD_GONE])
  expect(say('00 00 FF 03 FD D4 54 01 D7 00')).toEqual([ACK, '00 00 FF 03 FD D5 55 00 D6 00'])
  expect(say(AUTH_BLOCK_2)).toEqual([ACK, EXCHANGE_OK])
})

test('a card is authenticated, written and read back', () => {
  const { emulator, say } = startWithCard()
  expect(say(AUTH_BLOCK_2)).toEqual([ACK, EXCHANGE_OK])
  expect(say(READ_BLOCK_2)).toEqual([ACK, BLOCK_2_EMPTY])
  expect(say(WRITE_BLOCK_2)).toEqual([ACK, EXCHANGE_OK])
  expect(say(READ_BLOCK_2)).toEqual([ACK, BLOCK_2])
  expect(emulator.countWrites('922E5832').slice(0, 4)).toEqual([0, 0, 1, 0])
  expect(toHex(emulator.dumpCard('922E5832').subarray(32, 36))).toBe('00 01 02 03')
})

test('a wrong key is status 14, then the card is silent (01) until it is polled again', () => {
  const { say } = startWithCard()
  expect(say(AUTH_WRONG_KEY)).toEqual([ACK, AUTH_FAILED])
  expect(say(AUTH_BLOCK_2)).toEqual([ACK, CARD_GONE])
  expect(say(POLL)).toEqual([ACK, FOUND])
  expect(say(AUTH_BLOCK_2)).toEqual([ACK, EXCHANGE_OK])
})

test("the card's NAK is status 13: a read without authentication", () => {
  const { say } = startWithCard()
  expect(say(READ_BLOCK_2)).toEqual([ACK, CARD_NAK])
  expect(say(READ_BLOCK_2)).toEqual([ACK, CARD_GONE])
})

test('an unknown target is status 27, and InRelease forgets them all', () => {
  const { say } = startWithCard()
  expect(say(RELEASE_ALL)).toEqual([ACK, RELEASED])
  expect(say(AUTH_BLOCK_2)).toEqual([ACK, '00 00 FF 03 FD D5 41 27 C3 00'])
  expect(say(POLL)).toEqual([ACK, FOUND])
})

test('InDeselect halts the card and a poll finds it again', () => {
  const { say } = startWithCard()
  expect(say('00 00 FF 03 FD D4 44 01 E7 00')).toEqual([ACK, '00 00 FF 03 FD D5 45 00 E6 00'])
  expect(say(AUTH_BLOCK_2)).toEqual([ACK, CARD_GONE])
  expect(say(POLL)).toEqual([ACK, FOUND])
})

test('switching the RF field off closes the sector', () => {
  const { say } = startWithCard()
  say(AUTH_BLOCK_2)
  expect(say('00 00 FF 04 FC D4 32 01 00 F9 00')).toEqual([ACK, RF_ANSWER])
  expect(say(READ_BLOCK_2)).toEqual([ACK, CARD_GONE])
})

test('a card that was taken away is status 01; put back it must be polled', () => {
  const { emulator, say } = startWithCard()
  say(AUTH_BLOCK_2)
  emulator.removeCard('922E5832')
  expect(say(READ_BLOCK_2)).toEqual([ACK, CARD_GONE])
  emulator.placeCard(CLASSIC)
  expect(say(READ_BLOCK_2)).toEqual([ACK, CARD_GONE])
  expect(say(POLL)).toEqual([ACK, FOUND])
})

test('InCommunicateThru reports a 4-bit ACK as status 02 although the page is written', () => {
  const { emulator, say } = startAwake()
  emulator.placeCard(ULTRALIGHT)
  say(POLL)
  expect(say('00 00 FF 08 F8 D4 42 A2 04 DE AD BE EF 0C 00')).toEqual([ACK, '00 00 FF 03 FD D5 43 02 E6 00'])
  expect(toHex(emulator.dumpCard('04112233445580').subarray(16, 20))).toBe('DE AD BE EF')
  expect(say('00 00 FF 04 FC D4 42 30 04 B6 00')).toEqual([
    ACK,
    '00 00 FF 13 ED D5 43 00 DE AD BE EF 00 00 00 00 00 00 00 00 00 00 00 00 B0 00',
  ])
  expect(say('00 00 FF 09 F7 D4 40 01 A2 04 DE AD BE EF 0D 00')).toEqual([ACK, EXCHANGE_OK])
})

/** As libnfc does: it sends and checks the CRC itself. */
test('with the CRC off in CIU_TxMode and CIU_RxMode, InCommunicateThru carries it, and a wrong one reaches no card', () => {
  const { emulator, say } = startAwake()
  emulator.placeCard({ ...ULTRALIGHT, type: 'ntag213' })
  say(POLL)
  say('00 00 FF 08 F8 D4 08 63 02 00 63 03 00 59 00')
  expect(say('00 00 FF 05 FB D4 42 60 F8 32 60 00')).toEqual([
    ACK,
    '00 00 FF 0D F3 D5 43 00 00 04 04 02 01 00 0F 03 80 91 BA 00',
  ])
  expect(say('00 00 FF 05 FB D4 42 60 F8 33 5F 00')).toEqual([ACK, '00 00 FF 03 FD D5 43 01 E7 00'])
  emulator.powerCycle()
  say(`${WAKE} ${SAM}`)
  say(POLL)
  expect(say('00 00 FF 03 FD D4 42 60 8A 00')).toEqual([
    ACK,
    '00 00 FF 0B F5 D5 43 00 00 04 04 02 01 00 0F 03 CB 00',
  ])
})
