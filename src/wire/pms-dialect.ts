import { BridgeError, type ErrorCode, toBridgeError } from '../contract/errors.ts'
import type { KeyReading, MadeKeys } from '../contract/key-system.ts'
import { parseTime, type PmsTimeStep } from './pms-fields.ts'
import type { PmsVerdict } from './pms-link.ts'
import { toldText } from './told-text.ts'

/** What an answer in the place of the wanted one says. */
export interface PmsRefusal {
  readonly code: ErrorCode
  /** For people; null where the code says it all. */
  readonly detail: string | null
  /** Whether it can come long after the command: after some of several copies were made, or after the link was opened anew. */
  readonly isLate: boolean
}

type OtherCard = Extract<
  KeyReading,
  { readonly kind: 'staff' | 'spare' | 'expired' | 'foreign' | 'diagnostic' }
>

/** What the systems that speak this protocol don't have in common. */
export interface PmsDialect {
  /** Whether an LRC of 0D means "not checked". */
  readonly knowsUnchecked: boolean
  readonly timeStep: PmsTimeStep
  readonly refusals: ReadonlyMap<string, PmsRefusal>
  /** Symbols by the names of authorisations. */
  readonly authorisations: ReadonlyMap<string, string>
  /** What the symbols of copies mean, for people. */
  readonly copies: ReadonlyMap<string, string>
  /** What LT tells of cards that are no guest's valid key. */
  readonly otherCards: ReadonlyMap<string, OtherCard['kind']>
  /** Whether both name the same encoder. */
  isSameEncoder(asked: string, told: string): boolean
}

/** A command and what its answer must be. */
export interface PmsCommand<Result> {
  readonly fields: readonly string[]
  /** The first fields of answers that are to it. */
  readonly echoes: readonly string[]
  /** Which encoder the answer must name; null where it need not. */
  readonly encoder: string | null
  readonly copies: number
  /** Whether the lock system waits for a card, so that the command can be given up where there is a way to. */
  readonly awaitsCard: boolean
  /** Throws `protocol_error` for an answer that can't be understood. */
  parse(fields: readonly string[]): Result
}

/** The field of authorisations: symbols without separators. Throws `order_invalid`. */
export const authorisationField = (names: readonly string[], { authorisations }: PmsDialect): string =>
  names
    .map((name) => {
      const symbol = authorisations.get(name)
      if (symbol !== undefined) return symbol
      throw new BridgeError(
        'order_invalid',
        `The lock system has the authorisations 1 to ${authorisations.size}, and none of another name.`,
      )
    })
    .join('')

const refusalOf = (
  fields: readonly string[],
  command: PmsCommand<unknown>,
  dialect: PmsDialect,
): BridgeError | null => {
  const [code = '', , text = ''] = fields
  const refusal = dialect.refusals.get(code)
  if (refusal === undefined) return null
  const said = code === 'EG' && text !== '' ? `It says: ${toldText(text, 120)}` : refusal.detail
  if (command.copies === 1 || !refusal.isLate) return new BridgeError(refusal.code, said ?? undefined)
  return new BridgeError(
    'outcome_unknown',
    `Of several keys some may have been made before the lock system said ${code}.`,
    {
      cause: new BridgeError(refusal.code, said ?? undefined),
    },
  )
}

/**
 * How an answer stands to a command: what it names must be what was asked. With `owesAnswer` a late refusal that names no encoder
 * may be that of an earlier link's command.
 */
export const judgeAnswer = <Result>(
  fields: readonly string[],
  command: PmsCommand<Result>,
  dialect: PmsDialect,
  owesAnswer = false,
): PmsVerdict<Result> => {
  const [code = '', told = ''] = fields
  const isOurs = command.encoder === null || dialect.isSameEncoder(command.encoder, told)
  const refusal = refusalOf(fields, command, dialect)
  if (owesAnswer && told === '' && dialect.refusals.get(code)?.isLate === true) {
    return {
      kind: 'alien',
      detail: `It is refused (${code}), or that is the late answer to an earlier command.`,
    }
  }
  // Of the refusals only EG names the encoder (rohsyl/salto SaltoClient.php).
  if (refusal !== null && (code !== 'EG' || isOurs || told === '')) return { kind: 'refused', error: refusal }
  if (!command.echoes.includes(code)) return { kind: 'alien', detail: 'The answer is to another command.' }
  if (!isOurs) return { kind: 'alien', detail: 'The answer is of another encoder.' }
  try {
    return { kind: 'done', result: command.parse(fields) }
  } catch (error) {
    return { kind: 'alien', detail: toBridgeError(error).detail ?? 'The answer can’t be understood.' }
  }
}

/** Behind command and encoder stand the serial numbers that were asked for. */
export const parseMadeKeys = (fields: readonly string[]): MadeKeys => ({
  serialNumbers: fields
    .slice(2)
    .filter((field) => /^[0-9A-F]{8,20}$/i.test(field))
    .map((field) => field.toUpperCase()),
  remark: null,
})

/**
 * LT: encoder, then four rooms, CI or CO, copy, authorisations, start, end, operator, and with ONITY the UID; or the letters
 * of another kind of card (bookingexperts/salto support/card_details.rb, batiati/Onity Client.cs).
 */
export const parseReading = (fields: readonly string[], dialect: PmsDialect): KeyReading => {
  const [, , first = '', second = '', third = '', fourth = '', state, copy = '', symbols = ''] = fields
  if (state !== 'CI' && state !== 'CO') {
    const kind = dialect.otherCards.get(first)
    if (kind === undefined) throw new BridgeError('protocol_error', 'The reading can’t be understood.')
    return { kind }
  }
  const [start = '', end = '', , serialNumber = ''] = fields.slice(9)
  const names = new Map(Array.from(dialect.authorisations, ([name, symbol]) => [symbol, name]))
  return {
    kind: 'guest',
    rooms: [first, second, third, fourth].filter((room) => room !== ''),
    isValid: state === 'CI',
    startsAt: parseTime(start, dialect.timeStep),
    endsAt: parseTime(end, dialect.timeStep),
    authorisations: Array.from(symbols, (symbol) => names.get(symbol) ?? symbol),
    copy: dialect.copies.get(copy) ?? null,
    serialNumber: /^[0-9A-F]{8,20}$/i.test(serialNumber) ? serialNumber.toUpperCase() : null,
  }
}
