import { assign, enqueueActions, fromPromise, setup } from 'xstate'
import type { KeyLease } from '../contract/encoders.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { Order } from '../contract/order.ts'
import type { Ending } from '../contract/outcome.ts'
import {
  asDelay,
  because,
  errorOf,
  faultGuards,
  heldLease,
  noFurther,
  notProvided,
  startGuards,
} from './chart.ts'
import {
  answeredEnding,
  type CommandAnswer,
  commandPart,
  type CommandTask,
  inDoubt,
  intentInDoubt,
  type KeyContext,
  type KeyEvent,
  type KeyInput,
  keysBefore,
  keysOrFailure,
  madeEnding,
  noted,
  type PlanTask,
  plannedKey,
  type RecoverKeyTask,
} from './key-context.ts'
import { keyGuards } from './key-guards.ts'
import type { KeyPlan } from './key-plan.ts'
import { ifExpired, turnStates, waysOut } from './turn-states.ts'

const answerOf = ({ event }: { event: { readonly output: CommandAnswer } }): { answer: CommandAnswer } => ({
  answer: event.output,
})

/** What put the key in doubt, as parameters of an action. */
const doubted = ({ context }: { context: KeyContext }): { error: BridgeError } => ({
  error: context.interruptedBy,
})

/** Where a command goes whose answer says nothing clear: keys that were confirmed before settle it, else the key is looked at. */
const toDoubt = <const Params>(params: Params) =>
  [
    { guard: 'hasMade', target: '#key.ended', actions: { type: 'endUnknown', params } },
    { target: '#key.recovering', actions: { type: 'interrupt', params } },
  ] as const

const machineSetup = setup({
  types: {
    context: {} as KeyContext,
    events: {} as KeyEvent,
    input: {} as KeyInput,
    output: {} as { ending: Ending },
  },
  actors: {
    takeTurn: fromPromise<KeyLease, { order: Order }>(notProvided),
    planKey: fromPromise<KeyPlan, PlanTask>(notProvided),
    giveCommand: fromPromise<CommandAnswer, CommandTask>(notProvided),
    recoverKey: fromPromise<Ending, RecoverKeyTask>(notProvided),
  },
  delays: {
    orderExpiry: ({ context }) => asDelay(context.expiresInMs),
    confirmTimeout: 60_000,
    busyTimeout: 60_000,
    // Lock systems give the clerk up to about a minute to put a card in.
    keyTimeout: 120_000,
    abandonTimeout: 135_000,
    recoveryTimeout: 120_000,
  },
  guards: { ...startGuards, ...faultGuards, ...keyGuards },
  actions: {
    /** What is not done leaves everything as it is: untouched, or as many keys as were confirmed before. */
    endUntouched: assign({
      ending: ({ context }, { error }: { error: unknown }) =>
        keysOrFailure('untouched', context, toBridgeError(error)),
    }),
    endSpoiled: assign({
      ending: ({ context }, { error }: { error: unknown }) =>
        keysOrFailure('spoiled', context, toBridgeError(error)),
    }),
    endUnknown: assign({
      ending: ({ context }, { error }: { error: unknown }) =>
        keysOrFailure('unknown', context, inDoubt(error, context.found)),
    }),
    endMade: assign({ ending: ({ context }) => madeEnding(context, null) }),
    endAnswered: assign({
      ending: ({ context }, { answer }: { answer: CommandAnswer }) =>
        answer.kind === 'made' ? noFurther('its keys') : answeredEnding(answer, context),
    }),
    endAsFound: assign({ ending: (_, params: { ending: Ending }) => params.ending }),
    takeLeave: assign({
      order: ({ context: { order } }) =>
        order.encode === null ? order : { ...order, encode: { ...order.encode, confirmed: true } },
    }),
    takeLease: assign({ lease: (_, params: { lease: KeyLease }) => params.lease }),
    dropLease: enqueueActions(({ enqueue, context: { made, lease, plan, order } }) => {
      enqueue.assign({ lease: null, notice: null, patience: 'unneeded' })
      // Keys beside others are made where those were: another lock system of the pool has no guest in the room.
      enqueue.assign(
        made === 0 || lease === null
          ? { plan: null }
          : { plan, order: { ...order, encoderIds: [lease.encoderId] } },
      )
      enqueue.cancel('patience')
    }),
    takePlan: assign({
      plan: (_, params: { plan: KeyPlan }) => params.plan,
      remark: ({ context }, { plan }: { plan: KeyPlan }) => noted(context.remark, plan.remark),
    }),
    takeKeys: enqueueActions(({ enqueue, context }, { answer }: { answer: CommandAnswer }) => {
      if (answer.kind !== 'made') return
      enqueue.assign({
        made: context.made + answer.copies,
        serialNumbers: [...context.serialNumbers, ...answer.keys.serialNumbers],
        remark: noted(context.remark, answer.keys.remark),
        patience: 'unneeded',
      })
      enqueue.cancel('patience')
    }),
    noteUnsent: assign({ touched: false }),
    noteSent: assign({ touched: true, notice: null }),
    noteBusy: enqueueActions(({ enqueue, context }) => {
      enqueue.assign({ notice: 'key_encoder_busy', patience: 'running' })
      if (context.patience === 'unneeded') {
        enqueue.raise({ type: 'patience.over' }, { delay: 'busyTimeout', id: 'patience' })
      }
    }),
    losePatience: assign({ patience: 'over' }),
    noteFound: assign((_, params: Pick<KeyContext, 'found'>) => params),
    askToStop: ({ context }, params: { code: ErrorCode }) => context.stop.abort(new BridgeError(params.code)),
    interrupt: assign({
      interruptedBy: (_, params: { error: unknown }) => toBridgeError(params.error),
      notice: null,
    }),
  },
})

