import { assign, fromPromise, setup } from 'xstate'
import type { ScannerRead } from '../contract/device.ts'
import type { Card } from '../contract/card.ts'
import type { EncoderLease } from '../contract/encoders.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { AssignIntent } from '../contract/journal.ts'
import type { KeyReading } from '../contract/key-system.ts'
import type { Order } from '../contract/order.ts'
import type { Comparison, Ending } from '../contract/outcome.ts'
import {
  asDelay,
  because,
  errorOf,
  faultGuards,
  heldLease,
  identityOf,
  noFurther,
  notProvided,
  startGuards,
} from './chart.ts'
import { failedEnding } from './failed-ending.ts'
import { ifExpired, proveAlive, turnStates, waysOut } from './turn-states.ts'

export interface ScanInput {
  readonly order: Order
  /** The card that somebody may have been asked to give away when the daemon stopped; null for none. */
  readonly interrupted: AssignIntent | null
  /** Milliseconds until the order expires, by the wall clock at the start. */
  readonly expiresInMs: number
}

/** What came: a card that lies in the field, or what a scanner or a key system read in one go. */
export type Presented =
  | { readonly kind: 'card'; readonly card: Card }
  | { readonly kind: 'read'; readonly read: ScannerRead }
  | { readonly kind: 'key'; readonly key: KeyReading }

/** What was found, and how it stands to what Seam has; null before it is compared. */
export type ScanFinding = Omit<Extract<Ending, { kind: 'scanned' }>, 'kind' | 'comparison'> & {
  readonly comparison: Comparison | null
}

/** The card that an access method is given. */
export type CardToAssign = Omit<AssignIntent, 'kind'>

interface ScanContext extends ScanInput {
  readonly lease: EncoderLease | null
  readonly presented: Presented | null
  readonly finding: ScanFinding | null
  readonly toAssign: CardToAssign | null
  readonly notice: ErrorCode | null
  readonly ending: Ending | null
}

export type ScanEvent =
  | { readonly type: 'session.cancel' }
  | { readonly type: 'card.notice'; readonly code: ErrorCode | null }
  | { readonly type: 'device.lost'; readonly error: BridgeError }

/** What an actor has read, as parameters of a guard or an action. */
const foundOf = ({ event }: { event: { readonly output: ScanFinding } }): { finding: ScanFinding } => ({
  finding: event.output,
})

type Report = (event: ScanEvent) => void

/**
 * The chart of a scan. It writes nothing: whatever goes wrong leaves the card `untouched`, and a lost device is waited
 * for until the order expires. An order to assign then has the card given to its access method, by its number; from the question on
 * only an answer ends it, or that none came.
 */
