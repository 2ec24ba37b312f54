/**
 * Records of the key service as they are written: `KR|WS1|KC1|RN202|KTN|`, a two-letter record id, then fields of a
 * two-character id and a value, each ended by a bar.
 *
 * Written from public descriptions of Oracle's "IFC8 FIAS Specification" 2.20.25 and from what lock interfaces were seen to
 * send; what rests on one source is marked *unverified*, and the README lists it.
 * @module
 */
import { BridgeError } from 'encoder-bridge/driver'

const RECORD_ID = /^[A-Z]{2}$/

export interface FiasRecord {
  readonly id: string
  readonly fields: ReadonlyMap<string, string>
}

export type Field = readonly [id: string, value: string]

/** ISO 8859-1: a byte a character, and no control character. Which code page a lock system reads is *unverified*. */
const isCarried = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0
  return character !== '|' && ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff))
}

/** Whether a field can hold the text. */
export const isSayable = (text: string): boolean => [...text].every(isCarried)

/**
 * Reads the text of a frame; null for what is no record: no id, half a field, a control character, or one field with two
 * values. A bar missing at the end is seen, and forgiven.
 */
export const parseRecord = (text: string): FiasRecord | null => {
  const [id = '', ...parts] = text.split('|')
  if (!RECORD_ID.test(id)) return null
  const fields = new Map<string, string>()
  for (const part of parts) {
    if (part === '') continue
    const [name, value] = [part.slice(0, 2), part.slice(2)]
    const isWhole = name.length === 2 && [...part].every((character) => character >= ' ')
    if (!isWhole || (fields.get(name) ?? value) !== value) return null
    fields.set(name, value)
  }
  return { id, fields }
}

/** Writes a record. Throws `order_invalid` for a value that has a bar, a control character, or one that is no single byte. */
export const formatRecord = (id: string, fields: readonly Field[]): string => {
  for (const [name, value] of fields) {
    if (!isSayable(value)) {
      throw new BridgeError('order_invalid', `The field ${name} can’t hold what it should.`)
    }
  }
  return [id, ...fields.map(([name, value]) => name + value), ''].join('|')
}

/** What an LR asks for: the record, and the fields of it in any order (`FLWSKCRN`). Null where it says neither. */
export const askedBy = ({
  fields,
}: FiasRecord): { readonly record: string; readonly fields: ReadonlySet<string> } | null => {
  const [record, list] = [fields.get('RI'), fields.get('FL')]
  if (record === undefined || !RECORD_ID.test(record) || list === undefined) return null
  return { record, fields: new Set(list.match(/../g) ?? []) }
}

const two = (value: number): string => String(value).padStart(2, '0')

/** DA, GA, GD: yymmdd. */
export const dateText = (time: { readonly year: number; readonly month: number; readonly day: number }) =>
  two(time.year % 100) + two(time.month) + two(time.day)

/** DA and TI (hhmmss): now, by the calendar of this computer. */
export const nowFields = (now: Date): readonly [Field, Field] => [
  ['DA', dateText({ year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() })],
  ['TI', two(now.getHours()) + two(now.getMinutes()) + two(now.getSeconds())],
]

/** A key coder's number is seen as `1` and as `01`: numbers are compared as numbers, names as they are. */
export const coderName = (keyCoder: string): string => keyCoder.replace(/^0+(?=\d+$)/, '')
