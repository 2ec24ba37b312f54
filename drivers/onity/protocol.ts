/**
 * The messages of ONITY's PMS protocol (HT22, HT24, HT28 and TESA's kin), as batiati/Onity (Unlicense) has them from the
 * maker's manual. Magnetic tracks (L1, P1) are left out.
 * @module
 */
import {
  BridgeError,
  type CheckOut,
  type KeyOrder,
  type KeyReading,
  type MadeKeys,
} from 'encoder-bridge/driver'
import {
  authorisationField,
  parseMadeKeys,
  parseReading,
  type PmsCommand,
  type PmsDialect,
  type PmsRefusal,
} from '../../src/wire/pms-dialect.ts'
import { copiesOf, endOf, nameField, roomFields, timeField } from '../../src/wire/pms-fields.ts'
import type { OnityOptions } from './options.ts'

const refusal = (code: PmsRefusal['code'], detail: string | null, isLate = false): PmsRefusal => ({
  code,
  detail,
  isLate,
})

/** First fields of answers that refuse (ErrorCode.cs). */
const refusals: ReadonlyMap<string, PmsRefusal> = new Map([
  ['ES', refusal('key_order_refused', 'Syntax error (ES).')],
  [
    'NC',
    refusal(
      'key_encoder_offline',
      'The encoder is off or disconnected, or there is none of that number (NC).',
      true,
    ),
  ],
  ['NF', refusal('lock_system_fault', 'Its files are missing or damaged (NF).', true)],
  ['OV', refusal('key_encoder_busy', 'The encoder has not ended its last task (OV).')],
  [
    'EP',
    refusal(
      'card_misplaced',
      'The card has no magnetic stripe, or was put in the wrong way round (EP).',
      true,
    ),
  ],
  ['EF', refusal('card_foreign', null, true)],
  [
    'EN',
    refusal(
      'card_write_refused',
      'It was recorded too weakly: the encoder’s head is dirty, or the card is poor (EN).',
      true,
    ),
  ],
  ['ET', refusal('card_stuck', null, true)],
  ['TD', refusal('room_unknown', null)],
  ['ED', refusal('card_timeout', 'The encoder has waited for a card in vain (ED).', true)],
  // SALTO means another thing by it: there it refuses a copy for a room that is checked out.
  ['EA', refusal('one_shot_used_up', 'A guest has four of a room (EA).', true)],
  ['OS', refusal('room_out_of_service', null)],
])

export const onityDialect: PmsDialect = {
  knowsUnchecked: false,
  timeStep: 'hour',
  refusals,
  authorisations: new Map(Array.from('12345678', (digit) => [digit, digit])),
  copies: new Map([
    ['0', 'original'],
    ['1', 'copy 1'],
    ['2', 'copy 2'],
    ['3', 'copy 3'],
    ['4', 'copy 4'],
    ['I', 'copy 5 or later'],
    ['A', 'one-shot'],
  ]),
  otherCards: new Map([
    ['LM', 'staff'],
    ['LR', 'spare'],
    ['LC', 'expired'],
    ['LD', 'foreign'],
    ['LS', 'diagnostic'],
  ]),
  // Whether it tells numbers with leading zeros is not known; Client.cs parses them.
  isSameEncoder: (asked, told) => /^\d+$/.test(told) && Number(told) === Number(asked),
}

const EJECT = { eject: 'E', retain: 'R', rear: 'T' } as const
/** A replacement ends the lost key with all others of the room: there is no narrower command. */
const COMMANDS = { new: 'CN', replacement: 'CN', additional: 'CC', oneShot: 'CA' } as const

/** The number of an encoder in the lock system's list of peripherals. Throws `key_encoder_unknown`. */
const encoderField = (encoder: string): string => {
  if (/^\d{1,4}$/.test(encoder)) return encoder
  throw new BridgeError('key_encoder_unknown', 'Encoders of this lock system have numbers.')
}

/** CN, CC or CA. Throws `order_invalid`, `key_encoder_unknown`. */
export const keyCommand = (encoder: string, order: KeyOrder, options: OnityOptions): PmsCommand<MadeKeys> => {
  const command = COMMANDS[order.purpose]
  const withCopies = copiesOf(command, order.copies)
  return {
    fields: [
      withCopies,
      encoderField(encoder),
      EJECT[options.eject],
      ...roomFields(order.rooms),
      authorisationField(order.authorisations, onityDialect),
      '',
      timeField(order.startsAt, onityDialect.timeStep),
      timeField(endOf(order.endsAt), onityDialect.timeStep),
      options.operator,
      '',
      '',
    ],
    // Client.cs takes CN for an answer to CC.
    echoes:
      command === 'CC' ? [command, withCopies, 'CN', copiesOf('CN', order.copies)] : [command, withCopies],
    encoder,
    copies: order.copies,
    awaitsCard: true,
    parse: parseMadeKeys,
  }
}

/** LT. Throws `key_encoder_unknown`. */
export const readCommand = (encoder: string, options: OnityOptions): PmsCommand<KeyReading> => ({
  fields: ['LT', encoderField(encoder), EJECT[options.eject]],
  echoes: ['LT'],
  encoder,
  copies: 1,
  awaitsCard: true,
  parse: (fields) => parseReading(fields, onityDialect),
})

/** A command that needs no card; that its answer begins as it does, and names the encoder, is *unverified*. */
const plainCommand = (name: string, encoder: string, fields: readonly string[] = []): PmsCommand<void> => ({
  fields: [name, encoderField(encoder), ...fields],
  echoes: [name],
  encoder,
  copies: 1,
  awaitsCard: false,
  parse: () => undefined,
})

/** CO. Throws `order_invalid`, `key_encoder_unknown`. */
export const checkOutCommand = (encoder: string, { room }: CheckOut): PmsCommand<void> =>
  plainCommand('CO', encoder, [nameField('room', room)])

/** EX: ends what the encoder does, and ejects what it holds. Throws `key_encoder_unknown`. */
export const cancelCommand = (encoder: string): PmsCommand<void> => plainCommand('EX', encoder)
