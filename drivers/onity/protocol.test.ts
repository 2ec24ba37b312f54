import { isBridgeError, type KeyOrder } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { formatHex } from '../../src/wire/hex.ts'
import { judgeAnswer } from '../../src/wire/pms-dialect.ts'
import { encodePmsFrame } from '../../src/wire/pms-frames.ts'
import { OnityOptions } from './options.ts'
import { cancelCommand, checkOutCommand, keyCommand, onityDialect, readCommand } from './protocol.ts'

const order: KeyOrder = {
  purpose: 'new',
  copies: 1,
  rooms: ['101'],
  authorisations: [],
  startsAt: { year: 2026, month: 11, day: 23, hour: 15, minute: 0 },
  endsAt: { year: 2026, month: 11, day: 25, hour: 11, minute: 0 },
  accessMethodId: '4f6d4d5c-5d0a-4b3e-9e5b-0d6f0f2a1c01',
  credentialId: '9b2f7f51-7a5e-4a0c-8a3b-6d1c2e3f4a01',
}
const options = OnityOptions.parse({ operator: 'FD1' })
const spaced = (bytes: Uint8Array): string => formatHex(bytes).replaceAll(/..(?!$)/g, '$& ')
/** The code that a call throws, or `done`. */
const codeOf = (call: () => unknown): string => {
  try {
    call()
    return 'done'
  } catch (error) {
    return isBridgeError(error) ? error.code : String(error)
  }
}

test('CN2 is the worked frame', () => {
  const { fields } = keyCommand('1', { ...order, copies: 2 }, options)
  expect(spaced(encodePmsFrame(fields))).toBe(
    '02 B3 43 4E 32 B3 31 B3 45 B3 31 30 31 B3 B3 B3 B3 B3 B3 31 35 32 33 31 31 32 36 B3 31 31 32 35 31 31 32 36 B3 46 44 31 B3 B3 B3 03 FA',
  )
})

test('LT is the worked frame; CO and EX name the encoder', () => {
  expect(spaced(encodePmsFrame(readCommand('1', options).fields))).toBe('02 B3 4C 54 B3 31 B3 45 B3 03 6F')
  expect(checkOutCommand('2', { room: '101' }).fields).toEqual(['CO', '2', '101'])
  expect(cancelCommand('12').fields).toEqual(['EX', '12'])
})

test.each([
  ['new', 'CN'],
  ['additional', 'CC'],
  ['replacement', 'CN'],
  ['oneShot', 'CA'],
] as const)('%s is %s', (purpose, command) => {
  expect(keyCommand('1', { ...order, purpose }, options).fields[0]).toBe(command)
})

test('rooms, authorisations and the way out stand in their places', () => {
  const wish = { ...order, rooms: ['101', '102'], authorisations: ['3', '6'] }
  const { fields } = keyCommand('2', wish, OnityOptions.parse({ eject: 'rear' }))
  expect(fields).toEqual(['CN', '2', 'T', '101', '102', '', '', '36', '', '15231126', '11251126', '', '', ''])
})

test.each<readonly [string, Partial<KeyOrder>]>([
  ['minutes at its start', { startsAt: { ...order.startsAt, minute: 30 } }],
  ['minutes at its end', { endsAt: { year: 2026, month: 11, day: 25, hour: 11, minute: 1 } }],
  ['authorisation 9', { authorisations: ['9'] }],
  ['no end', { endsAt: null }],
  ['ten copies', { copies: 10 }],
  ['five rooms', { rooms: ['101', '102', '103', '104', '105'] }],
])('an order with %s is refused: nothing is rounded or left out', (_, change) => {
  expect(codeOf(() => keyCommand('1', { ...order, ...change }, options))).toBe('order_invalid')
})

test.each(['Desk 1', '', '1.5', '-1', '12345'])('an encoder has a number, and %j is none', (encoder) => {
  for (const command of [
    () => keyCommand(encoder, order, options),
    () => readCommand(encoder, options),
    () => checkOutCommand(encoder, { room: '101' }),
    () => cancelCommand(encoder),
  ]) {
    expect(codeOf(command)).toBe('key_encoder_unknown')
  }
})

