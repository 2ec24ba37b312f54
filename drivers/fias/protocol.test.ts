import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ErrorCode, isBridgeError } from 'encoder-bridge/driver'
import { bytesOf, fieldOf, frameOf, order, wallClock } from '../../test/support/fias-desk.ts'
import { refusalOf } from './answers.ts'
import { type CommandContext, keyDelete, keyMove, keyRequest, untold } from './commands.ts'
import { createFrameReader, encodeFrame } from './frames.ts'
import { FiasOptions } from './options.ts'
import { askedBy, coderName, type FiasRecord, formatRecord, nowFields, parseRecord } from './protocol.ts'

/** The documented example, step by step. */
const example = {
  start: 'LS|DA261123|TI150000|',
  alive: 'LA|DA261123|TI150000|',
  request: 'KR|WS1|KC1|RN202|KTN|K#1|G#1|GA261123|GD261125|DT110000|GNDoe|',
  done: 'KA|WS1|KC1|ASOK|',
  busy: 'KA|WS1|KC1|ASBY|',
} as const

const recordOf = (text: string): FiasRecord => {
  const record = parseRecord(text)
  if (record === null) throw new Error(`${text} is no record.`)
  return record
}

const coded = (code: ErrorCode): unknown => expect.toSatisfy((error) => isBridgeError(error, code))

const context = (change: Partial<CommandContext> = {}): CommandContext => ({
  options: FiasOptions.parse({}),
  encoder: '1',
  workstation: 'W',
  now: wallClock(),
  asked: null,
  ...change,
})

const asking = (fields: string, change: Partial<CommandContext> = {}): CommandContext =>
  context({ asked: new Set(fields.match(/../g)), ...change })

describe('frames', () => {
  test('a text stands between 02 and 03', () => {
    expect(encodeFrame('LA|')).toEqual(Uint8Array.of(0x02, 0x4c, 0x41, 0x7c, 0x03))
    expect(encodeFrame('RNé')[3]).toBe(0xe9)
  })

  test('the example’s frames are found, wherever its bytes are cut', () => {
    const texts = Object.values(example)
    const bytes = bytesOf(texts.map((text) => `\u0002${text}\u0003`).join(''))
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = createFrameReader()
      const found = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]
      expect(found, `cut at ${cut}`).toEqual(texts)
    }
  })

  test('what stands between frames is skipped: an LRC, ACK, NAK, line ends, an ETX without its frame', () => {
    const { push } = createFrameReader()
    const noise = bytesOf('\u0003\u0006\u0015\r\nKA|ASOK|\u0003')
    expect(push(noise)).toEqual([])
    expect(push(frameOf(example.done))).toEqual([example.done])
    expect(push(noise)).toEqual([])
    expect(push(frameOf(example.busy))).toEqual([example.busy])
  })

  test('an STX begins anew: half a frame before it is lost', () => {
    const { push } = createFrameReader()
    expect(push(bytesOf('\u0002KA|WS1|KC1|AS'))).toEqual([])
    expect(push(frameOf(example.busy))).toEqual([example.busy])
  })

  test('a frame without an end is given up, and the next one is found', () => {
    const { push } = createFrameReader()
    const endless = bytesOf(`\u0002${'9'.repeat(5000)}`)
    expect(push(endless)).toEqual([])
    expect(push(bytesOf('\u0003'))).toEqual([])
    expect(push(frameOf(example.done))).toEqual([example.done])
  })
})

