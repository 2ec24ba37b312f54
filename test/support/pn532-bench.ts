import type { SerialEmulator } from 'encoder-bridge/driver'
import { expect } from 'vitest'
import { createPn532Emulator } from '../../drivers/pn532/emulator.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

/** Frames are literal: from UM0701-02 and from traces of real boards, or counted by hand. */
export const WAKE = '55 55 00 00 00 00 00 00 00 00 00 00 00 00 00 00'
export const ACK = '00 00 FF 00 FF 00'
export const NACK = '00 00 FF FF 00 00'
export const ERROR = '00 00 FF 01 FF 7F 81 00'
export const SAM = '00 00 FF 05 FB D4 14 01 14 01 02 00'
export const SAM_ANSWER = '00 00 FF 02 FE D5 15 16 00'
export const FIRMWARE = '00 00 FF 02 FE D4 02 2A 00'
export const FIRMWARE_ANSWER = '00 00 FF 06 FA D5 03 32 01 06 07 E8 00'
export const POLL = '00 00 FF 04 FC D4 4A 01 00 E1 00'
export const POLL_TWO = '00 00 FF 04 FC D4 4A 02 00 E0 00'
export const FOUND = '00 00 FF 0C F4 D5 4B 01 01 00 04 08 04 92 2E 58 32 84 00'
export const FOUND_NONE = '00 00 FF 03 FD D5 4B 00 E0 00'
const TWO_TRIES = '00 00 FF 06 FA D4 32 05 FF 01 01 F4 00'
export const RF_ANSWER = '00 00 FF 02 FE D5 33 F8 00'
export const AUTH_BLOCK_2 = '00 00 FF 0F F1 D4 40 01 60 02 FF FF FF FF FF FF 92 2E 58 32 45 00'
export const AUTH_WRONG_KEY = '00 00 FF 0F F1 D4 40 01 60 02 00 00 00 00 00 00 92 2E 58 32 3F 00'
export const EXCHANGE_OK = '00 00 FF 03 FD D5 41 00 EA 00'
export const AUTH_FAILED = '00 00 FF 03 FD D5 41 14 D6 00'
export const CARD_GONE = '00 00 FF 03 FD D5 41 01 E9 00'
export const CARD_NAK = '00 00 FF 03 FD D5 41 13 D7 00'
export const READ_BLOCK_2 = '00 00 FF 05 FB D4 40 01 30 02 B9 00'
/** Block 2 := 00 01 … 0F; the bytes sum to 78 hex. */
export const WRITE_BLOCK_2 =
  '00 00 FF 15 EB D4 40 01 A0 02 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F D1 00'
export const BLOCK_2 = '00 00 FF 13 ED D5 41 00 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 72 00'
export const BLOCK_2_EMPTY = `00 00 FF 13 ED D5 41 00${' 00'.repeat(16)} EA 00`
export const RELEASE_ALL = '00 00 FF 03 FD D4 52 00 DA 00'
export const RELEASED = '00 00 FF 03 FD D5 53 00 D8 00'
export const CLASSIC = { type: 'classic1k', uid: '922E5832' }
export const ULTRALIGHT = { type: 'ultralight', uid: '04112233445580' }

export const toHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .toUpperCase()
    .replace(/..(?=.)/g, '$& ')
export const toBytes = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

export interface Bench {
  readonly emulator: SerialEmulator
  readonly clock: FakeClock
  /** Sends bytes and returns what the chip says at once, in pieces as it says them. */
  say(hex: string, hostBaudRate?: number): readonly string[]
  /** What the chip has said since it was last asked, each with its time. */
  heard(): readonly (readonly [number, string])[]
}

export const startBench = (realtime = false): Bench => {
  const clock = createFakeClock()
  const emulator = createPn532Emulator({ clock, realtime })
  let said: (readonly [number, string])[] = []
  emulator.connect((bytes) => said.push([clock.now(), toHex(bytes)]))
  const heard = (): readonly (readonly [number, string])[] => {
    const all = said
    said = []
    return all
  }
  return {
    emulator,
    clock,
    heard,
    say: (hex, hostBaudRate) => {
      emulator.receive(toBytes(hex), hostBaudRate)
      return heard().map(([, text]) => text)
    },
  }
}

/** A bench whose chip is awake, with two tries a poll. */
export const startAwake = (): Bench => {
  const bench = startBench()
  expect(bench.say(`${WAKE} ${SAM}`)).toEqual([ACK, SAM_ANSWER])
  expect(bench.say(TWO_TRIES)).toEqual([ACK, RF_ANSWER])
  return bench
}

/** An awake bench with a Classic 1K selected. */
export const startWithCard = (): Bench => {
  const bench = startAwake()
  bench.emulator.placeCard(CLASSIC)
  expect(bench.say(POLL)).toEqual([ACK, FOUND])
  return bench
}
