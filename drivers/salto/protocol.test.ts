import { isBridgeError, type KeyOrder } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { formatHex } from '../../src/wire/hex.ts'
import { judgeAnswer } from '../../src/wire/pms-dialect.ts'
import { encodePmsFrame } from '../../src/wire/pms-frames.ts'
import { SaltoOptions } from './options.ts'
import { checkOutCommand, keyCommand, moveCommand, readCommand, saltoDialect } from './protocol.ts'

const order: KeyOrder = {
  purpose: 'new',
  copies: 1,
  rooms: ['101'],
  authorisations: ['3'],
  startsAt: { year: 2026, month: 11, day: 23, hour: 15, minute: 0 },
  endsAt: { year: 2026, month: 11, day: 25, hour: 11, minute: 0 },
  accessMethodId: '4f6d4d5c-5d0a-4b3e-9e5b-0d6f0f2a1c01',
  credentialId: '9b2f7f51-7a5e-4a0c-8a3b-6d1c2e3f4a01',
}
const options = SaltoOptions.parse({ operator: 'FD1', serialNumbers: 'last' })
const defaults = SaltoOptions.parse({})

const spaced = (bytes: Uint8Array): string => formatHex(bytes).replaceAll(/..(?!$)/g, '$& ')
const frameOf = ({ fields }: { readonly fields: readonly string[] }): string => spaced(encodePmsFrame(fields))
/** The code that a call throws, or `done`. */
const codeOf = (call: () => unknown): string => {
  try {
    call()
    return 'done'
  } catch (error) {
    return isBridgeError(error) ? error.code : String(error)
  }
}

test('CN is the worked frame', () => {
  expect(frameOf(keyCommand('1', order, options))).toBe(
    '02 B3 43 4E B3 31 B3 45 B3 31 30 31 B3 B3 B3 B3 33 B3 B3 31 35 30 30 32 33 31 31 32 36 B3 31 31 30 30 32 35 31 31 32 36 B3 46 44 31 B3 B3 B3 B3 31 B3 03 CA',
  )
})

test('fields in the middle may be empty, and those at the end left out: CC with an end alone is the worked frame', () => {
  expect(frameOf({ fields: ['CC', '1', 'E', '101', '', '', '', '', '', '', '1100251126'] })).toBe(
    '02 B3 43 43 B3 31 B3 45 B3 31 30 31 B3 B3 B3 B3 B3 B3 B3 31 31 30 30 32 35 31 31 32 36 B3 03 44',
  )
})

test('LT and CO are the worked frames', () => {
  expect(frameOf(readCommand('1', defaults))).toBe('02 B3 4C 54 B3 31 B3 45 B3 03 6F')
  expect(frameOf(checkOutCommand({ room: '101' }))).toBe('02 B3 43 4F B3 30 B3 31 30 31 B3 03 0F')
})

test.each([
  ['new', 1, 'CN'],
  ['new', 2, 'CN2'],
  ['new', 9, 'CN9'],
  ['additional', 1, 'CC'],
  ['additional', 3, 'CC3'],
  ['replacement', 1, 'CN'],
  ['oneShot', 1, 'CA'],
] as const)('%s, %i copies, is %s', (purpose, copies, command) => {
  expect(keyCommand('1', { ...order, purpose, copies }, defaults).fields[0]).toBe(command)
})

test('four rooms, their authorisations, and what the options say stand in their places', () => {
  const wish = { ...order, rooms: ['101', '102', '103', 'Süd 4'], authorisations: ['1', '10', '62'] }
  const wanted = SaltoOptions.parse({ eject: 'retain', serialNumbers: 'none', operator: 'Jörg' })
  expect(keyCommand('Desk 1', wish, wanted).fields).toEqual([
    'CN',
    'Desk 1',
    'R',
    '101',
    '102',
    '103',
    'Süd 4',
    '1a}',
    '',
    '1500231126',
    '1100251126',
    'Jörg',
    '',
    '',
    '',
    '0',
  ])
  expect(readCommand('1', SaltoOptions.parse({ eject: 'rear' })).fields).toEqual(['LT', '1', 'T'])
  expect(keyCommand('1', order, defaults).fields[15]).toBe('2')
})

