import { CardUid, noUid } from '../contract/ids.ts'
import type { KeyReading } from '../contract/key-system.ts'
import { type LocalTime, localText } from '../contract/local-time.ts'
import type { EncodeSubject } from '../contract/order.ts'
import type { Ending } from '../contract/outcome.ts'
import type { KeyPlan } from './key-plan.ts'

/** The identifier that a key's serial number is; null for one that is none. */
export const uidOfSerial = (serialNumber: string | null | undefined): CardUid | null => {
  const { data } = CardUid.safeParse(serialNumber)
  return data === undefined || data === noUid ? null : data
}

const listOf = (names: readonly string[]): string =>
  [names.slice(0, -1).join(', '), names.at(-1) ?? ''].filter((part) => part !== '').join(' and ')

/** What was read, in people's words. */
export const readingText = (reading: KeyReading): string => {
  switch (reading.kind) {
    case 'guest':
      return guestText(reading)
    case 'staff':
      return 'A key of a member of the staff.'
    case 'spare':
      return 'A spare key.'
    case 'expired':
      return 'A guest key that is no longer valid.'
    case 'foreign':
      return 'A card that the lock system does not know: it is blank, or of another system.'
    case 'diagnostic':
      return 'A diagnostic card of the lock system.'
    case 'credential':
      return reading.cardNumber === null
        ? 'Seam read the card.'
        : `Seam read the card: it bears the number ${reading.cardNumber}.`
  }
}

/** `A guest key of room 101 and 102, valid until 2026-11-25 11:00, original.` */
const guestText = (key: Extract<KeyReading, { kind: 'guest' }>): string => {
  const rooms = key.rooms.length === 0 ? '' : ` of room ${listOf(key.rooms)}`
  const beside = key.authorisations.length === 0 ? '' : ` with authorisation ${listOf(key.authorisations)}`
  const end = key.endsAt === null ? null : localText(key.endsAt)
  const validity = key.isValid === false ? 'no longer valid' : end === null ? null : `valid until ${end}`
  const facts = [validity, key.isValid === false && end !== null ? `with the end ${end}` : null, key.copy]
  return `${[`A guest key${rooms}${beside}`, ...facts.filter((fact) => fact !== null)].join(', ')}.`
}

/** A card that a key system has read, as a scan tells it. It is compared already, or there is nothing to compare. */
export const findingOfKey = (reading: KeyReading): Omit<Extract<Ending, { kind: 'scanned' }>, 'kind'> => ({
  uid: reading.kind === 'guest' ? uidOfSerial(reading.serialNumber) : null,
  technology: 'unknown',
  cardNumber: reading.kind === 'credential' ? reading.cardNumber : null,
  record: null,
  remark: readingText(reading),
  comparison: reading.kind === 'credential' ? reading.comparison : { kind: 'nothing' },
})

const isSame = (told: LocalTime | null, ordered: LocalTime | null): boolean =>
  told === null || (ordered !== null && localText(told) === localText(ordered))

/** Of several new keys the first is the original, and the others are copies of it. */
const isSameCopy = (told: string | null, { purpose, copies }: EncodeSubject): boolean => {
  if (told === null) return true
  if (purpose === 'oneShot' || told === 'one-shot') return purpose === 'oneShot' && told === 'one-shot'
  return copies > 1 || (told === 'original') === (purpose !== 'additional')
}

/**
 * Whether the card that was read is the key that was ordered: a guest's, valid, of the same rooms, of the same times as far
 * as they are told, and with all that is granted beside. Nothing is told of a key without an end.
 */
export const isOrdered = (
  reading: KeyReading,
  { order }: Extract<KeyPlan, { kind: 'make' }>,
  subject: EncodeSubject,
): boolean =>
  reading.kind === 'guest' &&
  reading.isValid !== false &&
  order.rooms.length > 0 &&
  order.rooms.length === new Set(reading.rooms).size &&
  order.rooms.every((room) => reading.rooms.includes(room)) &&
  order.authorisations.every((name) => reading.authorisations.includes(name)) &&
  isSame(reading.endsAt, order.endsAt) &&
  isSame(reading.startsAt, order.startsAt) &&
  isSameCopy(reading.copy, subject)

/**
 * Whether an earlier key reads as the ordered one does: the one that was to be replaced, the one beside which another was to be
 * made, the live one of the same doors. A reading of such a key proves nothing.
 */
export const hasLikes = ({ purpose, endsLiveKey }: EncodeSubject): boolean =>
  purpose === 'additional' || purpose === 'replacement' || endsLiveKey
