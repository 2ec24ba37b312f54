import { fromPromise } from 'xstate'
import type { Encoders, EncoderLease, KeyLease } from '../contract/encoders.ts'
import { BridgeError, throwIfAborted } from '../contract/errors.ts'
import type { CommandOptions } from '../contract/key-system.ts'
import type { Order } from '../contract/order.ts'
import { ASK_AGAIN_MS, noteVerified, pause } from './card-work.ts'
import { noFurther } from './chart.ts'
import { checkHour } from './desk-limit.ts'
import type { HeldLease } from './held-lease.ts'
import { type CommandAnswer, type CommandTask, noted, type PlanTask } from './key-context.ts'
import { type KeyPlan, planOf } from './key-plan.ts'
import type { SessionPorts } from './ports.ts'
import { createRecoverKeyActor } from './recover-key.ts'
import { proveAlive } from './sign-of-life.ts'

/** The key chart's actors over the ports of one session. They do and report; the chart decides. */
export const createKeyActors = (ports: SessionPorts, held: HeldLease) => ({
  takeTurn: fromPromise<KeyLease, { order: Order }>(async ({ input, signal }) => {
    checkPool(input.order, ports.encoders)
    return asKeyLease(await held.take(input.order, signal))
  }),

  planKey: fromPromise<KeyPlan, PlanTask>(async ({ input: { lease, order, plan: before }, signal }) => {
    const plan = before ?? planOf(order, lease, ports.rooms)
    if (plan.kind === 'make') checkHour(ports, order)
    await proveAlive(lease, signal)
    return plan
  }),

  giveCommand: fromPromise<CommandAnswer, CommandTask>(async ({ input, signal }) => {
    if (input.isAgain) await pause(ports.clock, signal, ASK_AGAIN_MS)
    return giveCommand(ports, input, signal)
  }),

  recoverKey: createRecoverKeyActor(ports, held),
})

/** Any encoder of a pool may serve an order, so that they must all be of one kind. */
const checkPool = ({ encoderIds, kind }: Order, encoders: Encoders): void => {
  const others = encoders
    .list()
    .filter((encoder) => encoderIds.includes(encoder.encoderId) && encoder.kind !== 'keySystem')
  if (others.length === 0) return
  const names = others.map(({ name }) => name).join(', ')
  throw kind === 'stay'
    ? new BridgeError(
        'not_supported',
        `Only a lock system takes such an order, and ${names} belongs to none.`,
      )
    : new BridgeError(
        'order_invalid',
        `Its encoders are of different kinds: ${names} belongs to no lock system, others do.`,
      )
}

const asKeyLease = async (lease: EncoderLease): Promise<KeyLease> => {
  if (lease.kind === 'keySystem') return lease
  await lease.release()
  throw new BridgeError('not_supported', 'It belongs to no lock system.')
}

/** Gives one command, once. The intent is journalled right before the first byte, and the confirmation with the answer. */
const giveCommand = async (
  ports: SessionPorts,
  task: CommandTask,
  left: AbortSignal,
): Promise<CommandAnswer> => {
  const { lease, order, before } = task
  const signal = AbortSignal.any([left, task.stop])
  let isSent = false
  const announce = (): void => {
    isSent = true
    task.report({ type: 'command.sent' })
  }
  const beforeSending = (): void => {
    throwIfAborted(signal)
    if (isSent) throw new BridgeError('internal_error', 'A command was about to go out twice.')
    if (Date.parse(order.expiresAt) <= ports.wallClock().getTime()) throw new BridgeError('order_expired')
    ports.journal.writing(order.orderId, { kind: 'key', encoderId: lease.encoderId, ...before })
    announce()
  }
  const answer = await command(task, { signal, beforeSending })
  if (!isSent) {
    announce()
    throw new BridgeError('outcome_unknown', 'The driver tells of a command that it had not announced.')
  }
  if (answer.kind === 'made') {
    noteVerified(ports.journal, order.orderId, {
      made: before.made + answer.copies,
      serialNumbers: [...before.serialNumbers, ...answer.keys.serialNumbers],
      remark: noted(before.remark, answer.keys.remark),
    })
  }
  if (answer.kind === 'carriedOut') noteVerified(ports.journal, order.orderId)
  return answer
}

const command = async (
  { lease: { device, address }, plan, part }: CommandTask,
  options: CommandOptions,
): Promise<CommandAnswer> => {
  switch (plan.kind) {
    case 'make': {
      const { purpose, copies } = part ?? noFurther('its keys')
      return {
        kind: 'made',
        copies,
        keys: await device.makeKey(address, { ...plan.order, purpose, copies }, options),
      }
    }
    case 'checkOut':
      await (device.checkOut?.(address, plan.order, options) ?? missing())
      return { kind: 'carriedOut' }
    case 'moveStay':
      await (device.moveStay?.(address, plan.order, options) ?? missing())
      return { kind: 'carriedOut' }
    case 'cancelTask':
      await (device.cancelTask?.(address, options) ?? missing())
      return { kind: 'carriedOut' }
    case 'assign':
      return {
        kind: 'assigned',
        reading: await (device.scanToAssign?.(address, plan.to, options) ?? missing()),
      }
  }
}

/** The manifest promises what the driver lacks. */
const missing = (): never => noFurther('a command of the driver')
