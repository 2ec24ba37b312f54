import type { KeyLease } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'
import type { AssignTo, CheckOut, KeyAbilities, KeyOrder, StayMove } from '../contract/key-system.ts'
import { localText } from '../contract/local-time.ts'
import type { EncodeSubject, Order, Purpose, StaySubject } from '../contract/order.ts'
import type { MappedDoors, Rooms } from '../contract/rooms.ts'
import { noFurther } from './chart.ts'
import { keyTimeOf, keyTimesOf } from './key-times.ts'

/** What an order is to one lock system, worked out before anything is sent. */
export type KeyPlan =
  /** `order` without what changes from command to command. */
  | {
      readonly kind: 'make'
      readonly order: Omit<KeyOrder, 'purpose' | 'copies'>
      readonly remark: string | null
    }
  | { readonly kind: 'checkOut'; readonly order: CheckOut; readonly remark: null }
  | { readonly kind: 'moveStay'; readonly order: StayMove; readonly remark: string | null }
  | { readonly kind: 'cancelTask'; readonly remark: null }
  | { readonly kind: 'assign'; readonly to: AssignTo; readonly remark: null }

/** Where a plan is to be carried out. */
export type KeyPlace = Pick<KeyLease, 'keys' | 'system'>

/** One command for keys: a part of those that the order wants. */
export interface KeyPart {
  readonly purpose: Purpose
  readonly copies: number
}

const refuse = (detail: string): never => {
  throw new BridgeError('not_supported', detail)
}

/**
 * The next command for keys, after `made` of them. One-shot keys are given one at a time, since systems know no number of
 * them; of the others only the first command may end earlier keys.
 */
export const nextPart = (
  { purpose, copies }: EncodeSubject,
  made: number,
  { copiesAtOnce }: KeyAbilities,
): KeyPart => {
  if (purpose === 'oneShot') return { purpose, copies: 1 }
  return { purpose: made === 0 ? purpose : 'additional', copies: Math.min(copiesAtOnce, copies - made) }
}

/**
 * Works an order out for the lock system of an encoder. Throws `not_supported` and `order_invalid` with a sentence for what the
 * system can't do, `room_unmapped` for doors without a room.
 */
export const planOf = (order: Order, place: KeyPlace, rooms: Rooms): KeyPlan => {
  if (order.encode !== null) return planKeys(order, order.encode, place, rooms)
  if (order.stay !== null) return planStay(order, order.stay, place)
  return { kind: 'assign', to: order.assignTo ?? noFurther('an owner for the card'), remark: null }
}

const planKeys = (order: Order, subject: EncodeSubject, place: KeyPlace, list: Rooms): KeyPlan => {
  const { keys } = place
  checkPurposes(subject, keys)
  const { remark, ...times } = keyTimesOf({ ...subject, timeZone: order.timeZone }, keys)
  const { accessMethodId, credentialId } = subject
  return {
    kind: 'make',
    order: { ...doorsOf(subject, place, list), ...times, accessMethodId, credentialId },
    remark,
  }
}

const checkPurposes = (subject: EncodeSubject, { purposes, copiesAtOnce }: KeyAbilities): void => {
  const { purpose, copies } = subject
  if (!purposes.includes(purpose)) {
    refuse(`This lock system makes keys that are ${purposes.join(', ')}; this one is to be ${purpose}.`)
  }
  if (purpose !== 'oneShot' && copies > copiesAtOnce && !purposes.includes('additional')) {
    refuse(`It makes ${String(copiesAtOnce)} at once and none beside them; ${String(copies)} are ordered.`)
  }
}

const doorsOf = ({ doorIds }: EncodeSubject, { keys, system }: KeyPlace, list: Rooms): MappedDoors => {
  if (keys.rooms === 0) return { rooms: [], authorisations: [] }
  const found = list.of(doorIds, system)
  const [rooms, authorisations] = [[...new Set(found.rooms)], [...new Set(found.authorisations)]]
  if (rooms.length === 0) {
    throw new BridgeError(
      'order_invalid',
      'None of its doors is a room of the lock system, and a key needs one.',
    )
  }
  if (rooms.length > keys.rooms) {
    refuse(
      `A key of this lock system opens at most ${String(keys.rooms)} rooms; these are ${String(rooms.length)}: ${rooms.join(', ')}.`,
    )
  }
  if (authorisations.length > 0 && !keys.authorisations) {
    refuse(`It takes rooms only, and not ${authorisations.join(', ')}.`)
  }
  return { rooms, authorisations }
}

const planStay = ({ timeZone }: Order, stay: StaySubject, { keys }: KeyPlace): KeyPlan => {
  switch (stay.kind) {
    case 'checkOut':
      if (!keys.checksOut) refuse('This lock system takes no check-out.')
      return { kind: 'checkOut', order: { room: stay.room }, remark: null }
    case 'moveStay': {
      if (!keys.movesStays) refuse('This lock system can’t move a stay.')
      const end = stay.endsAt === null ? null : keyTimeOf(stay.endsAt, timeZone, keys.timeStep)
      return {
        kind: 'moveStay',
        order: { room: stay.room, newRoom: stay.newRoom, endsAt: end?.at ?? null },
        remark:
          end?.isCut === true
            ? `The lock system keeps whole hours: the stay ends at ${localText(end.at)}.`
            : null,
      }
    }
    case 'cancelTask':
      if (!keys.cancelsTasks) refuse('This lock system can’t have an encoder give up what it does.')
      return { kind: 'cancelTask', remark: null }
  }
}