describe('records', () => {
  test('are an id and fields of two characters, with or without the last bar', () => {
    expect(recordOf(example.request).fields.get('G#')).toBe('1')
    expect([...recordOf('KA|ASOK|KC01|WS1').fields]).toEqual([
      ['AS', 'OK'],
      ['KC', '01'],
      ['WS', '1'],
    ])
    expect(recordOf('GI|RN103|SF|').fields.get('SF')).toBe('')
  })

  test.each([
    ['nothing', ''],
    ['no id', '|WS1|'],
    ['a small id', 'ka|ASOK|'],
    ['a long id', 'KAA|ASOK|'],
    ['half a field', 'KA|A|KC1|'],
    ['a control character', 'KA|ASOK\u0000|KC1|'],
    ['a field with two values', 'KA|ASBY|ASOK|KC1|'],
  ])('%s is none', (_, text) => {
    expect(parseRecord(text)).toBeNull()
  })

  test('whatever text comes, it is a record or it is not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const record = parseRecord(text)
        expect(record?.id ?? 'AA').toMatch(/^[A-Z]{2}$/)
      }),
    )
  })

  test.each(['|', '\u0002', '\u0003', '\n', '\u0000', '\u007f', '\u0085', '日', '😀'])(
    '%j is no value',
    (character) => {
      expect(() => formatRecord('KR', [['RN', `2${character}2`]])).toThrow(coded('order_invalid'))
    },
  )

  test('letters of a single byte are', () => {
    expect(formatRecord('KR', [['RN', 'Küche ÿ']])).toBe('KR|RNKüche ÿ|')
  })

  test('day and time are those of this computer’s calendar', () => {
    expect(nowFields(new Date(2027, 0, 5, 9, 7, 3))).toEqual([
      ['DA', '270105'],
      ['TI', '090703'],
    ])
  })

  test('an LR names a record and its fields', () => {
    const wish = askedBy(recordOf('LR|RIKR|FLWSKCRNKTK#GAGDGNTI|'))
    expect(wish?.record).toBe('KR')
    expect([...(wish?.fields ?? [])]).toEqual(['WS', 'KC', 'RN', 'KT', 'K#', 'GA', 'GD', 'GN', 'TI'])
    expect(askedBy(recordOf('LR|RIKR|'))).toBeNull()
    expect(askedBy(recordOf('LR|RIno record|FLWS|'))).toBeNull()
  })

  test.each([
    ['1', '01'],
    ['10', '0010'],
    ['0', '00'],
  ])('key coder %s is the same as %s', (one, other) => {
    expect(coderName(other)).toBe(coderName(one))
  })

  test.each([
    ['1', '10'],
    ['1', '2'],
    ['A1', 'A01'],
    ['0A', 'A'],
    ['a', 'A'],
  ])('key coder %s is not %s', (one, other) => {
    expect(coderName(other)).not.toBe(coderName(one))
  })
})

describe('a key request', () => {
  test('is the documented one, word for word', () => {
    const options = FiasOptions.parse({
      workstation: '1',
      departureTime: 'HHmmss',
      reservationNumber: '1',
      guestText: 'Doe',
    })
    expect(keyRequest(order, context({ options, workstation: '1' }))).toBe(example.request)
  })

  test.each([
    ['WSKCRNKTK#GAGDGNTI', 'KR|WSW|KC1|RN202|KTN|K#1|GA261123|GD261125|TI150000|'],
    ['WSKCRNKTK#G#GNGDDT$2', 'KR|WSW|KC1|RN202|KTN|K#1|G#202|GD261125|DT11:00|'],
    [
      'KCKTRNWSCTDATIG#GAGDDTGGGNIDK#KORTSTA0',
      'KR|WSW|KC1|RN202|KTN|K#1|G#202|GA261123|GD261125|DT11:00|DA261123|TI150000|',
    ],
  ])('has what a lock system was seen to ask for: %s', (fields, text) => {
    expect(keyRequest(order, asking(fields))).toBe(text)
  })

  test.each([
    ['new', 'N'],
    ['replacement', 'N'],
    ['additional', 'D'],
    ['oneShot', 'O'],
  ] as const)('%s is type %s', (purpose, type) => {
    expect(fieldOf(keyRequest({ ...order, purpose }, context()), 'KT')).toBe(type)
  })

  test('for one opening belongs to no reservation', () => {
    const text = keyRequest({ ...order, purpose: 'oneShot' }, asking('WSKCRNKTG#GDKO'))
    expect(text).toBe('KR|WSW|KC1|RN202|KTO|GD261125|')
  })

  test('names authorisations where they are asked for', () => {
    const authorisations = ['POOL', 'GYM']
    expect(keyRequest({ ...order, authorisations }, asking('KO'))).toBe('KR|WSW|KC1|RN202|KTN|KOPOOL,GYM|')
    const options = FiasOptions.parse({ keyOptionsSeparator: '' })
    expect(keyRequest({ ...order, authorisations }, asking('KO', { options }))).toContain('|KOPOOLGYM|')
  })

  test.each([
    ['no room', { rooms: [] }, 'KO'],
    ['two rooms', { rooms: ['201', '202'] }, 'KO'],
    ['a room of 21 characters', { rooms: ['2'.repeat(21)] }, 'KO'],
    ['two copies', { copies: 2 }, 'KO'],
    ['no end', { endsAt: null }, 'KO'],
    ['authorisations that nobody asked for', { authorisations: ['POOL'] }, 'GD'],
    ['authorisations for one opening', { authorisations: ['POOL'], purpose: 'oneShot' }, 'KO'],
    ['authorisations of 21 characters', { authorisations: ['A'.repeat(10), 'B'.repeat(10)] }, 'KO'],
  ] as const)('can’t say %s', (_, change, fields) => {
    expect(() => keyRequest({ ...order, ...change }, asking(fields))).toThrow(coded('order_invalid'))
  })

  test.each(['', '123456789', 'é', '1|2'])('can’t name the key coder %j', (encoder) => {
    expect(() => keyRequest(order, context({ encoder }))).toThrow(coded('order_invalid'))
  })

  test.each(['1|2', '1\u00022', '部屋'])('a room that no field can hold (%j) is told as that', (room) => {
    expect(() => keyRequest({ ...order, rooms: [room] }, context())).toThrow('The name of the room has')
  })

  test('tells no more of a room than its name, in a number of at most ten digits that is always the same', () => {
    const numberOf = (room: string): string | undefined =>
      fieldOf(keyRequest({ ...order, rooms: [room] }, context()), 'G#')
    expect(numberOf('1203')).toBe('1203')
    const [suite, other] = [numberOf('Suite 1'), numberOf('Suite 2')]
    expect(suite).toMatch(/^\d{10}$/)
    expect(suite).toBe(numberOf('Suite 1'))
    expect(suite).not.toBe(other)
    expect(numberOf('0203')).not.toBe('203')
  })

  test('says for people what the lock system does not ask for', () => {
    expect(untold(null)).toBeNull()
    expect(untold(new Set(['GA', 'GD', 'DT']))).toBeNull()
    expect(untold(new Set(['GA', 'GD']))).toBe(
      'The lock system does not ask for the time of departure: it sets its own.',
    )
  })
})

