/**
 * What goes to the lock system: KR makes a key, KD ends those of a room, KM moves a stay. Of what a record could hold, only
 * the fields go out that the lock system has asked for in its LR, besides those that it can't do without.
 * @module
 */
import {
  BridgeError,
  type CheckOut,
  type KeyOrder,
  type LocalTime,
  type StayMove,
} from 'encoder-bridge/driver'
import type { FiasOptions } from './options.ts'
import { dateText, type Field, formatRecord, isSayable, nowFields } from './protocol.ts'

/** What a command is told besides its order. */
export interface CommandContext {
  readonly options: FiasOptions
  readonly encoder: string
  readonly workstation: string
  readonly now: Date
  /** The fields that the lock system's LR for this record names; null where it sent no LR at all. */
  readonly asked: ReadonlySet<string> | null
}

/** KC. */
const MAX_CODER = 8
/** RN: 8, and "may be longer with Suite8 and OPERA"; how long is *unverified*. */
const MAX_ROOM = 20
/** KO. */
const MAX_KEY_OPTIONS = 20

/** What goes to a lock system that sends no LRs: the fields of the one example of such a link. */
const unaskedFields: Readonly<Record<'KR' | 'KD' | 'KM', readonly string[]>> = {
  KR: ['K#', 'G#', 'GA', 'GD', 'DT', 'GN'],
  KD: ['G#'],
  KM: ['RO', 'G#', 'GD', 'DT'],
}

/** Mandatory in each of the three, so that they go out whatever was asked for. */
const alwaysThere: ReadonlySet<string> = new Set(['WS', 'KC', 'RN', 'KT'])

const invalid = (sentence: string): BridgeError => new BridgeError('order_invalid', sentence)

const write = (
  id: 'KR' | 'KD' | 'KM',
  { asked, encoder }: CommandContext,
  fields: readonly (Field | null)[],
): string => {
  if (!/^[ -~]+$/.test(encoder) || encoder.length > MAX_CODER) {
    throw invalid(`A key coder’s name has 1 to ${MAX_CODER} plain characters.`)
  }
  const wanted = asked ?? new Set(unaskedFields[id])
  const sent = fields.filter((field) => field !== null)
  return formatRecord(
    id,
    sent.filter(([name]) => alwaysThere.has(name) || wanted.has(name)),
  )
}

const roomField = (name: 'RN' | 'RO', room: string): Field => {
  if (room === '' || room.length > MAX_ROOM) throw invalid(`A room’s name has 1 to ${MAX_ROOM} characters.`)
  if (!isSayable(room)) throw invalid('The name of the room has a character that the protocol can’t carry.')
  return [name, room]
}

/** FNV-1a, 32 bits: the same room always has the same number. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0
  return hash
}

/**
 * G#, at most 10 digits, "mandatory for on-line key systems". Lock systems were seen to end the keys of a room only where G# is
 * the one that they were made with, and a check-out of ours knows nothing but the room: so the number is the room's. Its
 * name, where that is a number of up to 9 digits; else ten digits made of it.
 */
const reservationField = (room: string, { options }: CommandContext): Field => {
  const ofRoom = /^[1-9]\d{0,8}$/.test(room) ? room : String(5_000_000_000 + hashOf(room))
  return ['G#', options.reservationNumber === 'room' ? ofRoom : options.reservationNumber]
}

const departureField = ({ hour, minute }: LocalTime, { options }: CommandContext): Field => {
  const [hours, minutes] = [String(hour).padStart(2, '0'), String(minute).padStart(2, '0')]
  return ['DT', options.departureTime === 'HH:mm' ? `${hours}:${minutes}` : `${hours}${minutes}00`]
}

/** `N` ends earlier keys, `D` leaves them; `O` opens once (*unverified*: one source). */
const keyTypes = { new: 'N', replacement: 'N', additional: 'D', oneShot: 'O' } as const

const keyOptionsField = (
  { authorisations, purpose }: KeyOrder,
  { asked, options }: CommandContext,
): Field | null => {
  if (authorisations.length === 0) return null
  if (purpose === 'oneShot') throw invalid('A key for one opening has no authorisations (KO).')
  if (asked?.has('KO') !== true) throw invalid('The lock system has not asked for authorisations (KO).')
  const list = authorisations.join(options.keyOptionsSeparator)
  if (list.length > MAX_KEY_OPTIONS) {
    throw invalid(`The authorisations (KO) have ${MAX_KEY_OPTIONS} characters together at most.`)
  }
  return ['KO', list]
}

/** The text of a KR. Throws `order_invalid` for what it can't say. */
export const keyRequest = (order: KeyOrder, context: CommandContext): string => {
  const { options, encoder, workstation, now } = context
  const [room, ...others] = order.rooms
  if (room === undefined || others.length > 0) throw invalid('A key request has exactly one room.')
  // Further cards are orders of their own: "do not use K# for on-line systems", and every card is put on for itself.
  if (order.copies !== 1) throw invalid('A key request makes one key.')
  if (order.endsAt === null) throw invalid('A key of this lock system must have an end.')
  const [date, time] = nowFields(now)
  return write('KR', context, [
    ['WS', workstation],
    ['KC', encoder],
    roomField('RN', room),
    ['KT', keyTypes[order.purpose]],
    ['K#', '1'],
    order.purpose === 'oneShot' ? null : reservationField(room, context),
    ['GA', dateText(order.startsAt)],
    ['GD', dateText(order.endsAt)],
    departureField(order.endsAt, context),
    keyOptionsField(order, context),
    options.guestText === null ? null : ['GN', options.guestText],
    date,
    time,
  ])
}

/** The text of a KD. Throws `order_invalid`. */
export const keyDelete = ({ room }: CheckOut, context: CommandContext): string => {
  const { encoder, workstation, now } = context
  return write('KD', context, [
    ['WS', workstation],
    ['KC', encoder],
    roomField('RN', room),
    reservationField(room, context),
    ...nowFields(now),
  ])
}

/** The text of a KM; RO stands only where the room changes. Throws `order_invalid`. */
export const keyMove = ({ room, newRoom, endsAt }: StayMove, context: CommandContext): string => {
  const { encoder, workstation, now } = context
  if (room === newRoom && endsAt === null) throw invalid('Neither the room nor the end changes.')
  return write('KM', context, [
    ['WS', workstation],
    ['KC', encoder],
    roomField('RN', newRoom),
    room === newRoom ? null : roomField('RO', room),
    reservationField(room, context),
    endsAt === null ? null : ['GD', dateText(endsAt)],
    endsAt === null ? null : departureField(endsAt, context),
    ...nowFields(now),
  ])
}

const wishes = [
  ['GA', 'the day of arrival'],
  ['GD', 'the day of departure'],
  ['DT', 'the time of departure'],
] as const

/** What a key has to go without because the lock system doesn't want to know it, for people; null for nothing. */
export const untold = (asked: ReadonlySet<string> | null): string | null => {
  const missing = wishes.filter(([name]) => asked?.has(name) === false).map(([, what]) => what)
  return missing.length === 0
    ? null
    : `The lock system does not ask for ${missing.join(', ')}: it sets its own.`
}
