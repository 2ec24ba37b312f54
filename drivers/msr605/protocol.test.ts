import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBridgeError } from 'encoder-bridge/driver'
import { formatHex, parseHex } from '../../src/wire/hex.ts'
import { readFixtures } from '../../test/conformance/fixtures.ts'
import * as msr from './protocol.ts'

const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)
const heard = (text: string): string => msr.toText(Buffer.from(text, 'latin1'))
/** A block as an encoder tells it: ESC is `\x1b`. */
const block = (tracks: readonly [string, string, string], status = '0'): string => {
  const [first, second, third] = tracks
  return heard(`\x1bs\x1b\x01${first}\x1b\x02${second}\x1b\x03${third}?\x1c\x1b${status}`)
}

/** `%ABC123?` and `;12345?` with their LRC as recorded, the first bit first: the worked examples, bit-reversed. */
const ABC123 = parseHex('A30D1E28A9727C54')
const N12345 = parseHex('D4119257F5')
const none = new Uint8Array(0)

const texts = ['ABC123', '12345', '12345'] as const

/** What the driver says in each exchange, in order. */
const commands: Record<string, readonly Uint8Array[]> = {
  'reset, which has no answer': [msr.reset],
  'communication test': [msr.communicationTest],
  'Hi-Co': [msr.setCoercivity.hi],
  'Lo-Co': [msr.setCoercivity.lo],
  'densities of ISO/IEC 7811': msr.setDensities,
  '7, 5 and 5 bits a character': [msr.setCharacterBits.text],
  'eight bits a character': [msr.setCharacterBits.bits],
  'model with three tracks': [msr.getModel],
  read: [msr.readIso],
  write: [msr.writeIso(texts)],
  'write raw, the worked examples': [msr.writeRaw([ABC123, N12345, N12345])],
  'erase all tracks': [msr.erase([true, true, true])],
  'erase track 1': [msr.erase([true, false, false])],
  'what was written raw is read raw': [
    msr.setCharacterBits.bits,
    msr.writeRaw([ABC123, N12345, none]),
    msr.readRaw,
  ],
}

const exchanges = [...readFixtures(new URL('fixtures/', import.meta.url)).values()]
  .flatMap((file) => file.exchanges)
  .filter(({ transport }) => transport === 'serial')

test.each(Object.entries(commands))('%s: the bytes are those of the fixture', (name, sent) => {
  const exchange = exchanges.find((candidate) => candidate.name === name)
  const told = exchange?.messages.filter(({ direction }) => direction === 'toDevice')
  expect(sent.map(formatHex)).toEqual(told?.map((message) => formatHex(message.hex)))
})

/** What the encoder says in a fixture's exchange. */
const answerOf = (name: string): string =>
  (exchanges.find((exchange) => exchange.name === name)?.messages ?? [])
    .filter(({ direction }) => direction === 'toHost')
    .map((message) => msr.toText(message.hex))
    .join('')

describe('the answers of the fixtures', () => {
  test.each([
    ['communication test', msr.isAlive, true],
    ['Hi-Co', msr.isSet, true],
    ['7, 5 and 5 bits a character', msr.isSet, true],
    ['model with three tracks', msr.decodeModel, '3'],
    ['read', msr.decodeSwipe, { tracks: ['ABC123', '12345', '12345'] }],
    ['read: track 1 blank, track 3 not decoded', msr.decodeSwipe, { tracks: ['', '12345', '?'] }],
    ['write', msr.decodeWriteStatus, '0'],
  ] as const)('%s', (name, decode: msr.Decode<unknown>, meaning) => {
    expect(decode(answerOf(name))).toEqual(meaning)
  })

  test('are incomplete until their last byte has come, and rubbish before them does no harm', () => {
    const answers = [
      ['Hi-Co', msr.isSet],
      ['communication test', msr.isAlive],
      ['model with three tracks', msr.decodeModel],
      ['read', msr.decodeSwipe],
      ['write', msr.decodeWriteStatus],
    ] as const
    for (const [name, decode] of answers) {
      const answer = answerOf(name)
      for (let length = 0; length < answer.length; length++) {
        expect(decode(answer.slice(0, length)), `${name}, ${length} bytes`).toBeUndefined()
      }
      expect(decode(heard('U\x00\xff') + answer), name).toEqual(decode(answer))
    }
  })
})