/** As bookingexperts/salto has them in support/card_details.rb. */
test('authorisations 1 to 62 have the symbols of the table', () => {
  const symbols = Array.from('123456789abcdefghijklmnopqrstuvwxyz!#$%&()*+,-./:;<=>?@[\\]^_{}')
  expect(symbols).toHaveLength(62)
  for (const [index, symbol] of symbols.entries()) {
    const { fields } = keyCommand('1', { ...order, authorisations: [String(index + 1)] }, defaults)
    expect(fields[7], `authorisation ${index + 1}`).toBe(symbol)
  }
})

test('MC says where from, where to and until when; the same room is not said twice', () => {
  const endsAt = { year: 2026, month: 12, day: 1, hour: 9, minute: 5 }
  expect(moveCommand({ room: '101', newRoom: '102', endsAt }).fields).toEqual([
    'MC',
    '101',
    '102',
    '0905011226',
  ])
  expect(moveCommand({ room: '101', newRoom: '101', endsAt }).fields).toEqual(['MC', '101', '', '0905011226'])
  expect(moveCommand({ room: '101', newRoom: '102', endsAt: null }).fields).toEqual(['MC', '101', '102'])
  expect(codeOf(() => moveCommand({ room: '101', newRoom: '101', endsAt: null }))).toBe('order_invalid')
})

test.each<readonly [string, Partial<KeyOrder>]>([
  ['no copy', { copies: 0 }],
  ['ten copies', { copies: 10 }],
  ['half a copy', { copies: 1.5 }],
  ['no room', { rooms: [] }],
  ['five rooms', { rooms: ['101', '102', '103', '104', '105'] }],
  ['a room without a name', { rooms: ['101', ' '] }],
  ['a room of 25 characters', { rooms: ['1234567890123456789012345'] }],
  ['a separator', { rooms: ['1³1'] }],
  ['a return', { rooms: ['101\r'] }],
  ['another alphabet', { rooms: ['百一'] }],
  ['authorisation 0', { authorisations: ['0'] }],
  ['authorisation 63', { authorisations: ['63'] }],
  ['an authorisation with a name', { authorisations: ['Pool'] }],
  ['no end', { endsAt: null }],
  ['another century', { startsAt: { ...order.startsAt, year: 1999 } }],
])('an order with %s is refused', (_, change) => {
  expect(codeOf(() => keyCommand('1', { ...order, ...change }, defaults))).toBe('order_invalid')
})

test('a refused name is not told', () => {
  expect(() => checkOutCommand({ room: 'Mr. 佐藤' })).toThrow(/^(?!.*Mr\.).*room/)
})

/** The meanings are those of config/locales/salto.en.yml. */
const refusals = [
  ['ES', 'key_order_refused'],
  ['NC', 'key_encoder_offline'],
  ['NF', 'lock_system_fault'],
  ['OV', 'key_encoder_busy'],
  ['EP', 'card_misplaced'],
  ['EF', 'card_foreign'],
  ['TD', 'room_unknown'],
  ['ED', 'card_timeout'],
  ['EA', 'room_checked_out'],
  ['OS', 'room_out_of_service'],
  ['EO', 'key_encoder_busy'],
  ['EV', 'card_staff'],
  ['EG', 'lock_system_fault'],
] as const

const judge = (fields: readonly string[], copies = 1) =>
  judgeAnswer(fields, keyCommand('1', { ...order, copies }, defaults), saltoDialect)

test.each(refusals)('%s refuses with %s', (letters, code) => {
  expect(judge([letters])).toMatchObject({ kind: 'refused', error: { code } })
})

/** Those that the lock system finds out before it asks for the first card. */
const early = ['ES', 'OV', 'TD', 'EA', 'OS', 'EO']

