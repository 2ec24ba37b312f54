import { assign, fromPromise, setup } from 'xstate'
import type { Card } from '../contract/card.ts'
import type { CardLease } from '../contract/encoders.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { WriteIntent } from '../contract/journal.ts'
import type { Ending } from '../contract/outcome.ts'
import {
  asDelay,
  because,
  errorOf,
  faultGuards,
  heldLease,
  identityOf,
  noFurther,
  notProvided,
  presentCard,
  startGuards,
} from './chart.ts'
import { encodeGuards } from './encode-guards.ts'
import { failed, interruptedIntent, plannedTask, reasonOf } from './encode-context.ts'
import type { EncodeContext, EncodeEvent, EncodeInput, EncodeOrder } from './encode-context.ts'
import type { CardCheck, CheckTask, Report, WriteTask } from './encode-context.ts'
import { ifExpired, proveAlive, turnStates, waysOut } from './turn-states.ts'
import type { RecoveredTruth } from './recover-actors.ts'

const machineSetup = setup({
  types: {
    context: {} as EncodeContext,
    events: {} as EncodeEvent,
    input: {} as EncodeInput,
    output: {} as { ending: Ending },
  },
  actors: {
    takeTurn: fromPromise<CardLease, { order: EncodeOrder }>(notProvided),
    proveAlive: fromPromise<void, { lease: CardLease }>(notProvided),
    waitForCard: fromPromise<Card, { lease: CardLease; report: Report }>(notProvided),
    checkCard: fromPromise<CardCheck, CheckTask>(notProvided),
    writeCard: fromPromise<
      void,
      { lease: CardLease; order: EncodeOrder; task: WriteTask; stop: AbortSignal; report: Report }
    >(notProvided),
    confirmCard: fromPromise<void, { lease: CardLease; order: EncodeOrder; task: WriteTask }>(notProvided),
    waitForReturn: fromPromise<Card, { lease: CardLease; report: Report }>(notProvided),
    recoverTruth: fromPromise<
      RecoveredTruth,
      { order: EncodeOrder; intent: WriteIntent; why: BridgeError; report: Report }
    >(notProvided),
  },
  delays: {
    orderExpiry: ({ context }) => asDelay(context.expiresInMs),
    cardTimeout: 60_000,
    returnTimeout: 30_000,
    confirmTimeout: 60_000,
    // A swipe is the clerk's part of the writing.
    writeTimeout: ({ context }) => (context.lease?.presentation === 'swipe' ? 60_000 : 30_000),
    abandonTimeout: ({ context }) => (context.lease?.presentation === 'swipe' ? 75_000 : 45_000),
    recoveryTimeout: 120_000,
  },
  guards: {
    ...startGuards,
    ...encodeGuards,
    ...faultGuards,
  },
  actions: {
    endUntouched: assign({
      ending: ({ context }, { error }: { error: unknown }) => failed('untouched', context, error),
    }),
    endSpoiled: assign({
      ending: ({ context }, { error }: { error: unknown }) => failed('spoiled', context, error),
    }),
    endUnknown: assign({
      ending: ({ context }, { error }: { error: unknown }) => failed('unknown', context, error),
    }),
    endEncoded: assign({
      ending: ({ context }, params: { proof: 'readBack' | 'alreadyRight' }): Ending => {
        const card = presentCard(context)
        return {
          kind: 'encoded',
          uid: identityOf(card),
          technology: card.technology,
          proof: params.proof,
          keys: null,
        }
      },
    }),
    endAsFound: assign({ ending: (_, params: { ending: Ending }) => params.ending }),
    askToStop: ({ context }, params: { code: ErrorCode }) => context.stop.abort(new BridgeError(params.code)),
    noteWrite: assign({ touched: true, isReadingBack: false }),
    countSwipe: assign({ failedSwipes: ({ context }) => context.failedSwipes + 1 }),
    noteReadBack: assign({ isReadingBack: true, notice: null }),
    noteProgress: assign((_, params: Pick<EncodeContext, 'progress'>) => params),
    noteCard: assign({ notice: (_, params: { code: ErrorCode | null }) => params.code }),
    takeLease: assign({ lease: (_, params: { lease: CardLease }) => params.lease }),
    takeCard: assign({ card: (_, params: { card: Card }) => params.card, notice: null }),
    interrupt: assign({
      interrupted: ({ context }) => context.task?.intent ?? null,
      interruptedBy: (_, params: { error: BridgeError }) => params.error,
      notice: null,
    }),
    forgetCard: assign({ card: null, notice: null }),
    dropLease: assign({ lease: null, card: null, notice: null }),
  },
})

