import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BridgeError, type EmulatedCardOptions, type SerialEmulator } from 'encoder-bridge/driver'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { createTwn4Emulator } from './emulator.ts'

const CLASSIC = { type: 'classic1k', uid: '66CF4DC2' }
const NTAG = { type: 'ntag213', uid: '04112233445580' }
const LOGIN_1 = '0B00FFFFFFFFFFFF0001'
const WRITE_4 = '0B0204000102030405060708090A0B0C0D0E0F'
const BLOCK_4 = '0001000102030405060708090A0B0C0D0E0F'
const FOUND = '000180200466CF4DC2'

interface Bench {
  readonly emulator: SerialEmulator
  readonly clock: FakeClock
  /** Sends a line and returns what the reader says at once, in pieces as it says them, ends of lines as `|`. */
  say(line: string, hostBaudRate?: number): readonly string[]
}

const startBench = (cards: readonly EmulatedCardOptions[] = [], realtime = false): Bench => {
  const clock = createFakeClock()
  const emulator = createTwn4Emulator({ clock, realtime })
  let said: string[] = []
  emulator.connect((bytes) => said.push(Buffer.from(bytes).toString('latin1').replaceAll('\r', '|')))
  for (const card of cards) emulator.placeCard(card)
  return {
    emulator,
    clock,
    say: (line, hostBaudRate) => {
      said = []
      emulator.receive(Uint8Array.from(Buffer.from(`${line}\r`, 'latin1')), hostBaudRate)
      return said
    },
  }
}

describe('the line', () => {
  test('carries digits of either case, cut anywhere, and line feeds do no harm', () => {
    const { emulator, say } = startBench()
    for (const byte of Buffer.from('00')) emulator.receive(Uint8Array.of(byte))
    expect(say('06\n')).toEqual(['000B|'])
    expect(say('0b00')).toEqual(['02|'])
  })

  test.each([
    ['a function that there is not', 'FF00', '01'],
    ['a function number beyond the API', '05FF', '01'],
    ['half a function', '05', '02'],
    ['a parameter too few', '0500', '02'],
    ['half an array', '00090701', '02'],
    ['a parameter too many', '050010FF', '03'],
    ['scrap', 'FF'.repeat(24), '01'],
    ['half a byte', '00050', '05'],
    ['what is no digit', '000G', '05'],
  ])('is answered with an error for %s, and the next request is heard', (_, line, error) => {
    const { say } = startBench()
    expect(say(line)).toEqual([`${error}|`])
    expect(say('0005')).toEqual(['0001|'])
  })

  test('an empty line has no answer', () => {
    expect(startBench().say('')).toEqual([])
  })

  test('the CRC, once switched on, is that of the document in both directions', () => {
    const { emulator, say } = startBench()
    emulator.inject({ fault: 'crc' })
    expect(say('000515A7')).toEqual(['000131E1|'])
    expect(say('0005')).toEqual(['052A58|'])
    expect(say('000515A8')).toEqual(['052A58|'])
    emulator.powerCycle()
    expect(say('000515A7')).toEqual(['000131E1|'])
  })

  test('bytes at another speed are rubbish', () => {
    const { emulator, say } = startBench()
    expect([emulator.baudRate, say('0005', 115200)]).toEqual([9600, []])
    emulator.inject({ fault: 'lineSpeed', count: 115200 })
    expect(say('', 115200)).toEqual(['05|'])
    expect([emulator.baudRate, say('0005', 115200)]).toEqual([115200, ['0001|']])
  })

  test('requests that come together are answered in order, each after the other', async () => {
    const { clock, emulator } = startBench([CLASSIC], true)
    const said: (readonly [number, string])[] = []
    emulator.connect((bytes) => said.push([Math.round(clock.now()), Buffer.from(bytes).toString('latin1')]))
    emulator.receive(Uint8Array.from(Buffer.from('050010\r0005\r')))
    await clock.advance(200)
    // 12 bytes at 9600 baud take 12.5 ms, finding a card 5 ms, the answers of 19 and 5 bytes 19.8 ms and 5.2 ms.
    expect(said).toEqual([
      [37, `${FOUND}\r`],
      [43, '0001\r'],
    ])
  })

  test('no bytes whatever make it throw, and it hears the next request', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { emulator, say } = startBench([CLASSIC])
        emulator.receive(bytes)
        say('')
        expect(say('0005')).toEqual(['0001|'])
      }),
    )
  })
})

