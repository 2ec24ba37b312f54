import { fromPromise } from 'xstate'
import type { KeyLease } from '../contract/encoders.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { Ending } from '../contract/outcome.ts'
import { noteVerified, pause } from './card-work.ts'
import { noFurther } from './chart.ts'
import { failedEnding } from './failed-ending.ts'
import type { HeldLease } from './held-lease.ts'
import { inDoubt, madeEnding, type RecoverKeyTask } from './key-context.ts'
import { type KeyPlan, planOf } from './key-plan.ts'
import { hasLikes, isOrdered, readingText } from './key-reading.ts'
import type { SessionPorts } from './ports.ts'

/** How long another card, or a lock system that could not read, is left alone before the next reading. */
const READ_AGAIN_MS = 2_000

/**
 * After a command in doubt: has the lock system read the card on the same encoder and tells whether it is the key that was
 * ordered. Nothing is sent that could make one. Another card, no card and a lost link are waited out; the chart's
 * `recoveryTimeout` ends it. Where nothing can be read, what is read names no rooms, or an earlier key reads alike, the doubt
 * stays.
 */
export const createRecoverKeyActor = (ports: SessionPorts, held: HeldLease) =>
  fromPromise<Ending, RecoverKeyTask>(async ({ input, signal }) => {
    const { intent, why } = input
    const encoder = ports.encoders.list().find(({ encoderId }) => encoderId === intent.encoderId)
    const isReadable = encoder?.keys?.reads === true && encoder.keys.rooms > 0
    if (input.order.encode === null || !isReadable) {
      return failedEnding('unknown', inDoubt(why), null)
    }
    const order = { ...input.order, encoderIds: [intent.encoderId] }
    let lease = keyLeaseOf(held.alive())
    for (;;) {
      try {
        lease ??= keyLeaseOf(await held.take(order, signal, { isFirst: true }))
        if (lease === null) throw new BridgeError('not_supported', 'It belongs to no lock system.')
        const ending = await readKey(ports, lease, input, signal)
        if (ending !== null) return ending
      } catch (error) {
        if (!isPassing(error)) throw error
        if (linkCodes.includes(error.code)) lease = null
        const found = foundCards[error.code]
        if (found !== undefined) input.report({ type: 'key.found', found })
      }
      await pause(ports.clock, signal, READ_AGAIN_MS)
    }
  })

const keyLeaseOf = (lease: ReturnType<HeldLease['alive']>): KeyLease | null =>
  lease?.kind === 'keySystem' ? lease : null

/** One reading; null where it is not the key. */
const readKey = async (
  ports: SessionPorts,
  { device, address, ...place }: KeyLease,
  { order, plan, why, report }: RecoverKeyTask,
  signal: AbortSignal,
): Promise<Ending | null> => {
  const reading = await device.readKey?.(address, { signal })
  if (reading === undefined) throw new BridgeError('not_supported', 'The driver reads no keys.')
  const expected: KeyPlan = plan ?? planOf(order, place, ports.rooms)
  const subject = order.encode ?? noFurther('its keys')
  if (expected.kind !== 'make' || !isOrdered(reading, expected, subject)) {
    report({ type: 'key.found', found: readingText(reading) })
    return null
  }
  if (hasLikes(subject)) {
    const found = `${readingText(reading)} An earlier key of the same stay reads alike.`
    return failedEnding('unknown', inDoubt(why, found), null)
  }
  const serial = reading.kind === 'guest' ? reading.serialNumber : null
  const done = { made: 1, serialNumbers: serial === null ? [] : [serial], remark: expected.remark }
  noteVerified(ports.journal, order.orderId, done)
  return madeEnding({ order, ...done }, subject.copies === 1 ? null : inDoubt(why), 'readBack')
}

/** The link has to be had anew. */
const linkCodes: readonly ErrorCode[] = [
  'device_lost',
  'device_closed',
  'device_busy',
  'device_unresponsive',
  'driver_crashed',
]

/** Cards that the lock system did not read. */
const foundCards: Partial<Record<ErrorCode, string>> = {
  card_foreign: readingText({ kind: 'foreign' }),
  card_staff: readingText({ kind: 'staff' }),
}

/** Faults that leave the question open: the card or the link may come back. */
const passing: readonly ErrorCode[] = [
  ...linkCodes,
  'card_foreign',
  'card_staff',
  'card_timeout',
  'card_misplaced',
  'key_encoder_busy',
  'key_encoder_offline',
  'lock_system_fault',
  'outcome_unknown',
  'protocol_error',
  'device_fault',
]

const isPassing = (error: unknown): error is BridgeError =>
  isBridgeError(error) && passing.includes(error.code)