/**
 * The chart of an encode. It ends when the truth about the card is known; reporting is the outbox's.
 * Actors do the work and only report; every decision is here. Before `writing` nothing has touched the card, so
 * cancel, expiry and a lost device leave it `untouched`; from the first write on the ending says what the card became.
 */
export const encodeMachine = machineSetup.createMachine({
  id: 'encode',
  context: ({ input }) => ({
    ...input,
    lease: null,
    card: null,
    task: null,
    question: 'occupied',
    occupant: null,
    overwrite: null,
    interruptedBy: new BridgeError('write_interrupted'),
    touched: false,
    progress: null,
    isReadingBack: false,
    failedSwipes: 0,
    notice: null,
    stop: new AbortController(),
    ending: null,
  }),
  initial: 'starting',
  states: {
    starting: {
      always: [{ guard: 'wasInterrupted', target: 'recovering' }, { target: 'preparing' }],
    },

    /** Nothing has been written: whatever happens here, the card is as it was. */
    preparing: {
      initial: 'deciding',
      after: {
        orderExpiry: { target: 'ended', actions: { type: 'endUntouched', params: because('order_expired') } },
      },
      on: waysOut('#encode.ended'),
      states: {
        deciding: {
          always: [
            ifExpired('#encode.ended'),
            {
              guard: 'asksForLiveKey',
              target: 'awaitingConfirmation',
              actions: assign({ question: 'liveKey' }),
            },
            { target: 'queued' },
          ],
        },
        ...turnStates('#encode.ended', proveAlive('waitingForCard')),
        waitingForCard: {
          entry: 'forgetCard',
          invoke: {
            src: 'waitForCard',
            input: ({ context, self }) => ({
              lease: heldLease(context),
              report: (event) => self.send(event),
            }),
            onDone: {
              target: 'checkingCard',
              actions: { type: 'takeCard', params: ({ event }) => ({ card: event.output }) },
            },
            onError: [
              { guard: { type: 'deviceGone', params: errorOf }, target: 'queued', actions: 'dropLease' },
              { target: '#encode.ended', actions: { type: 'endUntouched', params: errorOf } },
            ],
          },
          on: { 'card.notice': { actions: { type: 'noteCard', params: ({ event }) => event } } },
          after: {
            cardTimeout: {
              target: '#encode.ended',
              actions: {
                type: 'endUntouched',
                params: ({ context }) => ({ error: new BridgeError(context.notice ?? 'card_timeout') }),
              },
            },
          },
        },
        checkingCard: {
          invoke: {
            src: 'checkCard',
            input: ({ context }) => ({
              lease: heldLease(context),
              card: presentCard(context),
              order: context.order,
              overwrite: context.overwrite,
            }),
            onDone: [
              {
                guard: { type: 'isAlreadyRight', params: ({ event }) => ({ check: event.output }) },
                target: '#encode.ended',
                actions: { type: 'endEncoded', params: { proof: 'alreadyRight' } },
              },
              {
                guard: { type: 'isOccupied', params: ({ event }) => ({ check: event.output }) },
                target: 'awaitingConfirmation',
                actions: assign({
                  question: 'occupied',
                  occupant: ({ event }) => (event.output.kind === 'occupied' ? event.output.occupant : null),
                }),
              },
              {
                target: '#encode.writing',
                actions: assign({
                  task: ({ event }) => (event.output.kind === 'free' ? event.output.task : null),
                }),
              },
            ],
            onError: [
              { guard: { type: 'cardGone', params: errorOf }, target: 'waitingForCard' },
              { guard: { type: 'deviceGone', params: errorOf }, target: 'queued', actions: 'dropLease' },
              { target: '#encode.ended', actions: { type: 'endUntouched', params: errorOf } },
            ],
          },
        },
        awaitingConfirmation: {
          on: {
            'clerk.confirmed': [
              {
                guard: 'isAboutLiveKey',
                target: 'queued',
                actions: assign({
                  order: ({ context }) => ({
                    ...context.order,
                    encode: { ...context.order.encode, confirmed: true },
                  }),
                }),
              },
              {
                target: 'waitingForCard',
                actions: assign({ overwrite: ({ context }) => context.occupant }),
              },
            ],
          },
          after: {
            confirmTimeout: {
              target: '#encode.ended',
              actions: {
                type: 'endUntouched',
                params: ({ context }) => ({
                  error: new BridgeError(
                    context.question === 'liveKey' ? 'order_unconfirmed' : 'card_occupied',
                  ),
                }),
              },
            },
          },
        },
      },
    },

    /** The intent is journalled and blocks are written and read back, sector by sector. */
    writing: {
      invoke: {
        src: 'writeCard',
        input: ({ context, self }) => ({
          lease: heldLease(context),
          order: context.order,
          task: plannedTask(context),
          stop: context.stop.signal,
          report: (event) => self.send(event),
        }),
        onDone: 'verifying',
        onError: [
          { guard: 'isUntouched', target: 'ended', actions: { type: 'endUntouched', params: reasonOf } },
          {
            guard: { type: 'maySwipeAgain', params: errorOf },
            target: 'writing',
            reenter: true,
            actions: ['countSwipe', { type: 'noteCard', params: { code: 'card_swipe_failed' } }],
          },
          { guard: { type: 'mayResume', params: errorOf }, target: 'waitingForReturn' },
          {
            guard: { type: 'isAboutCard', params: reasonOf },
            target: 'ended',
            actions: { type: 'endSpoiled', params: reasonOf },
          },
          { target: 'recovering', actions: { type: 'interrupt', params: reasonOf } },
        ],
      },
      on: {
        'write.started': { actions: 'noteWrite' },
        'write.readingBack': { actions: 'noteReadBack' },
        'card.notice': { actions: { type: 'noteCard', params: ({ event }) => event } },
        'write.progress': {
          actions: {
            type: 'noteProgress',
            params: ({ event: { done, total } }) => ({ progress: { done, total } }),
          },
        },
        'session.cancel': {
          guard: 'mayStopWriting',
          actions: { type: 'askToStop', params: { code: 'order_cancelled' } },
        },
      },
      after: {
        writeTimeout: { actions: { type: 'askToStop', params: { code: 'device_unresponsive' } } },
        abandonTimeout: {
          target: 'recovering',
          actions: { type: 'interrupt', params: because('device_unresponsive') },
        },
      },
    },

    /** The card was taken away in mid-write: the same card goes on, another one is refused. */
    waitingForReturn: {
      invoke: {
        src: 'waitForReturn',
        input: ({ context, self }) => ({ lease: heldLease(context), report: (event) => self.send(event) }),
        onDone: [
          {
            guard: { type: 'isSameCard', params: ({ event }) => ({ card: event.output }) },
            target: 'writing',
            actions: { type: 'takeCard', params: ({ event }) => ({ card: event.output }) },
          },
          { target: 'ended', actions: { type: 'endSpoiled', params: because('card_swapped') } },
        ],
        onError: { target: 'recovering', actions: { type: 'interrupt', params: reasonOf } },
      },
      on: {
        'card.notice': { actions: { type: 'noteCard', params: ({ event }) => event } },
        'session.cancel': {
          target: 'ended',
          actions: { type: 'endSpoiled', params: because('order_cancelled') },
        },
      },
      after: {
        returnTimeout: { target: 'ended', actions: { type: 'endSpoiled', params: because('card_removed') } },
      },
    },

    /** Everything was read back and equal; the card is selected again, so that the UID proves it is the same one. */
    verifying: {
      invoke: {
        src: 'confirmCard',
        input: ({ context }) => ({
          lease: heldLease(context),
          order: context.order,
          task: plannedTask(context),
        }),
        onDone: { target: 'ended', actions: { type: 'endEncoded', params: { proof: 'readBack' } } },
        onError: { target: 'recovering', actions: { type: 'interrupt', params: reasonOf } },
      },
      after: {
        writeTimeout: {
          target: 'recovering',
          actions: { type: 'interrupt', params: because('card_removed') },
        },
      },
    },

    /**
     * A write was cut short, by the end of the daemon or by a fault that says nothing of the card: the same card is read,
     * and nothing is written.
     */
    recovering: {
      invoke: {
        src: 'recoverTruth',
        input: ({ context, self }) => ({
          order: context.order,
          intent: interruptedIntent(context),
          why: context.interruptedBy,
          report: (event) => self.send(event),
        }),
        onDone: { target: 'ended', actions: { type: 'endAsFound', params: ({ event }) => event.output } },
        onError: {
          target: 'ended',
          actions: {
            type: 'endUnknown',
            params: ({ event }) => ({
              error: new BridgeError('outcome_unknown', toBridgeError(event.error).message),
            }),
          },
        },
      },
      on: {
        'card.notice': { actions: { type: 'noteCard', params: ({ event }) => event } },
        'session.cancel': {
          target: 'ended',
          actions: { type: 'endUnknown', params: because('outcome_unknown') },
        },
      },
      after: {
        recoveryTimeout: {
          target: 'ended',
          actions: { type: 'endUnknown', params: because('outcome_unknown') },
        },
      },
    },

    ended: { type: 'final' },
  },
  output: ({ context }) => ({ ending: context.ending ?? noFurther('an ending') }),
})