test('the firmware is told without an end: eight characters', () => {
  expect(msr.decodeFirmware(heard('\x1bREVT3.1'))).toBeUndefined()
  expect(msr.decodeFirmware(heard('\x1bREVT3.12'))).toBe('REVT3.12')
})

test.each([
  ['H', 'hi'],
  ['h', 'hi'],
  ['L', 'lo'],
  ['l', 'lo'],
  ['4', undefined],
])('the coercivity %s is %s', (letter, coercivity) => {
  expect(msr.decodeCoercivity(heard(`\x1b${letter}`))).toBe(coercivity)
})

test('a setting that is refused is a fault, and another answer is no answer', () => {
  expect(() => msr.isSet(heard('\x1bA'))).toThrow(coded('device_fault'))
  expect(() => msr.isSet(heard('\x1by'))).toThrow(coded('protocol_error'))
})

describe('a swipe that was read raw', () => {
  const exchange = answerOf('what was written raw is read raw')
  const answer = exchange.slice(exchange.indexOf('␛s'))
  const rawBlock = (fields: string, status = '0'): string => heard(`\x1bs${fields}?\x1c\x1b${status}`)

  test('is told as recorded', () => {
    expect(msr.decodeRawSwipe(answer)).toEqual([ABC123, N12345, none])
    expect(msr.decodeRawSwipe(heard('U\x00\xff') + answer)).toEqual([ABC123, N12345, none])
  })

  test('is incomplete until its last byte has come', () => {
    for (let length = 0; length < answer.length; length++) {
      expect(msr.decodeRawSwipe(answer.slice(0, length)), `${length} bytes`).toBeUndefined()
    }
  })

  test('may hold any bytes, and is told without the clocking zeros around its bits', () => {
    const fields = '\x1b\x01\x05\x1b\x02?\x1c\x1b\x1b\x02\x03\x00\x0c\x00\x1b\x03\x01\x00'
    expect(msr.decodeRawSwipe(rawBlock(fields))).toEqual([parseHex('D811F8E0D8'), parseHex('C0'), none])
  })

  test.each(['1', '9'])('is unreadable with the status %s', (status) => {
    const fields = '\x1b\x01\x01\x81\x1b\x02\x00\x1b\x03\x00'
    expect(() => msr.decodeRawSwipe(rawBlock(fields, status))).toThrow(coded('card_unreadable'))
  })

  test.each(['2', '4', 'A'])('was not understood with the status %s', (status) => {
    const fields = '\x1b\x01\x01\x81\x1b\x02\x00\x1b\x03\x00'
    expect(() => msr.decodeRawSwipe(rawBlock(fields, status))).toThrow(coded('protocol_error'))
    expect(() => msr.decodeRawSwipe(heard(`\x1b${status}`))).toThrow(coded('protocol_error'))
  })

  test.each([
    ['a length', '\x1b\x01\x02\x81\x1b\x02\x00\x1b\x03\x00'],
    ['the mark of a track', '\x1b\x01\x01\x81\x1b\x06\x00\x1b\x03\x00'],
  ])('is unreadable when %s came wrong', (_, fields) => {
    expect(() => msr.decodeRawSwipe(`${rawBlock(fields)}${heard('\x00')}`)).toThrow(coded('card_unreadable'))
  })
})

test('the select byte of an erasure names the tracks', () => {
  expect(msr.erase([false, true, false])).toEqual(Uint8Array.of(0x1b, 0x63, 2))
  expect(msr.erase([true, false, true])).toEqual(Uint8Array.of(0x1b, 0x63, 5))
})

test.each(['0', '1', '2', '4', '9', 'A'])('a write may end with the status %s', (status) => {
  expect(msr.decodeWriteStatus(heard(`\x1b${status}`))).toBe(status)
})