/** The meanings are those of ErrorCode.cs; EA is not SALTO's. */
const refusals = [
  ['ES', 'key_order_refused'],
  ['NC', 'key_encoder_offline'],
  ['NF', 'lock_system_fault'],
  ['OV', 'key_encoder_busy'],
  ['EP', 'card_misplaced'],
  ['EF', 'card_foreign'],
  ['EN', 'card_write_refused'],
  ['ET', 'card_stuck'],
  ['TD', 'room_unknown'],
  ['ED', 'card_timeout'],
  ['EA', 'one_shot_used_up'],
  ['OS', 'room_out_of_service'],
] as const

const judge = (fields: readonly string[], change: Partial<KeyOrder> = {}) =>
  judgeAnswer(fields, keyCommand('1', { ...order, ...change }, options), onityDialect)

test.each(refusals)('%s refuses with %s', (letters, code) => {
  expect(judge([letters])).toMatchObject({ kind: 'refused', error: { code } })
})

test.each(refusals)('of several keys, %s says that none was made, or nobody knows', (letters, code) => {
  const expected = ['ES', 'OV', 'TD', 'OS'].includes(letters) ? code : 'outcome_unknown'
  expect(judge([letters], { copies: 2 })).toMatchObject({ kind: 'refused', error: { code: expected } })
})

test.each(['EO', 'EV', 'EG'])('%s is SALTO’s alone, and here no answer', (letters) => {
  expect(judge([letters, '1']).kind).toBe('alien')
})

test('the answer to CN bears the UID', () => {
  expect(judge(['CN', '1', '04a1b2c3d4e580'])).toEqual({
    kind: 'done',
    result: { serialNumbers: ['04A1B2C3D4E580'], remark: null },
  })
})

test('CC may be answered as CN, and CN is not answered as CC', () => {
  expect(judge(['CN', '1'], { purpose: 'additional' }).kind).toBe('done')
  expect(judge(['CN3', '1'], { purpose: 'additional', copies: 3 }).kind).toBe('done')
  expect(judge(['CC', '1']).kind).toBe('alien')
})

test('an encoder’s number may have leading zeros, and must be its own', () => {
  expect([judge(['CN', '01']).kind, judge(['CN', '2']).kind, judge(['CN', '']).kind]).toEqual([
    'done',
    'alien',
    'alien',
  ])
})

const read = (...fields: readonly string[]) =>
  judgeAnswer(['LT', '1', ...fields], readCommand('1', options), onityDialect)

test('a guest’s key is read to the hour, with its UID', () => {
  const fields = ['101', '', '', '', 'CI', '0', '36', '15231126', '11251126', 'FD1', '04A1B2C3D4E580']
  expect(read(...fields)).toEqual({
    kind: 'done',
    result: {
      kind: 'guest',
      rooms: ['101'],
      isValid: true,
      startsAt: order.startsAt,
      endsAt: order.endsAt,
      authorisations: ['3', '6'],
      copy: 'original',
      serialNumber: '04A1B2C3D4E580',
    },
  })
})

test.each([
  ['4', 'copy 4'],
  ['I', 'copy 5 or later'],
  ['A', 'one-shot'],
])('copy %s is %s', (symbol, copy) => {
  expect(read('101', '', '', '', 'CI', symbol)).toMatchObject({ result: { copy } })
})

test.each([
  ['LM', 'staff'],
  ['LR', 'spare'],
  ['LC', 'expired'],
  ['LD', 'foreign'],
  ['LS', 'diagnostic'],
])('%s is a card of the kind %s', (letters, kind) => {
  expect(read(letters)).toEqual({ kind: 'done', result: { kind } })
})

test('a time with minutes can’t be understood', () => {
  expect(read('101', '', '', '', 'CI', '0', '', '1500231126', '').kind).toBe('alien')
})
