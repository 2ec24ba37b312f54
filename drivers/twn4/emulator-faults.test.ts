import { expect, test } from 'vitest'
import { BridgeError, type SerialEmulator } from 'encoder-bridge/driver'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createTwn4Emulator } from './emulator.ts'

const UID = '66CF4DC2'
const LOGIN = '0B00FFFFFFFFFFFF0001'
const WRITE_4 = '0B0204000102030405060708090A0B0C0D0E0F'
const READ_4 = '0B0104'
const EMPTY = `0001${'00'.repeat(16)}|`

interface Bench {
  readonly emulator: SerialEmulator
  say(line: string): readonly string[]
}

/** A reader with a Classic 1K whose sector 1 is open. */
const startBench = (): Bench => {
  const emulator = createTwn4Emulator({ clock: createFakeClock(), realtime: false })
  let said: string[] = []
  emulator.connect((bytes) => said.push(Buffer.from(bytes).toString('latin1').replaceAll('\r', '|')))
  emulator.placeCard({ type: 'classic1k', uid: UID })
  const say = (line: string): readonly string[] => {
    said = []
    emulator.receive(Uint8Array.from(Buffer.from(`${line}\r`)))
    return said
  }
  say('050010')
  expect(say(LOGIN)).toEqual(['0001|'])
  return { emulator, say }
}

/** A fault, and what the reader says to a read of block 4 and to the next one. */
test.each([
  ['loseCommands', [], [EMPTY]],
  ['dropAnswers', [], [EMPTY]],
  ['corruptAnswers', [`0\u00e501${'00'.repeat(16)}|`], [EMPTY]],
  ['noise', ['\u00e5\u0000\u00e5U', EMPTY], [EMPTY]],
  ['duplicateAnswers', [EMPTY, EMPTY], [EMPTY]],
  ['lateAnswers', [], [EMPTY, EMPTY]],
  ['splitBytes', [...EMPTY], [EMPTY]],
])('fault %s', (fault, first, second) => {
  const { emulator, say } = startBench()
  emulator.inject({ fault })
  expect([say(READ_4), say(READ_4)]).toEqual([first, second])
})

test('fault errorCode answers with that error, and the card sees nothing', () => {
  const { emulator, say } = startBench()
  emulator.inject({ fault: 'errorCode', count: 4 })
  expect([say(WRITE_4), say(READ_4)]).toEqual([['04|'], [EMPTY]])
})

test('fault nakWrites halts the card', () => {
  const { emulator, say } = startBench()
  emulator.inject({ fault: 'nakWrites' })
  expect([say(WRITE_4), say(READ_4)]).toEqual([['0000|'], ['0000|']])
  expect(emulator.countWrites(UID)[4]).toBe(0)
})

test('fault flipWrittenBit stores another byte than it says', () => {
  const { emulator, say } = startBench()
  emulator.inject({ fault: 'flipWrittenBit' })
  expect([say(WRITE_4), say(READ_4)]).toEqual([['0001|'], ['0001010102030405060708090A0B0C0D0E0F|']])
})

test('fault tearWrite leaves half a block on a card that is gone', () => {
  const { emulator, say } = startBench()
  emulator.inject({ fault: 'tearWrite' })
  expect([say(WRITE_4), say('050010')]).toEqual([['0000|'], ['0000|']])
  expect([...emulator.dumpCard(UID).slice(64, 80)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0])
})

test('fault removeCardAfterWrites takes the card away behind the n-th write', () => {
  const { emulator, say } = startBench()
  emulator.inject({ fault: 'removeCardAfterWrites', count: 2 })
  expect([say(WRITE_4), say(WRITE_4), say(WRITE_4)]).toEqual([['0001|'], ['0001|'], ['0000|']])
  expect(emulator.countWrites(UID)[4]).toBe(2)
})

/** The request has 7 bytes, its answer 37. */
test.each([
  [7, '0000|'],
  [8, EMPTY],
  [44, EMPTY],
])('fault removeCardAfterBytes %i: the card sees the request or it does not', (count, answer) => {
  const { emulator, say } = startBench()
  emulator.inject({ fault: 'removeCardAfterBytes', count })
  expect([say(READ_4)[0], say(READ_4)]).toEqual([answer, ['0000|']])
})

test('a T5577 that ignores a write, keeps a wrong bit or is torn away says nothing of it', () => {
  const { emulator, say } = startBench()
  const writtenUnder = (fault: string): readonly number[] => {
    emulator.removeCard()
    emulator.placeCard({ type: 't5577', uid: '00000001', memory: Uint8Array.of(0, 0x14, 0x80, 0x40) })
    emulator.inject({ fault })
    say('1500')
    expect(say('150301AABBCCDD')).toEqual(['0001|'])
    return [...emulator.dumpCard('00000001').slice(4, 8)]
  }
  expect(writtenUnder('nakWrites')).toEqual([0, 0, 0, 0])
  expect(writtenUnder('flipWrittenBit')).toEqual([0xab, 0xbb, 0xcc, 0xdd])
  expect(writtenUnder('tearWrite')).toEqual([0xaa, 0xbb, 0, 0])
  expect(say('1500').concat(say('150100'))).toEqual(['00|', '0000|'])
})

test('fault silent lasts until the power is cut, and the cards stay', () => {
  const { emulator, say } = startBench()
  emulator.inject({ fault: 'silent' })
  expect([say('0005'), say('0005')]).toEqual([[], []])
  emulator.powerCycle()
  expect([say('0005'), say(READ_4), say('050010')]).toEqual([['0001|'], ['0000|'], ['000180200466CF4DC2|']])
})

test.each([{ fault: 'fire' }, { fault: 'silent', count: 0 }, { fault: 'silent', count: 1.5 }])(
  'inject refuses %j',
  (fault) => {
    expect(() => startBench().emulator.inject(fault)).toThrow(BridgeError)
  },
)
