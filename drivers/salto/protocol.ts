/**
 * The messages of SALTO's PMS Industry Standard protocol, as two public clients have them: bookingexperts/salto (MIT) and
 * rohsyl/salto (MIT). What only one of them has is marked with its name. Phones (CNM, CCM), magnetic tracks (L1, P1) and
 * the audit trail (WF, WN, WR) are left out.
 * @module
 */
import {
  BridgeError,
  type CheckOut,
  type KeyOrder,
  type KeyReading,
  type MadeKeys,
  type StayMove,
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
import type { SaltoOptions } from './options.ts'

const refusal = (code: PmsRefusal['code'], detail: string | null, isLate = false): PmsRefusal => ({
  code,
  detail,
  isLate,
})

/** First fields of answers that refuse (config/locales/salto.en.yml, SaltoClient.php). */
const refusals: ReadonlyMap<string, PmsRefusal> = new Map([
  ['ES', refusal('key_order_refused', 'Syntax error (ES).')],
  [
    'NC',
    refusal(
      'key_encoder_offline',
      'The encoder is off or disconnected, or Space has none of that name (NC).',
      true,
    ),
  ],
  ['NF', refusal('lock_system_fault', 'Its database is missing or damaged (NF).', true)],
  ['OV', refusal('key_encoder_busy', 'The encoder has not ended its last task (OV).')],
  ['EP', refusal('card_misplaced', null, true)],
  ['EF', refusal('card_foreign', null, true)],
  ['TD', refusal('room_unknown', null)],
  ['ED', refusal('card_timeout', 'The encoder has waited for a card in vain (ED).', true)],
  ['EA', refusal('room_checked_out', null)],
  ['OS', refusal('room_out_of_service', null)],
  ['EO', refusal('key_encoder_busy', 'A key of this room is being made at another encoder (EO).')],
  // bookingexperts/salto alone.
  ['EV', refusal('card_staff', null, true)],
  ['EG', refusal('lock_system_fault', 'It gives no reason (EG).', true)],
])

/** Authorisations 1 to 62 in the order of their symbols (bookingexperts/salto card_details.rb). */
const SYMBOLS = '123456789abcdefghijklmnopqrstuvwxyz!#$%&()*+,-./:;<=>?@[\\]^_{}'

export const saltoDialect: PmsDialect = {
  knowsUnchecked: true,
  timeStep: 'minute',
  refusals,
  authorisations: new Map(Array.from(SYMBOLS, (symbol, index) => [String(index + 1), symbol])),
  copies: new Map([
    ['0', 'original'],
    ['1', 'copy 1'],
    ['2', 'copy 2'],
    ['I', 'copy 3 or later'],
    ['A', 'one-shot'],
  ]),
  otherCards: new Map([
    ['LM', 'staff'],
    ['LR', 'spare'],
    ['LC', 'expired'],
    ['LD', 'foreign'],
  ]),
  isSameEncoder: (asked, told) => asked === told,
}

const EJECT = { eject: 'E', retain: 'R', rear: 'T' } as const
const SERIAL_NUMBERS = { none: '0', last: '1', all: '2' } as const
/** A replacement ends the lost key with all others of the room: there is no narrower command. */
const COMMANDS = { new: 'CN', replacement: 'CN', additional: 'CC', oneShot: 'CA' } as const

/** Empty fields at the end may be left out (rohsyl/salto Messages/Message.php). */
const withoutEnd = (fields: readonly string[]): readonly string[] =>
  fields.slice(0, fields.findLastIndex((field) => field !== '') + 1)

/** CN, CC or CA. Throws `order_invalid`. */
export const keyCommand = (encoder: string, order: KeyOrder, options: SaltoOptions): PmsCommand<MadeKeys> => {
  const command = COMMANDS[order.purpose]
  const withCopies = copiesOf(command, order.copies)
  return {
    fields: [
      withCopies,
      nameField('encoder', encoder),
      EJECT[options.eject],
      ...roomFields(order.rooms),
      authorisationField(order.authorisations, saltoDialect),
      '',
      timeField(order.startsAt, saltoDialect.timeStep),
      timeField(endOf(order.endsAt), saltoDialect.timeStep),
      options.operator,
      '',
      '',
      '',
      SERIAL_NUMBERS[options.serialNumbers],
    ],
    echoes: [command, withCopies],
    encoder,
    copies: order.copies,
    awaitsCard: true,
    parse: parseMadeKeys,
  }
}

/** LT. Throws `order_invalid`. */
export const readCommand = (encoder: string, options: SaltoOptions): PmsCommand<KeyReading> => ({
  fields: ['LT', nameField('encoder', encoder), EJECT[options.eject]],
  echoes: ['LT'],
  encoder,
  copies: 1,
  awaitsCard: true,
  parse: (fields) => parseReading(fields, saltoDialect),
})

/** A command for no encoder, of whose answer only the first field is known: it is that of the command (*unverified*). */
const bareCommand = (name: string, fields: readonly string[]): PmsCommand<void> => ({
  fields: withoutEnd([name, ...fields]),
  echoes: [name],
  encoder: null,
  copies: 1,
  awaitsCard: false,
  parse: () => undefined,
})

/** CO; 0 stands in the place of an encoder. Throws `order_invalid`. */
export const checkOutCommand = ({ room }: CheckOut): PmsCommand<void> =>
  bareCommand('CO', ['0', nameField('room', room)])

/** MC: room, new room, end (rohsyl/salto Messages/ModifyMessage.php alone). Throws `order_invalid`. */
export const moveCommand = ({ room, newRoom, endsAt }: StayMove): PmsCommand<void> => {
  if (room === newRoom && endsAt === null)
    throw new BridgeError('order_invalid', 'Nothing of the stay changes.')
  return bareCommand('MC', [
    nameField('room', room),
    room === newRoom ? '' : nameField('room', newRoom),
    endsAt === null ? '' : timeField(endsAt, saltoDialect.timeStep),
  ])
}
