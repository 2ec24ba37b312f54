import { SimulatedClock, createActor } from 'xstate'
import type { KeyLease } from '../../src/contract/encoders.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import type { KeyIntent } from '../../src/contract/journal.ts'
import type { KeyAbilities, KeySystem, MadeKeys } from '../../src/contract/key-system.ts'
import type { EncodeSubject, Order } from '../../src/contract/order.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import type { CommandAnswer, CommandTask, PlanTask, RecoverKeyTask } from '../../src/sessions/key-context.ts'
import type { KeyContext, KeyEvent } from '../../src/sessions/key-context.ts'
import { keyMachine } from '../../src/sessions/key-machine.ts'
import type { KeyPlan } from '../../src/sessions/key-plan.ts'
import { createStubs, encoderId, order, subject, watch } from './chart-stubs.ts'

export const abilities: KeyAbilities = {
  purposes: ['new', 'additional', 'replacement', 'oneShot'],
  copiesAtOnce: 2,
  rooms: 4,
  authorisations: true,
  timeStep: 'minute',
  needsEnd: false,
  isParallel: true,
  refusals: ['room_unknown'],
  reads: true,
  checksOut: true,
  movesStays: true,
  cancelsTasks: true,
  assigns: true,
}

const keyLeaseOf = (abort: KeyLease['abort'], keys: Partial<KeyAbilities>): KeyLease => ({
  kind: 'keySystem',
  encoderId,
  // A chart hands the device on and never touches it.
  device: {} as KeySystem,
  address: '1',
  system: 'Lock system',
  keys: { ...abilities, ...keys },
  layout: 'demo',
  numberFormat: null,
  presentation: 'field',
  abort,
  lost: new AbortController().signal,
  release: () => Promise.resolve(),
})

const keyPlan: KeyPlan = {
  kind: 'make',
  order: {
    rooms: ['101'],
    authorisations: [],
    startsAt: { year: 2026, month: 11, day: 23, hour: 16, minute: 0 },
    endsAt: { year: 2026, month: 11, day: 25, hour: 12, minute: 0 },
    accessMethodId: subject.accessMethodId,
    credentialId: subject.credentialId,
  },
  remark: null,
}

export const keyIntent: KeyIntent = { kind: 'key', encoderId, made: 0, serialNumbers: [], remark: null }

export const made = (copies = 1, keys: Partial<MadeKeys> = {}): CommandAnswer => ({
  kind: 'made',
  copies,
  keys: { serialNumbers: [], remark: null, ...keys },
})

export const foundKey: Ending = {
  kind: 'encoded',
  uid: null,
  technology: 'unknown',
  proof: 'readBack',
  keys: { made: 1, wanted: 1, serialNumbers: [], shortfall: null, remark: null },
}

export interface KeyOptions {
  readonly subject?: Partial<EncodeSubject>
  /** In place of an encode order. */
  readonly order?: Pick<Order, 'kind'> & Partial<Order>
  readonly interrupted?: KeyIntent
  readonly expiresInMs?: number
  readonly abort?: KeyLease['abort']
  readonly keys?: Partial<KeyAbilities>
  readonly plan?: KeyPlan
}

/** Starts a key chart on a clock that the test moves and actors that the test settles. */
export const startKey = (options: KeyOptions = {}) => {
  const { stub, invoked } = createStubs()
  const actors = {
    takeTurn: stub<KeyLease, { order: Order }>('takeTurn'),
    planKey: stub<KeyPlan, PlanTask>('planKey'),
    giveCommand: stub<CommandAnswer, CommandTask>('giveCommand'),
    recoverKey: stub<Ending, RecoverKeyTask>('recoverKey'),
  }
  const clock = new SimulatedClock()
  const machine = keyMachine.provide({
    actors: {
      takeTurn: actors.takeTurn.logic,
      planKey: actors.planKey.logic,
      giveCommand: actors.giveCommand.logic,
      recoverKey: actors.recoverKey.logic,
    },
  })
  const encode = { ...subject, ...options.subject }
  const actor = createActor(machine, {
    clock,
    input: {
      order: { ...order, ...(options.order ?? { kind: 'encode', encode }) },
      interrupted: options.interrupted ?? null,
      expiresInMs: options.expiresInMs ?? 600_000,
    },
  })
  const watched = watch(actor)
  actor.start()
  return {
    ...watched,
    actors,
    /** Every invocation in its order. */
    invoked,
    clock,
    lease: keyLeaseOf(options.abort ?? 'anytime', options.keys ?? {}),
    plan: options.plan ?? keyPlan,
    context: (): KeyContext => actor.getSnapshot().context,
    hears: (event: KeyEvent): boolean => actor.getSnapshot().can(event),
    send: (event: KeyEvent): void => actor.send(event),
    /** The keys that the newest command asks for. */
    asked: (): string => {
      const { part } = actors.giveCommand.call().input
      return part === null ? '-' : `${part.purpose} ${String(part.copies)}`
    },
  }
}
export type KeyRun = ReturnType<typeof startKey>

export type KeyStateName =
  | 'queued'
  | 'leasing'
  | 'askingForLiveKey'
  | 'ordering'
  | 'orderingAgain'
  | 'orderingFurther'
  | 'makingKey'
  | 'makingFurther'
  | 'recovering'
  | 'recoveringAfterCrash'
  | 'ended'

/** The stable states of the key chart, each reached by the shortest way from a fresh start. */
export const keyStates: Record<KeyStateName, (options?: KeyOptions) => Promise<KeyRun>> = {
  queued: async (options) => startKey(options),
  leasing: async (options) => {
    const run = startKey(options)
    await run.actors.takeTurn.call().resolve(run.lease)
    return run
  },
  askingForLiveKey: async (options) => startKey({ ...options, subject: { endsLiveKey: true } }),
  ordering: async (options) => {
    const run = await keyStates.leasing(options)
    await run.actors.planKey.call().resolve(run.plan)
    return run
  },
  orderingAgain: async (options) => {
    const run = await keyStates.makingKey(options)
    await run.actors.giveCommand.call().reject('key_encoder_busy')
    return run
  },
  orderingFurther: async (options) => {
    const run = await keyStates.makingKey({ ...options, subject: { copies: 3, ...options?.subject } })
    await run.actors.giveCommand.call().resolve(made(2))
    return run
  },
  makingKey: async (options) => {
    const run = await keyStates.ordering(options)
    run.actors.giveCommand.call().input.report({ type: 'command.sent' })
    return run
  },
  makingFurther: async (options) => {
    const run = await keyStates.orderingFurther(options)
    run.actors.giveCommand.call().input.report({ type: 'command.sent' })
    return run
  },
  recovering: async (options) => {
    const run = await keyStates.makingKey(options)
    await run.actors.giveCommand.call().reject('outcome_unknown')
    return run
  },
  recoveringAfterCrash: async (options) => startKey({ interrupted: keyIntent, ...options }),
  ended: async (options) => {
    const run = startKey(options)
    run.send({ type: 'session.cancel' })
    return run
  },
}

/** The outcome, and of keys how many were made and why there are no more: `encoded confirmed - 1/2 card_timeout`. */
export const outcomeOf = (run: KeyRun): string => {
  const [ending] = run.endings
  if (ending?.kind !== 'encoded' || ending.keys === null) return run.outcome()
  const { made: count, wanted, shortfall } = ending.keys
  return `${run.outcome()} ${String(count)}/${String(wanted)} ${shortfall?.code ?? ''}`.trimEnd()
}

export const lost = (): KeyEvent => ({ type: 'device.lost', error: new BridgeError('device_lost') })