test.each(refusals)('of several keys, %s says that none was made, or nobody knows', (letters, code) => {
  const expected = early.includes(letters) ? code : 'outcome_unknown'
  expect(judge([letters], 2)).toMatchObject({ kind: 'refused', error: { code: expected } })
})

test('EG tells what is wrong, of this encoder; of another one it is no answer', () => {
  const said = judge(['EG', '1', 'The printer is out of paper'])
  expect(said).toMatchObject({
    kind: 'refused',
    error: { detail: 'It says: The printer is out of paper' },
  })
  expect(judge(['EG', '2', 'The printer is out of paper']).kind).toBe('alien')
})

test.each([
  ['another command', ['CC', '1']],
  ['another number of copies', ['CN2', '1']],
  ['another encoder', ['CN', '2']],
  ['no encoder', ['CN']],
  ['letters that are unknown', ['XX', '1']],
  ['nothing', ['']],
])('an answer with %s is none', (_, fields) => {
  expect(judge(fields).kind).toBe('alien')
})

test('the answer to several copies may name them or not', () => {
  expect([judge(['CN', '1'], 2).kind, judge(['CN2', '1'], 2).kind, judge(['CN3', '1'], 2).kind]).toEqual([
    'done',
    'done',
    'alien',
  ])
})

test('serial numbers behind the encoder are told in upper case, and nothing else is taken for one', () => {
  expect(judge(['CN', '1', '04a1b2c3d4e580', '922E5832'])).toEqual({
    kind: 'done',
    result: { serialNumbers: ['04A1B2C3D4E580', '922E5832'], remark: null },
  })
  expect(judge(['CN', '1', '', 'Guest'])).toMatchObject({ result: { serialNumbers: [] } })
})

const read = (...fields: readonly string[]) =>
  judgeAnswer(['LT', '1', ...fields], readCommand('1', defaults), saltoDialect)

test('a guest’s key is read with rooms, times, authorisations and copy', () => {
  expect(read('101', '102', '', '', 'CI', '0', '1a}', '1500231126', '1100251126', 'FD1')).toEqual({
    kind: 'done',
    result: {
      kind: 'guest',
      rooms: ['101', '102'],
      isValid: true,
      startsAt: order.startsAt,
      endsAt: order.endsAt,
      authorisations: ['1', '10', '62'],
      copy: 'original',
      serialNumber: null,
    },
  })
})

test('CO says that the key opens its main room no more, and empty fields at the end may be missing', () => {
  expect(read('101', '', '', '', 'CO')).toEqual({
    kind: 'done',
    result: {
      kind: 'guest',
      rooms: ['101'],
      isValid: false,
      startsAt: null,
      endsAt: null,
      authorisations: [],
      copy: null,
      serialNumber: null,
    },
  })
})

test.each([
  ['1', 'copy 1'],
  ['2', 'copy 2'],
  ['I', 'copy 3 or later'],
  ['A', 'one-shot'],
])('copy %s is %s', (symbol, copy) => {
  expect(read('101', '', '', '', 'CI', symbol)).toMatchObject({ result: { copy } })
})

test.each([
  ['LM', 'staff'],
  ['LR', 'spare'],
  ['LC', 'expired'],
  ['LD', 'foreign'],
])('%s is a card of the kind %s', (letters, kind) => {
  expect(read(letters)).toEqual({ kind: 'done', result: { kind } })
})

test.each([
  ['letters that are unknown', ['LS']],
  ['a time of letters', ['101', '', '', '', 'CI', '0', '', 'yesterday!', '']],
  ['the 25th hour', ['101', '', '', '', 'CI', '0', '', '2500231126', '']],
  ['a time without minutes', ['101', '', '', '', 'CI', '0', '', '15231126', '']],
])('a reading with %s is none', (_, fields) => {
  expect(read(...fields).kind).toBe('alien')
})

test('a room with the letters of another card is a room', () => {
  expect(read('LM', '', '', '', 'CI', '0')).toMatchObject({ result: { kind: 'guest', rooms: ['LM'] } })
})