describe('a check-out and a move', () => {
  test('have the number of the room that the keys were made for', () => {
    expect(keyDelete({ room: '202' }, asking('WSKCRNG#'))).toBe('KD|WSW|KC1|RN202|G#202|')
    expect(keyDelete({ room: '202' }, asking('WSKCRN'))).toBe('KD|WSW|KC1|RN202|')
    const move = { room: '202', newRoom: '203', endsAt: order.endsAt }
    expect(keyMove(move, asking('G#KCRNROWSDATIDTGAGDGGGNIDRT'))).toBe(
      'KM|WSW|KC1|RN203|RO202|G#202|GD261125|DT11:00|DA261123|TI150000|',
    )
  })

  test('of the end alone has no old room; of nothing it is none', () => {
    expect(keyMove({ room: '202', newRoom: '202', endsAt: order.endsAt }, context())).toBe(
      'KM|WSW|KC1|RN202|G#202|GD261125|DT11:00|',
    )
    expect(keyMove({ room: '202', newRoom: '203', endsAt: null }, context())).toBe(
      'KM|WSW|KC1|RN203|RO202|G#202|',
    )
    expect(() => keyMove({ room: '202', newRoom: '202', endsAt: null }, context())).toThrow(
      coded('order_invalid'),
    )
  })
})

describe('an answer', () => {
  test('OK is the only one that says that a key was made', () => {
    expect(refusalOf(recordOf(example.done), ['OK'])).toBeNull()
    expect(refusalOf(recordOf(example.busy), ['OK'])?.code).toBe('key_encoder_busy')
  })

  // IFC8 FIAS Specification 2.20.25, AS: every status of the list, and some that are none.
  test.each([
    ['BY', 'key_encoder_busy'],
    ['RY', 'key_encoder_busy'],
    ['NA', 'key_encoder_busy'],
    ['NG', 'room_checked_out'],
    ['UR', 'key_order_refused'],
    ['DN', 'key_order_refused'],
    ['FX', 'key_order_refused'],
    ['IA', 'key_order_refused'],
    ['NF', 'key_order_refused'],
    ['NR', 'outcome_unknown'],
    ['DE', 'outcome_unknown'],
    ['AA', 'outcome_unknown'],
    ['AN', 'outcome_unknown'],
    ['BM', 'outcome_unknown'],
    ['CD', 'outcome_unknown'],
    ['CO', 'outcome_unknown'],
    ['DM', 'outcome_unknown'],
    ['NM', 'outcome_unknown'],
    ['NP', 'outcome_unknown'],
    ['ok', 'outcome_unknown'],
    ['OKK', 'outcome_unknown'],
    ['O', 'outcome_unknown'],
    ['', 'outcome_unknown'],
  ])('%s to a key request is %s', (status, code) => {
    expect(refusalOf(recordOf(`KA|WS1|KC1|AS${status}|`), ['OK'])?.code).toBe(code)
  })

  test('without a status leaves it open', () => {
    expect(refusalOf(recordOf('KA|WS1|KC1|'), ['OK'])?.code).toBe('outcome_unknown')
  })

  test('DE is the end of a key, where one was to end', () => {
    expect(refusalOf(recordOf('KA|WS1|KC1|ASDE|'), ['OK', 'DE'])).toBeNull()
  })

  test('in words is told with them, up to forty characters', () => {
    const words = 'NO CARD IN ENCODER ' + 'x'.repeat(60)
    const refusal = refusalOf(recordOf(`KA|WS1|KC1|ASUR|CT${words}|`), ['OK'])
    expect(refusal?.detail).toBe(`The lock system answers UR: “${words.slice(0, 40)}”.`)
  })
})