describe('type A cards', () => {
  test('a search finds one of them, and an empty field is told', () => {
    const { emulator, say } = startBench([CLASSIC])
    expect(say('050010')).toEqual([`${FOUND}|`])
    expect(say('050002')).toEqual(['000180200266CF|'])
    emulator.removeCard()
    expect(say('050010')).toEqual(['0000|'])
  })

  test('types that are not searched for are not found', () => {
    const { say } = startBench([CLASSIC, { type: 'em4100', uid: '1122334455' }])
    expect(say('05020100000000000000')).toEqual(['00|'])
    expect(say('050010')).toEqual(['00014028051122334455|'])
    expect(say('05020000000001000000')).toEqual(['00|'])
    expect(say('050010')).toEqual([`${FOUND}|`])
    expect(say('0503')).toEqual(['000000000001000000|'])
  })

  test('an inventory lists all of them and leaves none selected', () => {
    const { say } = startBench([CLASSIC, NTAG])
    expect(say('050010')).toEqual([`${FOUND}|`])
    expect(say('1208FF')).toEqual(['0001020D0466CF4DC20704112233445580|'])
    expect(say(LOGIN_1)).toEqual(['0000|'])
    expect(say('12090704112233445580')).toEqual(['0001|'])
    expect(say('1205')).toEqual(['000100|'])
    expect(startBench().say('1208FF')).toEqual(['0000|'])
  })

  test('login takes a sector, and a block of another one stays closed', () => {
    const { say } = startBench([CLASSIC])
    expect([say('1205'), say(LOGIN_1)]).toEqual([['0000|'], ['0000|']])
    say('050010')
    expect([say('1205'), say('1204'), say(LOGIN_1), say(WRITE_4), say('0B0104')]).toEqual([
      ['000108|'],
      ['00010400|'],
      ['0001|'],
      ['0001|'],
      [`${BLOCK_4}|`],
    ])
    expect(say('0B0103')).toEqual(['0000|'])
  })

  test('after a refused login the card must be searched for again', () => {
    const { say } = startBench([CLASSIC])
    say('050010')
    expect(say('0B00AAAAAAAAAAAA0001')).toEqual(['0000|'])
    expect(say(LOGIN_1)).toEqual(['0000|'])
    say('050010')
    expect(say(LOGIN_1)).toEqual(['0001|'])
  })

  test('a sector of 16 blocks is opened by its number', () => {
    const { say } = startBench([{ type: 'classic4k', uid: '66CF4DC2' }])
    say('050010')
    expect([say('0B00FFFFFFFFFFFF0027'), say('0B01F0')]).toEqual([['0001|'], [`0001${'00'.repeat(16)}|`]])
  })

  test('pages are read, written and refused', () => {
    const { emulator, say } = startBench([NTAG])
    say('050010')
    expect([say('200104AABBCCDD'), say('2000E0'), say('200004')]).toEqual([['0001|'], ['0000|'], ['0000|']])
    say('050010')
    expect(say('20020401')).toEqual(['000104AABBCCDD|'])
    expect(say('2005')).toEqual(['00010004040201000F03|'])
    expect(emulator.countWrites(NTAG.uid)[4]).toBe(1)
  })

  test('the reader’s own password function compares the acknowledgement, the raw one tells it', () => {
    const { say } = startBench([NTAG])
    say('050010')
    expect(say('2006FFFFFFFF1234')).toEqual(['0000|'])
    say('050010')
    expect(say('2006FFFFFFFF0000')).toEqual(['0001|'])
    // CRC_A of 1B FF FF FF FF is 63 00, that of the acknowledgement 00 00 is A0 1E.
    expect(say('1207071BFFFFFFFF6300FF1400')).toEqual(['0001040000A01E|'])
    expect(say('1207071BFFFFFFFF6301FF1400')).toEqual(['0000|'])
  })

  test('an Ultralight C shows itself by its challenge', () => {
    const { say } = startBench([{ type: 'mifare-ultralight-c', uid: '04112233445580' }])
    say('050010')
    expect(say('2005')).toEqual(['0000|'])
    say('050010')
    expect(say('1207041A004176FFFF00')[0]).toMatch(/^00010BAF[0-9A-F]{20}\|$/)
  })
})