test.each(['3', 'B', 'y', 's', '\x1b'])('a write does not end with %j', (status) => {
  expect(() => msr.decodeWriteStatus(heard(`\x1b${status}`))).toThrow(coded('protocol_error'))
})

describe('a swipe', () => {
  test('an encoder without marks tells a blank track by no bytes, and then the status says whether it is one', () => {
    expect(msr.decodeSwipe(block(['', ';1?', ''], '0'))).toEqual({ tracks: ['', '1', ''] })
    expect(msr.decodeSwipe(block(['', ';1?', ''], '1'))).toEqual({ tracks: ['?', '1', '?'] })
  })

  test('a blank card is blank, whatever the status', () => {
    expect(msr.decodeSwipe(block(['\x1b+', '\x1b+', '\x1b+'], '1'))).toEqual({ tracks: ['', '', ''] })
    expect(msr.decodeSwipe(block(['\x1b+', '\x1b+', '\x1b+'], '9'))).toEqual({ tracks: ['', '', ''] })
  })

  test.each([
    ['without sentinels', 'ABC'],
    ['without its start sentinel', 'ABC?'],
    ['without its end sentinel', '%ABC'],
    ['with the sentinel of another track', ';123?'],
    ['with a character that it can’t hold', '%abc?'],
    ['with nothing between the sentinels', '%?'],
    ['with an end sentinel inside', '%A?B?'],
    ['that is too long', `%${'A'.repeat(77)}?`],
    ['that is an unknown mark', '\x1b-'],
  ])('track 1 %s is no text', (_, told) => {
    expect(msr.decodeSwipe(block([told, ';1?', '\x1b+']))).toEqual({ tracks: ['?', '1', ''] })
  })

  test.each([
    ['its head', '\x1as\x1b\x01%A?\x1b\x02;1?\x1b\x03;2??\x1c\x1b0'],
    ['the mark of a track', '\x1bs\x1b\x01%A?\x1b\x06;1?\x1b\x03;2??\x1c\x1b0'],
  ])('a block that lost %s says nothing of its tracks', (_, text) => {
    expect(msr.decodeSwipe(heard(text))).toEqual({ tracks: null })
  })

  test.each(['2', '4', 'A'])(
    'the status %s, with a block or without, means that nothing was read',
    (status) => {
      expect(() => msr.decodeSwipe(block(['', '', ''], status))).toThrow(coded('protocol_error'))
      expect(() => msr.decodeSwipe(heard(`\x1b${status}`))).toThrow(coded('protocol_error'))
    },
  )

  test('a stale acknowledgement before the block is none of it', () => {
    expect(msr.decodeSwipe(heard('\x1b0'))).toBeUndefined()
    expect(msr.decodeSwipe(heard('\x1b0') + block(['%A?', '\x1b+', '\x1b+'], '1'))).toEqual({
      tracks: ['A', '', ''],
    })
  })

  test('arbitrary bytes are a swipe, nothing yet, or a protocol error', () => {
    const outcome = (bytes: Uint8Array): unknown => {
      try {
        return msr.decodeSwipe(msr.toText(bytes))?.tracks ?? 'nothing'
      } catch (error) {
        return isBridgeError(error, 'protocol_error') ? 'nothing' : error
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(outcome(bytes)).toSatisfy((told) => told === 'nothing' || Array.isArray(told))
      }),
    )
  })

  test('what a write says of the tracks is what a swipe tells of them', () => {
    const track1 = fc.stringMatching(/^[ -$&->@-_]{1,76}$/)
    const track2 = fc.stringMatching(/^[0-9:<=>]{0,37}$/)
    fc.assert(
      fc.property(track1, track2, (first, second) => {
        const written = msr.toText(msr.writeIso([first, second, '']))
        expect(written).toBe(heard(`\x1bw\x1bs\x1b\x01${first}\x1b\x02${second}\x1b\x03?\x1c`))
        const told = second === '' ? '\x1b+' : `;${second}?`
        expect(msr.decodeSwipe(block([`%${first}?`, told, '\x1b+'], '1'))).toEqual({
          tracks: [first, second, ''],
        })
      }),
    )
  })
})
