import { BridgeError } from '../contract/errors.ts'
import type { KeyAbilities } from '../contract/key-system.ts'
import { type LocalTime, localText, localTimeOf } from '../contract/local-time.ts'

/** When a key is valid, as the lock system is told. */
export interface KeyTimes {
  readonly startsAt: LocalTime
  readonly endsAt: LocalTime | null
  /** What people must know of it; null for nothing. */
  readonly remark: string | null
}

const inZone = (instant: string, timeZone: string): LocalTime => {
  try {
    return localTimeOf(instant, timeZone)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new BridgeError('order_invalid', `This computer knows no time zone “${timeZone}”.`, { cause })
  }
}

/** An instant as a lock system keeps it: hours are cut, never rounded up. Throws `order_invalid` for an unknown zone. */
export const keyTimeOf = (
  instant: string,
  timeZone: string,
  timeStep: KeyAbilities['timeStep'],
): { readonly at: LocalTime; readonly isCut: boolean } => {
  const at = inZone(instant, timeZone)
  const isCut = timeStep === 'hour' && at.minute !== 0
  return { at: isCut ? { ...at, minute: 0 } : at, isCut }
}

/**
 * The times of a key in the property's wall-clock time. Throws `order_invalid` for a key that would end before it begins, which
 * cutting to hours and the end of summer time can bring about, and for one without an end where it needs one.
 */
export const keyTimesOf = (
  order: { readonly startsAt: string; readonly endsAt: string | null; readonly timeZone: string },
  { timeStep, needsEnd }: Pick<KeyAbilities, 'timeStep' | 'needsEnd'>,
): KeyTimes => {
  const start = keyTimeOf(order.startsAt, order.timeZone, timeStep)
  const end = order.endsAt === null ? null : keyTimeOf(order.endsAt, order.timeZone, timeStep)
  if (end === null && needsEnd) {
    throw new BridgeError('order_invalid', 'A key of this lock system must have an end.')
  }
  const from = localText(start.at)
  const to = end === null ? null : localText(end.at)
  if (to !== null && to <= from) {
    throw new BridgeError(
      'order_invalid',
      `In the property’s time the key would begin at ${from} and end at ${to}.`,
    )
  }
  const isCut = start.isCut || end?.isCut === true
  return {
    startsAt: start.at,
    endsAt: end?.at ?? null,
    remark: isCut
      ? `The lock system keeps whole hours: the key is valid from ${from}${to === null ? '' : ` to ${to}`}.`
      : null,
  }
}