describe('transponders at 125 kHz', () => {
  const T5577 = { type: 't5577', uid: '00000001' }

  test('a T5577 that was made an EM4100 is found as one', () => {
    const { emulator, say } = startBench([T5577])
    expect(say('050010')).toEqual(['0000|'])
    say('1500')
    for (const write of ['150301FF8C6529', '1503028C94A940', '15030000148040'])
      expect(say(write)).toEqual(['0001|'])
    expect(say('050010')).toEqual(['00014028051122334455|'])
    expect(emulator.countWrites('00000001').slice(0, 3)).toEqual([1, 1, 1])
  })

  test('it is read only at the rate and with the terminator that it sends with', () => {
    const { say } = startBench([T5577])
    say('1500')
    expect(say('150100')).toEqual(['0000|'])
    expect(say('0009070B01200C010000')).toEqual(['0001|'])
    expect(say('150100')).toEqual(['0000|'])
    expect(say('0009040C010100')).toEqual(['0001|'])
    expect(say('150100')).toEqual(['0001000880E8|'])
    expect([say('0009020B01'), say('0009030B0140')]).toEqual([['0000|'], ['0000|']])
  })

  test('without AT55_Begin nothing is read, and after a search neither', () => {
    const { say } = startBench([{ ...T5577, memory: Uint8Array.of(0x00, 0x14, 0x80, 0x40) }])
    expect(say('150100')).toEqual(['0000|'])
    say('1500')
    expect(say('150100')).toEqual(['000100148040|'])
    say('050010')
    expect(say('150100')).toEqual(['0000|'])
  })

  test('a write is answered with true whether it arrived or not', () => {
    const { emulator, say } = startBench()
    say('1500')
    expect(say('15030100000000')).toEqual(['0001|'])
    emulator.placeCard({ ...T5577, memory: Uint8Array.of(0x00, 0x14, 0x80, 0x50) })
    expect(say('15030100000001')).toEqual(['0001|'])
    expect(emulator.countWrites('00000001')[1]).toBe(0)
    expect(say('1504010000000100000000')).toEqual(['0001|'])
    expect(emulator.countWrites('00000001')[1]).toBe(1)
  })

  test('a locked block keeps what it holds', () => {
    const { emulator, say } = startBench([T5577])
    say('1500')
    say('150503AAAAAAAA')
    say('150303BBBBBBBB')
    expect(emulator.dumpCard('00000001').slice(12, 16)).toEqual(new Uint8Array(4).fill(0xaa))
  })

  test('an EM4100 does not listen, and two transponders drown each other', () => {
    const { emulator, say } = startBench([{ type: 'em4100', uid: '0F0368568B' }])
    say('1500')
    expect(say('150100')).toEqual(['0000|'])
    expect(say('050010')).toEqual(['00014028050F0368568B|'])
    emulator.placeCard({ type: 'em4100', uid: '1122334455' })
    expect(say('050010')).toEqual(['0000|'])
  })
})

test('a reset forgets tag types, the card and how a T5577 is received', () => {
  const { say } = startBench([CLASSIC])
  say('05020100000000000000')
  expect(say('0001')).toEqual(['00|'])
  expect([say('0503'), say('1205')]).toEqual([['002FFE0700F7000000|'], ['0000|']])
})

test('old firmware has no LED functions, but pins', () => {
  const { emulator, say } = startBench()
  expect(say('041003')).toEqual(['00|'])
  emulator.inject({ fault: 'oldFirmware' })
  expect([say('041003'), say('0400030000')]).toEqual([['01|'], ['00|']])
})

test('it is a field for what its antennas reach', () => {
  const { emulator } = startBench()
  expect(() => emulator.present({ technology: 'em4100', data: new Uint8Array(5) })).toThrow(BridgeError)
  expect(() => emulator.placeCard({ type: 'magstripe', uid: '00000001' })).toThrow(BridgeError)
})