/**
 * The chart of an order to a key system: keys, something about a stay, a card that Seam is to give to somebody. A command goes
 * out once. Until `makingKey` nothing was sent for it, so cancel, expiry and a lost link leave everything as it is; from there
 * on only a clear answer of the lock system counts, and a doubt is cleared up by reading the key, never by a second command.
 */
export const keyMachine = machineSetup.createMachine({
  id: 'key',
  context: ({ input }) => ({
    ...input,
    lease: null,
    plan: null,
    made: input.interrupted?.made ?? 0,
    serialNumbers: input.interrupted?.serialNumbers ?? [],
    remark: input.interrupted?.remark ?? null,
    question: 'liveKey',
    touched: false,
    interruptedBy: new BridgeError('write_interrupted'),
    notice: null,
    found: null,
    patience: 'unneeded',
    stop: new AbortController(),
    ending: null,
  }),
  initial: 'starting',
  states: {
    starting: {
      always: [
        {
          guard: 'wasInterruptedAfterKeys',
          target: 'ended',
          actions: { type: 'endUnknown', params: because('write_interrupted') },
        },
        { guard: 'wasInterrupted', target: 'recovering' },
        { target: 'working' },
      ],
    },

    /** On the way to a clear answer, command after command. */
    working: {
      initial: 'deciding',
      after: {
        orderExpiry: {
          guard: 'isUnsent',
          target: 'ended',
          actions: { type: 'endUntouched', params: because('order_expired') },
        },
      },
      on: waysOut('#key.ended'),
      states: {
        deciding: {
          always: [
            ifExpired('#key.ended'),
            { guard: 'asksForLiveKey', target: 'awaitingConfirmation' },
            { target: 'queued' },
          ],
        },
        ...turnStates('#key.ended', {
          src: 'planKey',
          input: ({ context }: { context: KeyContext }) => ({
            lease: heldLease(context),
            order: context.order,
            plan: context.plan,
          }),
          onDone: {
            target: 'commanding',
            actions: {
              type: 'takePlan',
              params: ({ event }: { event: { readonly output: KeyPlan } }) => ({ plan: event.output }),
            },
          },
        }),
        awaitingConfirmation: {
          on: {
            'clerk.confirmed': { target: 'queued', actions: 'takeLeave' },
          },
          after: {
            confirmTimeout: {
              target: '#key.ended',
              actions: { type: 'endUntouched', params: because('order_unconfirmed') },
            },
          },
        },

        /** One command: `ordering` until it goes out, `makingKey` until it is answered. */
        commanding: {
          entry: 'noteUnsent',
          invoke: {
            src: 'giveCommand',
            input: ({ context, self }) => ({
              lease: heldLease(context),
              order: context.order,
              plan: plannedKey(context),
              part: commandPart(context),
              before: keysBefore(context),
              isAgain: context.patience !== 'unneeded',
              stop: context.stop.signal,
              report: (event) => self.send(event),
            }),
            onDone: [
              {
                guard: { type: 'isOther', params: answerOf },
                target: '#key.ended',
                actions: { type: 'endAnswered', params: answerOf },
              },
              {
                guard: { type: 'isComplete', params: answerOf },
                target: '#key.ended',
                actions: [{ type: 'takeKeys', params: answerOf }, 'endMade'],
              },
              {
                guard: 'wasAskedToStop',
                target: '#key.ended',
                actions: [
                  { type: 'takeKeys', params: answerOf },
                  {
                    type: 'endUntouched',
                    params: ({ context }) => ({ error: context.stop.signal.reason as unknown }),
                  },
                ],
              },
              { target: 'commanding', reenter: true, actions: { type: 'takeKeys', params: answerOf } },
            ],
            onError: [
              { guard: { type: 'isUnsentAndGone', params: errorOf }, target: 'queued', actions: 'dropLease' },
              {
                guard: { type: 'mayOrderAgain', params: errorOf },
                target: 'commanding',
                reenter: true,
                actions: 'noteBusy',
              },
              {
                guard: { type: 'hasNotActed', params: errorOf },
                target: '#key.ended',
                actions: { type: 'endUntouched', params: errorOf },
              },
              {
                guard: { type: 'hasSpoiled', params: errorOf },
                target: '#key.ended',
                actions: { type: 'endSpoiled', params: errorOf },
              },
              ...toDoubt(errorOf),
            ],
          },
          initial: 'ordering',
          states: {
            ordering: {
              on: {
                'command.sent': { target: 'makingKey', actions: 'noteSent' },
                'patience.over': {
                  target: '#key.ended',
                  actions: { type: 'endUntouched', params: because('key_encoder_busy') },
                },
              },
            },
            makingKey: {
              on: {
                'session.cancel': [
                  { guard: 'mayStop', actions: { type: 'askToStop', params: { code: 'order_cancelled' } } },
                  // Not even the way out of the states around it.
                  {},
                ],
                'patience.over': { actions: 'losePatience' },
                'device.lost': toDoubt(({ event }: { event: { readonly error: BridgeError } }) => event),
              },
              after: {
                keyTimeout: { actions: { type: 'askToStop', params: { code: 'device_unresponsive' } } },
                abandonTimeout: toDoubt(because('device_unresponsive')),
              },
            },
          },
        },
      },
    },

    /** It is not known whether the key was made: where the lock system can read it, the clerk is asked to put it on. */
    recovering: {
      invoke: {
        src: 'recoverKey',
        input: ({ context, self }) => ({
          order: context.order,
          intent: intentInDoubt(context),
          plan: context.plan,
          why: context.interruptedBy,
          report: (event) => self.send(event),
        }),
        onDone: {
          target: 'ended',
          actions: { type: 'endAsFound', params: ({ event }) => ({ ending: event.output }) },
        },
        onError: { target: 'ended', actions: { type: 'endUnknown', params: errorOf } },
      },
      on: {
        'key.found': {
          actions: { type: 'noteFound', params: ({ event: { found } }) => ({ found }) },
        },
        'session.cancel': { target: 'ended', actions: { type: 'endUnknown', params: doubted } },
      },
      after: {
        recoveryTimeout: { target: 'ended', actions: { type: 'endUnknown', params: doubted } },
      },
    },

    ended: { type: 'final' },
  },
  output: ({ context }) => ({ ending: context.ending ?? noFurther('an ending') }),
})
