import { BridgeError } from '../contract/errors.ts'
import type { LocalTime } from '../contract/local-time.ts'
import { isPmsText } from './pms-frames.ts'

/** Names of rooms, encoders and operators (bookingexperts/salto messages/encode_card.rb cuts them there). */
const MAX_NAME = 24
/** The main room and three others. */
const MAX_ROOMS = 4
/** The digit behind CN and CC. */
const MAX_COPIES = 9

/** A name as a field. Throws `order_invalid`: a name that is changed is another name. */
export const nameField = (what: string, name: string): string => {
  if (name.trim() === '') throw new BridgeError('order_invalid', `The ${what} has no name.`)
  if (name.length > MAX_NAME) {
    throw new BridgeError('order_invalid', `The name of the ${what} has more than ${MAX_NAME} characters.`)
  }
  if (isPmsText(name)) return name
  throw new BridgeError(
    'order_invalid',
    `The name of the ${what} has a character that the protocol can’t carry.`,
  )
}

/** The four fields of rooms, main room first. Throws `order_invalid`. */
export const roomFields = (rooms: readonly string[]): readonly string[] => {
  if (rooms.length < 1 || rooms.length > MAX_ROOMS) {
    throw new BridgeError(
      'order_invalid',
      `A key is for 1 to ${MAX_ROOMS} rooms, and not for ${rooms.length}.`,
    )
  }
  return Array.from({ length: MAX_ROOMS }, (_, index) => {
    const room = rooms[index]
    return room === undefined ? '' : nameField('room', room)
  })
}

/** The command for so many copies: `CN`, `CN2`. Throws `order_invalid`. */
export const copiesOf = (command: string, copies: number): string => {
  if (!Number.isInteger(copies) || copies < 1 || copies > MAX_COPIES) {
    throw new BridgeError('order_invalid', `One command makes 1 to ${MAX_COPIES} keys, and not ${copies}.`)
  }
  return copies === 1 ? command : `${command}${copies}`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** The end of a key, which every key must have. Throws `order_invalid`. */
export const endOf = (endsAt: LocalTime | null): LocalTime => {
  if (endsAt === null) throw new BridgeError('order_invalid', 'A key of this lock system must have an end.')
  return endsAt
}

/** How a dialect writes a time: `hhmmDDMMYY` to the minute, `hhDDMMYY` to the hour. */
export type PmsTimeStep = 'minute' | 'hour'

/** A time as a field. Throws `order_invalid` for what it can't say. */
export const timeField = ({ year, month, day, hour, minute }: LocalTime, step: PmsTimeStep): string => {
  if (year < 2000 || year > 2099) throw new BridgeError('order_invalid', `The year ${year} can’t be said.`)
  if (step === 'hour' && minute !== 0) {
    throw new BridgeError('order_invalid', 'The lock system keeps whole hours, and the time has minutes.')
  }
  const time = step === 'hour' ? [hour] : [hour, minute]
  return [...time, day, month, year - 2000].map(twoDigits).join('')
}

/** The inverse; null for an empty field. Throws `protocol_error`. */
export const parseTime = (field: string, step: PmsTimeStep): LocalTime | null => {
  if (field === '') return null
  const hasMinutes = step === 'minute'
  const numbers = /^\d+$/.test(field) ? (field.match(/../g) ?? []).map(Number) : []
  const [hour = 99, minute = 99, day = 0, month = 0, year = 0] = hasMinutes
    ? numbers
    : [...numbers.slice(0, 1), 0, ...numbers.slice(1)]
  const isTime = field.length === (hasMinutes ? 10 : 8) && hour < 24 && minute < 60
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= 31
  if (!isTime || !isDate) throw new BridgeError('protocol_error', 'A time in the answer can’t be understood.')
  return { year: 2000 + year, month, day, hour, minute }
}