export const scanMachine = setup({
  types: {
    context: {} as ScanContext,
    // What every chart may be told; none of its states asks for it.
    events: {} as ScanEvent | { readonly type: 'clerk.confirmed' },
    input: {} as ScanInput,
    output: {} as { ending: Ending },
  },
  actors: {
    takeTurn: fromPromise<EncoderLease, { order: Order }>(notProvided),
    proveAlive: fromPromise<void, { lease: EncoderLease }>(notProvided),
    waitForCard: fromPromise<Presented, { lease: EncoderLease; report: Report }>(notProvided),
    readCard: fromPromise<ScanFinding, { lease: EncoderLease; presented: Presented }>(notProvided),
    compareRecord: fromPromise<Comparison, { finding: ScanFinding }>(notProvided),
    giveCard: fromPromise<void, { order: Order; card: CardToAssign; isRepeat: boolean }>(notProvided),
  },
  delays: {
    orderExpiry: ({ context }) => asDelay(context.expiresInMs),
    cardTimeout: 60_000,
    compareTimeout: 5_000,
    assignTimeout: 120_000,
  },
  guards: {
    isExpired: startGuards.isExpired,
    wasInterrupted: startGuards.wasInterrupted,
    isAssigned: ({ context }) => context.order.assign !== null,
    canBeAssigned: ({ context }, params: { finding: ScanFinding }) =>
      context.order.assign !== null && params.finding.cardNumber !== null,
    holdsLease: startGuards.holdsLease,
    ...faultGuards,
  },
  actions: {
    endUntouched: assign({
      ending: ({ context }, params: { error: unknown }) =>
        failedEnding(
          'untouched',
          toBridgeError(params.error),
          context.toAssign?.uid ??
            (context.presented?.kind === 'card' ? identityOf(context.presented.card) : null),
        ),
    }),
    endScanned: assign({
      ending: ({ context }, params: { comparison: Comparison }): Ending => ({
        kind: 'scanned',
        ...(context.finding ?? noFurther('a reading')),
        comparison: params.comparison,
      }),
    }),
    endAssigned: assign({
      ending: ({ context }): Ending => {
        const { uid, technology, cardNumber } = context.toAssign ?? noFurther('a card')
        return { kind: 'assigned', uid, technology, cardNumber }
      },
    }),
    endUnknown: assign({
      ending: ({ context }) =>
        failedEnding('unknown', new BridgeError('outcome_unknown'), context.toAssign?.uid ?? null),
    }),
    takeNumber: assign({
      toAssign: ({ context }, { finding }: { finding: ScanFinding }): CardToAssign => ({
        encoderId: heldLease(context).encoderId,
        uid: finding.uid,
        technology: finding.technology,
        cardNumber: finding.cardNumber ?? noFurther('a number'),
      }),
    }),
    recallNumber: assign({ toAssign: ({ context }) => context.interrupted }),
    noteCard: assign({ notice: (_, params: { code: ErrorCode | null }) => params.code }),
    takeLease: assign({ lease: (_, params: { lease: EncoderLease }) => params.lease }),
    takeCard: assign({ presented: (_, params: { presented: Presented }) => params.presented, notice: null }),
    forgetCard: assign({ presented: null, notice: null }),
    dropLease: assign({ lease: null, presented: null, notice: null }),
  },
}).createMachine({
  id: 'scan',
  context: ({ input }) => ({
    ...input,
    lease: null,
    presented: null,
    finding: null,
    toAssign: null,
    notice: null,
    ending: null,
  }),
  initial: 'working',
  states: {
    /** Nothing has been read: the session follows the card and the device. */
    working: {
      initial: 'deciding',
      after: {
        orderExpiry: { target: 'ended', actions: { type: 'endUntouched', params: because('order_expired') } },
      },
      on: waysOut('#scan.ended'),
      states: {
        deciding: {
          always: [
            { guard: 'wasInterrupted', target: '#scan.assigning', actions: 'recallNumber' },
            ifExpired('#scan.ended'),
            { target: 'queued' },
          ],
        },
        ...turnStates('#scan.ended', proveAlive('waitingForCard')),
        waitingForCard: {
          entry: 'forgetCard',
          invoke: {
            src: 'waitForCard',
            input: ({ context, self }) => ({
              lease: heldLease(context),
              report: (event) => self.send(event),
            }),
            onDone: {
              target: 'reading',
              actions: { type: 'takeCard', params: ({ event }) => ({ presented: event.output }) },
            },
            onError: [
              { guard: { type: 'deviceGone', params: errorOf }, target: 'queued', actions: 'dropLease' },
              { target: '#scan.ended', actions: { type: 'endUntouched', params: errorOf } },
            ],
          },
          on: { 'card.notice': { actions: { type: 'noteCard', params: ({ event }) => event } } },
          after: {
            cardTimeout: {
              target: '#scan.ended',
              actions: {
                type: 'endUntouched',
                params: ({ context }) => ({ error: new BridgeError(context.notice ?? 'card_timeout') }),
              },
            },
          },
        },
        reading: {
          invoke: {
            src: 'readCard',
            input: ({ context }) => ({
              lease: heldLease(context),
              presented: context.presented ?? noFurther('a card'),
            }),
            onDone: [
              {
                guard: { type: 'canBeAssigned', params: foundOf },
                target: '#scan.assigning',
                actions: { type: 'takeNumber', params: foundOf },
              },
              {
                guard: 'isAssigned',
                target: '#scan.ended',
                actions: {
                  type: 'endUntouched',
                  params: {
                    error: new BridgeError(
                      'card_not_assigned',
                      'It bears no number that it could be known by. For its UID, set the encoder’s `numberFormat`.',
                    ),
                  },
                },
              },
              { target: '#scan.comparing', actions: assign({ finding: ({ event }) => event.output }) },
            ],
            onError: [
              { guard: { type: 'cardGone', params: errorOf }, target: 'waitingForCard' },
              { guard: { type: 'deviceGone', params: errorOf }, target: 'queued', actions: 'dropLease' },
              { target: '#scan.ended', actions: { type: 'endUntouched', params: errorOf } },
            ],
          },
        },
      },
    },

    /** The card has been read: from here on the device may go and the order may expire. */
    comparing: {
      invoke: {
        src: 'compareRecord',
        input: ({ context }) => ({ finding: context.finding ?? noFurther('a reading') }),
        onDone: {
          target: 'ended',
          actions: { type: 'endScanned', params: ({ event }) => ({ comparison: event.output }) },
        },
        onError: {
          target: 'ended',
          actions: { type: 'endScanned', params: { comparison: { kind: 'unchecked' } } },
        },
      },
      on: {
        'session.cancel': {
          target: 'ended',
          actions: { type: 'endUntouched', params: because('order_cancelled') },
        },
      },
      after: {
        compareTimeout: {
          target: 'ended',
          actions: { type: 'endScanned', params: { comparison: { kind: 'unchecked' } } },
        },
      },
    },

    /** Somebody was asked to give the card away: only what became of that ends the session. */
    assigning: {
      invoke: {
        src: 'giveCard',
        input: ({ context }) => ({
          order: context.order,
          card: context.toAssign ?? noFurther('a card'),
          isRepeat: context.interrupted !== null,
        }),
        onDone: { target: 'ended', actions: 'endAssigned' },
        onError: { target: 'ended', actions: { type: 'endUntouched', params: errorOf } },
      },
      after: { assignTimeout: { target: 'ended', actions: 'endUnknown' } },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => ({ ending: context.ending ?? noFurther('an ending') }),
})
